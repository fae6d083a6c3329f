// Id<Tag>: a dense 32-bit index into one file's store. -1 is "none".
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace codeanatomy {

template <typename Tag>
struct Id {
  int32_t value = -1;
  constexpr bool valid() const { return value >= 0; }
  constexpr size_t index() const { return static_cast<size_t>(value); }
  friend constexpr auto operator<=>(Id, Id) = default;
};

}  // namespace codeanatomy
