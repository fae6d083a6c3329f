# -*- coding: latin-1 -*-
# golden: file_line_index, repo_files(encoding, newline, size_bytes, is_stub, is_test), ast_nodes(span, kind, name, value)
ä = "ö"; b = ä
