#include "engine/render/session_views.h"

#include <set>

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"
#include "engine/plan/sorted_parts.h"
#include "engine/render/duckdb_sql.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kFullSuffix = "_full";

/// `cpg_edges_full` is the session's `cpg_edges`.
std::string SessionName(std::string_view view) {
  if (view.ends_with(kFullSuffix)) view.remove_suffix(kFullSuffix.size());
  return std::string(view);
}

bool IsSessionView(const PlannedView& view) {
  return view.kind == "session" || view.kind == "normalize";
}

}  // namespace

Result<std::map<std::string, SessionView>> RenderSessionViews(const spec::Spec& spec) {
  CA_ASSIGN_OR_RETURN(Plan plan, MakePlan(spec));
  // Views that an output stores as a whole are read from its table.
  std::map<std::string, std::string, std::less<>> names;
  std::set<std::string> stored;
  for (const PlannedOutput& output : plan.outputs) {
    stored.insert(output.target.table_name);
    if (output.is_whole()) names.emplace(output.target.source_view, output.target.table_name);
  }
  std::map<std::string, const PlannedView*> session;
  for (const PlannedView& view : plan.views) {
    if (!IsSessionView(view) || names.contains(view.name)) continue;
    session.emplace(SessionName(view.name), &view);
  }
  for (auto& [view, table] : names) {
    if (session.contains(table)) table = "stored_" + table;
  }
  for (const auto& [name, view] : session) names.emplace(view->name, name);
  // Everything that has a name of its own is scanned by it, the rest is put in place.
  WrittenParts parts;
  for (const auto& [view, name] : names) parts.emplace(view, std::vector<WrittenPart>{{name, {}}});
  std::map<std::string, SessionView> rendered;
  for (const auto& [name, view] : session) {
    std::set<std::string> dependencies;
    const ScanText scan = [&](std::string_view source) {
      dependencies.insert(std::string(source));
      return QuoteIdentifier(source);
    };
    for (PlannedView& other : plan.views) other.placement = Placement::kInline;
    SessionView& target = rendered[name];
    target.sql = RenderDuckdb(Expand(view->relation, plan, parts), scan);
    target.dependencies.assign(dependencies.begin(), dependencies.end());
  }
  return rendered;
}

}  // namespace codeanatomy::engine
