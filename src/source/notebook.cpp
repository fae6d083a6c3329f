#include "source/notebook.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/ascii.h"

namespace codeanatomy::source {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// Names of spans are 32 bits wide; a module that would not fit cannot come from a file that does.
constexpr size_t kMaxLineShown = 80;

/// Cell magics whose cell is Python that runs in the notebook's namespace.
constexpr std::string_view kPythonCellMagics[] = {"time", "timeit", "capture",
                                                  "prun", "memit",  "mprun"};

/// `source` is a text or a list of them.
std::string TextOf(const element& value) {
  std::string text;
  if (std::string_view one; value.get(one) == simdjson::SUCCESS) {
    text = one;
  } else if (array lines; value.get(lines) == simdjson::SUCCESS) {
    for (const element line : lines) {
      if (std::string_view part; line.get(part) == simdjson::SUCCESS) text += part;
    }
  }
  return text;
}

std::string_view TextAt(const object& parent, std::string_view key) {
  std::string_view text;
  return parent[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

/// The language of a notebook, empty where it does not say.
std::string_view LanguageOf(const object& notebook) {
  object metadata;
  if (notebook["metadata"].get(metadata) != simdjson::SUCCESS) return {};
  for (const auto& [group, key] :
       {std::pair("language_info", "name"), {"kernelspec", "language"}}) {
    object info;
    if (metadata[group].get(info) != simdjson::SUCCESS) continue;
    if (const std::string_view name = TextAt(info, key); !name.empty()) return name;
  }
  return {};
}

bool IsPython(std::string_view language) {
  const std::string lower = AsciiLower(language);
  return lower.empty() || lower == "python" || lower == "ipython" || lower == "python3" ||
         lower == "python2";
}

std::string_view StripBlanks(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

/// Rewrites a cell line by line, with as much of the lexical state as tells statements from text:
/// open brackets, open triple quotes, continued lines.
class CellScanner {
 public:
  CellScanner(std::string_view source, uint32_t base, std::vector<SourceProblem>& problems)
      : rest_(source), base_(base), problems_(problems) {}

  std::string Run() {
    bool first = true;
    while (!rest_.empty()) {
      const std::string_view line = TakeLine();
      if (first && StripBlanks(line).starts_with("%%")) {
        CellMagic(line);
      } else {
        Line(line);
      }
      first = first && StripBlanks(line).empty();
    }
    if (quote_ != 0) CommentOpenString();
    return std::move(out_);
  }

 private:
  /// The next line without its end, which is consumed: \n, \r\n or \r.
  std::string_view TakeLine() {
    const size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (rest_.starts_with("\r\n")) {
      rest_.remove_prefix(2);
    } else if (!rest_.empty()) {
      rest_.remove_prefix(1);
    }
    return line;
  }

  void Emit(std::string_view line) {
    line_begins_.push_back(out_.size());
    out_ += line;
    out_ += '\n';
  }

  /// A line that is no Python: `kept` is what stands before the comment.
  void Comment(std::string_view line, std::string_view kept, bool report) {
    const size_t begin = out_.size();
    Emit(fmt::format("{}#{}", kept, line));
    if (report) Report("NOTEBOOK_MAGIC", begin, "not Python but IPython", line);
  }

  void Report(std::string_view code, size_t begin, std::string_view what, std::string_view line) {
    std::string_view shown = StripBlanks(line);
    if (shown.size() > kMaxLineShown) {
      size_t cut = kMaxLineShown;
      while (cut > 0 && (static_cast<uint8_t>(shown[cut]) & 0xc0) == 0x80) --cut;
      shown = shown.substr(0, cut);
    }
    problems_.push_back(
        {code,
         fmt::format("{}: {}", what, shown),
         {base_ + static_cast<uint32_t>(begin), base_ + static_cast<uint32_t>(out_.size() - 1)},
         {},
         0});
  }

  void CellMagic(std::string_view line) {
    Comment(line, "", true);
    std::string_view name = StripBlanks(line).substr(2);
    name = name.substr(0, name.find_first_of(" \t"));
    if (std::ranges::find(kPythonCellMagics, name) != std::end(kPythonCellMagics)) return;
    while (!rest_.empty()) Comment(TakeLine(), "", false);
  }

  void Line(std::string_view line) {
    const bool starts_statement = brackets_ == 0 && quote_ == 0 && !continued_;
    if (!starts_statement) {
      Emit(line);
      return Scan(line);
    }
    const std::string_view content = StripBlanks(line);
    const size_t indent = static_cast<size_t>(content.data() - line.data());
    if (!content.empty() && (content[0] == '%' || content[0] == '!' || content[0] == '?')) {
      return Escape(line, indent);
    }
    statement_begin_ = line_begins_.size();
    Scan(line);
    if (magic_at_ != std::string_view::npos) {
      // `x = !ls`: what stands before stays, with a value.
      ResetLine();
      Comment(line.substr(magic_at_), std::string(line.substr(0, magic_at_)) + "None  ", true);
      return SkipContinued(line);
    }
    if (help_) {
      ResetLine();
      return Escape(line, indent);
    }
    Emit(line);
  }

  void Escape(std::string_view line, size_t indent) {
    if (indent == 0) {
      Comment(line, "", true);
    } else {
      Comment(line.substr(indent), std::string(line.substr(0, indent)) + "pass  ", true);
    }
    SkipContinued(line);
  }

  /// IPython joins an escaped line with the next one where it ends with a backslash.
  void SkipContinued(std::string_view line) {
    while (line.ends_with('\\') && !rest_.empty()) {
      line = TakeLine();
      Comment(line, "", false);
    }
  }

  void ResetLine() {
    brackets_ = 0;
    quote_ = 0;
    continued_ = false;
  }

  /// Follows strings, brackets and comments through a line; notes a value that is a magic and a `?`
  /// at the end.
  void Scan(std::string_view line) {
    magic_at_ = std::string_view::npos;
    help_ = continued_ = false;
    for (size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quote_ != 0) {
        i += InString(line, i);
        continue;
      }
      switch (c) {
        case '#':
          return;
        case '"':
        case '\'':
          OpenString(line, i);
          break;
        case '(':
        case '[':
        case '{':
          ++brackets_;
          break;
        case ')':
        case ']':
        case '}':
          brackets_ -= brackets_ > 0 ? 1 : 0;
          break;
        case '=':
          if (brackets_ == 0 && magic_at_ == std::string_view::npos) FindMagicValue(line, i);
          if (magic_at_ != std::string_view::npos) return;
          break;
        case '?': {
          const size_t other = line.find_first_not_of("?; \t", i);
          help_ = other == std::string_view::npos;
          if (help_) return;
          i = other - 1;
          break;
        }
        case '\\':
          continued_ = i + 1 == line.size();
          break;
        default:
          break;
      }
    }
    if (quote_ != 0 && !triple_ && !line.ends_with('\\'))
      quote_ = 0;  // an error, left to the lexer
  }

  void OpenString(std::string_view line, size_t& i) {
    quote_ = line[i];
    triple_ = i + 2 < line.size() && line[i + 1] == quote_ && line[i + 2] == quote_;
    if (triple_) i += 2;
  }

  /// One step inside a string; how many further characters it takes.
  size_t InString(std::string_view line, size_t i) {
    if (line[i] == '\\') return 1;
    if (line[i] != quote_) return 0;
    if (!triple_) {
      quote_ = 0;
      return 0;
    }
    if (i + 2 >= line.size() || line[i + 1] != quote_ || line[i + 2] != quote_) return 0;
    quote_ = 0;
    return 2;
  }

  /// Behind `=` at `i`: is the value a magic or a shell command?
  void FindMagicValue(std::string_view line, size_t i) {
    size_t at = i + 1;
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    if (at + 1 >= line.size() || (line[at] != '%' && line[at] != '!')) return;
    if (line[at] == '!' && line[at + 1] == '=') return;
    if (i > 0 && std::string_view("=<>!:+-*/%@&|^").find(line[i - 1]) != std::string_view::npos)
      return;
    magic_at_ = at;
  }

  /// A string that the cell does not close must not swallow the cells behind it.
  void CommentOpenString() {
    std::string fixed = out_.substr(0, line_begins_[statement_begin_]);
    const size_t begin = fixed.size();
    std::string_view damaged = std::string_view(out_).substr(begin);
    const std::string_view head = damaged.substr(0, damaged.find('\n'));
    const std::string shown(head);
    while (!damaged.empty()) {
      const size_t end = damaged.find('\n') + 1;
      fixed += '#';
      fixed += damaged.substr(0, end);
      damaged.remove_prefix(end);
    }
    out_ = std::move(fixed);
    Report("NOTEBOOK_CELL_INCOMPLETE", begin, "a string is still open where its cell ends", shown);
  }

  std::string_view rest_;
  uint32_t base_;
  std::vector<SourceProblem>& problems_;
  std::string out_;
  std::vector<size_t> line_begins_;  // in out_
  size_t statement_begin_ = 0;       // index of line_begins_
  int brackets_ = 0;
  char quote_ = 0;
  bool triple_ = false, continued_ = false, help_ = false;
  size_t magic_at_ = std::string_view::npos;
};

uint32_t CountLines(std::string_view text) {
  return static_cast<uint32_t>(std::ranges::count(text, '\n'));
}

class NotebookReader {
 public:
  explicit NotebookReader(SourceFile& file) : file_(file) {}

  void Run() {
    const std::string json = std::move(file_.bytes);
    file_.bytes.clear();
    file_.encoding = "utf-8";
    simdjson::dom::parser parser;
    const bool has_mark = json.starts_with("\xef\xbb\xbf");
    object notebook;
    const auto status =
        parser.parse(json.data() + (has_mark ? 3 : 0), json.size() - (has_mark ? 3 : 0))
            .get(notebook);
    if (status != simdjson::SUCCESS) return Refuse(simdjson::error_message(status));
    if (const std::string_view language = LanguageOf(notebook); !IsPython(language)) {
      file_.problems.push_back(
          {"NOTEBOOK_LANGUAGE", fmt::format("the notebook is written in {}", language), {}, {}, 0});
      return;
    }
    Cells(notebook);
  }

 private:
  void Refuse(std::string_view why) {
    file_.problems.push_back({"NOTEBOOK_INVALID", fmt::format("no notebook: {}", why), {}, {}, 0});
  }

  void Cells(const object& notebook) {
    array cells, worksheets;
    if (notebook["cells"].get(cells) == simdjson::SUCCESS) {
      for (const element cell : cells) Cell(cell, "source", "execution_count");
    } else if (notebook["worksheets"].get(worksheets) == simdjson::SUCCESS) {  // nbformat 3
      for (const element worksheet : worksheets) {
        if (worksheet["cells"].get(cells) != simdjson::SUCCESS) continue;
        for (const element cell : cells) Cell(cell, "input", "prompt_number");
      }
    } else {
      Refuse("it has neither cells nor worksheets");
    }
  }

  void Cell(const element& value, std::string_view source_key, std::string_view count_key) {
    const int32_t index = next_index_++;
    object cell;
    if (value.get(cell) != simdjson::SUCCESS || TextAt(cell, "cell_type") != "code") return;
    if (!IsPython(TextAt(cell, "language"))) return;
    NotebookCell row{.index = index, .id = std::string(TextAt(cell, "id")), .line = next_line_};
    row.span.begin = static_cast<uint32_t>(file_.bytes.size());
    int64_t count = 0;
    if (cell[count_key].get(count) == simdjson::SUCCESS) row.execution_count = count;
    if (element source; cell[source_key].get(source) == simdjson::SUCCESS) {
      const std::string text = PythonOfCell(TextOf(source), row.span.begin, file_.problems);
      file_.bytes += text;
      next_line_ += CountLines(text);
    }
    row.span.end = static_cast<uint32_t>(file_.bytes.size());
    row.end_line = next_line_ - 1;
    file_.cells.push_back(std::move(row));
  }

  SourceFile& file_;
  int32_t next_index_ = 0;
  uint32_t next_line_ = 1;
};

}  // namespace

bool IsNotebookPath(std::string_view path) { return path.ends_with(".ipynb"); }

std::string PythonOfCell(std::string_view source, uint32_t base,
                         std::vector<SourceProblem>& problems) {
  return CellScanner(source, base, problems).Run();
}

void ReadNotebook(SourceFile& file) { NotebookReader(file).Run(); }

}  // namespace codeanatomy::source
