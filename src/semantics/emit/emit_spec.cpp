#include "semantics/emit/emit_spec.h"

#include <map>
#include <set>

#include "catalog/table.h"

namespace codeanatomy::semantics {
namespace {

using spec::RuleClass;

Error Invalid(std::string message, std::string subject) {
  return Error(ErrorCode::kInvalidPlan, std::move(message), std::move(subject));
}

/// The views that `roots` reach, by name, and the tables they read.
struct Reached {
  std::map<std::string, const View*> views;
  std::set<std::string> inputs;
};

Result<Reached> Prune(const std::vector<View>& views, const Model& model,
                      std::vector<std::string> open) {
  std::map<std::string_view, const View*> by_name;
  for (const View& view : views) {
    if (!by_name.emplace(view.name, &view).second)
      return Invalid("two views of one name", view.name);
  }
  Reached reached;
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    const auto at = by_name.find(name);
    if (at == by_name.end()) {
      if (model.FindTable(name) == nullptr)
        return Invalid("neither a view nor a declared table", name);
      reached.inputs.insert(name);
    } else if (reached.views.emplace(name, at->second).second) {
      for (std::string& source : spec::TransformSources(at->second->transform))
        open.push_back(std::move(source));
    }
  }
  return reached;
}

std::vector<std::string> Dependencies(const View& view, const Reached& reached) {
  std::set<std::string> names;
  for (std::string& source : spec::TransformSources(view.transform)) {
    if (reached.views.contains(source)) names.insert(std::move(source));
  }
  return {names.begin(), names.end()};
}

/// Kahn's algorithm over a ready set sorted by tier and name.
Result<std::vector<spec::ViewDefinition>> Order(const Reached& reached) {
  std::map<std::string, size_t> waiting;
  std::map<std::string, std::vector<std::string>> readers;
  std::set<std::pair<int, std::string>> ready;
  const auto is_ready = [&](const std::string& name) {
    ready.emplace(InfoOf(reached.views.at(name)->kind).tier, name);
  };
  for (const auto& [name, view] : reached.views) {
    const auto dependencies = Dependencies(*view, reached);
    waiting[name] = dependencies.size();
    if (dependencies.empty()) is_ready(name);
    for (const std::string& dependency : dependencies) readers[dependency].push_back(name);
  }
  std::vector<spec::ViewDefinition> ordered;
  while (!ready.empty()) {
    const std::string name = ready.begin()->second;
    ready.erase(ready.begin());
    const View& view = *reached.views.at(name);
    ordered.push_back({view.name,
                       std::string(InfoOf(view.kind).name),
                       Dependencies(view, reached),
                       view.transform,
                       {}});
    for (const std::string& reader : readers[name]) {
      if (--waiting[reader] == 0) is_ready(reader);
    }
  }
  if (ordered.size() == reached.views.size()) return ordered;
  const auto stuck =
      std::ranges::find_if(waiting, [](const auto& view) { return view.second > 0; });
  return Invalid("views that read each other", stuck->first);
}

void AddJoinEdges(spec::Spec& spec) {
  for (const spec::ViewDefinition& view : spec.view_definitions) {
    const auto* relate = std::get_if<spec::Relate>(&view.transform);
    if (relate == nullptr) continue;
    spec::JoinEdge edge{relate->left, relate->right, relate->join_type, {}, {}};
    for (const spec::JoinKey& key : relate->join_keys) {
      edge.left_keys.push_back(key.left_key);
      edge.right_keys.push_back(key.right_key);
    }
    spec.join_graph.edges.push_back(std::move(edge));
  }
}

}  // namespace

Result<spec::Spec> EmitSpec(const std::vector<View>& views, const Model& model,
                            const EmitRequest& request) {
  std::vector<std::string> roots = request.session_views;
  for (const spec::OutputTarget& output : request.outputs) roots.push_back(output.source_view);
  CA_ASSIGN_OR_RETURN(const Reached reached, Prune(views, model, std::move(roots)));
  spec::Spec spec;
  CA_ASSIGN_OR_RETURN(spec.view_definitions, Order(reached));
  for (const std::string& name : reached.inputs) {
    const TableInfo* table = model.FindTable(name);
    const std::string_view folder = kTableGroupFolders[static_cast<size_t>(table->group)];
    spec.input_relations.push_back({name, std::string(folder) + "/" + name, false, {}, {}});
  }
  AddJoinEdges(spec);
  spec.output_targets = request.outputs;
  spec.rulepack_profile = request.profile;
  spec.rule_intents = {{"semantic_integrity", RuleClass::kSemanticIntegrity, "{}"},
                       {"span_containment_rewrite", RuleClass::kSemanticIntegrity, "{}"},
                       {"cpg_physical", RuleClass::kSemanticIntegrity, "{}"},
                       {"delta_scan_aware", RuleClass::kDeltaScanAware, "{}"},
                       {"cost_shape", RuleClass::kCostShape, "{}"}};
  if (request.profile == spec::RulepackProfile::kStrict ||
      request.profile == spec::RulepackProfile::kReplay) {
    spec.rule_intents.push_back({"strict_safety", RuleClass::kSafety, "{}"});
  }
  return spec;
}

}  // namespace codeanatomy::semantics
