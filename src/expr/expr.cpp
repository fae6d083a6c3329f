#include "expr/expr.h"

#include <algorithm>

namespace codeanatomy::expr {

Expr Column(std::string_view name) {
  Expr expr;
  expr.kind = ExprKind::kColumn;
  expr.name = name;
  return expr;
}

namespace {
Expr Lit(Literal value, Type type) {
  Expr expr;
  expr.kind = ExprKind::kLiteral;
  expr.literal = std::move(value);
  expr.type = std::move(type);
  return expr;
}
}  // namespace

Expr Text(std::string_view value) { return Lit(std::string(value), TypeKind::kUtf8); }
Expr Integer(int64_t value) { return Lit(value, TypeKind::kInt64); }
Expr Float(double value) { return Lit(value, TypeKind::kFloat64); }
Expr Bool(bool value) { return Lit(value, TypeKind::kBoolean); }
Expr Null(Type type) { return Lit(std::monostate{}, std::move(type)); }

Expr Call(std::string_view function, std::vector<Expr> args) {
  Expr expr;
  expr.kind = ExprKind::kCall;
  expr.name = function;
  expr.args = std::move(args);
  return expr;
}

Expr Cast(Expr value, Type to) {
  Expr expr;
  expr.kind = ExprKind::kCast;
  expr.type = std::move(to);
  expr.args.push_back(std::move(value));
  return expr;
}

Expr IsNull(Expr value) {
  Expr expr;
  expr.kind = ExprKind::kIsNull;
  expr.args.push_back(std::move(value));
  return expr;
}

std::vector<std::string> ReferencedColumns(const Expr& expr) {
  std::vector<std::string> names;
  std::vector<const Expr*> open{&expr};
  while (!open.empty()) {
    const Expr* node = open.back();
    open.pop_back();
    if (node->kind == ExprKind::kColumn && std::ranges::find(names, node->name) == names.end()) {
      names.push_back(node->name);
    }
    for (auto arg = node->args.rbegin(); arg != node->args.rend(); ++arg) open.push_back(&*arg);
  }
  return names;
}

}  // namespace codeanatomy::expr
