# golden: cpg_edges(kind, src, dst, label, ordinal)
from .b import f, LIMIT
from . import b
