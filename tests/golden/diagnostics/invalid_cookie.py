# -*- coding: klingon -*-
# golden: diagnostics
x = 1
