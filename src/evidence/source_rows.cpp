// repo_files, file_line_index, notebook_cells, cst_parse_manifest, cst_parse_errors: the file as a
// file.
#include <algorithm>

#include "catalog/diagnostic_code.h"
#include "evidence/file_context.h"
#include "resolve/module_name.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;

constexpr std::string_view kNewlineKinds[] = {"lf", "crlf", "cr", "none"};
enum NewlineKind : uint16_t { kLf, kCrLf, kCr, kNoNewline };
constexpr std::string_view kNewlines[] = {"\n", "\r\n", "\r"};
constexpr size_t kMaxLineText = 10'000;

/// How the line [begin, end) of `text` ends, and the length of that.
NewlineKind NewlineAt(std::string_view text, uint32_t begin, uint32_t end) {
  if (end == begin) return kNoNewline;
  if (text[end - 1] == '\n') return end - begin > 1 && text[end - 2] == '\r' ? kCrLf : kLf;
  return text[end - 1] == '\r' ? kCr : kNoNewline;
}
size_t NewlineLength(NewlineKind kind) { return kind == kNoNewline ? 0 : kNewlines[kind].size(); }

std::string_view CutAtCharacter(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<uint8_t>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit);
}

/// The line end that the file uses first; empty: none.
std::string_view FirstNewline(std::string_view text) {
  const size_t at = text.find_first_of("\r\n");
  if (at == std::string_view::npos) return {};
  if (text[at] == '\n') return kNewlines[kLf];
  return at + 1 < text.size() && text[at + 1] == '\n' ? kNewlines[kCrLf] : kNewlines[kCr];
}

bool IsTest(std::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string_view file = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (file.starts_with("test_") || file == "conftest.py" || file == "tests.py") return true;
  if (file.substr(0, file.rfind('.')).ends_with("_test")) return true;
  std::string_view folders = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  while (!folders.empty()) {
    const size_t end = folders.find('/');
    const std::string_view folder = folders.substr(0, end);
    if (folder == "test" || folder == "tests") return true;
    folders = end == std::string_view::npos ? std::string_view() : folders.substr(end + 1);
  }
  return false;
}

/// Text that begins the first indented line: what the file indents by. Four spaces where nothing
/// is.
std::string_view IndentOf(const FileContext& context) {
  const parse::SyntaxTree& tree = context.tree;
  for (NodeId n{1}; n.value < tree.size(); ++n.value) {
    const AstKind kind = tree.kind(n);
    if (GetAstKindInfo(kind).sort != AstSort::kStmt) continue;
    if (tree.slot(n) != AstField::kBody || !tree.parent(n).valid() || tree.parent(n).value == 0)
      continue;
    const LineColumn at = context.positions.Find(tree.span(n).begin);
    const LineColumn owner = context.positions.Find(tree.span(tree.parent(n)).begin);
    if (at.line == owner.line || at.column <= owner.column) continue;
    const uint32_t start = context.positions.lines().line_start(at.line);
    const std::string_view indent = context.file.text().substr(start, at.column);
    return indent.substr(std::min<size_t>(owner.column, indent.size()));
  }
  return "    ";
}

void AppendFutureImports(const FileContext& context, ListColumn& list) {
  const parse::SyntaxTree& tree = context.tree;
  TextColumn& names = Elements<TextColumn>(list);
  for (NodeId statement : tree.Children(tree.root(), AstField::kBody)) {
    if (!statement.valid() || tree.kind(statement) != AstKind::kImportFrom) continue;
    if (context.NameIn(statement, AstField::kModule) != "__future__") continue;
    for (NodeId alias : tree.Children(statement, AstField::kNames)) {
      if (alias.valid()) names.Append(context.NameIn(alias, AstField::kName));
    }
  }
  list.CloseRow();
}

}  // namespace

void AddFileRows(const source::SourceFile& file, const ExtractOptions&, int64_t file_id,
                 TableList& tables) {
  BatchBuilder builder("repo_files");
  builder.SetConstant("file_id", file_id);
  builder.SetConstant("path", file.path);
  if (!file.sha256.empty()) builder.SetConstant("file_sha256", file.sha256);
  builder.SetConstant("size_bytes", file.size_bytes);
  if (file.is_readable) {
    builder.SetConstant("encoding", file.encoding);
    const std::string_view newline = FirstNewline(file.text());
    if (!newline.empty()) {
      builder.SetConstant("newline", kNewlineKinds[newline == "\r\n" ? kCrLf
                                                   : newline == "\r" ? kCr
                                                                     : kLf]);
    }
  }
  builder.Bools("is_stub").Append(file.is_stub());
  builder.Bools("is_test").Append(IsTest(file.path));
  const TableInfo* table = builder.table();
  tables.push_back({table, builder.Finish(1, nullptr)});
}

