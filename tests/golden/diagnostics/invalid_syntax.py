# golden: diagnostics, cst_parse_errors, ast_errors, ast_nodes(span, kind, name), cpg_nodes(kind, span, name), cpg_edges(kind, src, dst)
x = 1
def f(:
    pass
y = 2
