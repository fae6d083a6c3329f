#include "engine/execute/plan_scans.h"

#include <fmt/format.h>

#include "engine/plan/sorted_parts.h"
#include "engine/scan/row_groups.h"
#include "engine/session/runtime_profile.h"

namespace codeanatomy::engine {
namespace {

bool HasCollation(const Session& session) {
  const Settings settings = session.SettingsSnapshot();
  const auto collation = settings.find("default_collation");
  return collation != settings.end() && !collation->second.empty();
}

}  // namespace

std::unique_ptr<ScanPruner> MakeScanPruner(const spec::Spec& spec, Session& session,
                                           const BuildPaths& paths) {
  ScanPolicy defaults;
  const spec::RuntimeProfile knobs = KnobsOf(spec, session);
  defaults.file_pruning = knobs.file_pruning.value_or(defaults.file_pruning);
  defaults.parquet_pushdown = knobs.pushdown_filters.value_or(defaults.parquet_pushdown);
  auto pruner = std::make_unique<ScanPruner>(paths.environment, session.caches().snapshots,
                                             defaults, HasCollation(session));
  for (const spec::InputRelation& input : spec.input_relations) {
    ScanInput scanned{.root = fmt::format("{}/{}", paths.InputRoot(), input.delta_location),
                      .requires_lineage = input.requires_lineage};
    const auto files = paths.input_files.find(input.logical_name);
    if (files != paths.input_files.end()) scanned.files = files->second;
    const auto version = paths.input_versions.find(input.logical_name);
    if (version != paths.input_versions.end()) scanned.version = version->second;
    const auto protocol = paths.input_protocols.find(input.logical_name);
    if (protocol != paths.input_protocols.end()) scanned.protocol = protocol->second;
    pruner->AddInput(input.logical_name, std::move(scanned));
  }
  return pruner;
}

Result<void> CountRowGroups(Connection& connection, const ScanPruner& pruner,
                            std::vector<ScanUnit>& units) {
  for (ScanUnit& unit : units) {
    const storage::Schema* schema = pruner.SchemaOf(unit.dataset);
    if (schema == nullptr || unit.conditions.empty()) continue;
    CA_ASSIGN_OR_RETURN(unit.row_groups, CountRowGroups(connection, unit, *schema));
  }
  return {};
}

Result<std::vector<ScanUnit>> PlanScans(const spec::Spec& spec, Session& session,
                                        const BuildPaths& paths, const KnownRows& known) {
  CA_ASSIGN_OR_RETURN(Plan plan, MakePlan(spec, paths.foreign_schemas, known));
  CA_ASSIGN_OR_RETURN(const RulePack pack, MakeRulePack(spec));
  CA_ASSIGN_OR_RETURN(
      [[maybe_unused]] const RuleReport rules,
      ApplyRules(pack, plan, session.threads(),
                 KnobsOf(spec, session).optimizer_max_passes.value_or(kOptimizerMaxPasses)));
  WrittenParts written;  // outputs that are read back are scanned by name
  for (const PlannedOutput& output : plan.outputs) {
    const std::string& view = output.target.source_view;
    if (output.is_whole()) written.emplace(view, std::vector<WrittenPart>{{view, {}}});
  }
  const auto pruner = MakeScanPruner(spec, session, paths);
  for (const PlannedView& view : plan.views) {
    if (!view.is_needed || view.placement != Placement::kTemporary) continue;
    Relation relation = Expand(view.relation, plan, written);
    CA_RETURN_IF_ERROR(pruner->Prune(relation, view.name));
  }
  for (const PlannedOutput& output : plan.outputs) {
    Relation relation = Filtered(
        Expand(plan.FindView(output.target.source_view)->relation, plan, written), output.filters);
    CA_RETURN_IF_ERROR(pruner->Prune(relation, output.target.table_name));
  }
  std::vector<ScanUnit> units = pruner->Units();
  CA_RETURN_IF_ERROR(CountRowGroups(session.connection(), *pruner, units));
  return units;
}

}  // namespace codeanatomy::engine
