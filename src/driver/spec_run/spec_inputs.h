// SpecInputs: the Delta tables that a spec reads, opened at the versions it means.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "driver/build/build.h"
#include "engine/plan/plan_warnings.h"
#include "engine/session/session.h"
#include "expr/type.h"
#include "spec/spec.h"
#include "storage/data_file.h"
#include "storage/environment.h"
#include "storage/log/snapshot_cache.h"

namespace codeanatomy::driver {

struct SpecInputs {
  /// By logical name: what ExecuteSpec takes.
  std::map<std::string, std::vector<std::string>, std::less<>> files;
  std::map<std::string, std::string, std::less<>> digests;
  std::map<std::string, expr::Schema, std::less<>>
      foreign_schemas;  // of what no catalogue declares
  std::map<std::string, int64_t, std::less<>> versions;
  engine::TableProtocols protocols;
  std::map<std::string, storage::PartitionValues, std::less<>> partitions;  // by path of the file
  std::vector<BuiltTable> tables;  // as opened; `name` is the logical name, in the spec's order
};

/// How logs are read.
struct LogAccess {
  storage::SnapshotCache& kept;
  size_t readers = 1;  // side by side
};
LogAccess LogsOf(engine::Session& session);

/// Opens the inputs of `spec`, whose locations are below `folder`. The version is the spec's pin,
/// else that of `versions` (by location), else that of the folder's CURRENT, else the latest.
/// Errors NotFound: no table or no such version, naming the input; those of Snapshot::Load.
/// Cost   a log per input; no data file is read.
Result<SpecInputs> OpenSpecInputs(const spec::Spec& spec, const storage::Environment& environment,
                                  const std::string& folder, LogAccess logs,
                                  const std::map<std::string, int64_t>& versions = {});

/// Files of the inputs that are gone, or whose bytes are not those that their name tells: a data
/// file is named by the first 32 hex digits of its SHA-256.
/// Cost   reads every file.
struct InputDamage {
  std::vector<std::string> missing, changed;
};
Result<InputDamage> CheckInputFiles(const SpecInputs& inputs,
                                    const storage::Environment& environment);

}  // namespace codeanatomy::driver
