// Run ids: UUIDv7 (RFC 9562), so that folders of runs sort by time.
#pragma once

#include <string>
#include <string_view>

namespace codeanatomy::driver {

/// A new id from clock and system randomness, in the usual 8-4-4-4-12 form.
std::string NewRunId();

/// ^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$: what --run-id accepts.
bool IsRunId(std::string_view text);

}  // namespace codeanatomy::driver
