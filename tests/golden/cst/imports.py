# golden: cst_imports, ast_imports, python_imports, resolve_imports
import os, sys as s
import xml.dom
from .. import up
from . import *
from ..pkg.mod import (
    a,
    b as c,
)
