// Columns are followed from the top down: an operator that is asked for some of its columns asks
// its inputs for those that these come from, and for what it needs itself (conditions, keys,
// orders).
#include "engine/plan/lineage.h"

#include <fmt/format.h>

#include "engine/plan/conditions.h"
#include "engine/plan/sorted_parts.h"

namespace codeanatomy::engine {
namespace {

using Names = std::set<std::string>;

constexpr size_t kMaxLineageScans = 100'000;
constexpr std::string_view kJoins[] = {"Inner", "Left", "Right", "Full", "Semi", "Anti"};

/// Calls `visit` with the expression and all below it.
template <typename Visit>
void VisitAll(const expr::Expr& root, Visit visit) {
  std::vector<const expr::Expr*> open{&root};
  while (!open.empty()) {
    const expr::Expr& at = *open.back();
    open.pop_back();
    visit(at);
    for (const expr::Expr& child : at.args) open.push_back(&child);
  }
}

void CollectFunctions(const expr::Expr& root, Names& functions) {
  VisitAll(root, [&](const expr::Expr& at) {
    if (at.kind == expr::ExprKind::kCall) functions.insert(at.name);
  });
}

class Walker {
 public:
  /// Filters are followed down only where they are asked for.
  explicit Walker(bool with_filters = true) : with_filters_(with_filters) {}

  Lineage Walk(const Relation& root) {
    Names all;
    for (const expr::Field& field : root.schema.fields) all.insert(field.name);
    open_.push_back({&root, std::move(all), {}});
    while (!open_.empty()) {
      const Step step = std::move(open_.back());
      open_.pop_back();
      Visit(step);
    }
    return std::move(lineage_);
  }

 private:
  struct Step {
    const Relation* relation;
    Names needed;                        // of its columns
    std::vector<expr::Expr> conditions;  // that its rows must fulfil
  };

  /// Columns that an expression names; its functions are taken down.
  void Read(const expr::Expr& root, Names& columns) {
    VisitAll(root, [&](const expr::Expr& at) {
      if (at.kind == expr::ExprKind::kColumn) columns.insert(at.name);
    });
    CollectFunctions(root, lineage_.functions);
  }
  void Read(const std::vector<expr::Expr>& exprs, Names& columns) {
    for (const expr::Expr& one : exprs) Read(one, columns);
  }
  void Read(const std::vector<spec::SortKey>& keys, Names& columns) {
    for (const spec::SortKey& key : keys) Read(key.expr, columns);
  }

  /// Goes on with an input of the step's relation.
  void Push(const Step& step, size_t input, Names needed) {
    open_.push_back({&step.relation->inputs[input], std::move(needed),
                     with_filters_ ? ConditionsBelow(*step.relation, step.conditions, input)
                                   : std::vector<expr::Expr>()});
  }

  void Visit(const Step& step) {
    const Relation& r = *step.relation;
    switch (r.op) {
      case RelationOp::kScan:
        return AddScan(r, step);
      case RelationOp::kFilter: {
        Names columns = step.needed;
        Read(r.predicates, columns);
        lineage_.filters.insert(lineage_.filters.end(), r.predicates.begin(), r.predicates.end());
        return Push(step, 0, std::move(columns));
      }
      case RelationOp::kProject: {
        Names columns;
        for (const NamedExpr& column : r.columns) {
          if (step.needed.contains(column.name)) Read(column.expr, columns);
        }
        return Push(step, 0, std::move(columns));
      }
      case RelationOp::kJoin:
        return VisitJoin(r, step);
      case RelationOp::kUnion:
        // The first is visited first.
        for (size_t input = r.inputs.size(); input-- > 0;) Push(step, input, step.needed);
        return;
      case RelationOp::kDistinct: {
        Names columns;
        for (const expr::Field& field : r.schema.fields) columns.insert(field.name);
        return Push(step, 0, std::move(columns));
      }
      default:
        return VisitGroup(r, step);
    }
  }

  void AddScan(const Relation& r, const Step& step) {
    Names& required = lineage_.required_columns[r.name];
    required.insert(step.needed.begin(), step.needed.end());
    lineage_.scans.push_back({r.name, step.needed, step.conditions});
  }