void AddLineRows(const FileContext& context, TableList& tables) {
  const std::string_view text = context.file.text();
  if (text.empty()) return;
  const std::vector<uint32_t>& starts = context.positions.lines().starts();
  BatchBuilder builder = context.Begin("file_line_index");
  Int64Column& line_no = builder.Longs("line_no");
  Int64Column& begins = builder.Longs("line_start_byte");
  Int64Column& ends = builder.Longs("line_end_byte");
  TextColumn& texts = builder.Texts("line_text");
  CodeColumn& kinds = builder.Codes("newline_kind", kNewlineKinds);
  size_t rows = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    const uint32_t begin = starts[i];
    const uint32_t end = i + 1 < starts.size() ? starts[i + 1] : static_cast<uint32_t>(text.size());
    if (begin == end) break;  // after the last line end
    const NewlineKind kind = NewlineAt(text, begin, end);
    line_no.Append(static_cast<int64_t>(i + 1));
    begins.Append(context.Disk(begin));
    ends.Append(context.Disk(end));
    texts.Append(
        CutAtCharacter(text.substr(begin, end - begin - NewlineLength(kind)), kMaxLineText));
    kinds.Append(kind);
    ++rows;
  }
  AddTable(tables, context, builder, rows);
}

void AddCellRows(const FileContext& context, TableList& tables) {
  const std::vector<source::NotebookCell>& cells = context.file.cells;
  if (cells.empty()) return;
  BatchBuilder builder = context.Begin("notebook_cells");
  Int32Column& index = builder.Ints("cell_index");
  TextColumn& id = builder.Texts("cell_id");
  Int64Column& execution_count = builder.Longs("execution_count");
  Int64Column& bstart = builder.Longs("bstart");
  Int64Column& bend = builder.Longs("bend");
  Int32Column& line = builder.Ints("line");
  Int32Column& end_line = builder.Ints("end_line");
  for (const source::NotebookCell& cell : cells) {
    index.Append(cell.index);
    if (cell.id.empty()) {
      id.AppendNull();
    } else {
      id.Append(cell.id);
    }
    if (cell.execution_count) {
      execution_count.Append(*cell.execution_count);
    } else {
      execution_count.AppendNull();
    }
    bstart.Append(cell.span.begin);
    bend.Append(cell.span.end);
    line.Append(static_cast<int32_t>(cell.line));
    end_line.Append(static_cast<int32_t>(cell.end_line));
  }
  AddTable(tables, context, builder, cells.size());
}

void AddParseRows(const FileContext& context, TableList& tables) {
  const std::string_view text = context.file.text();
  const resolve::ModuleName module = resolve::ModuleNameOf(context.file.path);
  BatchBuilder builder = context.Begin("cst_parse_manifest");
  builder.SetConstant("encoding", context.file.encoding);
  builder.SetConstant("default_indent", IndentOf(context));
  const std::string_view newline = FirstNewline(text);
  builder.SetConstant("default_newline", newline.empty() ? kNewlines[kLf] : newline);
  builder.Bools("has_trailing_newline").Append(text.ends_with('\n') || text.ends_with('\r'));
  AppendFutureImports(context, builder.Lists<TextColumn>("future_imports"));
  builder.SetConstant("module_name", context.module_name);
  builder.SetConstant("package_name", context.arena->Copy(module.package));
  builder.SetConstant("parser_version", "1");
  builder.SetConstant("grammar_version", PythonVersionName(context.tree.version()));
  builder.SetConstant("node_count", static_cast<int64_t>(context.tree.size()));
  builder.SetConstant("error_count", static_cast<int64_t>(context.tree.diagnostics().size()));
  AddTable(tables, context, builder, 1);

  BatchBuilder errors = context.Begin("cst_parse_errors");
  TextColumn& type = errors.Texts("error_type");
  TextColumn& message = errors.Texts("message");
  FullSpanColumns span(errors);
  std::vector<const parse::Diagnostic*> sorted;
  for (const parse::Diagnostic& diagnostic : context.tree.diagnostics())
    sorted.push_back(&diagnostic);
  std::ranges::stable_sort(sorted, [](const auto* a, const auto* b) {
    return std::pair(a->span.begin, a->span.end) < std::pair(b->span.begin, b->span.end);
  });
  for (const parse::Diagnostic* diagnostic : sorted) {
    type.Append(context.arena->Copy(diagnostic->type));
    message.Append(context.KeepValid(diagnostic->message));
    span.Append(context, diagnostic->span);
  }
  AddTable(tables, context, errors, sorted.size());
}

}  // namespace codeanatomy::evidence
