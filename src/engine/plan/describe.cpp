#include "engine/plan/describe.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/unreachable.h"
#include "engine/schedule/schedule_json.h"

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

bool IsCritical(const TaskSchedule& schedule, std::string_view task) {
  return std::ranges::find(schedule.critical_path, task) != schedule.critical_path.end();
}

std::string Number(const TaskSchedule& schedule, std::string_view task, double Task::*member) {
  const Task* found = schedule.Find(task);
  return found == nullptr ? "" : fmt::format("{:.1f}", found->*member);
}

std::string Text(const Plan& plan, const spec::Spec& spec, const TaskSchedule& schedule) {
  std::string text =
      fmt::format("spec {}\n{} inputs, {} views, {} outputs\n\n", spec::SpecHash(spec),
                  plan.inputs.size(), plan.views.size(), plan.outputs.size());
  text += fmt::format("{:<34} {:<10} {:<10} {:>7} {:>8} {:>8}  {}\n", "view", "transform", "place",
                      "readers", "cost", "slack", "reads");
  const auto row = [&](const PlannedView& view) {
    text += fmt::format("{:<34} {:<10} {:<10} {:>7} {:>8} {:>8}  {}\n", view.name, view.transform,
                        PlaceOf(view), view.fan_out, Number(schedule, view.name, &Task::cost),
                        Number(schedule, view.name, &Task::slack), Joined(Sources(view)));
  };
  for (const Task& task : schedule.tasks) {
    if (task.kind == TaskKind::kView) row(*plan.FindView(task.name));
  }
  for (const PlannedView& view : plan.views) {
    if (!view.is_needed) row(view);
  }
  text += fmt::format("\n{:<34} {:<22} {}\n", "output", "from", "order");
  for (const PlannedOutput& output : plan.outputs) {
    text += fmt::format("{:<34} {:<22} {}\n", output.location, output.target.source_view,
                        Joined(output.order));
  }
  if (schedule.quality == StatsQuality::kUnknown) {
    return text + "\ncritical path unknown: no build has counted rows yet\n";
  }
  return text + fmt::format("\ncritical path {:.1f} ({} counts): {}\n",
                            schedule.critical_path_length,
                            kStatsQualityNames[static_cast<size_t>(schedule.quality)],
                            fmt::join(schedule.critical_path, " → "));
}

std::string AsJson(const DescribedPlan& described) {
  const auto& [plan, spec, schedule, warnings, decisions] = described;
  static constexpr std::string_view kProfiles[] = {"Default", "LowLatency", "Replay", "Strict"};
  Json views = Json::array(), outputs = Json::array(), dependencies = Json::object();
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
      {"task_schedule", TaskScheduleJson(schedule)},
      {"views", std::move(views)},
      {"output_targets", std::move(outputs)},
      {"decisions", DecisionsJson(decisions)},
      {"warnings", Json(WarningsJson(warnings))}};
  return document.dump(2) + "\n";
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string Dot(const Plan& plan, const spec::Spec& spec, const TaskSchedule& schedule) {
  std::string text = "digraph execution_plan {\n  rankdir=LR;\n  node [shape=box];\n";
  const auto style = [&](std::string_view task) {
    return IsCritical(schedule, task) ? ", penwidth=3" : "";
  };
  for (const auto& [name, schema] : plan.inputs)
    text += fmt::format("  {} [style=dotted{}];\n", Quoted(name), style(name));
  for (const PlannedView& view : plan.views) {
    text += fmt::format("  {} [label={}{}];\n", Quoted(view.name),
                        Quoted(view.name + " · " + view.kind), style(view.name));
    for (const std::string& source : Sources(view)) {
      text += fmt::format("  {} -> {};\n", Quoted(source), Quoted(view.name));
    }
  }
  for (const spec::JoinEdge& edge : spec.join_graph.edges) {
    text += fmt::format("  {} -> {} [style=dashed, dir=none];\n", Quoted(edge.left_relation),
                        Quoted(edge.right_relation));
  }
  for (const PlannedOutput& output : plan.outputs) {
    const std::string name = "table " + output.target.table_name, node = Quoted(name);
    text += fmt::format("  {} [shape=cylinder{}];\n  {} -> {};\n", node, style(name),
                        Quoted(output.target.source_view), node);
  }
  return text + "}\n";
}

/// Nodes are numbered, since Mermaid's ids allow few characters; labels carry the names, quotes as
/// entities.
std::string Mermaid(const Plan& plan, const TaskSchedule& schedule) {
  std::map<std::string, std::string, std::less<>> ids;
  std::string text = "flowchart LR\n", critical;
  const auto label = [](std::string_view name) {
    std::string escaped;
    for (const char c : name) escaped += c == '"' ? "#quot;" : std::string(1, c);
    return escaped;
  };
  const auto node = [&](const std::string& name, std::string_view open, std::string_view close) {
    const std::string& id = ids[name] = fmt::format("n{}", ids.size());
    text += fmt::format("  {}{}\"{}\"{}\n", id, open, label(name), close);
    if (IsCritical(schedule, name)) critical += (critical.empty() ? "" : ",") + id;
  };
  for (const auto& [name, schema] : plan.inputs) node(name, "([", "])");
  for (const PlannedView& view : plan.views) node(view.name, "[", "]");
  for (const PlannedOutput& output : plan.outputs)
    node("table " + output.target.table_name, "[(", ")]");
  for (const PlannedView& view : plan.views) {
    for (const std::string& source : Sources(view))
      text += fmt::format("  {} --> {}\n", ids.at(source), ids.at(view.name));
  }
  for (const PlannedOutput& output : plan.outputs) {
    text += fmt::format("  {} --> {}\n", ids.at(output.target.source_view),
                        ids.at("table " + output.target.table_name));
  }
  if (!critical.empty())
    text += fmt::format("  classDef critical stroke-width:3px\n  class {} critical\n", critical);
  return text;
}

}  // namespace

Result<PlanFormat> ParsePlanFormat(std::string_view text) {
  if (text == "text") return PlanFormat::kText;
  if (text == "json") return PlanFormat::kJson;
  if (text == "mermaid") return PlanFormat::kMermaid;
  if (text == "dot") return PlanFormat::kDot;
  return Error(ErrorCode::kInvalidArgument, "no such plan format", std::string(text),
               "use text, json, mermaid or dot");
}

std::string DescribePlan(const DescribedPlan& described, PlanFormat format) {
  const auto& [plan, spec, schedule, warnings, decisions] = described;
  switch (format) {
    case PlanFormat::kText:
      return Text(plan, spec, schedule);
    case PlanFormat::kJson:
      return AsJson(described);
    case PlanFormat::kMermaid:
      return Mermaid(plan, schedule);
    case PlanFormat::kDot:
      return Dot(plan, spec, schedule);
  }
  CA_UNREACHABLE("every format has its writer");
}

}  // namespace codeanatomy::engine
