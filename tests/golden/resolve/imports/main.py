# golden: resolve_imports, resolve_modules
import os
import pkg
import pkg.sub.leaf as leaf
import space.inside
import pkg.nothing
from pkg import exported, renamed, sub, missing, dynamic
from pkg.star import *
from pkg.star import from_star, _hidden
from space import inside
from ..beyond import x
from pkg.loop_a import turn
if TYPE_CHECKING:
    from pkg.sub import leaf as typed
