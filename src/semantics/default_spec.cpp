#include "semantics/default_spec.h"

#include "semantics/emit_spec.h"

namespace codeanatomy::semantics {
namespace {

Result<spec::RulepackProfile> ParseProfile(std::string_view text) {
  std::string name(text);
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (name == "default") return spec::RulepackProfile::kDefault;
  if (name == "low_latency" || name == "lowlatency") return spec::RulepackProfile::kLowLatency;
  if (name == "replay") return spec::RulepackProfile::kReplay;
  if (name == "strict") return spec::RulepackProfile::kStrict;
  return Error(ErrorCode::kInvalidArgument, "unknown rulepack profile", std::string(text),
               "use default, low_latency, replay or strict");
}

spec::OutputTarget Output(std::string table, std::string view) {
  spec::OutputTarget output;
  output.delta_location = "cpg/" + table;
  output.table_name = std::move(table);
  output.source_view = std::move(view);
  return output;
}

}  // namespace

Result<spec::Spec> BuildDefaultSpec(const DefaultSpecRequest& request) {
  EmitRequest emit;
  CA_ASSIGN_OR_RETURN(emit.profile, ParseProfile(request.rulepack_profile));
  const CompileContext context{.id_salt = request.id_salt};
  std::vector<View> views;
  CompileEntities(context, views);
  CompileGraphViews(context, views);
  CompileNodes(context, views);
  CompileEdges(context, views);
  CompileRelations(context, views);
  CompileProperties(context, views);
  CompileOutputs(context, views);

  const auto form = [](const char* table, bool full) {
    return std::string(table) + (full ? "_full" : "");
  };
  emit.outputs = {
      Output("cpg_nodes", "cpg_nodes"), Output("cpg_edges", form("cpg_edges", request.edges_full)),
      Output("cpg_edges_by_dst", form("cpg_edges_by_dst", request.edges_full)),
      Output("calls", "calls"), Output("cpg_props", form("cpg_props", request.props_full))};
  if (request.props_full) emit.outputs.push_back(Output("cpg_props_map", "cpg_props_map_full"));
  emit.session_views = {"cpg_edges_full", "cpg_edges_by_src_full", "cpg_edges_by_dst_nested_full",
                        "cpg_props_full", "cpg_props_map_full"};
  for (const EntityRule& entity : EntityRules()) emit.session_views.emplace_back(entity.view);
  return EmitSpec(views, emit);
}

}  // namespace codeanatomy::semantics
