// Session: everything one build or one query owns of the engine: database, settings, relations,
// functions, and what it reports to. Nothing of it is global; two sessions do not see each other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/memory_budget.h"
#include "base/observe.h"
#include "engine/duckdb/batch_scan.h"
#include "engine/duckdb/connection.h"
#include "engine/duckdb/database.h"
#include "engine/extension/plugin_library.h"
#include "engine/session/caches.h"
#include "engine/session/dataset_registry.h"
#include "engine/session/feature_gates.h"
#include "engine/session/profile.h"
#include "spec/runtime_config.h"

namespace codeanatomy::engine {

struct Warning;  // engine/plan/warning.h

struct SessionOptions {
  Profile profile = Profile::kMedium;
  std::optional<int> threads;                   // instead of the profile's
  std::optional<uint64_t> memory_limit_bytes;   // resident; instead of the profile's
  std::optional<uint64_t> engine_memory_bytes;  // DuckDB's part of it, likewise
  std::optional<uint64_t> temporary_bytes;      // on disk; instead of the profile's
  std::optional<uint64_t> snapshot_bytes;       // of logs that are kept; likewise
  std::optional<int64_t> snapshot_seconds;      // for which they are; absent: without end
  std::optional<int64_t> batch_rows;            // of an Arrow stream's batches; of the profile
  std::optional<int> log_readers;               // side by side; instead of the profile's
  /// What has been said of knobs, by a configuration and by a spec; see runtime_profile.h.
  spec::RuntimeProfile knobs;
  /// Text partition values leave as an ENUM of those that the table has.
  bool wrap_partition_values = false;
  FeatureGates features;
  std::vector<Plugin> plugins;  // registered in this order
  spec::GovernanceMode governance = spec::GovernanceMode::kStrictAllowlist;  // of the plugins
  std::string temp_directory;                                 // for spilling; empty: never spills
  std::vector<std::pair<std::string, std::string>> settings;  // further DuckDB settings, last wins
  EventSink* sink = nullptr;                                  // not owned, may be null
  const CancelFlag* cancel = nullptr;                         // not owned, may be null
};

/// What a session was built with beside its settings.
struct SessionIdentity {
  std::vector<std::string> features;         // words of FeatureGates::Parse, one for every gate
  std::vector<ExtensionDescriptor> plugins;  // in the order of loading
  std::vector<std::string> knobs;            // texts of spec::ParseKnobs, what was said of them
};

class Session {
 public:
  struct State;
  /// Gives the connection back to its session.
  struct ReturnConnection {
    State* state = nullptr;
    void operator()(Connection* connection) const;
  };
  using PooledConnection = std::unique_ptr<Connection, ReturnConnection>;

  /// Phases: configuration → database → function registry → table functions → plugins →
  /// cancellation watch. Errors SessionInitializationFailed; InvalidConfig for a setting that the
  /// engine refuses. Cost   about 20 ms.
  static Result<std::unique_ptr<Session>> Create(const SessionOptions& options);
  ~Session();

  /// The session's own connection: use it from the thread that owns the session.
  Connection& connection();
  /// A further one, for another thread; ends before the session. Is interrupted like the first.
  Result<PooledConnection> Connect();

  /// Changes a setting of the database; with Reset the only way after Create.
  Result<void> Set(std::string_view key, std::string_view value);
  /// Takes a setting back that the session was not opened with.
  Result<void> Reset(std::string_view key);
  /// Every setting given so far.
  Settings SettingsSnapshot() const;
  /// What the session's profile alone would have set.
  const Settings& default_settings() const;

  BatchScan& batches();
  SessionCaches& caches();
  DatasetRegistry& datasets();
  const DatasetRegistry& datasets() const;
  /// Null where the options had none.
  EventSink* sink();

  /// Stops what runs on every connection. Called by itself within 20 ms after the cancel flag is
  /// set.
  void Interrupt();
  /// Interrupted if the cancel flag is set: loops call it between steps.
  Result<void> CheckCancelled() const;

  const FeatureGates& features() const;
  /// In the order of loading.
  const std::vector<ExtensionDescriptor>& extensions() const;
  spec::GovernanceMode governance() const;
  const spec::RuntimeProfile& knobs() const;
  /// Of building the session: what governance admitted.
  const std::vector<Warning>& warnings() const;
  SessionIdentity identity() const;
  int threads() const;
  /// Rows per batch of an Arrow stream.
  size_t batch_rows() const;
  /// How many logs of tables are read side by side.
  size_t log_readers() const;
  bool wraps_partition_values() const;
  /// Of the whole session; the program and the engine's share are reserved from the start.
  MemoryBudget& memory();
  /// Gives the engine at most `bytes`, no more than it began with, and no more than others leave:
  /// call it between tasks. What the engine holds beyond that it spills. Does nothing where its
  /// limit was named in the options.
  Result<void> ShareMemory(uint64_t bytes = UINT64_MAX);
  /// Whether `bytes` more would fit beside what the kernel counts now, with room to spare: what is
  /// reserved is an estimate, and allocators keep what was freed.
  bool FitsResident(uint64_t bytes) const;
  /// What the allocators of the program and of the engine keep goes back to the kernel. Others'
  /// statements go on. Cost: the pages given back, and their first touch when they are needed
  /// again.
  Result<void> ReleaseFreed(Connection& connection);
  /// What a statement is taken to add to resident memory: half of the engine's share, since few
  /// take it all, and what the engine has kept it takes again.
  uint64_t StatementBytes() const;
  /// Before a statement: releases what was freed where the statement, and `bytes` that it is given,
  /// might not fit.
  Result<void> PrepareStatement(Connection& connection, uint64_t bytes = 0);

 private:
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace codeanatomy::engine
