#include "engine/plan/placement.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace codeanatomy::engine {
namespace {

bool PassesOn(RelationOp op) {
  return op == RelationOp::kProject || op == RelationOp::kFilter || op == RelationOp::kUnion;
}

bool IsWork(RelationOp op) {
  return op == RelationOp::kJoin || op == RelationOp::kAggregate || op == RelationOp::kRank ||
         op == RelationOp::kDistinct;
}

class Placing {
 public:
  Placing(const spec::Spec& spec, const KnownRows* known, Plan& plan) : plan_(plan) {
    std::map<std::string_view, const spec::Transform*> transforms;
    for (const spec::ViewDefinition& view : spec.view_definitions)
      transforms.emplace(view.name, &view.transform);
    for (const PlannedView& view : plan.views)
      sources_.push_back(spec::TransformSources(*transforms.at(view.name)));
    for (const PlannedOutput& output : plan.outputs) {
      if (output.is_whole()) stored_.insert(output.target.source_view);
    }
    if (!spec.cache_policy) return;
    policy_ = *spec.cache_policy;
    if (known == nullptr) policy_.min_estimated_rows = policy_.cache_memory_budget = std::nullopt;
    if (policy_.min_estimated_rows || policy_.cache_memory_budget)
      estimates_ = EstimateRows(plan, *known, policy_.use_historical_metrics);
    for (const spec::CacheOverride& wish : spec.cache_policy->overrides)
      wishes_.emplace(wish.view_name, wish.action);
  }

  void Run() {
    CountScans();
    for (size_t i = 0; i < plan_.views.size(); ++i) {
      if (plan_.views[i].is_needed) Place(plan_.views[i], sources_[i]);
    }
    if (policy_.cache_memory_budget) KeepToBudget(*policy_.cache_memory_budget);
  }

 private:
  void CountScans() {
    for (const PlannedOutput& output : plan_.outputs) ++scans_[output.target.source_view];
    for (size_t i = plan_.views.size(); i-- > 0;) {
      const PlannedView& view = plan_.views[i];
      if (!view.is_needed) continue;
      const bool passes_on = PassesOn(view.relation.op) && !stored_.contains(view.name);
      for (const std::string& source : sources_[i])
        scans_[source] += passes_on ? scans_[view.name] : 1;
    }
  }

  void Place(PlannedView& view, const std::vector<std::string>& sources) {
    const RelationOp op = view.relation.op;
    const bool works = IsWork(op) || std::ranges::any_of(sources, [&](const std::string& name) {
                         return heavy_.contains(name);
                       });
    const auto min_scans = static_cast<size_t>(policy_.min_fanout);
    const auto wish = wishes_.find(view.name);
    view.scans = scans_[view.name];
    view.placement = Placement::kInline;
    view.reason = PlacementReason::kReadOnce;
    view.estimate = std::nullopt;
    if (stored_.contains(view.name)) {
      view.placement = Placement::kOutput;
      view.reason = PlacementReason::kStored;
    } else if (wish != wishes_.end()) {
      view.reason = PlacementReason::kOverride;
      view.placement = wish->second == spec::CacheAction::kForceCache ? Placement::kTemporary
                                                                      : Placement::kInline;
      if (view.placement == Placement::kTemporary) view.estimate = Estimate(view);
    } else if (works && view.scans >= min_scans && !PassesOn(op)) {
      view.estimate = Estimate(view);
      const bool is_worth_it =
          !view.estimate || view.estimate->rows >= policy_.min_estimated_rows.value_or(0);
      view.placement = is_worth_it ? Placement::kTemporary : Placement::kInline;
      view.reason = is_worth_it ? PlacementReason::kRepeatedWork : PlacementReason::kFewRows;
    } else if (view.scans >= min_scans) {
      view.reason = PlacementReason::kCheap;
    }
    if (works && view.placement == Placement::kInline) heavy_.insert(view.name);
  }

  std::optional<RowEstimate> Estimate(const PlannedView& view) const {
    const auto at = estimates_.find(view.name);
    return at == estimates_.end() ? std::nullopt : std::optional(at->second);
  }

  /// Forced views are kept whatever they take. What does not fit is put in place, and so is all
  /// that would save less.
  void KeepToBudget(int64_t budget) {
    std::vector<PlannedView*> kept;
    for (PlannedView& view : plan_.views) {
      if (view.is_needed && view.placement == Placement::kTemporary) kept.push_back(&view);
    }
    // In double: a product of counts may not fit into an integer.
    const auto saves = [](const PlannedView& view) {
      return static_cast<double>(view.scans) * static_cast<double>(view.estimate->rows);
    };
    std::ranges::sort(kept, [&](const PlannedView* a, const PlannedView* b) {
      const bool a_forced = a->reason == PlacementReason::kOverride;
      if (a_forced != (b->reason == PlacementReason::kOverride)) return a_forced;
      if (saves(*a) != saves(*b)) return saves(*a) > saves(*b);
      return a->name < b->name;
    });
    double used = 0;
    bool is_full = false;
    for (PlannedView* view : kept) {
      used += static_cast<double>(view->estimate->rows) *
              static_cast<double>(EstimatedRowBytes(view->relation.schema));
      if (view->reason == PlacementReason::kOverride) continue;
      is_full = is_full || used > static_cast<double>(budget);
      if (!is_full) continue;
      view->placement = Placement::kInline;
      view->reason = PlacementReason::kOverBudget;
    }
  }

  Plan& plan_;
  spec::CachePolicy policy_;  // without one of the spec: that of the defaults
  std::map<std::string_view, RowEstimate> estimates_;     // where rows or bytes are asked for
  std::vector<std::vector<std::string>> sources_;         // by view
  std::set<std::string_view> stored_;                     // read back from an output
  std::map<std::string_view, spec::CacheAction> wishes_;  // of the cache policy
  std::map<std::string, size_t, std::less<>> scans_;      // by relation
  std::set<std::string, std::less<>> heavy_;              // inline views whose scan repeats work
};

}  // namespace

void PlaceViews(const spec::Spec& spec, const KnownRows* known, Plan& plan) {
  Placing(spec, known, plan).Run();
}

}  // namespace codeanatomy::engine
