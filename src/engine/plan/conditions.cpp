#include "engine/plan/conditions.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "base/unreachable.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;
using expr::ExprKind;
using spec::JoinType;

/// `and` taken apart: each part must hold.
void AddConjuncts(const std::vector<Expr>& predicates, std::vector<Expr>& out) {
  std::vector<const Expr*> open;
  for (auto one = predicates.rbegin(); one != predicates.rend(); ++one) open.push_back(&*one);
  while (!open.empty()) {
    const Expr& at = *open.back();
    open.pop_back();
    if (at.kind == ExprKind::kCall && at.name == "and") {
      for (auto arg = at.args.rbegin(); arg != at.args.rend(); ++arg) open.push_back(&*arg);
    } else {
      out.push_back(at);
    }
  }
}

int DepthOf(const Expr& root) {
  int deepest = 0;
  std::vector<std::pair<const Expr*, int>> open{{&root, 1}};
  while (!open.empty()) {
    const auto [at, depth] = open.back();
    open.pop_back();
    deepest = std::max(deepest, depth);
    for (const Expr& child : at->args) open.emplace_back(&child, depth + 1);
  }
  return deepest;
}

/// The condition with every column replaced by what defines it; nothing where one has no definition
/// or the result would be too deep.
std::optional<Expr> Substitute(Expr condition, const std::vector<NamedExpr>& definitions) {
  std::vector<Expr*> open{&condition};
  size_t nodes = 0;
  while (!open.empty()) {
    Expr& at = *open.back();
    open.pop_back();
    if (++nodes > expr::kMaxExprNodes) return std::nullopt;
    if (at.kind == ExprKind::kColumn) {
      const auto definition = std::ranges::find(definitions, at.name, &NamedExpr::name);
      if (definition == definitions.end()) return std::nullopt;
      at = definition->expr;
      continue;
    }
    for (Expr& child : at.args) open.push_back(&child);
  }
  if (DepthOf(condition) > expr::kMaxExprDepth) return std::nullopt;
  return condition;
}

template <typename Accept>
std::vector<Expr> Where(const std::vector<Expr>& conditions, Accept accept) {
  std::vector<Expr> kept;
  for (const Expr& condition : conditions) {
    if (std::ranges::all_of(expr::ReferencedColumns(condition), accept)) kept.push_back(condition);
  }
  return kept;
}

/// Conditions over columns of one side of a join, `l.x` or `r.x`, without the prefix.
void AddOfSide(const std::vector<Expr>& conditions, std::string_view prefix,
               std::vector<Expr>& out) {
  for (Expr& condition :
       Where(conditions, [&](const std::string& name) { return name.starts_with(prefix); })) {
    std::vector<Expr*> open{&condition};
    while (!open.empty()) {
      Expr& at = *open.back();
      open.pop_back();
      if (at.kind == ExprKind::kColumn) at.name.erase(0, prefix.size());
      for (Expr& child : at.args) open.push_back(&child);
    }
    out.push_back(std::move(condition));
  }
}

/// A side that is kept whole (left of Left, right of Right, both of Full) loses no row to the
/// join's own conditions; a side that is filled with nulls may not lose rows to conditions above,
/// since the rows they were joined with would then come with nulls.
std::vector<Expr> BelowJoin(const Relation& join, const std::vector<Expr>& above, size_t input) {
  const JoinType type = join.join_type;
  const bool left = input == 0;
  const bool takes_above =
      type == JoinType::kInner ||
      (left ? type == JoinType::kLeft || type == JoinType::kSemi || type == JoinType::kAnti
            : type == JoinType::kRight);
  const bool takes_own =
      type == JoinType::kInner || type == JoinType::kSemi ||
      (left ? type == JoinType::kRight : type == JoinType::kLeft || type == JoinType::kAnti);
  std::vector<Expr> over_pairs, own, below;
  if (takes_above) {
    for (const Expr& condition : above) {
      if (auto moved = Substitute(condition, join.columns)) over_pairs.push_back(*std::move(moved));
    }
  }
  if (takes_own) AddConjuncts(join.predicates, own);
  AddOfSide(over_pairs, left ? "l." : "r.", below);
  AddOfSide(own, left ? "l." : "r.", below);
  return below;
}

}  // namespace

std::vector<Expr> ConditionsBelow(const Relation& relation, const std::vector<Expr>& above,
                                  size_t input) {
  switch (relation.op) {
    case RelationOp::kScan:
    case RelationOp::kUnion:
    case RelationOp::kDistinct:
      return above;
    case RelationOp::kFilter: {
      std::vector<Expr> below = above;
      AddConjuncts(relation.predicates, below);
      return below;
    }
    case RelationOp::kProject: {
      std::vector<Expr> below;
      for (const Expr& condition : above) {
        if (auto moved = Substitute(condition, relation.columns))
          below.push_back(*std::move(moved));
      }
      return below;
    }
    case RelationOp::kJoin:
      return BelowJoin(relation, above, input);
    case RelationOp::kAggregate:
    case RelationOp::kRank:
    case RelationOp::kUnpivot:
    case RelationOp::kNest: {
      // A whole group fulfils a condition on its key, or none of it does.
      const std::set<std::string> key(relation.group_by.begin(), relation.group_by.end());
      return Where(above, [&](const std::string& name) { return key.contains(name); });
    }
    case RelationOp::kUnnest: {
      std::set<std::string> made(relation.names.begin(), relation.names.end());
      made.insert({relation.name, relation.value_name, relation.key_name});
      return Where(above, [&](const std::string& name) { return !made.contains(name); });
    }
  }
  CA_UNREACHABLE("every operator has its case");
}

std::vector<ConditionedScan> FindScans(Relation& root) {
  std::vector<ConditionedScan> scans;
  std::vector<std::pair<Relation*, std::vector<Expr>>> open;
  open.emplace_back(&root, std::vector<Expr>());
  while (!open.empty()) {
    auto [at, conditions] = std::move(open.back());
    open.pop_back();
    if (at->op == RelationOp::kScan) {
      scans.push_back({at, std::move(conditions)});
      continue;
    }
    for (size_t input = at->inputs.size(); input-- > 0;)
      open.emplace_back(&at->inputs[input], ConditionsBelow(*at, conditions, input));
  }
  return scans;
}

}  // namespace codeanatomy::engine
