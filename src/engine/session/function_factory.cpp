#include "engine/session/function_factory.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.h"
#include "catalog/function.h"
#include "engine/session/sql_policy.h"
#include "engine/udf/registry.h"

namespace codeanatomy::engine {
namespace {

struct FunctionParameterText {
  std::string name, type;  // SQL type; empty: any
};

/// A definition as written.
struct FunctionDefinition {
  std::string name;
  std::vector<FunctionParameterText> parameters;
  std::string returns, language, body;
};

bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
bool IsWord(char c) { return IsWordStart(c) || (c >= '0' && c <= '9'); }

Error Refused(std::string_view what, std::string subject) {
  return Error(ErrorCode::kSqlPolicyViolation, fmt::format("{} is not made", what),
               std::move(subject),
               "a scalar function in SQL: CREATE FUNCTION f(x BIGINT) RETURNS "
               "BIGINT LANGUAGE sql AS 'x + 1'");
}

/// Reads the text from left to right.
class DefinitionReader {
 public:
  explicit DefinitionReader(std::string_view text) : text_(text) {}

  Result<FunctionDefinition> Read() {
    FunctionDefinition definition;
    CA_RETURN_IF_ERROR(Expect("create"));
    if (Accept("or")) return Refused("OR REPLACE", "CREATE OR REPLACE FUNCTION");
    if (!Accept("temporary")) Accept("temp");
    for (const char* kind : {"aggregate", "window", "table", "macro", "procedure"}) {
      if (Accept(kind)) return Refused(fmt::format("a function of kind {}", kind), kind);
    }
    CA_RETURN_IF_ERROR(Expect("function"));
    CA_ASSIGN_OR_RETURN(definition.name, Name());
    CA_ASSIGN_OR_RETURN(definition.parameters, Parameters());
    CA_RETURN_IF_ERROR(Expect("returns"));
    if (Accept("table")) return Refused("a table function", definition.name);
    definition.returns = TypeUntil({"language", "as", "return", "immutable", "volatile"});
    if (definition.returns.empty()) return Wrong("the type of the result");
    definition.language = "sql";
    if (Accept("language")) {
      CA_ASSIGN_OR_RETURN(definition.language, Name());
    }
    if (AsciiLower(definition.language) != "sql")
      return Refused(fmt::format("a function in {}", definition.language), definition.language);
    CA_ASSIGN_OR_RETURN(definition.body, Body());
    Skip();
    if (at_ < text_.size() && text_[at_] == ';') ++at_;
    Skip();
    if (at_ != text_.size()) return Wrong("the end");
    return definition;
  }

 private:
  Error Wrong(std::string_view expected) const {
    return Error(ErrorCode::kSqlInvalid,
                 fmt::format("CREATE FUNCTION: {} is expected at character {}", expected, at_ + 1),
                 std::string(text_.substr(0, 80)));
  }

  void Skip() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }

  std::string_view PeekWord() {
    Skip();
    size_t end = at_;
    if (end < text_.size() && IsWordStart(text_[end])) {
      while (end < text_.size() && IsWord(text_[end])) ++end;
    }
    return text_.substr(at_, end - at_);
  }
  bool Accept(std::string_view keyword) {
    const std::string_view word = PeekWord();
    if (AsciiLower(word) != keyword) return false;
    at_ += word.size();
    return true;
  }
  Result<void> Expect(std::string_view keyword) {
    return Accept(keyword) ? Result<void>() : Result<void>(Wrong(keyword));
  }
  Result<std::string> Name() {
    const std::string_view word = PeekWord();
    if (word.empty()) return Wrong("a name");
    at_ += word.size();
    return std::string(word);
  }
  bool AcceptChar(char c) {
    Skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  /// Text to the first of `ends` outside of brackets, or to what no type is written with: names,
  /// numbers, blanks, commas and closed brackets. What it means is judged later (CheckType).
  std::string TypeUntil(std::initializer_list<std::string_view> ends) {
    Skip();
    const size_t start = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (IsWordStart(c)) {
        const std::string word = AsciiLower(PeekWord());
        if (depth == 0 && std::ranges::find(ends, word) != ends.end()) break;
        at_ += word.size();
        continue;
      }
      const bool opens = c == '(' || c == '[', closes = c == ')' || c == ']';
      if (depth == 0 && (c == ',' || closes)) break;
      if (!opens && !closes && !IsWord(c) && kBetweenTypes.find(c) == std::string_view::npos) break;
      depth += opens ? 1 : closes ? -1 : 0;
      ++at_;
    }
    std::string_view type = text_.substr(start, at_ - start);
    while (!type.empty() && (type.back() == ' ' || type.back() == '\n')) type.remove_suffix(1);
    return std::string(type);
  }

  static constexpr std::string_view kBetweenTypes = " \t\r\n,";

