#include "corpus.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "lex/token.h"

namespace codeanatomy::fuzz {
namespace fs = std::filesystem;
namespace {

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in && !in.eof()) {
    throw fs::filesystem_error("cannot read", path, std::make_error_code(std::errc::io_error));
  }
  return bytes;
}

void AddPython(std::string_view bytes, std::vector<std::string>& chunks) {
  while (bytes.size() > kLongestChunk) {
    const size_t line_end = bytes.rfind('\n', kLongestChunk - 1);
    const size_t size = line_end == std::string_view::npos ? kLongestChunk : line_end + 1;
    chunks.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  if (!bytes.empty()) chunks.emplace_back(bytes);
}

void AddFile(const fs::path& path, Corpus& corpus) {
  const std::string extension = path.extension().string();
  if (extension == ".py" || extension == ".pyi") {
    AddPython(ReadAll(path), corpus.python);
  } else if (extension == ".ipynb") {
    corpus.notebooks.push_back(ReadAll(path));
  } else if (extension == ".json" || extension == ".toml") {
    corpus.documents.push_back(ReadAll(path));
  }
}

}  // namespace

void AddSeeds(const fs::path& folder, Corpus& corpus) {
  if (fs::is_regular_file(folder)) return AddFile(folder, corpus);
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  for (const fs::path& path : paths) AddFile(path, corpus);
}

const std::vector<std::string>& PythonWords() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> made;
    for (size_t i = 0; i < lex::kTokenKindCount; ++i) {
      const auto kind = static_cast<lex::TokenKind>(i);
      if (lex::IsKeyword(kind) || lex::IsOperator(kind)) made.emplace_back(lex::TokenText(kind));
    }
    for (const std::string_view word : {"match",
                                        "case",
                                        "type",
                                        "_",
                                        "print",
                                        "__debug__",
                                        "__class__",
                                        "x",
                                        "0",
                                        "0x_f",
                                        "1_000",
                                        "1e400",
                                        "1j",
                                        "0777",
                                        "9l",
                                        "0b2",
                                        "'",
                                        "\"",
                                        "'''",
                                        "\"\"\"",
                                        "f'",
                                        "f\"\"\"",
                                        "rb'",
                                        "t'{",
                                        "fr'{x!r:",
                                        "{",
                                        "}}",
                                        "!r}",
                                        "{x:{y}",
                                        "\\N{DASH}",
                                        "\\x",
                                        "\\",
                                        "\\\n",
                                        "\n",
                                        "\r",
                                        "\r\n",
                                        "\t",
                                        "\f",
                                        "    ",
                                        "\n  ",
                                        "\n\t",
                                        "# type: int",
                                        "#",
                                        "\xef\xbb\xbf",
                                        "\xc3\xa9",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x92\xa9",
                                        "\xff",
                                        "\xed\xa0\x80",
                                        "\xc2",
                                        "?",
                                        "$",
                                        "<>",
                                        "from __future__ import annotations\n",
                                        "# -*- coding: latin-1 -*-\n",
                                        "%matplotlib\n",
                                        "!ls\n",
                                        "async def f():\n ",
                                        "lambda *a, k=1: ",
                                        "except* E:\n ",
                                        "with (a as b,):\n ",
                                        "def f[T: int = str](a, /, *, b): ",
                                        "class C(m=x): "}) {
      made.emplace_back(word);
    }
    made.emplace_back(1, '\0');
    return made;
  }();
  return words;
}

}  // namespace codeanatomy::fuzz
