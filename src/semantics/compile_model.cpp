#include "semantics/compile_model.h"

#include <map>

#include "base/ascii.h"
#include "base/hash.h"
#include "catalog/table.h"
#include "semantics/analysis/graph_position.h"
#include "semantics/emit/emit_spec.h"
#include "semantics/transform/compile.h"
#include "semantics/transform/join_fusion.h"

namespace codeanatomy::semantics {
namespace {

Result<spec::RulepackProfile> ParseProfile(std::string_view text) {
  const std::string name = AsciiLower(text);
  if (name == "default") return spec::RulepackProfile::kDefault;
  if (name == "low_latency" || name == "lowlatency") return spec::RulepackProfile::kLowLatency;
  if (name == "replay") return spec::RulepackProfile::kReplay;
  if (name == "strict") return spec::RulepackProfile::kStrict;
  return Error(ErrorCode::kInvalidArgument, "unknown rulepack profile", std::string(text),
               "use default, low_latency, replay or strict");
}

spec::OutputTarget Output(std::string table, std::string view) {
  spec::OutputTarget output;
  const TableInfo* declared = FindTable(table);
  output.delta_location =
      std::string(kTableGroupFolders[static_cast<size_t>(declared->group)]) + "/" + table;
  for (const ColumnInfo& column : declared->columns) {
    if (declared->is_output) output.columns.emplace_back(column.name);
  }
  output.table_name = std::move(table);
  output.source_view = std::move(view);
  return output;
}

/// The tables of the graph in the forms asked for, and the reports whose views exist.
std::vector<spec::OutputTarget> Outputs(const CompileRequest& request,
                                        const std::vector<View>& views) {
  const auto form = [](const char* table, bool full) {
    return std::string(table) + (full ? "_full" : "");
  };
  std::vector<spec::OutputTarget> outputs{
      Output("cpg_nodes", "cpg_nodes"), Output("cpg_edges", form("cpg_edges", request.edges_full)),
      Output("cpg_edges_by_dst", form("cpg_edges_by_dst", request.edges_full)),
      Output("calls", "calls"), Output("cpg_props", form("cpg_props", request.props_full))};
  if (request.props_full) outputs.push_back(Output("cpg_props_map", "cpg_props_map_full"));
  for (const TableInfo& table : Tables()) {
    if (table.is_output && std::ranges::find(views, table.name, &View::name) != views.end())
      outputs.push_back(Output(std::string(table.name), std::string(table.name)));
  }
  return outputs;
}

/// Over every view, kept or not: what it is, what made it and what was inferred.
std::string IrFingerprint(const std::vector<View>& views) {
  spec::Spec all;
  Sha256 hash;
  for (const View& view : views) {
    all.view_definitions.push_back(
        {view.name, std::string(InfoOf(view.kind).name), {}, view.transform, {}});
    hash.Update(view.declaration).Update("\n").Update(view.why).Update("\n");
    for (SemanticRule rule : view.rules)
      hash.Update(kSemanticRules[static_cast<size_t>(rule)].name).Update(",");
    hash.Update(view.inferred.table_type);
    hash.Update(kJoinStrategyNames[static_cast<size_t>(view.inferred.join.strategy)]);
  }
  return Hex(hash.Update(spec::SpecHash(all)).Finish());
}

/// The views of the spec in its order.
std::vector<View> Kept(std::vector<View> views, const spec::Spec& spec) {
  std::map<std::string, View*, std::less<>> by_name;  // names outlive the move of their views
  for (View& view : views) by_name.emplace(view.name, &view);
  std::vector<View> kept;
  kept.reserve(spec.view_definitions.size());
  for (const spec::ViewDefinition& definition : spec.view_definitions)
    kept.push_back(std::move(*by_name.at(definition.name)));
  return kept;
}

}  // namespace

Result<Compilation> CompileModel(const Model& model, const CompileRequest& request) {
  EmitRequest emit;
  CA_ASSIGN_OR_RETURN(emit.profile, ParseProfile(request.rulepack_profile));
  const CompileContext context{.model = model, .id_salt = request.id_salt};
  std::vector<View> views;
  CompileEntities(context, views);
  CompileGraphViews(context, views);
  CA_ASSIGN_OR_RETURN(const Schemas schemas, InferSchemas(views, model));
  CA_RETURN_IF_ERROR(CompileRelations(context, schemas, views));
  CompileRelationQuality(context, views);
  CompileNodes(context, views);
  CompileEdges(context, views);
  CompileProperties(context, views);
  CompileOutputs(context, views);
  FuseJoins(views);
  CA_RETURN_IF_ERROR(InferSchemas(views, model));
  emit.outputs = Outputs(request, views);
  InferPositions(views, emit.outputs, model);
  for (const View& view : views) {
    if (InfoOf(view.kind).is_session_relation) emit.session_views.push_back(view.name);
  }
  Compilation compilation;
  CA_ASSIGN_OR_RETURN(compilation.spec, EmitSpec(views, model, emit));
  if (request.fingerprints) {
    compilation.model_fingerprint = ModelFingerprint(model);
    compilation.ir_fingerprint = IrFingerprint(views);
  }
  compilation.views = Kept(std::move(views), compilation.spec);
  return compilation;
}

Result<spec::Spec> BuildDefaultSpec(const CompileRequest& request) {
  CA_ASSIGN_OR_RETURN(Compilation compilation, CompileModel(CatalogueModel(), request));
  return std::move(compilation.spec);
}

}  // namespace codeanatomy::semantics
