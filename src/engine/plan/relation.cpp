#include "engine/plan/relation.h"

namespace codeanatomy::engine {

void VisitExprs(Relation& relation, const std::function<void(expr::Expr&)>& visit) {
  for (NamedExpr& column : relation.columns) visit(column.expr);
  for (expr::Expr& predicate : relation.predicates) visit(predicate);
  for (spec::SortKey& key : relation.order_by) visit(key.expr);
  for (spec::Aggregation& aggregation : relation.aggregations) {
    for (spec::SortKey& key : aggregation.order_by) visit(key.expr);
  }
  for (Relation& input : relation.inputs) VisitExprs(input, visit);
}

std::optional<expr::Expr> ConstantColumn(const Relation& relation, std::string_view column) {
  switch (relation.op) {
    case RelationOp::kFilter:
    case RelationOp::kDistinct:
      return ConstantColumn(relation.inputs[0], column);
    case RelationOp::kProject: {
      const auto at = std::ranges::find(relation.columns, column, &NamedExpr::name);
      if (at == relation.columns.end()) return std::nullopt;
      const expr::Expr* expr = &at->expr;
      if (expr->kind == expr::ExprKind::kLiteral) return *expr;
      if (expr->kind == expr::ExprKind::kColumn)
        return ConstantColumn(relation.inputs[0], expr->name);
      // A widened or narrowed literal stays the literal under the cast.
      if (expr->kind != expr::ExprKind::kCast) return std::nullopt;
      std::optional<expr::Expr> inner;
      if (expr->args[0].kind == expr::ExprKind::kLiteral) inner = expr->args[0];
      if (expr->args[0].kind == expr::ExprKind::kColumn)
        inner = ConstantColumn(relation.inputs[0], expr->args[0].name);
      if (!inner) return std::nullopt;
      return expr::Cast(*std::move(inner), expr->type);
    }
    case RelationOp::kUnion: {
      std::optional<expr::Expr> common;
      for (const Relation& input : relation.inputs) {
        std::optional<expr::Expr> constant = ConstantColumn(input, column);
        if (!constant || (common && *common != *constant)) return std::nullopt;
        common = std::move(constant);
      }
      return common;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace codeanatomy::engine
