#include "engine/execute/lone_task.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace codeanatomy::engine {
namespace {

enum Operator : uint8_t { kJoins, kAggregations, kWindows, kSorts, kFileScans, kOperators };
constexpr std::array<std::string_view, kOperators> kNames = {"joins", "aggregations", "windows",
                                                             "sorts", "file_scans"};
constexpr std::array<std::optional<bool> spec::RuntimeProfile::*, kOperators> kMembers = {
    &spec::RuntimeProfile::repartition_joins, &spec::RuntimeProfile::repartition_aggregations,
    &spec::RuntimeProfile::repartition_windows, &spec::RuntimeProfile::repartition_sorts,
    &spec::RuntimeProfile::repartition_file_scans};

std::array<bool, kOperators> OperatorsOf(const Relation& root, const TaskShape& shape) {
  std::array<bool, kOperators> found{};
  found[kSorts] = shape.sorts;
  std::vector<const Relation*> open{&root};
  while (!open.empty()) {
    const Relation& at = *open.back();
    open.pop_back();
    for (const Relation& input : at.inputs) open.push_back(&input);
    const bool groups = at.op == RelationOp::kAggregate || at.op == RelationOp::kDistinct ||
                        at.op == RelationOp::kNest;
    if (at.op == RelationOp::kJoin) found[kJoins] = true;
    if (at.op == RelationOp::kRank) found[kWindows] = true;
    if (groups) found[kAggregations] = true;
    if (at.op == RelationOp::kScan && shape.is_file(at.name)) found[kFileScans] = true;
  }
  return found;
}

/// Read back from the engine.
Result<int64_t> ThreadCount(Session& session) {
  CA_ASSIGN_OR_RETURN(QueryResult result,
                      session.connection().Query("SELECT current_setting('threads') - "
                                                 "current_setting('external_threads') + 1"));
  return result.SingleInteger();
}

}  // namespace

std::string KeptTogether(const Relation& relation, const TaskShape& shape,
                         const spec::RuntimeProfile& knobs) {
  const auto is_kept = [&](size_t i) { return !(knobs.*kMembers[i]).value_or(true); };
  bool asks = false;
  for (size_t i = 0; i < kOperators; ++i) asks |= is_kept(i);
  if (!asks) return {};
  const auto found = OperatorsOf(relation, shape);
  std::string names;
  for (size_t i = 0; i < kOperators; ++i) {
    if (found[i] && is_kept(i)) names += fmt::format("{}{}", names.empty() ? "" : ",", kNames[i]);
  }
  return names;
}

Result<void> WithOneThread(Session& session,
                           const std::function<Result<void>(int64_t threads)>& work) {
  // The engine keeps the number of threads, by which it plans and cuts row groups; all of them are
  // said to come from outside, and only the caller's does.
  const Settings settings = session.SettingsSnapshot();
  const auto threads = settings.find("threads");
  const bool has_one = settings.contains("external_threads") || threads == settings.end();
  if (!has_one) CA_RETURN_IF_ERROR(session.Set("external_threads", threads->second));
  auto run = [&]() -> Result<void> {
    CA_ASSIGN_OR_RETURN(const int64_t count, ThreadCount(session));
    return work(count);
  };
  auto done = run();
  if (!has_one) {
    auto restored = session.Reset("external_threads");
    if (done) return restored;
  }
  return done;
}

}  // namespace codeanatomy::engine
