#include "engine/plan/describe.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/check.h"

namespace codeanatomy::engine {
namespace {

using Json = nlohmann::json;

std::vector<std::string> Sources(const PlannedView& view) {
  std::vector<std::string> sources = view.dependencies;
  sources.insert(sources.end(), view.inputs.begin(), view.inputs.end());
  return sources;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string_view PlaceOf(const PlannedView& view) {
  return view.is_needed ? kPlacementNames[static_cast<size_t>(view.placement)] : "session";
}

std::string Text(const Plan& plan, const spec::Spec& spec) {
  std::string text =
      fmt::format("spec {}\n{} inputs, {} views, {} outputs\n\n", spec::SpecHash(spec),
                  plan.inputs.size(), plan.views.size(), plan.outputs.size());
  text += fmt::format("{:<34} {:<10} {:<10} {:>7}  {}\n", "view", "transform", "place", "readers",
                      "reads");
  for (const PlannedView& view : plan.views) {
    text += fmt::format("{:<34} {:<10} {:<10} {:>7}  {}\n", view.name, view.transform,
                        PlaceOf(view), view.fan_out, Joined(Sources(view)));
  }
  text += fmt::format("\n{:<34} {:<22} {}\n", "output", "from", "order");
  for (const PlannedOutput& output : plan.outputs) {
    text += fmt::format("{:<34} {:<22} {}\n", output.location, output.target.source_view,
                        Joined(output.order));
  }
  return text;
}

std::string AsJson(const Plan& plan, const spec::Spec& spec) {
  static constexpr std::string_view kProfiles[] = {"Default", "LowLatency", "Replay", "Strict"};
  Json views = Json::array(), outputs = Json::array(), dependencies = Json::object(),
       order = Json::array();
  for (const PlannedView& view : plan.views) {
    Json columns = Json::object();
    for (const expr::Field& field : view.relation.schema.fields)
      columns[field.name] = field.type.ToString();
    views.push_back({{"name", view.name},
                     {"kind", view.kind},
                     {"transform", view.transform},
                     {"place", PlaceOf(view)},
                     {"fan_out", view.fan_out},
                     {"inputs", view.inputs},
                     {"columns", std::move(columns)}});
    dependencies[view.name] = view.dependencies;
    if (view.is_needed) order.push_back(view.name);
  }
  for (const PlannedOutput& output : plan.outputs) {
    outputs.push_back({{"table_name", output.target.table_name},
                       {"source_view", output.target.source_view},
                       {"delta_location", output.location},
                       {"order", output.order}});
  }
  const Json document = {
      {"plan_signature", spec::SpecHash(spec)},
      {"view_count", plan.views.size()},
      {"input_relation_count", plan.inputs.size()},
      {"join_edge_count", spec.join_graph.edges.size()},
      {"rulepack_profile", kProfiles[static_cast<size_t>(spec.rulepack_profile)]},
      {"dependency_map", std::move(dependencies)},
      {"task_schedule", {{"execution_order", std::move(order)}}},
      {"views", std::move(views)},
      {"output_targets", std::move(outputs)}};
  return document.dump(2) + "\n";
}

std::string DotText(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string Dot(const Plan& plan, const spec::Spec& spec) {
  std::string text = "digraph execution_plan {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const auto& [name, schema] : plan.inputs)
    text += fmt::format("  {} [style=dotted];\n", DotText(name));
  for (const PlannedView& view : plan.views) {
    text += fmt::format("  {} [label={}];\n", DotText(view.name),
                        DotText(view.name + " · " + view.kind));
    for (const std::string& source : Sources(view)) {
      text += fmt::format("  {} -> {};\n", DotText(source), DotText(view.name));
    }
  }
  for (const spec::JoinEdge& edge : spec.join_graph.edges) {
    text += fmt::format("  {} -> {} [style=dashed, dir=none];\n", DotText(edge.left_relation),
                        DotText(edge.right_relation));
  }
  for (const PlannedOutput& output : plan.outputs) {
    const std::string node = DotText("table " + output.target.table_name);
    text += fmt::format("  {} [shape=cylinder];\n  {} -> {};\n", node,
                        DotText(output.target.source_view), node);
  }
  return text + "}\n";
}

}  // namespace

Result<PlanFormat> ParsePlanFormat(std::string_view text) {
  if (text == "text") return PlanFormat::kText;
  if (text == "json") return PlanFormat::kJson;
  if (text == "dot") return PlanFormat::kDot;
  return Error(ErrorCode::kInvalidArgument, "no such plan format", std::string(text),
               "use text, json or dot");
}

std::string DescribePlan(const Plan& plan, const spec::Spec& spec, PlanFormat format) {
  switch (format) {
    case PlanFormat::kText:
      return Text(plan, spec);
    case PlanFormat::kJson:
      return AsJson(plan, spec);
    case PlanFormat::kDot:
      return Dot(plan, spec);
  }
  CA_CHECK(false, "every format has its writer");
}

}  // namespace codeanatomy::engine
