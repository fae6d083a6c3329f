#include "engine/session/session.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "engine/extension/load_plugin.h"
#include "engine/udf/registry.h"
#include "spec/knobs.h"

namespace codeanatomy::engine {
namespace {

constexpr std::chrono::milliseconds kCancelPoll{20};

// What the process takes with the engine open and no data: 62 MiB were measured. In a larger
// process, which is someone else's, it is not the session's to count.
constexpr uint64_t kProgramBytes = 64 << 20;
// Less than this the engine cannot write a file with.
constexpr uint64_t kLeastEngineBytes = 32 << 20;

// Of the budget, this part is left free where the kernel's number is asked.
constexpr uint64_t kSparePart = 5;

/// Resident memory of an engine with this limit, which does not bound it: blocks being written,
/// allocator, threads.
uint64_t EngineResidentBytes(uint64_t limit_bytes) { return limit_bytes / 3 * 4; }
uint64_t EngineLimitBytes(uint64_t resident_bytes) { return resident_bytes / 4 * 3; }

}  // namespace

struct Session::State {
  // Destroyed from the last to the first: connections end before the database.
  int threads = 1;
  size_t batch_rows = 0, log_readers = 1;
  bool wraps_partition_values = false;
  FeatureGates features;
  std::vector<ExtensionDescriptor> extensions;
  spec::GovernanceMode governance = spec::GovernanceMode::kStrictAllowlist;
  spec::RuntimeProfile knobs;
  std::vector<Warning> warnings;
  EventSink* sink = nullptr;
  const CancelFlag* cancel = nullptr;
  Settings settings, default_settings;
  std::unique_ptr<SessionCaches> caches;
  DatasetRegistry datasets;
  std::unique_ptr<MemoryBudget> memory;
  MemoryReservation program_memory, engine_memory;
  uint64_t engine_limit = 0;  // in force; 0: the options name one
  uint64_t first_engine_limit = 0;
  std::unique_ptr<Database> database;
  std::unique_ptr<BatchScan> batches;

  std::mutex mutex;  // of the three below
  std::vector<std::unique_ptr<Connection>> idle;
  std::vector<Connection*> open;  // idle ones too
  bool closing = false;
  std::condition_variable closing_changed;

  std::unique_ptr<Connection> main;
  std::thread watch;

  ~State() {
    {
      const std::lock_guard lock(mutex);
      closing = true;
    }
    closing_changed.notify_all();
    if (watch.joinable()) watch.join();
  }

  void ReserveMemory(const SessionOptions& options) {
    program_memory = memory->Hold(MemoryOwner::kProgram, std::min(ResidentBytes(), kProgramBytes));
    const uint64_t limit = EngineBytesOf(options);
    engine_memory = memory->Hold(MemoryOwner::kEngine, EngineResidentBytes(limit));
    const bool is_named = options.engine_memory_bytes.has_value() ||
                          std::ranges::any_of(options.settings, [](const auto& setting) {
                            return setting.first == "memory_limit";
                          });
    if (!is_named) engine_limit = first_engine_limit = limit;
  }

  void Interrupt() {
    const std::lock_guard lock(mutex);
    for (Connection* connection : open) connection->Interrupt();
  }

  /// Interrupts again and again once cancelled: a statement may begin after the first time.
  void Watch() {
    std::unique_lock lock(mutex);
    while (!closing) {
      closing_changed.wait_for(lock, kCancelPoll);
      if (!cancel->cancelled()) continue;
      for (Connection* connection : open) connection->Interrupt();
    }
  }
};

void Session::ReturnConnection::operator()(Connection* connection) const {
  const std::lock_guard lock(state->mutex);
  state->idle.emplace_back(connection);
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::Create(const SessionOptions& options) {
  auto state = std::make_unique<State>();
  state->threads = ThreadsOf(options);
  state->batch_rows = BatchRowsOf(options);
  state->log_readers = LogReadersOf(options);
  state->wraps_partition_values = options.wrap_partition_values;
  state->memory = std::make_unique<MemoryBudget>(MemoryLimitOf(options));
  state->features = options.features;
  state->governance = options.governance;
  state->knobs = options.knobs;
  state->sink = options.sink;
  state->cancel = options.cancel;
  state->caches =
      std::make_unique<SessionCaches>(SnapshotLimitOf(options), options.snapshot_seconds);
  state->settings = SettingsOf(options);
  state->default_settings =
      SettingsOf({.profile = options.profile, .temp_directory = options.temp_directory});

  CA_ASSIGN_OR_RETURN(Database database,
                      Database::Open({state->settings.begin(), state->settings.end()}));
  state->database = std::make_unique<Database>(std::move(database));
  CA_ASSIGN_OR_RETURN(Connection main, state->database->Connect());
  state->main = std::make_unique<Connection>(std::move(main));
  state->open.push_back(state->main.get());
  // A setting of a linked-in extension, which the engine does not know at open.
  CA_RETURN_IF_ERROR(state->main->Execute("SET GLOBAL TimeZone = 'UTC'"));
  state->settings["TimeZone"] = state->default_settings["TimeZone"] = "UTC";
  CA_RETURN_IF_ERROR(InstallFunctions(*state->main));
  state->ReserveMemory(options);
  CA_ASSIGN_OR_RETURN(state->batches, BatchScan::Install(*state->database));
  CA_RETURN_IF_ERROR(InstallCacheFunction(*state->database, *state->caches));
  for (const Plugin& plugin : options.plugins) {
    CA_ASSIGN_OR_RETURN(
        LoadedPlugin loaded,
        LoadPlugin(plugin, *state->main, {&state->settings, state->sink, options.governance}));
    state->extensions.push_back(std::move(loaded.descriptor));
    std::ranges::move(loaded.warnings, std::back_inserter(state->warnings));
  }
  if (state->cancel != nullptr) {
    state->watch = std::thread([raw = state.get()] { raw->Watch(); });
  }
  return std::unique_ptr<Session>(new Session(std::move(state)));
}

Connection& Session::connection() { return *state_->main; }

Result<Session::PooledConnection> Session::Connect() {
  const ReturnConnection give_back{state_.get()};
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->idle.empty()) {
      PooledConnection connection(state_->idle.back().release(), give_back);
      state_->idle.pop_back();
      return connection;
    }
  }
  CA_ASSIGN_OR_RETURN(Connection opened, state_->database->Connect());
  PooledConnection connection(new Connection(std::move(opened)), give_back);
  const std::lock_guard lock(state_->mutex);
  state_->open.push_back(connection.get());
  return connection;
}

