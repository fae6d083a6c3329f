# golden: file_line_index, cst_parse_manifest(encoding, default_newline, has_trailing_newline, node_count), ast_nodes(span, kind, name)
name = "ä"last = name