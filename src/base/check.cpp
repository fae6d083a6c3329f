#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace codeanatomy::internal {

void CheckFailed(std::string_view invariant, std::string_view why, std::string_view file,
                 int line) {
  std::fprintf(stderr, "codeanatomy: check failed: %.*s (%.*s) at %.*s:%d\n",
               static_cast<int>(invariant.size()), invariant.data(), static_cast<int>(why.size()),
               why.data(), static_cast<int>(file.size()), file.data(), line);
  std::abort();
}

}  // namespace codeanatomy::internal
