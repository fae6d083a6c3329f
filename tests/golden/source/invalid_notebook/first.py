# golden: notebook_cells, diagnostics(span, code, severity, message), ast_defs(span, kind, name), resolve_modules(module)
import analysis