Result<void> Session::Set(std::string_view key, std::string_view value) {
  CA_RETURN_IF_ERROR(state_->main->Execute(
      fmt::format("SET GLOBAL {} = {}", QuoteIdentifier(key), QuoteLiteral(value))));
  const std::lock_guard lock(state_->mutex);
  state_->settings.insert_or_assign(std::string(key), std::string(value));
  return {};
}

Result<void> Session::Reset(std::string_view key) {
  CA_RETURN_IF_ERROR(state_->main->Execute(fmt::format("RESET GLOBAL {}", QuoteIdentifier(key))));
  const std::lock_guard lock(state_->mutex);
  state_->settings.erase(std::string(key));
  return {};
}

Settings Session::SettingsSnapshot() const {
  const std::lock_guard lock(state_->mutex);
  return state_->settings;
}
const Settings& Session::default_settings() const { return state_->default_settings; }

BatchScan& Session::batches() { return *state_->batches; }
SessionCaches& Session::caches() { return *state_->caches; }
DatasetRegistry& Session::datasets() { return state_->datasets; }
const DatasetRegistry& Session::datasets() const { return state_->datasets; }
EventSink* Session::sink() { return state_->sink; }
void Session::Interrupt() { state_->Interrupt(); }

Result<void> Session::CheckCancelled() const {
  if (state_->cancel == nullptr || !state_->cancel->cancelled()) return {};
  return Error(ErrorCode::kInterrupted,
               fmt::format("stopped by signal {}", state_->cancel->signal()));
}

const FeatureGates& Session::features() const { return state_->features; }
const std::vector<ExtensionDescriptor>& Session::extensions() const { return state_->extensions; }
const spec::RuntimeProfile& Session::knobs() const { return state_->knobs; }
spec::GovernanceMode Session::governance() const { return state_->governance; }
const std::vector<Warning>& Session::warnings() const { return state_->warnings; }
SessionIdentity Session::identity() const {
  return {state_->features.Words(), state_->extensions, spec::KnobTexts(state_->knobs)};
}
int Session::threads() const { return state_->threads; }
size_t Session::batch_rows() const { return state_->batch_rows; }
bool Session::wraps_partition_values() const { return state_->wraps_partition_values; }
size_t Session::log_readers() const { return state_->log_readers; }
MemoryBudget& Session::memory() { return *state_->memory; }

Result<void> Session::ShareMemory(uint64_t bytes) {
  State& state = *state_;
  if (state.engine_limit == 0) return {};
  const uint64_t left = state.memory->LeftBeside(state.engine_memory);
  const uint64_t limit =
      std::max(std::min({bytes, state.first_engine_limit, EngineLimitBytes(left)}),
               std::min(kLeastEngineBytes, state.first_engine_limit));
  if (limit == state.engine_limit) return {};
  auto set = Set("memory_limit", fmt::format("{}B", limit));
  // What cannot be spilled while it is read stays, and with it the limit.
  if (!set && set.error().code() == ErrorCode::kMemoryBudgetExceeded) return {};
  CA_RETURN_IF_ERROR(std::move(set));
  state.engine_limit = limit;
  state.engine_memory.Set(EngineResidentBytes(limit));
  return {};
}

bool Session::FitsResident(uint64_t bytes) const {
  const uint64_t limit = state_->memory->limit_bytes();
  return ResidentBytes() + bytes + limit / kSparePart <= limit;
}

Result<void> Session::ReleaseFreed(Connection& connection) {
  ReleaseFreedMemory();
  std::string limit;
  {
    const std::lock_guard lock(state_->mutex);
    limit = state_->settings.at("memory_limit");
  }
  // The engine has no statement for it; it gives back when it is told its limit, the same one too.
  auto set = connection.Execute("SET GLOBAL memory_limit = " + QuoteLiteral(limit));
  if (!set && set.error().code() == ErrorCode::kMemoryBudgetExceeded) return {};
  return set;
}

uint64_t Session::StatementBytes() const { return state_->engine_memory.bytes() / 2; }

Result<void> Session::PrepareStatement(Connection& connection, uint64_t bytes) {
  return FitsResident(StatementBytes() + bytes) ? Result<void>() : ReleaseFreed(connection);
}

}  // namespace codeanatomy::engine
