# golden: diagnostics
if x:
	a
        b
