// Invocation: what the command line asked for. main.cpp fills it, one command runs with it.
//
// Parsing and running are apart: a command's callback only stores `run`, and main calls it after
// the whole line was accepted, so that nothing starts on a line that is later refused.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/observe.h"
#include "base/result.h"
#include "catalog/python_version.h"

namespace codeanatomy::cli {

/// Options every command takes, before or after its name.
struct GlobalOptions {
  std::string config;  // --config; empty: search
  std::string run_id;  // --run-id; empty: a new one
  std::string log_level = "INFO";
  std::string color = "auto";     // auto, always, never
  std::string progress = "auto";  // auto, never
  bool quiet = false;
};

struct Invocation {
  GlobalOptions global;
  /// Set by the callback of the parsed command. The value is the exit status; an error gives the
  /// status of its code.
  std::function<Result<int>()> run;
};

/// Whether to write escape sequences to the descriptor: --color, then NO_COLOR, CLICOLOR_FORCE and
/// TERM=dumb, then whether it is a terminal.
bool UseColor(const GlobalOptions& options, int descriptor);
/// Whether to draw a progress bar on stderr.
bool UseProgressBar(const GlobalOptions& options);

/// Makes SIGINT and SIGTERM set the flag instead of ending the process; a second signal ends it.
/// For commands that poll the flag. The flag lives as long as the process.
CancelFlag& CatchSignals();

/// The exit status of a command that ends with `error`: its code's, for INTERRUPTED 128 + the
/// signal.
int ExitStatusOf(const Error& error);

/// "3.11" → version; INVALID_ARGUMENT naming the known versions otherwise.
Result<PythonVersion> ParseTargetVersion(const std::string& text);

}  // namespace codeanatomy::cli
