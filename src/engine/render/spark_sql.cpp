// Texts must mean the same to everybody who reads them: types of literals are written out,
// operators are in parentheses, names in backticks. Backslashes in a string are escapes to Spark,
// and a doubled quote is two strings, so both are written with a backslash.
#include "engine/render/spark_sql.h"

#include <fmt/format.h>

#include "catalog/spark_form.h"
#include "engine/render/fill_form.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;
using expr::ExprKind;
using expr::TypeKind;

Error NotInDialect(std::string_view what) {
  return Error(
      ErrorCode::kExpressionTypeError,
      fmt::format("{} has no form in Spark's dialect, which the table's log is read in", what),
      std::string(what), "docs/formats/spec.md tells what an expression of a constraint may use");
}

std::string Quoted(std::string_view name) {
  std::string text = "`";
  for (const char c : name) {
    if (c == '`') text += '`';
    text += c;
  }
  return text + "`";
}

std::string TextLiteral(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    switch (c) {
      case '\'':
      case '\\':
        text += '\\';
        text += c;
        break;
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\0':
        text += "\\0";
        break;
      default:
        text += c;
    }
  }
  return text + "'";
}

/// Types that a cast, or a literal, may have.
Result<std::string> TypeText(const expr::Type& type) {
  switch (type.kind) {
    case TypeKind::kUtf8:
      return std::string("STRING");
    case TypeKind::kBoolean:
      return std::string("BOOLEAN");
    case TypeKind::kInt32:
      return std::string("INT");
    case TypeKind::kInt64:
      return std::string("BIGINT");
    case TypeKind::kFloat64:
      return std::string("DOUBLE");
    case TypeKind::kBinary:
      return std::string("BINARY");
    case TypeKind::kDate:
      return std::string("DATE");
    case TypeKind::kTimestamp:
      return std::string("TIMESTAMP");
    case TypeKind::kTimestampNtz:
      return std::string("TIMESTAMP_NTZ");
    default:
      return NotInDialect("a value of a nested type");
  }
}

Result<std::string> Literal(const Expr& expr) {
  if (const auto* flag = std::get_if<bool>(&expr.literal))
    return std::string(*flag ? "true" : "false");
  if (const auto* integer = std::get_if<int64_t>(&expr.literal)) {
    if (*integer < 0) return fmt::format("({})", *integer);
    return fmt::format("{}", *integer);
  }
  if (expr == expr::Null(TypeKind::kNull)) return std::string("NULL");
  CA_ASSIGN_OR_RETURN(const std::string type, TypeText(expr.type));
  if (std::holds_alternative<std::monostate>(expr.literal))
    return fmt::format("CAST(NULL AS {})", type);
  if (const auto* number = std::get_if<double>(&expr.literal))
    return fmt::format("CAST('{}' AS DOUBLE)", *number);
  const std::string& text = std::get<std::string>(expr.literal);
  if (expr.type.kind == TypeKind::kUtf8) return TextLiteral(text);
  return fmt::format("CAST({} AS {})", TextLiteral(text), type);
}

/// By recursion, as every renderer of expressions: those that are read are at most 64 deep.
Result<std::string> Render(const Expr& expr) {
  if (expr.kind == ExprKind::kColumn) return Quoted(expr.name);
  if (expr.kind == ExprKind::kLiteral) return Literal(expr);
  if (expr.kind == ExprKind::kParam) return NotInDialect("a parameter");
  std::vector<std::string> args;
  for (const Expr& arg : expr.args) {
    CA_ASSIGN_OR_RETURN(args.emplace_back(), Render(arg));
  }
  if (expr.kind == ExprKind::kIsNull) return fmt::format("({} IS NULL)", args[0]);
  if (expr.kind == ExprKind::kCast) {
    CA_ASSIGN_OR_RETURN(const std::string type, TypeText(expr.type));
    return fmt::format("{}({} AS {})", expr.is_try ? "TRY_CAST" : "CAST", args[0], type);
  }
  if (expr.kind == ExprKind::kCase) {
    std::string text = "CASE";
    for (size_t i = 0; i + 1 < args.size(); i += 2)
      text += fmt::format(" WHEN {} THEN {}", args[i], args[i + 1]);
    if (expr.args.back() != expr::Null(TypeKind::kNull)) text += " ELSE " + args.back();
    return text + " END";
  }
  const std::optional<std::string_view> form = FindSparkForm(expr.name);
  if (!form) return NotInDialect(expr.name);
  return FillForm(*form, args);
}

}  // namespace

Result<std::string> RenderSpark(const Expr& expr) { return Render(expr); }

}  // namespace codeanatomy::engine
