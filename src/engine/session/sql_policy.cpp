#include "engine/session/sql_policy.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/ascii.h"
#include "catalog/function.h"

namespace codeanatomy::engine {
namespace {

namespace dom = simdjson::dom;

/// Table functions that compute from their arguments alone. All others read files, settings or text
/// that is run as SQL.
constexpr auto kTableFunctions = std::to_array<std::string_view>({
    "generate_series",
    "generate_subscripts",
    "json_each",
    "json_tree",
    "range",
    "repeat",
    "repeat_row",
    "unnest",
});

struct StatementKind {
  std::string_view keyword;
  std::string_view way_out;
};

constexpr std::string_view kReadOnly = "sql runs one SELECT over a build";

constexpr auto kStatementKinds = std::to_array<StatementKind>({
    {"INSERT", "write to a Delta table with `codeanatomy delta write`"},
    {"UPDATE", "change a Delta table with `codeanatomy delta update`"},
    {"DELETE", "delete from a Delta table with `codeanatomy delta delete`"},
    {"MERGE", "write to a Delta table with `codeanatomy delta write`"},
    {"TRUNCATE", "empty a Delta table with `codeanatomy delta truncate`"},
    {"CREATE", "name intermediate results with WITH"},
    {"COPY", "print the rows with --format csv or json"},
    {"EXPORT", "print the rows with --format csv or json"},
    {"EXPLAIN", "`codeanatomy plan` shows how the graph is computed"},
    {"SET", "limits are options of the command"},
    {"ATTACH", "name the build with --build"},
    {"USE", "name the build with --build"},
});

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

/// The first word after blanks and comments, in upper case.
std::string FirstKeyword(std::string_view sql) {
  size_t at = 0;
  while (at < sql.size()) {
    if (sql.substr(at).starts_with("--")) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (sql.substr(at).starts_with("/*")) {
      const size_t end = sql.find("*/", at + 2);
      at = end == std::string_view::npos ? sql.size() : end + 2;
    } else if (sql[at] == ' ' || sql[at] == '\t' || sql[at] == '\n' || sql[at] == '\r' ||
               sql[at] == ';' || sql[at] == '(') {
      ++at;
    } else {
      break;
    }
  }
  size_t end = at;
  while (end < sql.size() && ((sql[end] | 0x20) >= 'a' && (sql[end] | 0x20) <= 'z')) ++end;
  return Upper(sql.substr(at, end - at));
}

Error Violation(std::string message, std::string_view subject, std::string_view way_out) {
  return Error(ErrorCode::kSqlPolicyViolation, std::move(message), std::string(subject),
               std::string(way_out));
}

Error OtherStatement(std::string_view sql) {
  const std::string keyword = FirstKeyword(sql);
  for (const StatementKind& kind : kStatementKinds) {
    if (kind.keyword == keyword) {
      return Violation(fmt::format("{} is not allowed: {}", keyword, kReadOnly), {}, kind.way_out);
    }
  }
  return Violation(
      fmt::format("{} is not allowed: {}", keyword.empty() ? "this statement" : keyword, kReadOnly),
      {}, "ask with SELECT");
}

/// A clause that a function does not have; the way out is the one that its declaration offers.
Error Clause(std::string_view clause, std::string_view function) {
  return Error(ErrorCode::kFunctionClauseUnsupported,
               fmt::format("{} is not supported by {}", clause, function), std::string(function),
               clause == "IGNORE NULLS"
                   ? "pass ignore_nulls := true where the function has it, or FILTER"
                   : fmt::format("write {}(value ORDER BY key)", function));
}

Error SyntaxError(std::string_view sql, const dom::object& answer) {
  std::string_view message, position;
  if (answer["error_message"].get(message) != simdjson::SUCCESS) message = "syntax error";
  if (message.find("IGNORE NULLS is not supported") != message.npos) {
    return Clause("IGNORE NULLS", "a function that is no window");
  }
  constexpr std::string_view kOrdered = "Unknown ordered aggregate \"";
  if (const size_t at = message.find(kOrdered); at != message.npos) {
    std::string_view name = message.substr(at + kOrdered.size());
    return Clause("WITHIN GROUP", name.substr(0, name.find('"')));
  }
  std::string text(message);
  if (answer["position"].get(position) == simdjson::SUCCESS) {
    const size_t offset =
        std::min<size_t>(std::strtoull(std::string(position).c_str(), nullptr, 10), sql.size());
    const std::string_view before = sql.substr(0, offset);
    const size_t line_start =
        before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    text += fmt::format(" (line {}, column {})", std::count(before.begin(), before.end(), '\n') + 1,
                        offset - line_start + 1);
  }
  return Error(ErrorCode::kSqlInvalid, std::move(text));
}

/// A member's text, empty where it has none.
std::string_view TextOf(const dom::object& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

/// The parameters of the functions over one version of a table.
constexpr std::string_view kTableAndVersion = "uri, version := NULL";

constexpr auto kFileSuffixes = std::to_array<std::string_view>(
    {".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".db", ".duckdb", ".gz", ".zst"});

bool LooksLikeFile(std::string_view name) {
  if (name.find('/') != std::string_view::npos || name.find('*') != std::string_view::npos)
    return true;
  const std::string lower = AsciiLower(name);
  return std::any_of(kFileSuffixes.begin(), kFileSuffixes.end(),
                     [&](std::string_view suffix) { return lower.ends_with(suffix); });
}

/// Collects names out of the engine's syntax tree. It is walked generically, so a node kind that a
/// later release adds is looked into as well.
class NameCollector {
 public:
  explicit NameCollector(const std::set<std::string>& table_functions)
      : table_functions_(table_functions) {}

  Result<StatementNames> Collect(const dom::element& statement) {
    std::vector<dom::element> open = {statement};
    while (!open.empty()) {
      const dom::element element = open.back();
      open.pop_back();
      if (element.is_array()) {
        for (const dom::element child : dom::array(element)) open.push_back(child);
      } else if (element.is_object()) {
        const dom::object object(element);
        CA_RETURN_IF_ERROR(Visit(object));
        for (const dom::key_value_pair member : object) open.push_back(member.value);
      }
    }
    std::string_view source;
    const bool alone = statement["node"]["from_table"]["type"].get(source) == simdjson::SUCCESS &&
                       source == "SHOW_REF";
    if (names_.shows_tables && !alone) {
      return Violation("SHOW TABLES stands alone", {}, "run it as the whole statement");
    }
    for (const Table& table : tables_) CA_RETURN_IF_ERROR(AddTable(table));
    return std::move(names_);
  }

 private:
  struct Table {
    std::string catalog, schema, name;
  };

  Result<void> Visit(const dom::object& object) {
    const std::string_view type = TextOf(object, "type");
    if (type == "BASE_TABLE") {
      tables_.push_back({std::string(TextOf(object, "catalog_name")),
                         std::string(TextOf(object, "schema_name")),
                         std::string(TextOf(object, "table_name"))});
    } else if (type == "TABLE_FUNCTION") {
      dom::object function;
      if (object["function"].get(function) != simdjson::SUCCESS) return {};
      const std::string name = AsciiLower(TextOf(function, "function_name"));
      const FunctionInfo* ours = FindFunction(name);
      if (ours != nullptr && ours->kind == FunctionKind::kTable) return AddCall(*ours, function);
      if (!table_functions_.contains(name) &&
          std::find(kTableFunctions.begin(), kTableFunctions.end(), name) ==
              kTableFunctions.end()) {
        return Violation(
            fmt::format("the table function {} is not allowed: {}", name, kReadOnly), name,
            "tables of the build are named without a function; SHOW TABLES lists them");
      }
    } else if (type == "SHOW_REF") {
      CA_RETURN_IF_ERROR(VisitShow(object));
    } else if (type == "COLUMN_DATA" || type == "DELIM_GET" || type == "BOUND_TABLE_REF") {
      return Violation(fmt::format("{} is not allowed: {}", type, kReadOnly), {},
                       "ask with SELECT");
    }
    if (TextOf(object, "class") == "FUNCTION") {
      names_.functions.insert(AsciiLower(TextOf(object, "function_name")));
    }
    dom::array expressions;
    if (object["cte_map"]["map"].get(expressions) == simdjson::SUCCESS) {
      for (const dom::element entry : expressions) {
        std::string_view key;
        if (entry["key"].get(key) == simdjson::SUCCESS) expressions_.insert(AsciiLower(key));
      }
    }
    return {};
  }

  /// The arguments of a table function of ours: a table's path and, optionally, a version.
  Result<void> AddCall(const FunctionInfo& info, const dom::object& function) {
    TableCall call{.function = std::string(info.name)};
    dom::array arguments;
    if (function["children"].get(arguments) != simdjson::SUCCESS) arguments = {};
    if (!info.is_macro()) {  // registered when the session was built
      if (arguments.size() > 0) return BadCall(info);
      return {};
    }
    if (!info.parameters.empty() && info.parameters != kTableAndVersion)
      return AddArguments(info, arguments, std::move(call));
    size_t position = 0;
    for (const dom::element argument : arguments) {
      const std::string_view name = TextOf(argument, "alias");
      const auto value = argument["value"]["value"];  // an error where it is no literal
      std::string_view text;
      int64_t version = 0;
      const bool is_uri = name == "uri" || (name.empty() && position == 0);
      const bool is_version = name == "version" || (name.empty() && position == 1);
      ++position;
      if (is_uri && value.get(text) == simdjson::SUCCESS && text.find('"') == text.npos) {
        call.uri = text;
      } else if (is_version && value.get(version) == simdjson::SUCCESS && version >= 0) {
        call.version = version;
      } else {
        return BadCall(info);
      }
    }
    if (info.parameters.empty() != call.uri.empty()) return BadCall(info);
    names_.functions.insert(call.function);
    names_.calls.push_back(std::move(call));
    return {};
  }

  /// Any declared parameters: every value as text, defaults where the call has none.
  Result<void> AddArguments(const FunctionInfo& info, const dom::array& given, TableCall call) {
    std::vector<std::string_view> names;
    size_t required = 0;
    for (const auto& [name, value] : Defaults(info.parameters)) {
      names.push_back(name);
      call.arguments.push_back(value.value_or(""));
      required += value ? 0 : 1;
    }
    size_t position = 0;
    std::set<size_t> taken;
    for (const dom::element argument : given) {
      const std::string_view name = TextOf(argument, "alias");
      const auto at = name.empty()
                          ? names.begin() + static_cast<ptrdiff_t>(std::min(position, names.size()))
                          : std::ranges::find(names, name);
      ++position;
      const auto value = LiteralText(argument);
      if (at == names.end() || !value || value->find_first_of("\"|") != std::string::npos)
        return BadCall(info);
      const auto index = static_cast<size_t>(at - names.begin());
      if (!taken.insert(index).second) return BadCall(info);
      call.arguments[index] = *value;
    }
    for (size_t i = 0; i < required; ++i) {
      if (call.arguments[i].empty()) return BadCall(info);
    }
    if (names[0] == "uri") call.uri = call.arguments[0];
    for (size_t i = 0; i < required; ++i) {
      if (names[i].ends_with("_relation")) tables_.push_back({"", "", call.arguments[i]});
    }
    names_.functions.insert(call.function);
    names_.calls.push_back(std::move(call));
    return {};
  }

  /// "name, name := 'text', …"; a default of NULL is the empty text.
  static std::vector<std::pair<std::string_view, std::optional<std::string>>> Defaults(
      std::string_view parameters) {
    std::vector<std::pair<std::string_view, std::optional<std::string>>> all;
    while (!parameters.empty()) {
      const size_t comma = std::min(parameters.find(", "), parameters.size());
      const std::string_view one = parameters.substr(0, comma);
      const size_t sign = one.find(" := ");
      std::optional<std::string> value;
      if (sign != std::string_view::npos) {
        std::string_view text = one.substr(sign + 4);
        if (text.starts_with('\'')) text = text.substr(1, text.size() - 2);
        value = text == "NULL" ? "" : text;
      }
      all.emplace_back(one.substr(0, sign), std::move(value));
      parameters.remove_prefix(std::min(parameters.size(), comma + 2));
    }
    return all;
  }

  /// A literal as the macro of its function prints it.
  static std::optional<std::string> LiteralText(const dom::element& argument) {
    const auto value = argument["value"]["value"];
    std::string_view text;
    int64_t integer = 0;
    bool flag = false;
    if (value.get(text) == simdjson::SUCCESS) return std::string(text);
    if (value.get(integer) == simdjson::SUCCESS) return fmt::format("{}", integer);
    if (value.get(flag) == simdjson::SUCCESS) return flag ? "true" : "false";
    // true and false are casts of 't' and 'f' to the parser.
    if (TextOf(argument, "class") == "CAST" &&
        argument["child"]["value"]["value"].get(text) == simdjson::SUCCESS &&
        (text == "t" || text == "f"))
      return text == "t" ? "true" : "false";
    bool is_null = false;
    if (argument["value"]["is_null"].get(is_null) == simdjson::SUCCESS && is_null) return "";
    return {};
  }

  static Error BadCall(const FunctionInfo& info) {
    return Error(ErrorCode::kSqlInvalid,
                 fmt::format("{} takes the literal arguments ({})", info.name, info.parameters),
                 std::string(info.name), fmt::format("for example {}", info.example));
  }

  Result<void> VisitShow(const dom::object& object) {
    if (!object["query"].is_null()) return {};  // DESCRIBE of a query: its tables are visited
    const std::string name = AsciiLower(TextOf(object, "table_name"));
    if (name == "\"tables\"" || name == "__show_tables_expanded") {
      names_.shows_tables = true;
      return {};
    }
    return Violation("SHOW is allowed for TABLES only", name,
                     "DESCRIBE gives the columns of a table");
  }

  Result<void> AddTable(const Table& table) {
    if (table.catalog.empty() && table.schema.empty() &&
        expressions_.contains(AsciiLower(table.name))) {
      // May also be the table that the expression of the same name reads: found if there is one.
      if (std::find(names_.common_expressions.begin(), names_.common_expressions.end(),
                    table.name) == names_.common_expressions.end()) {
        names_.common_expressions.push_back(table.name);
      }
      return {};
    }
    if (!table.catalog.empty() || (!table.schema.empty() && table.schema != "main")) {
      return Violation("tables are named without catalog and schema",
                       fmt::format("{}{}{}.{}", table.catalog, table.catalog.empty() ? "" : ".",
                                   table.schema, table.name),
                       "SHOW TABLES lists the tables, DESCRIBE their columns");
    }
    if (LooksLikeFile(table.name)) {
      return Violation("files cannot be read: " + std::string(kReadOnly), table.name,
                       "SHOW TABLES lists the tables");
    }
    if (std::find(names_.tables.begin(), names_.tables.end(), table.name) == names_.tables.end()) {
      names_.tables.push_back(table.name);
    }
    return {};
  }

  const std::set<std::string>& table_functions_;
  StatementNames names_;
  std::vector<Table> tables_;
  std::set<std::string> expressions_;  // names of common table expressions, lower case
};

}  // namespace

Result<StatementNames> CheckStatement(Connection& connection, std::string_view sql,
                                      const std::set<std::string>& table_functions) {
  if (sql.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::kSqlInvalid, "the statement holds a null byte");
  }
  CA_ASSIGN_OR_RETURN(QueryResult parsed,
                      connection.Query("SELECT json_serialize_sql($1::VARCHAR)", {Value(sql)}));
  CA_ASSIGN_OR_RETURN(const std::string json, parsed.SingleText());
  dom::parser parser;
  dom::object answer;
  if (parser.parse(json).get(answer) != simdjson::SUCCESS) {
    return Error(ErrorCode::kSqlInvalid, "the statement is nested too deeply");
  }
  bool failed = true;
  if (answer["error"].get(failed) != simdjson::SUCCESS || failed) {
    if (TextOf(answer, "error_type") == "parser" || TextOf(answer, "error_type") == "syntax") {
      return SyntaxError(sql, answer);
    }
    return OtherStatement(sql);
  }
  dom::array statements;
  if (answer["statements"].get(statements) != simdjson::SUCCESS || statements.size() == 0) {
    return Error(ErrorCode::kSqlInvalid, "there is no statement", {}, "ask with SELECT");
  }
  if (statements.size() > 1) {
    return Violation(fmt::format("{} statements are not allowed: {}", statements.size(), kReadOnly),
                     {}, "run them one by one");
  }
  return NameCollector(table_functions).Collect(statements.at(0));
}

}  // namespace codeanatomy::engine
