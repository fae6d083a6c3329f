// A signature's type variables are bound while arguments are matched: T and U take the common type
// of all arguments written with them, N the same among numbers. Widening therefore needs no casts
// in the tree: the engines widen Int32 → Int64 → Float64 by themselves.
#include "expr/type_check.h"

#include "catalog/function.h"
#include "catalog/operator.h"
#include "expr/function_type.h"

namespace codeanatomy::expr {
namespace {

struct Bindings {
  Type t, u, n;
  Type* Of(std::string_view name) {
    return name == "T" ? &t : name == "U" ? &u : name == "N" ? &n : nullptr;
  }
};

/// "Utf8,T*" → pieces, angle brackets kept together.
std::vector<std::string_view> SplitParameters(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  int depth = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      if (i > begin) parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    } else if (text[i] == '<') {
      ++depth;
    } else if (text[i] == '>') {
      --depth;
    }
  }
  return parts;
}

/// The inside of `Name<…>`, empty where the pattern is something else.
std::string_view Inside(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with(name) || pattern.size() <= name.size() || pattern[name.size()] != '<')
    return {};
  return pattern.substr(name.size() + 1, pattern.size() - name.size() - 2);
}

/// True where `type` fits `pattern`; binds variables.
bool Match(std::string_view pattern, const Type& type, Bindings& bound) {
  if (Type* variable = bound.Of(pattern)) {
    if (pattern == "N" && !type.is_numeric() && type.kind != TypeKind::kNull) return false;
    auto common = CommonType(*variable, type);
    if (!common) return false;
    *variable = *std::move(common);
    return true;
  }
  if (type.kind == TypeKind::kNull) return true;
  if (auto element = Inside(pattern, "List"); !element.empty()) {
    return type.kind == TypeKind::kList && Match(element, type.children[0], bound);
  }
  if (auto value = Inside(pattern, "Map"); !value.empty()) {
    return type.kind == TypeKind::kMap && Match(value.substr(5), type.children[0], bound);
  }
  const auto expected = ParseType(pattern);
  CA_CHECK(expected.has_value(), "operator.def names only known types");
  return Widens(type, *expected);
}

Type Instantiate(std::string_view pattern, Bindings& bound) {
  if (Type* variable = bound.Of(pattern)) return *variable;
  if (auto element = Inside(pattern, "List"); !element.empty()) {
    if (auto entry = Inside(element, "Struct"); !entry.empty()) {
      return Type::List(Type::Struct({{"key", TypeKind::kUtf8}, {"value", bound.t}}));
    }
    return Type::List(Instantiate(element, bound));
  }
  auto type = ParseType(pattern);
  CA_CHECK(type.has_value(), "operator.def names only known types");
  return *std::move(type);
}

bool FitsSql(const Type& type, std::string_view parameter) {
  if (parameter == "ANY") {
    return type.is_integer() || type.kind == TypeKind::kUtf8 || type.kind == TypeKind::kBoolean ||
           type.kind == TypeKind::kNull;
  }
  const std::optional<Type> expected = TypeOfSql(parameter);
  return expected && Widens(type, *expected);
}

const Type& SpanField(std::string_view name) {
  static const Type kBound(TypeKind::kInt64), kBase(TypeKind::kInt32), kUnit(TypeKind::kUtf8),
      kFlag(TypeKind::kBoolean), kNone;
  if (name == "bstart" || name == "bend") return kBound;
  if (name == "line_base") return kBase;
  if (name == "col_unit") return kUnit;
  return name == "end_exclusive" ? kFlag : kNone;
}

class Checker {
 public:
  explicit Checker(const Scope& scope) : scope_(scope) {}

  Result<Type> Check(const Expr& expr, const std::string& path) {
    switch (expr.kind) {
      case ExprKind::kLiteral:
        return expr.type;
      case ExprKind::kColumn: {
        const Field* field = scope_.schema.Find(expr.name);
        if (field == nullptr) return Fail(path, "unknown column " + expr.name + Nearest(expr.name));
        return field->type;
      }
      case ExprKind::kParam:
        if (static_cast<size_t>(expr.param) > scope_.parameters.size()) {
          return Fail(path, "no parameter at position " + std::to_string(expr.param));
        }
        return scope_.parameters[static_cast<size_t>(expr.param) - 1];
      case ExprKind::kIsNull: {
        CA_ASSIGN_OR_RETURN(Type ignored, Check(expr.args[0], path + ".is_null"));
        return Type(TypeKind::kBoolean);
      }
      case ExprKind::kCast:
        return CheckCast(expr, path);
      case ExprKind::kCase:
        return CheckCase(expr, path);
      case ExprKind::kCall:
        return CheckCall(expr, path);
    }
    return Fail(path, "unknown expression");
  }

 private:
  static Error Fail(const std::string& path, const std::string& why) {
    return Error(ErrorCode::kExpressionTypeError, why + " at " + path);
  }

