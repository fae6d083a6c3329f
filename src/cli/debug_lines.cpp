#include "cli/debug_lines.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json_text.h"
#include "base/line_index.h"
#include "catalog/diagnostic_code.h"
#include "parse/ast_dump.h"
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

// LibCST's class for a kind, where each node of the one is a node of the other.
std::string_view CstKind(AstKind kind) {
  switch (kind) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
      return "FunctionDef";
    case AstKind::kFor:
    case AstKind::kAsyncFor:
      return "For";
    case AstKind::kWith:
    case AstKind::kAsyncWith:
      return "With";
    case AstKind::kYield:
    case AstKind::kYieldFrom:
      return "Yield";
    case AstKind::kClassDef:
    case AstKind::kImport:
    case AstKind::kImportFrom:
    case AstKind::kCall:
    case AstKind::kLambda:
    case AstKind::kSubscript:
    case AstKind::kAssign:
    case AstKind::kAnnAssign:
    case AstKind::kAugAssign:
    case AstKind::kIf:
    case AstKind::kWhile:
    case AstKind::kTry:
    case AstKind::kTryStar:
    case AstKind::kMatch:
    case AstKind::kReturn:
    case AstKind::kRaise:
    case AstKind::kAssert:
    case AstKind::kGlobal:
    case AstKind::kNonlocal:
    case AstKind::kPass:
    case AstKind::kBreak:
    case AstKind::kContinue:
    case AstKind::kExpr:
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp:
    case AstKind::kAwait:
    case AstKind::kNamedExpr:
    case AstKind::kIfExp:
      return AstKindName(kind);
    case AstKind::kDelete:
      return "Del";
    case AstKind::kCompare:
      return "Comparison";
    case AstKind::kUnaryOp:
      return "UnaryOperation";
    default:
      return {};
  }
}

bool IsSpanned(AstKind kind) {
  switch (kind) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
    case AstKind::kClassDef:
    case AstKind::kImport:
    case AstKind::kImportFrom:
    case AstKind::kCall:
      return true;
    default:
      return false;
  }
}

// Whether tokens and what lies between them make up the text: ordered, apart, nothing but trivia
// between.
bool CoversText(const parse::SyntaxTree& tree) {
  const std::string_view text = tree.text();
  uint32_t at = 0;
  const auto is_trivia = [&](uint32_t begin, uint32_t end) {
    for (uint32_t i = begin; i < end; ++i) {
      if (text[i] == '#') {
        while (i < end && text[i] != '\n' && text[i] != '\r') ++i;
        if (i == end) return true;
      }
      if (std::string_view(" \t\f\r\n\\").find(text[i]) == std::string_view::npos) return false;
    }
    return true;
  };
  for (const ByteSpan token : tree.tokens()) {
    if (token.begin < at || token.end < token.begin || token.end > text.size()) return false;
    if (!is_trivia(at, token.begin)) return false;
    at = token.end;
  }
  return is_trivia(at, static_cast<uint32_t>(text.size()));
}

// The tree's tokens and trivia, at their places on disk.
std::string WriteBack(const source::SourceFile& file, const parse::SyntaxTree& tree) {
  std::string out(file.bytes.substr(0, file.text_offset));
  uint32_t at = file.text_offset;
  const auto copy = [&](uint32_t end) {
    const uint32_t disk =
        std::max(at, std::min(file.ToDisk(end), static_cast<uint32_t>(file.bytes.size())));
    out.append(file.bytes, at, disk - at);
    at = disk;
  };
  for (const ByteSpan token : tree.tokens()) {
    copy(token.begin);
    copy(token.end);
  }
  out.append(file.bytes, at);
  return out;
}

bool IsBadUtf8(const source::SourceFile& file, const source::SourceProblem& problem) {
  return problem.code == "INVALID_ENCODING" && file.encoding == "utf-8";
}

// CPython decodes a file before it has lines: such errors stand at line 0.
void AppendSourceError(std::string& out, const source::SourceFile& file,
                       const source::SourceProblem& problem, PythonVersion version) {
  out += file.is_readable ? "{\"type\": \"SyntaxError\", \"msg\": "
                          : "{\"type\": \"OSError\", \"msg\": ";
  AppendJsonString(out, problem.message);
  if (!file.is_readable) {
    out += ", \"lineno\": null, \"offset\": null}";
  } else if (IsBadUtf8(file, problem)) {
    const LineIndex lines(file.bytes);
    const LineColumn at = lines.Find(problem.span.begin);
    fmt::format_to(std::back_inserter(out), ", \"lineno\": {}, \"offset\": {}}}", at.line,
                   at.column + 1);
  } else {
    fmt::format_to(std::back_inserter(out), ", \"lineno\": 0, \"offset\": {}}}",
                   version == PythonVersion::k38 ? 0 : -1);
  }
}

