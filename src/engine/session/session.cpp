#include "engine/session/session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "engine/extension/load_plugin.h"
#include "engine/udf/registry.h"

namespace codeanatomy::engine {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr std::chrono::milliseconds kCancelPoll{20};

// The engine's limit is half of the resident budget, because it does not bound resident memory
// (measured: limit 512 MiB, 771 thousand KiB resident). With 300 MiB a build of the standard
// library took a quarter longer, and some nested relations could no longer be read.
constexpr auto kProfiles = std::to_array<ProfileInfo>({
    {Profile::kSmall, "small", 2, 256 * kMiB, 128 * kMiB, 1 * kGiB},
    {Profile::kMedium, "medium", 0, 1 * kGiB, 512 * kMiB, 10 * kGiB},
    {Profile::kLarge, "large", 0, 4 * kGiB, 2 * kGiB, 100 * kGiB},
});

}  // namespace

const ProfileInfo& GetProfileInfo(Profile profile) {
  return kProfiles[static_cast<size_t>(profile)];
}

Result<Profile> ParseProfile(std::string_view name) {
  for (const ProfileInfo& info : kProfiles) {
    if (info.name == name) return info.profile;
  }
  return Error(ErrorCode::kInvalidArgument, fmt::format("no engine profile {}", name),
               std::string(name), "profiles are small, medium and large");
}

struct Session::State {
  // Destroyed from the last to the first: connections end before the database.
  int threads = 1;
  uint64_t memory_limit_bytes = 0;
  FeatureGates features;
  std::vector<ExtensionDescriptor> extensions;
  EventSink* sink = nullptr;
  const CancelFlag* cancel = nullptr;
  std::map<std::string, std::string> settings;
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
  const ProfileInfo& profile = GetProfileInfo(options.profile);
  auto state = std::make_unique<State>();
  state->threads = options.threads.value_or(profile.threads);
  if (state->threads <= 0) {
    state->threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  state->memory_limit_bytes = options.memory_limit_bytes.value_or(profile.memory_bytes);
  const uint64_t engine_bytes = options.engine_memory_bytes.value_or(
      options.memory_limit_bytes ? *options.memory_limit_bytes / 2 : profile.engine_bytes);
  state->features = options.features;
  state->sink = options.sink;
  state->cancel = options.cancel;
  state->settings = {
      {"enable_external_file_cache",
       options.features.is_on(FeatureGate::kMetadataCache) ? "true" : "false"},
      {"memory_limit", fmt::format("{}B", engine_bytes)},
      {"preserve_insertion_order", "true"},
      {"temp_directory", options.temp_directory},
      {"threads", fmt::format("{}", state->threads)},
  };
  // The engine plans differently for one thread, and files would come out in other row groups. So
  // it is told of two threads that call from outside: it starts none of its own and ours works
  // alone.
  if (state->threads == 1) {
    state->settings["threads"] = "2";
    state->settings["external_threads"] = "2";
  }
  if (!options.temp_directory.empty()) {
    state->settings["max_temp_directory_size"] =
        fmt::format("{}B", options.temporary_bytes.value_or(profile.temporary_bytes));
  }
  for (const auto& [key, value] : options.settings) state->settings[key] = value;

  CA_ASSIGN_OR_RETURN(Database database,
                      Database::Open({state->settings.begin(), state->settings.end()}));
  state->database = std::make_unique<Database>(std::move(database));
  CA_ASSIGN_OR_RETURN(Connection main, state->database->Connect());
  state->main = std::make_unique<Connection>(std::move(main));
  state->open.push_back(state->main.get());
  // A setting of a linked-in extension, which the engine does not know at open.
  CA_RETURN_IF_ERROR(state->main->Execute("SET GLOBAL TimeZone = 'UTC'"));
  state->settings["TimeZone"] = "UTC";
  CA_RETURN_IF_ERROR(InstallFunctions(*state->main));
  CA_ASSIGN_OR_RETURN(state->batches, BatchScan::Install(*state->database));
  for (const Plugin& plugin : options.plugins) {
    CA_ASSIGN_OR_RETURN(ExtensionDescriptor loaded,
                        LoadPlugin(plugin, *state->main, {&state->settings, state->sink}));
    state->extensions.push_back(std::move(loaded));
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

std::vector<std::pair<std::string, std::string>> Session::SettingsSnapshot() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->settings.begin(), state_->settings.end()};
}

BatchScan& Session::batches() { return *state_->batches; }
EventSink* Session::sink() { return state_->sink; }
void Session::Interrupt() { state_->Interrupt(); }

Result<void> Session::CheckCancelled() const {
  if (state_->cancel == nullptr || !state_->cancel->cancelled()) return {};
  return Error(ErrorCode::kInterrupted,
               fmt::format("stopped by signal {}", state_->cancel->signal()));
}

const FeatureGates& Session::features() const { return state_->features; }
const std::vector<ExtensionDescriptor>& Session::extensions() const { return state_->extensions; }
SessionIdentity Session::identity() const { return {state_->features.Words(), state_->extensions}; }
int Session::threads() const { return state_->threads; }
uint64_t Session::memory_limit_bytes() const { return state_->memory_limit_bytes; }

}  // namespace codeanatomy::engine
