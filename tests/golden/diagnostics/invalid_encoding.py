# golden: diagnostics, file_line_index
x = "ÿþ"
y = 1
