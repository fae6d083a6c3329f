#include "engine/render/session_views.h"

#include <set>

#include <fmt/format.h>

#include "catalog/view_kind.h"
#include "engine/duckdb/logical_type.h"
#include "engine/plan/sorted_parts.h"
#include "engine/render/duckdb_sql.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kFullSuffix = "_full";
constexpr std::string_view kSharedPrefix = "shared_";

/// `cpg_edges_full` is the session's `cpg_edges`.
std::string SessionName(std::string_view view) {
  if (view.ends_with(kFullSuffix)) view.remove_suffix(kFullSuffix.size());
  return std::string(view);
}

bool IsSessionView(const PlannedView& view) {
  const auto kind = FindViewKind(view.kind);
  return kind && InfoOf(*kind).is_session_relation;
}

}  // namespace

Result<std::map<std::string, SessionView>> RenderSessionViews(const spec::Spec& spec,
                                                              const InputSchemas& foreign) {
  CA_ASSIGN_OR_RETURN(Plan plan, MakePlan(spec, foreign));
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
    if (session.contains(table)) table.insert(0, "stored_");
  }
  for (const auto& [name, view] : session) names.emplace(view->name, name);
  // Everything that has a name of its own is scanned by it, the rest is put in place; what a build
  // computes once, a session computes once per relation, as a common table expression.
  WrittenParts parts;
  for (const auto& [view, name] : names) parts.emplace(view, std::vector<WrittenPart>{{name, {}}});
  std::map<std::string, const PlannedView*, std::less<>> shared;
  for (PlannedView& view : plan.views) {
    if (view.placement == Placement::kTemporary && !parts.contains(view.name)) {
      const std::string name = fmt::format("{}{}", kSharedPrefix, view.name);
      shared.emplace(name, &view);
      parts.emplace(view.name, std::vector<WrittenPart>{{name, {}}});
    }
    view.placement = Placement::kInline;
  }
  std::map<std::string, SessionView> rendered;
  for (const auto& [name, view] : session) {
    std::set<std::string> scanned;
    const ScanText scan = [&](std::string_view source) {
      scanned.insert(std::string(source));
      return QuoteIdentifier(source);
    };
    SessionView& target = rendered[name];
    target.sql = RenderDuckdb(Expand(view->relation, plan, parts), scan);
    // Readers stand after what they read, so one pass from the end finds all that are needed.
    std::string common;
    for (auto other = plan.views.rbegin(); other != plan.views.rend(); ++other) {
      const std::string shared_name = fmt::format("{}{}", kSharedPrefix, other->name);
      if (!shared.contains(shared_name) || !scanned.contains(shared_name)) continue;
      // Its own part must not stand for it while it is rendered.
      WrittenParts rest = parts;
      rest.erase(other->name);
      common = fmt::format("{} AS MATERIALIZED ({}){}{}", QuoteIdentifier(shared_name),
                           RenderDuckdb(Expand(other->relation, plan, rest), scan),
                           common.empty() ? "" : ", ", common);
    }
    if (!common.empty()) target.sql = fmt::format("WITH {} {}", common, target.sql);
    for (const std::string& source : scanned) {
      if (!shared.contains(source)) target.dependencies.push_back(source);
    }
  }
  return rendered;
}

}  // namespace codeanatomy::engine