// Before 3.14 the tokenizer looked at the bytes of tokens only: comments could hold anything.
const source::SourceProblem* FirstProblem(const source::SourceFile& file,
                                          const parse::SyntaxTree& tree) {
  for (const source::SourceProblem& problem : file.problems) {
    const DiagnosticCodeInfo* info = FindDiagnosticCode(problem.code);
    if (info != nullptr && info->severity != DiagnosticSeverity::kError) continue;
    if (!IsBadUtf8(file, problem) || tree.version() >= PythonVersion::k314) return &problem;
    for (const ByteSpan token : tree.tokens()) {
      const std::string_view text = tree.text().substr(token.begin, token.size());
      if (text.find("\xef\xbf\xbd") != std::string_view::npos) return &problem;
    }
  }
  return nullptr;
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

// The parser's offsets count characters; those of the symbol table bytes, as CPython's do.
void AppendError(std::string& out, std::string_view text, const parse::Diagnostic& problem) {
  const LineIndex lines(text);
  const LineColumn at = lines.Find(problem.span.begin);
  constexpr uint8_t kSymbolsStage = 2;
  const bool has_own_place = problem.reported.line != 0;
  const uint32_t column =
      problem.stage == kSymbolsStage
          ? at.column
          : CharacterColumn(text, lines.line_start(at.line), problem.span.begin);
  out += "{\"type\": ";
  AppendJsonString(out, problem.type);
  out += ", \"msg\": ";
  AppendJsonString(out, problem.message);
  fmt::format_to(std::back_inserter(out), ", \"lineno\": {}, \"offset\": {}}}",
                 has_own_place ? problem.reported.line : at.line,
                 has_own_place ? problem.reported.offset : column + 1);
}

namespace {

// {"path", KEY: what `append` writes or null, "error"}.
template <typename Append>
std::string ResultLine(const source::SourceFile& file, const parse::SyntaxTree& tree,
                       std::string_view key, const parse::Diagnostic* problem, Append append) {
  const source::SourceProblem* source_problem = FirstProblem(file, tree);
  std::string out = "{";
  AppendPath(out, file);
  out.append(", \"").append(key).append("\": ");
  if (source_problem != nullptr || problem != nullptr) {
    out += "null, \"error\": ";
    if (source_problem != nullptr) {
      AppendSourceError(out, file, *source_problem, tree.version());
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

std::string CstLine(const source::SourceFile& file, PythonVersion version) {
  const parse::SyntaxTree tree = Parse(file, version);
  const std::string written = WriteBack(file, tree);
  std::string out = "{";
  AppendPath(out, file);
  const bool equal = written == file.bytes && file.is_readable && CoversText(tree);
  fmt::format_to(std::back_inserter(out),
                 ", \"equal\": {}, \"sha256\": \"{}\", \"length\": {}, \"counts\": {{", equal,
                 Hex(Sha256::Of(written)), written.size());
  std::map<std::string_view, int64_t> counts;
  for (parse::NodeId n = tree.root(); n.value < tree.size(); ++n.value) {
    if (const std::string_view kind = CstKind(tree.kind(n)); !kind.empty()) ++counts[kind];
  }
  bool separate = false;
  for (const auto& [kind, count] : counts) {
    fmt::format_to(std::back_inserter(out), "{}\"{}\": {}", separate ? ", " : "", kind, count);
    separate = true;
  }
  out += "}, \"spans\": [";
  const LineIndex lines(tree.text());
  const auto append = [&](uint32_t offset) {
    const LineColumn at = lines.Find(offset);
    fmt::format_to(std::back_inserter(out), ", {}, {}", at.line,
                   CharacterColumn(tree.text(), lines.line_start(at.line), offset));
  };
  separate = false;
  for (parse::NodeId n = tree.root(); n.value < tree.size(); ++n.value) {
    if (!IsSpanned(tree.kind(n))) continue;
    fmt::format_to(std::back_inserter(out), "{}[\"{}\"", separate ? ", " : "",
                   CstKind(tree.kind(n)));
    append(tree.span(n).begin);
    append(tree.span(n).end);
    out += ']';
    separate = true;
  }
  return out + "]}";
}

}  // namespace codeanatomy::cli
