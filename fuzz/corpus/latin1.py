# -*- coding: latin-1 -*-
name = "éÿ"
déf = 1
