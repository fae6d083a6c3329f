from .core import f as exported
from . import core as renamed
try:
    from .core import g as dynamic
except ImportError:
    dynamic = None
