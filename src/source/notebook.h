// Jupyter notebooks (nbformat 3 and 4): the code cells as one virtual module.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/source_file.h"

namespace codeanatomy::source {

bool IsNotebookPath(std::string_view path);

/// Replaces the JSON in `file.bytes` by the virtual module and fills `file.cells`.
///
/// The module is the sources of the code cells in order, each ended by a line end. Lines that are
/// IPython's and not Python's become comments of the same line, so that line n of a cell is line n
/// of its part of the module: `%magic`, `!shell`, `?help` and `help?` lines with what they continue
/// on, all lines of cells that begin with a `%%magic` of another language, and a string that is
/// still open at the end of its cell. What is assigned from a magic or the shell (`x = !ls`)
/// becomes None; an indented line becomes `pass` with the comment, which keeps its block. Each
/// gives a problem.
///
/// Never fails: no JSON, no notebook or a notebook of another language is a problem, and the module
/// is empty. Memory: the parsed JSON beside the bytes. Cost: linear.
/// Source: nbformat 4.5 and 3; IPython's input transformations.
void ReadNotebook(SourceFile& file);

/// What ReadNotebook makes of the source of one cell; `problems` get spans from `base` on. Each
/// line is ended. Exposed for tests.
std::string PythonOfCell(std::string_view source, uint32_t base,
                         std::vector<SourceProblem>& problems);

}  // namespace codeanatomy::source
