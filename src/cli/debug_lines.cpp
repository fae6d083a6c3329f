#include "cli/debug_lines.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/line_index.h"
#include "cli/debug_source_error.h"
#include "parse/ast_dump.h"
#include "symbols/compile_errors.h"
#include "symbols/symbol_table.h"

namespace codeanatomy::cli {
namespace {

using symbols::ScopeId;
using symbols::ScopeType;
using symbols::SymbolId;
using symbols::SymbolTable;

parse::SyntaxTree Parse(const source::SourceFile& file, PythonVersion version) {
  parse::ParseOptions options;
  options.version = version;
  return parse::ParseModule(file.text(), options);
}

const parse::Diagnostic* First(const std::vector<parse::Diagnostic>& diagnostics) {
  return diagnostics.empty() ? nullptr : &diagnostics.front();
}

// SymbolTable.get_type() of the version.
std::string_view TypeName(ScopeType type, PythonVersion version) {
  const bool old = version <= PythonVersion::k312;
  switch (type) {
    case ScopeType::kModule:
      return "module";
    case ScopeType::kFunction:
      return "function";
    case ScopeType::kClass:
      return "class";
    case ScopeType::kAnnotation:
      return "annotation";
    case ScopeType::kTypeAlias:
      return "type alias";
    case ScopeType::kTypeParameters:
      return old ? "type parameter" : "type parameters";
    case ScopeType::kTypeVariable:
      return old ? "TypeVar bound" : "type variable";
  }
  return "";
}

void AppendFlags(std::string& out, const SymbolTable& table, SymbolId y) {
  namespace flag = symbols::symbol_flag;
  bool separate = false;
  const auto add = [&](bool holds, std::string_view name) {
    if (!holds) return;
    out += separate ? ", \"" : "\"";
    out += name;
    out += '"';
    separate = true;
  };
  add(table.has(y, flag::kAnnotated), "annotated");
  add(table.has(y, flag::kAssigned), "assigned");
  add(table.is_declared_global(y), "declared_global");
  add(table.is_free(y), "free");
  add(table.is_global(y), "global");
  add(table.has(y, flag::kImported), "imported");
  add(table.is_local(y), "local");
  add(table.is_namespace(y), "namespace");
  add(table.has(y, flag::kNonlocal), "nonlocal");
  add(table.has(y, flag::kParameter), "parameter");
  add(table.has(y, flag::kReferenced), "referenced");
}

void AppendScopeHead(std::string& out, const SymbolTable& table, ScopeId s, PythonVersion version) {
  fmt::format_to(std::back_inserter(out),
                 "{{\"type\": \"{}\", \"name\": ", TypeName(table.type(s), version));
  AppendJsonString(out, table.name(s));
  fmt::format_to(std::back_inserter(out),
                 ", \"lineno\": {}, \"nested\": {}, \"optimized\": {}, \"symbols\": [",
                 table.line(s), table.is_nested(s), table.is_optimized(s));
  std::vector<SymbolId> order;
  for (SymbolId y = table.symbols_begin(s); y != table.symbols_end(s); ++y.value) {
    if (!table.has(y, symbols::symbol_flag::kUnevaluated)) order.push_back(y);
  }
  std::sort(order.begin(), order.end(),
            [&](SymbolId a, SymbolId b) { return table.name(a) < table.name(b); });
  bool separate = false;
  for (const SymbolId y : order) {
    out += separate ? ", {\"name\": " : "{\"name\": ";
    separate = true;
    AppendJsonString(out, table.name(y));
    out += ", \"flags\": [";
    AppendFlags(out, table, y);
    out += "]}";
  }
  out += "], \"children\": [";
}

// Inlined scopes are passed over, so that their children become those of the scope around them.
void AppendTable(std::string& out, const SymbolTable& table, PythonVersion version) {
  std::vector<ScopeId> open;  // ends of the tables being written
  bool separate = false;
  for (ScopeId s{0}; s.value < table.scope_count();) {
    while (!open.empty() && open.back() <= s) {
      out += "]}";
      open.pop_back();
      separate = true;
    }
    if (!table.is_listed(s)) {
      s = table.subtree_end(s);
      continue;
    }
    if (!table.is_inlined(s)) {
      if (separate) out += ", ";
      AppendScopeHead(out, table, s, version);
      open.push_back(table.subtree_end(s));
      separate = false;
    }
    ++s.value;
  }
  for (size_t i = 0; i < open.size(); ++i) out += "]}";
}

}  // namespace

uint32_t CharacterColumn(std::string_view text, uint32_t line_start, uint32_t offset) {
  uint32_t column = 0;
  for (uint32_t i = line_start; i < offset && i < text.size(); ++i)
    column += (static_cast<uint8_t>(text[i]) & 0xc0) != 0x80;
  return column;
}

void AppendPath(std::string& out, const source::SourceFile& file) {
  out += "\"path\": ";
  AppendJsonPath(out, file.path);
}

namespace {

// The parser's offsets count characters; those of later stages bytes, as CPython's do.
uint32_t ErrorColumn(std::string_view text, const LineIndex& lines, LineColumn at, uint8_t stage,
                     uint32_t offset) {
  constexpr uint8_t kSymbolsStage = 2;
  if (stage >= kSymbolsStage) return at.column;
  return CharacterColumn(text, lines.line_start(at.line), offset);
}

}  // namespace

void AppendError(std::string& out, std::string_view text, const parse::Diagnostic& problem) {
  const LineIndex lines(text);
  const LineColumn at = lines.Find(problem.span.begin);
  const bool has_own_place = problem.reported.line != 0;
  const uint32_t column = ErrorColumn(text, lines, at, problem.stage, problem.span.begin);
  out += "{\"type\": ";
  AppendJsonString(out, problem.type);
  out += ", \"msg\": ";
  AppendJsonString(out, problem.message);
  if (problem.shown == parse::ShownLine::kNone) {
    out += ", \"lineno\": null, \"offset\": null}";
    return;
  }
  const uint32_t line = problem.shown == parse::ShownLine::kZero ? 0 : at.line;
  fmt::format_to(std::back_inserter(out), ", \"lineno\": {}, \"offset\": {}}}",
                 has_own_place ? problem.reported.line : line,
                 has_own_place ? problem.reported.offset : static_cast<int32_t>(column) + 1);
}

namespace {

// The rest of an error's object: where it ends, which CPython tells from 3.10 on, though
// before 3.14 no offset of what it finds in future statements.
void AppendErrorEnd(std::string& out, std::string_view text, const parse::Diagnostic& problem,
                    PythonVersion version, bool has_offset) {
  if (version < PythonVersion::k310) {
    out += ", \"end_lineno\": null, \"end_offset\": null}";
    return;
  }
  if (problem.reported_end.line != 0) {
    fmt::format_to(std::back_inserter(out), ", \"end_lineno\": {}, \"end_offset\": {}}}",
                   problem.reported_end.line, problem.reported_end.offset);
    return;
  }
  const LineIndex lines(text);
  if (!has_offset) {
    fmt::format_to(std::back_inserter(out), ", \"end_lineno\": {}, \"end_offset\": null}}",
                   lines.Find(problem.span.begin).line);
    return;
  }
  const LineColumn at = lines.Find(problem.span.end);
  fmt::format_to(std::back_inserter(out), ", \"end_lineno\": {}, \"end_offset\": {}}}", at.line,
                 ErrorColumn(text, lines, at, problem.stage, problem.span.end) + 1);
}

// {"path", KEY: what `append` writes or null, "error"}.
template <typename Append>
std::string ResultLine(const source::SourceFile& file, const parse::SyntaxTree& tree,
                       std::string_view key, const parse::Diagnostic* problem, Append append) {
  const std::optional<SourceError> source_error = FindSourceError(file, tree);
  std::string out = "{";
  AppendPath(out, file);
  out.append(", \"").append(key).append("\": ");
  if (source_error || problem != nullptr) {
    out += "null, \"error\": ";
    if (source_error) {
      AppendSourceError(out, *source_error);
      out += '}';
    } else {
      AppendError(out, tree.text(), *problem);
    }
  } else {
    append(out);
    out += ", \"error\": null";
  }
  return out + '}';
}

}  // namespace

std::string AstLine(const source::SourceFile& file, PythonVersion version) {
  const parse::SyntaxTree tree = Parse(file, version);
  const parse::Diagnostic* problem = First(tree.diagnostics());
  std::vector<parse::Diagnostic> future;
  if (problem == nullptr && version >= PythonVersion::k314) {
    future = symbols::FindFutureFeatureErrors(tree);  // ast.parse of 3.14 checks these too
    problem = First(future);
  } else if (problem == nullptr && version == PythonVersion::k38) {
    future = symbols::FindTreeErrors(tree, symbols::BuildSymbolTable(tree));
    problem = First(future);
  }
  return ResultLine(file, tree, "ast", problem, [&](std::string& out) {
    AppendJsonString(out, parse::DumpAst(tree, LineIndex(tree.text())));
  });
}

std::string SymtableLine(const source::SourceFile& file, PythonVersion version) {
  const parse::SyntaxTree tree = Parse(file, version);
  const SymbolTable table = symbols::BuildSymbolTable(tree);
  const parse::Diagnostic* problem = First(tree.diagnostics());
  if (problem == nullptr) problem = First(table.diagnostics());
  return ResultLine(file, tree, "table", problem,
                    [&](std::string& out) { AppendTable(out, table, version); });
}

// In the order of compile(): parser, __future__, symbol table, code generator.
std::string ErrorsLine(const source::SourceFile& file, PythonVersion version) {
  const parse::SyntaxTree tree = Parse(file, version);
  std::vector<parse::Diagnostic> found;
  bool has_offset = true;
  if (tree.diagnostics().empty()) {
    const SymbolTable table = symbols::BuildSymbolTable(tree);
    found = symbols::FindTreeErrors(tree, table);
    if (found.empty()) {
      found = symbols::FindFutureFeatureErrors(tree);
      has_offset = found.empty() || version >= PythonVersion::k314;
    }
    if (found.empty()) found = table.diagnostics();
    if (found.empty()) found = symbols::FindCompileErrors(tree, table);
  } else {
    found.push_back(tree.diagnostics().front());
  }
  std::string out = "{";
  AppendPath(out, file);
  out += ", \"error\": ";
  if (const auto source_error = FindSourceError(file, tree)) {
    AppendSourceError(out, *source_error);
    AppendSourceErrorEnd(out, *source_error);
  } else if (found.empty()) {
    out += "null";
  } else {
    AppendError(out, tree.text(), found.front());
    out.pop_back();
    AppendErrorEnd(out, tree.text(), found.front(), version, has_offset);
  }
  return out + '}';
}

}  // namespace codeanatomy::cli
