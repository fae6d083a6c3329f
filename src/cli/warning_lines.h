// PrintWarnings: warnings of a run for a person.
#pragma once

#include <vector>

#include "cli/invocation.h"
#include "engine/plan/warning.h"

namespace codeanatomy::cli {

/// A line each on stderr: `codeanatomy: warning: CODE: message [context]`. Nothing under --quiet or
/// --log-level ERROR.
void PrintWarnings(const GlobalOptions& options, const std::vector<engine::Warning>& warnings);

}  // namespace codeanatomy::cli