  void VisitJoin(const Relation& r, const Step& step) {
    Names columns;
    for (const NamedExpr& column : r.columns) {
      if (step.needed.contains(column.name)) Read(column.expr, columns);
    }
    Read(r.predicates, columns);
    Names left, right;
    for (const std::string& name : columns)
      (name.starts_with("l.") ? left : right).insert(name.substr(2));
    for (const spec::JoinKey& key : r.join_keys) {
      left.insert(key.left_key);
      right.insert(key.right_key);
    }
    lineage_.joins.push_back({kJoins[static_cast<size_t>(r.join_type)], r.join_keys, r.predicates});
    Push(step, 1, std::move(right));
    Push(step, 0, std::move(left));
  }

  /// Operators that keep some columns and compute others from groups, lists or pairs.
  void VisitGroup(const Relation& r, const Step& step) {
    Names columns(r.group_by.begin(), r.group_by.end());
    Read(r.order_by, columns);
    for (const spec::Aggregation& aggregation : r.aggregations) {
      lineage_.aggregations.insert(aggregation.function);
      if (!step.needed.contains(aggregation.alias)) continue;
      columns.insert(aggregation.column);
      Read(aggregation.order_by, columns);
    }
    for (const spec::UnpivotColumn& pair : r.pairs) columns.insert(pair.column);
    if (r.op == RelationOp::kUnnest) columns.insert(r.name);
    if (r.op == RelationOp::kNest) columns.insert(r.names.begin(), r.names.end());
    if (r.op == RelationOp::kRank) ++lineage_.windows;
    const bool passes = r.op == RelationOp::kRank || r.op == RelationOp::kUnnest;
    for (const expr::Field& field : r.inputs[0].schema.fields) {
      if (passes && step.needed.contains(field.name) && field.name != r.name)
        columns.insert(field.name);
    }
    Push(step, 0, std::move(columns));
  }

  const bool with_filters_;
  Lineage lineage_;
  std::vector<Step> open_;
};

}  // namespace

std::set<std::string> Lineage::referenced_tables() const {
  std::set<std::string> tables;
  for (const auto& [dataset, columns] : required_columns) tables.insert(dataset);
  return tables;
}

Result<Lineage> LineageOf(const Plan& plan, std::string_view view) {
  if (plan.FindView(view) == nullptr) {
    return Error(ErrorCode::kNotFound, "the plan has no such view", std::string(view),
                 "`codeanatomy plan` lists them");
  }
  // What is computed once for several readers is expanded into each of them here.
  std::map<std::string_view, size_t> scans;
  for (const PlannedView& one : plan.views) {
    size_t& own = scans[one.name];
    own = one.inputs.size();
    for (const std::string& name : one.dependencies) own += 2 * scans[name];  // joined with itself
    if (own <= kMaxLineageScans) continue;
    own = kMaxLineageScans + 1;
    if (one.name == view)
      return Error(ErrorCode::kInvalidPlan,
                   fmt::format("the view comes to more than {} scans", kMaxLineageScans),
                   std::string(view), "ask for the lineage of a view that it reads");
  }
  Plan whole = plan;
  for (PlannedView& one : whole.views) one.placement = Placement::kInline;
  return Walker().Walk(Expand(whole.FindView(view)->relation, whole, {}));
}

std::vector<std::set<std::string>> ScannedColumns(const Relation& root) {
  std::vector<std::set<std::string>> columns;
  for (LineageScan& scan : Walker(false).Walk(root).scans)
    columns.push_back(std::move(scan.columns));
  return columns;
}

PlanReferences ReferencesOf(const Plan& plan) {
  PlanReferences references;
  for (const PlannedView& view : plan.views) {
    if (!view.is_needed) continue;
    Lineage lineage = Walker().Walk(view.relation);
    references.functions.merge(lineage.functions);
    for (const auto& [dataset, columns] : lineage.required_columns) {
      if (plan.FindView(dataset) == nullptr) references.tables.insert(dataset);
    }
  }
  for (const PlannedOutput& output : plan.outputs) {
    for (const expr::Expr& filter : output.filters) CollectFunctions(filter, references.functions);
  }
  return references;
}

}  // namespace codeanatomy::engine
