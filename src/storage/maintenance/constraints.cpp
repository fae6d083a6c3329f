#include "storage/maintenance/constraints.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/log/protocol.h"

namespace codeanatomy::storage {
namespace {

/// The protocol under which check constraints are kept by every writer.
Protocol WithConstraints(Protocol protocol) {
  static constexpr int32_t kConstraintWriter = 3, kFeatureWriter = 7;
  if (protocol.min_writer < kFeatureWriter) {
    protocol.min_writer = std::max(protocol.min_writer, kConstraintWriter);
    return protocol;
  }
  std::vector<std::string>& features = protocol.writer_features;
  const auto at = std::ranges::lower_bound(features, "checkConstraints");
  if (at == features.end() || *at != "checkConstraints") features.emplace(at, "checkConstraints");
  return protocol;
}

class Adding {
 public:
  explicit Adding(const AddConstraintsRequest& request) : request_(request) {}

  Result<ChangeActions> MakeActions(const Snapshot& now) {
    added.clear();
    Metadata metadata = now.metadata();
    for (const CheckConstraint& constraint : request_.constraints) {
      const std::string key = ConstraintKey(kConstraintPrefix, constraint.name);
      if (const auto known = metadata.configuration.find(key);
          known != metadata.configuration.end()) {
        if (known->second == constraint.sql) continue;
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("the table has a constraint {} already: {}", constraint.name,
                                 known->second),
                     request_.root, "give it another name");
      }
      CA_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          request_.find_violation(now, now.files(), constraint));
      if (row)
        return Error(ErrorCode::kOutputContractViolation,
                     fmt::format("a row does not fulfil the constraint {} ({}): {}",
                                 constraint.name, constraint.sql, *row),
                     request_.root);
      metadata.configuration[key] = constraint.sql;
      metadata.configuration[ConstraintKey(kConstraintTreePrefix, constraint.name)] =
          constraint.tree;
      added.push_back(constraint.name);
    }
    ChangeActions made;
    if (added.empty()) return made;
    if (Protocol protocol = WithConstraints(now.protocol()); protocol != now.protocol())
      made.actions.emplace_back(std::move(protocol));
    made.actions.emplace_back(std::move(metadata));
    made.parameters = {{"names", fmt::format("{}", fmt::join(added, ","))}};
    return made;
  }

  std::vector<std::string> added;

 private:
  const AddConstraintsRequest& request_;
};

}  // namespace

Result<AddConstraintsReport> AddConstraints(const Environment& environment,
                                            const AddConstraintsRequest& request) {
  for (const CheckConstraint& constraint : request.constraints) {
    if (!IsConstraintName(constraint.name))
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("a constraint's name has letters, digits and _ alone, not: {}",
                               constraint.name),
                   request.root);
  }
  Adding adding(request);
  bool visible = false;
  AddConstraintsReport report;
  CA_ASSIGN_OR_RETURN(
      report.change,
      CommitChange(environment, request.root,
                   {.operation = "ADD CONSTRAINT",
                    .metadata = request.metadata,
                    .actions = [&](const Snapshot& now) { return adding.MakeActions(now); }},
                   visible));
  report.added = std::move(adding.added);
  return report;
}

}  // namespace codeanatomy::storage
