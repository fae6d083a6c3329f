// ByteSpan: half-open range of bytes in a file as stored on disk.
#pragma once

#include <cstdint>

namespace codeanatomy {

struct ByteSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
  constexpr uint32_t size() const { return end - begin; }
  friend constexpr bool operator==(ByteSpan, ByteSpan) = default;
};

}  // namespace codeanatomy
