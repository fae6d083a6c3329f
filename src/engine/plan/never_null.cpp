#include "engine/plan/never_null.h"

#include <algorithm>

#include "catalog/table.h"
#include "engine/plan/sorted_runs.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;
using expr::ExprKind;
using spec::JoinType;

bool IsColumn(const Expr& e, std::string_view name) {
  return e.kind == ExprKind::kColumn && e.name == name;
}

/// Whether rows that fulfil the predicate have a value in the column.
bool Demands(const Expr& predicate, std::string_view column) {
  return predicate.kind == ExprKind::kCall && predicate.name == "not" &&
         predicate.args[0].kind == ExprKind::kIsNull && IsColumn(predicate.args[0].args[0], column);
}

/// Every row of a pair has a row of this side.
bool KeepsSide(JoinType type, bool left) {
  switch (type) {
    case JoinType::kInner:
      return true;
    case JoinType::kLeft:
    case JoinType::kSemi:
    case JoinType::kAnti:
      return left;
    case JoinType::kRight:
      return !left;
    case JoinType::kFull:
      return false;
  }
  return false;
}

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool NeverNull::Holds(const Relation& relation, std::string_view column) {
  switch (relation.op) {
    case RelationOp::kScan:
      return HoldsInScan(relation.name, column);
    case RelationOp::kFilter:
      return std::ranges::any_of(relation.predicates,
                                 [&](const Expr& e) { return Demands(e, column); }) ||
             Holds(relation.inputs[0], column);
    case RelationOp::kProject: {
      const auto made = std::ranges::find(relation.columns, column, &NamedExpr::name);
      return made != relation.columns.end() && HoldsFor(made->expr, relation.inputs[0]);
    }
    case RelationOp::kJoin:
      return HoldsInJoin(relation, column);
    case RelationOp::kUnion:
      return std::ranges::all_of(relation.inputs,
                                 [&](const Relation& input) { return Holds(input, column); });
    case RelationOp::kDistinct:
      return Holds(relation.inputs[0], column);
    case RelationOp::kRank:
      return column == relation.key_name || Holds(relation.inputs[0], column);
    case RelationOp::kAggregate:
    case RelationOp::kNest:
      return Contains(relation.group_by, column) && Holds(relation.inputs[0], column);
    case RelationOp::kUnpivot:
      return column == relation.key_name || column == relation.value_name ||
             Holds(relation.inputs[0], column);
    case RelationOp::kUnnest:
      return !relation.keep_empty && column != relation.value_name &&
             !Contains(relation.names, column) &&
             (column == relation.key_name || Holds(relation.inputs[0], column));
  }
  return false;
}

bool NeverNull::HoldsInScan(std::string_view name, std::string_view column) {
  const std::string_view source = name.substr(0, name.find(kPartSeparator));
  if (const PlannedView* view = plan_.FindView(source)) {
    const std::pair<std::string, std::string> at(source, column);
    if (const auto known = views_.find(at); known != views_.end()) return known->second;
    return views_[at] = Holds(view->relation, column);
  }
  const TableInfo* table = foreign_.contains(source) ? nullptr : FindTable(source);
  if (table == nullptr) return false;
  const auto declared = std::ranges::find(table->columns, column, &ColumnInfo::name);
  return declared != table->columns.end() && declared->required;
}

bool NeverNull::HoldsInJoin(const Relation& join, std::string_view column) {
  const auto made = std::ranges::find(join.columns, column, &NamedExpr::name);
  return made != join.columns.end() && HoldsInSide(made->expr, join);
}

bool NeverNull::HoldsInSide(const Expr& expr, const Relation& join) {
  if (expr.kind == ExprKind::kLiteral) return expr.literal.index() != 0;
  if (expr.kind != ExprKind::kColumn) return false;
  const bool left = expr.name.starts_with("l.");
  if (!KeepsSide(join.join_type, left)) return false;
  const std::string_view column = std::string_view(expr.name).substr(2);
  const bool is_key = join.join_type == JoinType::kInner &&
                      std::ranges::any_of(join.join_keys, [&](const spec::JoinKey& key) {
                        return (left ? key.left_key : key.right_key) == column;
                      });
  return is_key || Holds(join.inputs[left ? 0 : 1], column);
}

bool NeverNull::HoldsFor(const Expr& expr, const Relation& relation) {
  if (expr.kind == ExprKind::kLiteral) return expr.literal.index() != 0;
  return expr.kind == ExprKind::kColumn && Holds(relation, expr.name);
}

}  // namespace codeanatomy::engine
