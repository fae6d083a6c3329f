from ... import up
from ..core import f
