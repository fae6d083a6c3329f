#include "engine/plan/maintenance_check.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/render/spark_sql.h"
#include "expr/type_check.h"
#include "storage/log/check_constraint.h"

namespace codeanatomy::engine {
namespace {

// 100 years: beyond that, milliseconds since 1970 lose their sense.
constexpr int64_t kLongestRetentionHours = 876'600;

Error Invalid(std::string message, std::string path) {
  return Error(ErrorCode::kInvalidPlan, std::move(message), "$.maintenance" + std::move(path));
}

Result<void> CheckTargets(const spec::MaintenanceSchedule& schedule, const Plan& plan) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < schedule.target_tables.size(); ++i) {
    const std::string& table = schedule.target_tables[i];
    const std::string path = fmt::format(".target_tables[{}]", i);
    const bool is_output = std::ranges::any_of(plan.outputs, [&](const PlannedOutput& output) {
      return output.target.table_name == table;
    });
    if (!is_output) return Invalid(fmt::format("no output has the name {}", table), path);
    if (!seen.insert(table).second)
      return Invalid(fmt::format("the table {} is named twice", table), path);
  }
  return {};
}

/// Names, and expressions against the columns of every table that they are for.
Result<void> CheckConstraints(const spec::MaintenanceSchedule& schedule, const Plan& plan) {
  std::set<std::string> seen;
  for (size_t i = 0; i < schedule.constraints.size(); ++i) {
    const spec::NamedConstraint& constraint = schedule.constraints[i];
    const std::string path = fmt::format(".constraints[{}]", i);
    if (!storage::IsConstraintName(constraint.name))
      return Invalid("a constraint's name has letters, digits and _ alone", path + ".name");
    if (!seen.insert(storage::ConstraintKey("", constraint.name)).second)
      return Invalid(fmt::format("two constraints of the name {}", constraint.name),
                     path + ".name");
    const std::string at = "$.maintenance" + path + ".expression";
    for (const PlannedOutput& output : plan.outputs) {
      if (!schedule.IsTarget(output.target.table_name)) continue;
      CA_RETURN_IF_ERROR(expr::CheckPredicate(constraint.expression, {output.schema, {}}, at));
    }
    if (auto sql = RenderSpark(constraint.expression); !sql)
      return std::move(sql.error()).WithSubject(at);
  }
  return {};
}

}  // namespace

Result<void> CheckMaintenance(const spec::Spec& spec, const Plan& plan) {
  if (!spec.maintenance) return {};
  const spec::MaintenanceSchedule& schedule = *spec.maintenance;
  CA_RETURN_IF_ERROR(CheckTargets(schedule, plan));
  if (schedule.compact && schedule.compact->target_file_size < 1)
    return Invalid("a file has at least one byte", ".compact.target_file_size");
  if (schedule.vacuum && (schedule.vacuum->retention_hours < 0 ||
                          schedule.vacuum->retention_hours > kLongestRetentionHours))
    return Invalid(fmt::format("a retention has 0 to {} hours", kLongestRetentionHours),
                   ".vacuum.retention_hours");
  if (schedule.max_parallel_tables < 1)
    return Invalid("at least one table is maintained at a time", ".max_parallel_tables");
  return CheckConstraints(schedule, plan);
}

}  // namespace codeanatomy::engine