  std::string Nearest(std::string_view name) const {
    for (const Field& field : scope_.schema.fields) {
      if (field.name.find(name) != std::string::npos ||
          name.find(field.name) != std::string_view::npos) {
        return " (there is " + field.name + ")";
      }
    }
    return {};
  }

  Result<Type> CheckCast(const Expr& expr, const std::string& path) {
    CA_ASSIGN_OR_RETURN(Type from, Check(expr.args[0], path + ".cast"));
    const bool nested = !from.children.empty() || !expr.type.children.empty() ||
                        from.kind == TypeKind::kSpan || expr.type.kind == TypeKind::kSpan;
    if (nested && !Widens(from, expr.type)) {
      return Fail(path, "no cast from " + from.ToString() + " to " + expr.type.ToString());
    }
    return expr.type;
  }

  Result<Type> CheckCase(const Expr& expr, const std::string& path) {
    Type common;
    for (size_t i = 0; i < expr.args.size(); ++i) {
      const bool is_else = i + 1 == expr.args.size();
      const std::string at =
          is_else ? path + ".else" : path + ".case[" + std::to_string(i / 2) + "]";
      CA_ASSIGN_OR_RETURN(Type type, Check(expr.args[i], at));
      if (!is_else && i % 2 == 0) {
        if (type.kind != TypeKind::kBoolean)
          return Fail(at, "a condition must be Boolean, not " + type.ToString());
        continue;
      }
      auto both = CommonType(common, type);
      if (!both) return Fail(at, both.error().message());
      common = *std::move(both);
    }
    return common;
  }

  Result<Type> CheckCall(const Expr& expr, const std::string& path) {
    const OperatorInfo* op = FindOperator(expr.name);
    const FunctionInfo* function = FindFunction(expr.name);
    if (op == nullptr && (function == nullptr || !function->is_native())) {
      return Fail(path, "unknown function " + expr.name);
    }
    std::vector<Type> types;
    for (size_t i = 0; i < expr.args.size(); ++i) {
      CA_ASSIGN_OR_RETURN(Type type,
                          Check(expr.args[i], path + ".args[" + std::to_string(i) + "]"));
      types.push_back(std::move(type));
    }
    if (op == nullptr) return MatchFunction(*function, types, path);
    if (op->result == "special") return CheckSpecial(expr, types, path);
    return MatchSignature(*op, expr, types, path);
  }

  Result<Type> MatchSignature(const OperatorInfo& op, const Expr& expr,
                              const std::vector<Type>& types, const std::string& path) {
    std::vector<std::string_view> parameters = SplitParameters(op.parameters);
    const bool variadic = parameters.back().ends_with('*');
    const size_t least = parameters.size() - (variadic ? 1 : 0);
    if (types.size() < least || (types.size() > least && !variadic)) {
      return Fail(path, expr.name + " takes " + std::to_string(least) +
                            (variadic ? " or more" : "") + " arguments, not " +
                            std::to_string(types.size()));
    }
    if (variadic) parameters.back().remove_suffix(1);
    Bindings bound;
    for (size_t i = 0; i < types.size(); ++i) {
      const std::string_view pattern = parameters[std::min(i, parameters.size() - 1)];
      if (!Match(pattern, types[i], bound)) {
        return Fail(path + ".args[" + std::to_string(i) + "]",
                    expr.name + " does not take " + types[i].ToString() + " here");
      }
    }
    if (expr.name == "matches" && expr.args[1].kind != ExprKind::kLiteral) {
      return Fail(path + ".args[1]", "the pattern must be a literal");
    }
    return Instantiate(op.result, bound);
  }

  static Result<Type> MatchFunction(const FunctionInfo& function, const std::vector<Type>& types,
                                    const std::string& path) {
    const std::vector<FunctionParameter> fixed = NativeParameters(function);
    if (types.size() < fixed.size() || (types.size() > fixed.size() && function.variadic.empty())) {
      return Fail(path, std::string(function.name) + " takes " + std::to_string(fixed.size()) +
                            (function.variadic.empty() ? "" : " or more") + " arguments, not " +
                            std::to_string(types.size()));
    }
    for (size_t i = 0; i < types.size(); ++i) {
      if (!FitsSql(types[i], i < fixed.size() ? fixed[i].type : function.variadic)) {
        return Fail(path + ".args[" + std::to_string(i) + "]",
                    std::string(function.name) + " does not take " + types[i].ToString() + " here");
      }
    }
    const std::optional<Type> result = TypeOfSql(function.returns);
    if (!result) return Fail(path, std::string(function.name) + " has no type of the spec");
    return *result;
  }

