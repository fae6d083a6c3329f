#include "cli/invocation.h"

#include <csignal>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace codeanatomy::cli {
namespace {

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// A signal handler has no argument to carry state, so this one object is process-wide.
CancelFlag process_cancel_flag;

void OnSignal(int signal) { process_cancel_flag.Cancel(signal); }

}  // namespace

bool UseColor(const GlobalOptions& options, int descriptor) {
  if (options.color != "auto") return options.color == "always";
  if (IsSet("NO_COLOR")) return false;
  const char* force = std::getenv("CLICOLOR_FORCE");
  if (force != nullptr && *force != '\0' && std::string_view(force) != "0") return true;
  const char* terminal = std::getenv("TERM");
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return isatty(descriptor) == 1;
}

bool UseProgressBar(const GlobalOptions& options) {
  return !options.quiet && options.progress != "never" && isatty(STDERR_FILENO) == 1;
}

CancelFlag& CatchSignals() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return process_cancel_flag;
}

int ExitStatusOf(const Error& error) {
  const int status = GetErrorCodeInfo(error.code()).exit_status;
  const int signal = process_cancel_flag.signal();
  return error.code() == ErrorCode::kInterrupted && signal != 0 ? 128 + signal : status;
}

Result<PythonVersion> ParseTargetVersion(const std::string& text) {
  if (auto version = FindPythonVersion(text)) return *version;
  return Error(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is no known Python version", text),
               "--target-version",
               fmt::format("use one of {}", fmt::join(kPythonVersionNames, ", ")));
}

}  // namespace codeanatomy::cli
