# golden: diagnostics, ast_nodes(span, kind, name)
if x:
    a
  b
c