  Result<Type> CheckSpecial(const Expr& expr, const std::vector<Type>& types,
                            const std::string& path) {
    if (expr.name == "struct") return CheckStruct(expr, types, path);
    if (expr.name == "struct_pick") return CheckPick(expr, types, path);
    if (expr.name == "arrow_metadata") return CheckMetadata(expr, types, path);
    if (types.size() != 2) return Fail(path, expr.name + " takes 2 arguments");
    if (expr.name == "field") return CheckField(expr, types[0], path);
    if (expr.name == "semantic_tag") {
      const auto* tag = std::get_if<std::string>(&expr.args[0].literal);
      if (tag == nullptr || tag->empty())
        return Fail(path + ".args[0]", "a literal semantic type is expected");
      return types[1];
    }
    if (types[0].kind == TypeKind::kList && types[1].is_integer()) return types[0].children[0];
    if (types[0].kind == TypeKind::kMap && types[1].kind == TypeKind::kUtf8)
      return types[0].children[0];
    return Fail(path, "element takes a list and an integer or a map and text");
  }

  Result<Type> CheckField(const Expr& expr, const Type& type, const std::string& path) {
    const auto* name = std::get_if<std::string>(&expr.args[1].literal);
    if (name == nullptr) return Fail(path + ".args[1]", "a literal field name is expected");
    if (type.kind == TypeKind::kSpan && SpanField(*name).kind != TypeKind::kNull)
      return SpanField(*name);
    for (size_t i = 0; i < type.fields.size(); ++i) {
      if (type.fields[i] == *name) return type.children[i];
    }
    return Fail(path, type.ToString() + " has no field " + *name);
  }

  static Result<Type> CheckPick(const Expr& expr, const std::vector<Type>& types,
                                const std::string& path) {
    constexpr size_t kMostFields = 6;
    if (types.size() < 2 || types.size() > 1 + kMostFields)
      return Fail(path, "struct_pick takes a struct and 1 to 6 names of its fields");
    Type picked(TypeKind::kStruct);
    for (size_t i = 1; i < types.size(); ++i) {
      const std::string at = path + ".args[" + std::to_string(i) + "]";
      const auto* name = std::get_if<std::string>(&expr.args[i].literal);
      if (name == nullptr) return Fail(at, "a literal field name is expected");
      const auto field = std::ranges::find(types[0].fields, *name);
      if (types[0].kind != TypeKind::kStruct || field == types[0].fields.end())
        return Fail(at, types[0].ToString() + " has no field " + *name);
      if (std::ranges::find(picked.fields, *name) != picked.fields.end())
        return Fail(at, "a field is picked once");
      picked.fields.push_back(*name);
      picked.children.push_back(
          types[0].children[static_cast<size_t>(field - types[0].fields.begin())]);
    }
    return picked;
  }

  static Result<Type> CheckMetadata(const Expr& expr, const std::vector<Type>& types,
                                    const std::string& path) {
    if (types.empty() || types.size() > 2)
      return Fail(path, "arrow_metadata takes a column and, at most, a key");
    const Expr& of = expr.args[0];
    if (of.kind != ExprKind::kColumn && of.name != "semantic_tag")
      return Fail(path + ".args[0]", "a column is expected: what is computed has no metadata");
    if (types.size() == 1) return Type::Map(TypeKind::kUtf8);
    if (std::get_if<std::string>(&expr.args[1].literal) == nullptr)
      return Fail(path + ".args[1]", "a literal key is expected");
    return Type(TypeKind::kUtf8);
  }

  static Result<Type> CheckStruct(const Expr& expr, const std::vector<Type>& types,
                                  const std::string& path) {
    Type type(TypeKind::kStruct);
    if (types.empty() || types.size() % 2 != 0)
      return Fail(path, "struct takes pairs of name and value");
    for (size_t i = 0; i < types.size(); i += 2) {
      const auto* name = std::get_if<std::string>(&expr.args[i].literal);
      if (name == nullptr) return Fail(path, "a literal field name is expected");
      if (name->empty() || std::ranges::find(type.fields, *name) != type.fields.end())
        return Fail(path, "a field needs a name of its own");
      type.fields.push_back(*name);
      type.children.push_back(types[i + 1]);
    }
    return type;
  }

  const Scope& scope_;
};

}  // namespace

Result<Type> CheckExpr(const Expr& expr, const Scope& scope, const std::string& json_path) {
  return Checker(scope).Check(expr, json_path);
}

std::string SemanticTypeOf(const Expr& expr, const Schema& schema) {
  if (expr.kind == ExprKind::kCall && expr.name == "semantic_tag")
    return std::get<std::string>(expr.args[0].literal);
  const Field* field = expr.kind == ExprKind::kColumn ? schema.Find(expr.name) : nullptr;
  return field == nullptr ? "" : field->semantic_type;
}

Result<void> CheckPredicate(const Expr& expr, const Scope& scope, const std::string& json_path) {
  CA_ASSIGN_OR_RETURN(const Type type, CheckExpr(expr, scope, json_path));
  if (type.kind == TypeKind::kBoolean || type.kind == TypeKind::kNull) return {};
  return Error(ErrorCode::kExpressionTypeError,
               "a predicate must be Boolean, not " + type.ToString() + " at " + json_path);
}

}  // namespace codeanatomy::expr
