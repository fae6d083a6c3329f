// CA_CHECK: an invariant of ours. Aborts with the invariant's name; never for input or I/O.
#pragma once

#include <string_view>

namespace codeanatomy::internal {
[[noreturn]] void CheckFailed(std::string_view invariant, std::string_view why,
                              std::string_view file, int line);
}

#define CA_CHECK(condition, why)                                                 \
  do {                                                                           \
    if (!(condition)) [[unlikely]]                                               \
      ::codeanatomy::internal::CheckFailed(#condition, why, __FILE__, __LINE__); \
  } while (false)
