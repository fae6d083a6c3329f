# -*- coding: latin-1 -*-
# golden: diagnostics
x = 1
