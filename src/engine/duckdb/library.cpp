#include "engine/duckdb/library.h"

#include <atomic>
#include <climits>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

namespace codeanatomy::engine {

constexpr std::string_view kRelease = "v" CA_DUCKDB_RELEASE;
const std::string_view kDuckdbVersion = kRelease;
namespace {

constexpr std::string_view kLibraryName = "libduckdb.so";
constexpr std::string_view kEnvironment = "CODEANATOMY_DUCKDB_LIBRARY";
constexpr std::string_view kWayOut =
    "put libduckdb.so of the same release beside the program, or name it in "
    "CODEANATOMY_DUCKDB_LIBRARY";

Error CannotOpen(std::string message) {
  return Error(ErrorCode::kSessionInitializationFailed, std::move(message),
               std::string(kLibraryName), std::string(kWayOut));
}

std::string BesideExecutable() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return {};
  std::string_view executable(path, static_cast<size_t>(length));
  const size_t slash = executable.rfind('/');
  if (slash == std::string_view::npos) return {};
  return fmt::format("{}/{}", executable.substr(0, slash), kLibraryName);
}

struct Candidate {
  std::string path;
  bool must_open;  // named on purpose or present: its failure is the answer, not a reason to go on
};

std::vector<Candidate> Candidates() {
  std::vector<Candidate> candidates;
  if (std::string beside = BesideExecutable();
      !beside.empty() && access(beside.c_str(), F_OK) == 0) {
    candidates.push_back({std::move(beside), true});
  }
  if (const char* named = std::getenv(kEnvironment.data()); named != nullptr && *named != '\0') {
    candidates.push_back({named, true});
  }
  candidates.push_back({std::string(kLibraryName), false});
  return candidates;
}

Result<std::unique_ptr<const Library>> Load() {
  void* handle = nullptr;
  auto library = std::make_unique<Library>();
  for (const Candidate& candidate : Candidates()) {
    // Lazy: binding all of its symbols at once takes 10 ms of 22. What we call is resolved below.
    // No unloading: the engine keeps thread-local state that must not be unmapped at exit.
    handle = dlopen(candidate.path.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (handle != nullptr) {
      library->path = candidate.path;
      break;
    }
    const char* reason = dlerror();
    if (candidate.must_open) {
      return CannotOpen(fmt::format("DuckDB cannot be opened: {}", reason ? reason : "unknown"));
    }
  }
  if (handle == nullptr) return CannotOpen("DuckDB was not found");

#define CA_DUCKDB_FUNCTION(name)                                                   \
  library->name = reinterpret_cast<decltype(library->name)>(dlsym(handle, #name)); \
  if (library->name == nullptr) {                                                  \
    return CannotOpen(fmt::format("{} lacks the function " #name, library->path)); \
  }
#include "engine/duckdb/library_function.def"

  const std::string_view version = library->duckdb_library_version();
  if (version != kDuckdbVersion) {
    return CannotOpen(fmt::format("{} is DuckDB {}, this program needs {}", library->path, version,
                                  kDuckdbVersion));
  }
  return std::unique_ptr<const Library>(std::move(library));
}

struct Slot {
  std::mutex mutex;
  std::atomic<const Library*> library{nullptr};
};

Slot& ProcessSlot() {
  static Slot slot;
  return slot;
}

}  // namespace

Result<const Library*> Library::Open() {
  Slot& slot = ProcessSlot();
  const std::lock_guard lock(slot.mutex);
  if (slot.library == nullptr) {
    CA_ASSIGN_OR_RETURN(std::unique_ptr<const Library> library, Load());
    slot.library = library.release();
  }
  return slot.library.load();
}

const Library& Library::Loaded() {
  const Library* library = ProcessSlot().library.load(std::memory_order_acquire);
  CA_CHECK(library != nullptr, "a callback of an engine that was never opened");
  return *library;
}

}  // namespace codeanatomy::engine
