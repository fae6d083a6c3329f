#include "engine/plan/placement.h"

#include <algorithm>
#include <map>
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
  Placing(const spec::Spec& spec, Plan& plan) : spec_(spec), plan_(plan) {
    std::map<std::string_view, const spec::Transform*> transforms;
    for (const spec::ViewDefinition& view : spec.view_definitions)
      transforms.emplace(view.name, &view.transform);
    for (const PlannedView& view : plan.views)
      sources_.push_back(spec::TransformSources(*transforms.at(view.name)));
    for (const PlannedOutput& output : plan.outputs) {
      if (output.is_whole()) stored_.insert(output.target.source_view);
    }
    if (!spec.cache_policy) return;
    for (const spec::CacheOverride& wish : spec.cache_policy->overrides)
      wishes_.emplace(wish.view_name, wish.action);
  }

  void Run() {
    CountScans();
    for (size_t i = 0; i < plan_.views.size(); ++i) {
      if (plan_.views[i].is_needed) Place(plan_.views[i], sources_[i]);
    }
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
    const size_t min_scans =
        spec_.cache_policy ? static_cast<size_t>(spec_.cache_policy->min_fanout) : 2;
    const auto wish = wishes_.find(view.name);
    view.scans = scans_[view.name];
    if (stored_.contains(view.name)) {
      view.placement = Placement::kOutput;
      view.reason = PlacementReason::kStored;
    } else if (wish != wishes_.end()) {
      view.reason = PlacementReason::kOverride;
      view.placement = wish->second == spec::CacheAction::kForceCache ? Placement::kTemporary
                                                                      : Placement::kInline;
    } else if (works && view.scans >= min_scans && !PassesOn(op)) {
      view.placement = Placement::kTemporary;
      view.reason = PlacementReason::kRepeatedWork;
    } else if (view.scans >= min_scans) {
      view.reason = PlacementReason::kCheap;
    }
    if (works && view.placement == Placement::kInline) heavy_.insert(view.name);
  }

  const spec::Spec& spec_;
  Plan& plan_;
  std::vector<std::vector<std::string>> sources_;         // by view
  std::set<std::string_view> stored_;                     // read back from an output
  std::map<std::string_view, spec::CacheAction> wishes_;  // of the cache policy
  std::map<std::string, size_t, std::less<>> scans_;      // by relation
  std::set<std::string, std::less<>> heavy_;              // inline views whose scan repeats work
};

}  // namespace

void PlaceViews(const spec::Spec& spec, Plan& plan) { Placing(spec, plan).Run(); }

}  // namespace codeanatomy::engine
