__all__ = ["f", "VALUE"]
from .core import *
from .sub import *
