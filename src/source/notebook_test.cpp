#include "source/notebook.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace codeanatomy::source {
namespace {

SourceFile Read(std::string json) {
  SourceFile file;
  file.path = "book.ipynb";
  file.bytes = std::move(json);
  ReadNotebook(file);
  return file;
}

std::string Cell(std::string_view source) {
  std::vector<SourceProblem> problems;
  return PythonOfCell(source, 0, problems);
}

std::string Codes(const SourceFile& file) {
  std::string codes;
  for (const SourceProblem& problem : file.problems) {
    if (!codes.empty()) codes += ' ';
    codes += problem.code;
  }
  return codes;
}

TEST_CASE("code cells of nbformat 4 are one module") {
  const SourceFile file = Read(
      R"({"nbformat": 4, "metadata": {"language_info": {"name": "python"}}, "cells": [
      {"cell_type": "markdown", "source": "# title"},
      {"cell_type": "code", "id": "a1", "execution_count": 3, "source": ["x = 1\n", "y = 2"]},
      {"cell_type": "code", "execution_count": null, "source": ""},
      {"cell_type": "code", "source": "z = '\u00e9'\r\nw = 3\n"}]})");
  CHECK(file.text() == "x = 1\ny = 2\nz = '\xc3\xa9'\nw = 3\n");
  CHECK(file.problems.empty());
  REQUIRE(file.cells.size() == 3);
  CHECK(file.cells[0].index == 1);
  CHECK(file.cells[0].id == "a1");
  CHECK(file.cells[0].execution_count == 3);
  CHECK(file.cells[0].span == ByteSpan{0, 12});
  CHECK(file.cells[1].span == ByteSpan{12, 12});
  CHECK(file.cells[1].line == 3);
  CHECK(file.cells[1].end_line == 2);
  CHECK(!file.cells[1].execution_count);
  CHECK(file.cells[2].line == 3);
  CHECK(file.cells[2].end_line == 4);
}

TEST_CASE("nbformat 3 has worksheets and input") {
  const SourceFile file = Read(
      R"({"nbformat": 3, "worksheets": [{"cells": [
      {"cell_type": "code", "language": "python", "prompt_number": 7, "input": ["x = 1"]},
      {"cell_type": "code", "language": "bash", "input": ["ls"]}]}, {"cells": [
      {"cell_type": "code", "input": "y = 2"}]}]})");
  CHECK(file.text() == "x = 1\ny = 2\n");
  REQUIRE(file.cells.size() == 2);
  CHECK(file.cells[0].execution_count == 7);
  CHECK(file.cells[1].index == 2);
}

TEST_CASE("what is no notebook of Python is a problem and an empty module") {
  for (const char* json : {"", "{", "[]", "1", "{\"cells\": 1}", "{}", "{\"cells\": []} x"}) {
    CAPTURE(json);
    const SourceFile file = Read(json);
    CHECK(Codes(file) == "NOTEBOOK_INVALID");
    CHECK(file.text().empty());
  }
  CHECK(Codes(Read(std::string(100000, '['))) == "NOTEBOOK_INVALID");
  CHECK(Codes(Read(R"({"cells": [], "metadata": {"kernelspec": {"language": "R"}}})")) ==
        "NOTEBOOK_LANGUAGE");
  const SourceFile odd = Read(
      R"({"cells": [1, {}, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "x"]}]})");
  CHECK(odd.text() == "x\n");
  CHECK(odd.problems.empty());
}

TEST_CASE("lines for IPython are comments of the same line") {
  CHECK(Cell("%matplotlib inline\nx = 1") == "#%matplotlib inline\nx = 1\n");
  CHECK(Cell("!pip install \\\n  a\nx") == "#!pip install \\\n#  a\nx\n");
  CHECK(Cell("?print\nprint?\nprint??\nx.y? ;\n") == "#?print\n#print?\n#print??\n#x.y? ;\n");
  CHECK(Cell("if x:\n  !ls\nelse:\n  %cd ..") == "if x:\n  pass  #!ls\nelse:\n  pass  #%cd ..\n");
  CHECK(Cell("files = !ls\nt = %timeit -o f()\na, b = !x\n") ==
        "files = None  #!ls\nt = None  #%timeit -o f()\na, b = None  #!x\n");
  CHECK(Cell("%%bash\nls\n\nexit") == "#%%bash\n#ls\n#\n#exit\n");
  CHECK(Cell("\n%%time\nx = 1\n%ls") == "\n#%%time\nx = 1\n#%ls\n");
}

TEST_CASE("operators and text are not taken for magics") {
  for (const char* cell :
       {"x = (1\n  % 2)\n", "x = 1 \\\n  % 2\n", "x = '''\n%a\n!b\nc?\n'''\n", "x != y\n",
        "x = y  # what?\n", "f(a=1)\n", "x %= 2\n", "s = '?'\n", "d = {\n'a': 1,\n}\n",
        "x = f(\n\"%s\"\n% y)\n", "a = 'x\\\n!y'\n", "print('why?')\n"}) {
    CHECK(Cell(cell) == cell);
  }
}

TEST_CASE("a string that is open at the end of its cell does not reach the next one") {
  const SourceFile file = Read(
      R"({"cells": [{"cell_type": "code", "source": "a = 1\nx = '''\nb"},
      {"cell_type": "code", "source": "c = 2"}]})");
  CHECK(file.text() == "a = 1\n#x = '''\n#b\nc = 2\n");
  CHECK(Codes(file) == "NOTEBOOK_CELL_INCOMPLETE");
  CHECK(file.problems[0].span == ByteSpan{6, 17});
}

TEST_CASE("any cell keeps its number of lines") {
  constexpr std::string_view kPieces[] = {"%", "!", "?", "'",  "\"\"\"", "(",  ")",  "\n",
                                          "x", "=", "#", "\\", " ",      "%%", "\r", "f'{"};
  uint32_t state = 5;
  for (int round = 0; round < 3000; ++round) {
    std::string cell;
    uint32_t lines = 0;
    for (int i = 0; i < 30; ++i) {
      state = state * 1664525 + 1013904223;
      const std::string_view piece = kPieces[(state >> 16) % std::size(kPieces)];
      if (piece == "\r" || (!cell.empty() && cell.back() == '\r' && piece == "\n")) continue;
      lines += piece == "\n";
      cell += piece;
    }
    lines += !cell.empty() && cell.back() != '\n';
    const std::string python = Cell(cell);
    CAPTURE(cell);
    CAPTURE(python);
    CHECK(static_cast<uint32_t>(std::count(python.begin(), python.end(), '\n')) == lines);
  }
}

}  // namespace
}  // namespace codeanatomy::source
