#include "engine/plan/column_names.h"

#include <set>

#include <fmt/format.h>

#include "base/ascii.h"

namespace codeanatomy::engine {
namespace {

/// What is wrong with a column name; engines fold the case of names, and `l.` and `r.` mean the
/// sides of a join.
std::string_view NameFault(std::string_view name, std::set<std::string>& taken) {
  if (name.empty()) return "a column needs a name";
  if (name.starts_with("l.") || name.starts_with("r.")) return "l. and r. are reserved for joins";
  if (name.find('\0') != std::string_view::npos) return "a name holds a null byte";
  return taken.insert(AsciiLower(name)).second ? "" : "is defined twice";
}

}  // namespace

Result<void> CheckColumnNames(const expr::Schema& schema, const std::string& path) {
  if (schema.fields.empty())
    return Error(ErrorCode::kInvalidPlan, "a view needs at least one column at " + path);
  std::set<std::string> taken;
  std::vector<std::pair<const expr::Type*, int>> open;  // with their depth
  const auto check = [&](const std::string& name) -> Result<void> {
    const std::string_view fault = NameFault(name, taken);
    if (fault.empty()) return {};
    return Error(ErrorCode::kInvalidPlan,
                 fmt::format("column \"{}\": {} at {}", name, fault, path));
  };
  for (const expr::Field& field : schema.fields) {
    CA_RETURN_IF_ERROR(check(field.name));
    open.emplace_back(&field.type, 0);
  }
  while (!open.empty()) {
    const auto [type, depth] = open.back();
    open.pop_back();
    if (depth > expr::kMaxTypeDepth) {
      return Error(
          ErrorCode::kInvalidPlan,
          fmt::format("a column's type is nested deeper than {} at {}", expr::kMaxTypeDepth, path));
    }
    taken.clear();
    for (const std::string& name : type->fields) CA_RETURN_IF_ERROR(check(name));
    for (const expr::Type& child : type->children) open.emplace_back(&child, depth + 1);
  }
  return {};
}

}  // namespace codeanatomy::engine
