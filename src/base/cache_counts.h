// CacheCounts: what a cache has done since it was made.
#pragma once

#include <cstdint>

namespace codeanatomy {

struct CacheCounts {
  uint64_t entries = 0;  // there now
  uint64_t hits = 0;
  uint64_t misses = 0;
  uint64_t evictions = 0;  // entries that went because of a limit
};

}  // namespace codeanatomy
