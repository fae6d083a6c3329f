#include "engine/plan/plan_warnings.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "expr/type_check.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kComparisons[] = {"eq", "ne", "lt", "le", "gt", "ge", "eq_null_safe"};

class SemanticWalk {
 public:
  explicit SemanticWalk(const PlannedView& view) : view_(view) {}

  std::vector<Warning> Run() {
    if (view_.transform == "Project" && view_.relation.schema.fields.size() > kBroadProjection) {
      warnings_.push_back(
          {WarningCode::kSemanticValidationWarning,
           fmt::format("{} columns are projected", view_.relation.schema.fields.size()),
           {{"kind", "BroadProjection"}, {"view", view_.name}}});
    }
    std::vector<const Relation*> open{&view_.relation};
    while (!open.empty()) {
      const Relation& relation = *open.back();
      open.pop_back();
      Look(relation);
      for (const Relation& input : relation.inputs) open.push_back(&input);
    }
    std::ranges::sort(warnings_);
    const auto repeated = std::ranges::unique(warnings_);
    warnings_.erase(repeated.begin(), repeated.end());
    return std::move(warnings_);
  }

 private:
  /// What the expressions of a relation may name.
  static expr::Schema ScopeOf(const Relation& relation) {
    if (relation.op != RelationOp::kJoin)
      return relation.inputs.empty() ? expr::Schema{} : relation.inputs[0].schema;
    expr::Schema pairs;
    for (const auto& [side, prefix] : {std::pair(0, "l."), std::pair(1, "r.")}) {
      for (const expr::Field& field : relation.inputs[static_cast<size_t>(side)].schema.fields)
        pairs.fields.push_back({prefix + field.name, field.type});
    }
    return pairs;
  }

  void Look(const Relation& relation) {
    for (const spec::JoinKey& key : relation.join_keys) {
      const expr::Field* left = relation.inputs[0].schema.Find(key.left_key);
      const expr::Field* right = relation.inputs[1].schema.Find(key.right_key);
      if (left != nullptr && right != nullptr)
        Compare(left->type, right->type, fmt::format("l.{} = r.{}", key.left_key, key.right_key));
    }
    const expr::Schema scope = ScopeOf(relation);
    for (const expr::Expr& predicate : relation.predicates) LookInto(predicate, scope);
    for (const NamedExpr& column : relation.columns) LookInto(column.expr, scope);
  }

  void LookInto(const expr::Expr& root, const expr::Schema& scope) {
    std::vector<const expr::Expr*> open{&root};
    while (!open.empty()) {
      const expr::Expr& node = *open.back();
      open.pop_back();
      for (const expr::Expr& child : node.args) open.push_back(&child);
      if (node.kind != expr::ExprKind::kCall || node.args.size() != 2 ||
          std::ranges::find(kComparisons, node.name) == std::end(kComparisons))
        continue;
      if (std::ranges::any_of(node.args, [](const expr::Expr& side) {
            return side.kind == expr::ExprKind::kLiteral;
          }))
        continue;
      // Parameters are literals by now; what does not check was refused before.
      const auto left = expr::CheckExpr(node.args[0], {scope, {}}, "");
      const auto right = expr::CheckExpr(node.args[1], {scope, {}}, "");
      if (left && right) Compare(*left, *right, node.name);
    }
  }

  void Compare(const expr::Type& left, const expr::Type& right, const std::string& where) {
    if (left == right || !left.is_numeric() || !right.is_numeric()) return;
    warnings_.push_back(
        {WarningCode::kSemanticValidationWarning,
         fmt::format("{} is compared with {}", left.ToString(), right.ToString()),
         {{"kind", "ImplicitTypeCoercion"}, {"view", view_.name}, {"comparison", where}}});
  }

  const PlannedView& view_;
  std::vector<Warning> warnings_;
};

}  // namespace

std::vector<Warning> SemanticWarnings(const Plan& plan) {
  std::vector<Warning> warnings;
  for (const PlannedView& view : plan.views) {
    if (!view.is_needed) continue;
    std::ranges::move(SemanticWalk(view).Run(), std::back_inserter(warnings));
  }
  return warnings;
}

std::vector<Warning> CompatibilityWarnings(const Plan& plan, const TableProtocols& protocols) {
  std::vector<Warning> warnings;
  std::map<std::string_view, std::set<std::string>> inputs;  // of a view, through other views
  std::set<std::string_view> told;                           // these and what reads them
  for (const PlannedView& view : plan.views) {
    std::set<std::string>& own = inputs[view.name];
    own.insert(view.inputs.begin(), view.inputs.end());
    bool is_told = false;
    for (const std::string& read : view.dependencies) {
      own.insert(inputs[read].begin(), inputs[read].end());
      is_told = is_told || told.contains(read);
    }
    if (view.is_needed && !is_told && (view.transform == "Relate" || view.transform == "Union")) {
      std::vector<std::string> versions;
      const TableProtocol* first = nullptr;
      bool drifts = false;
      for (const std::string& input : own) {
        const auto known = protocols.find(input);
        if (known == protocols.end()) continue;
        if (first == nullptr) first = &known->second;
        drifts = drifts || known->second != *first;
        versions.push_back(
            fmt::format("{} {}/{}", input, known->second.min_reader, known->second.min_writer));
      }
      if (drifts) {
        is_told = true;
        warnings.push_back(
            {WarningCode::kDeltaCompatibilityDrift,
             "inputs ask for different versions of Delta readers and writers",
             {{"view", view.name}, {"protocols", fmt::format("{}", fmt::join(versions, "; "))}}});
      }
    }
    if (is_told) told.insert(view.name);
  }
  return warnings;
}

std::vector<Warning> ScheduleWarnings(const TaskSchedule& schedule) {
  if (schedule.quality != StatsQuality::kUnknown) return {};
  return {{WarningCode::kCostModelStatsFallback,
           "nothing is known of rows: tasks run in topological order",
           {{"stats_quality", "Unknown"}, {"tasks", fmt::format("{}", schedule.tasks.size())}}}};
}

}  // namespace codeanatomy::engine