  Result<std::vector<FunctionParameterText>> Parameters() {
    std::vector<FunctionParameterText> parameters;
    if (!AcceptChar('(')) return Wrong("(");
    if (AcceptChar(')')) return parameters;
    while (true) {
      FunctionParameterText parameter;
      CA_ASSIGN_OR_RETURN(parameter.name, Name());
      parameter.type = TypeUntil({});
      parameters.push_back(std::move(parameter));
      if (AcceptChar(')')) return parameters;
      if (!AcceptChar(',')) return Wrong(", or )");
    }
  }

  Result<std::string> Body() {
    if (Accept("return")) {
      std::string body(text_.substr(at_));
      at_ = text_.size();
      while (!body.empty() && (body.back() == ';' || body.back() == ' ' || body.back() == '\n'))
        body.pop_back();
      if (body.empty()) return Wrong("an expression");
      return body;
    }
    CA_RETURN_IF_ERROR(Expect("as"));
    Skip();
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("$$")) {
      const size_t end = rest.find("$$", 2);
      if (end == std::string_view::npos) return Wrong("$$ at the end of the body");
      at_ += end + 2;
      return std::string(rest.substr(2, end - 2));
    }
    if (!rest.starts_with('\'')) return Wrong("the body in quotes");
    std::string body;
    for (size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] != '\'') {
        body += rest[i];
      } else if (i + 1 < rest.size() && rest[i + 1] == '\'') {
        body += rest[i++];
      } else {
        at_ += i + 1;
        return body;
      }
    }
    return Wrong("a quote at the end of the body");
  }

  std::string_view text_;
  size_t at_ = 0;
};

Result<bool> IsRegistered(Connection& connection, const std::string& name) {
  CA_ASSIGN_OR_RETURN(
      QueryResult rows,
      connection.Query("SELECT count(*) FROM duckdb_functions() WHERE lower(function_name) = $1",
                       {Value(std::string_view(name))}));
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
  return chunk != nullptr && chunk->column(0).Integer(0) > 0;
}

/// Types stand in the text of the macro as they are written, so each is judged like a query too.
Result<void> CheckType(Connection& connection, const std::string& type,
                       const FunctionDefinition& definition) {
  if (type.empty()) return {};
  CA_ASSIGN_OR_RETURN(const StatementNames names,
                      CheckStatement(connection, fmt::format("SELECT CAST(NULL AS {})", type)));
  if (!names.tables.empty() || !names.calls.empty() || !names.functions.empty())
    return Refused("a type that is computed", definition.name);
  return {};
}

}  // namespace

Result<void> CreateFunction(Session& session, std::string_view text) {
  if (!session.features().is_on(FeatureGate::kFunctionFactory)) {
    return Error(ErrorCode::kSqlPolicyViolation, "functions are not made in this session", "",
                 "switch the feature function_factory on");
  }
  CA_ASSIGN_OR_RETURN(const FunctionDefinition definition, DefinitionReader(text).Read());
  Connection& connection = session.connection();
  const std::string name = AsciiLower(definition.name);
  CA_ASSIGN_OR_RETURN(const bool taken, IsRegistered(connection, name));
  if (taken || FindFunction(name) != nullptr) {
    return Error(ErrorCode::kAlreadyExists, "a function has that name", definition.name,
                 "choose another name: functions are not replaced");
  }
  // The body is judged as what a query selects, with its brackets closed by itself, so that it
  // cannot leave the macro.
  CA_ASSIGN_OR_RETURN(const StatementNames names,
                      CheckStatement(connection, fmt::format("SELECT ({}\n)", definition.body)));
  if (!names.tables.empty() || !names.calls.empty())
    return Refused("a function that reads tables", definition.name);
  CA_RETURN_IF_ERROR(CheckType(connection, definition.returns, definition));
  for (const FunctionParameterText& parameter : definition.parameters)
    CA_RETURN_IF_ERROR(CheckType(connection, parameter.type, definition));
  std::string arguments, typed, casts;
  for (const FunctionParameterText& parameter : definition.parameters) {
    const std::string quoted = QuoteIdentifier(parameter.name);
    const std::string_view comma = arguments.empty() ? "" : ", ";
    arguments += fmt::format("{}{}", comma, quoted);
    typed += fmt::format("{}{} {}", comma, quoted, parameter.type);
    casts += parameter.type.empty()
                 ? fmt::format("{}{}", comma, quoted)
                 : fmt::format("{}CAST({} AS {})", comma, quoted, parameter.type);
  }
  CA_RETURN_IF_ERROR(InstallMacros(connection, names.functions));
  // Two macros: the body over typed parameters, and the function, which casts to them and back.
  const std::string body = QuoteIdentifier("__codeanatomy_" + name);
  auto made = connection.Execute(fmt::format(
      "CREATE TEMPORARY MACRO {0}({1}) AS ({2}\n); "
      "CREATE TEMPORARY MACRO {3}({4}) AS CAST({0}({5}) AS {6})",
      body, typed, definition.body, QuoteIdentifier(name), arguments, casts, definition.returns));
  if (!made) return std::move(made.error()).WithFrame("creating the function " + definition.name);
  return {};
}

}  // namespace codeanatomy::engine
