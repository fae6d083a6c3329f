# golden: diagnostics, resolve_modules
x = 1
