#include "cli/warning_lines.h"

#include <cstdio>

#include <fmt/format.h>

namespace codeanatomy::cli {

void PrintWarnings(const GlobalOptions& options, const std::vector<engine::Warning>& warnings) {
  if (options.quiet || options.log_level == "ERROR") return;
  for (const engine::Warning& warning : warnings)
    fmt::print(stderr, "codeanatomy: warning: {}\n", engine::WarningText(warning));
}

}  // namespace codeanatomy::cli
