// Kinds of the concrete syntax tree, from cst_kind.def.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace codeanatomy {

enum class CstKind : uint8_t {
#define CA_CST_KIND(Name) k##Name,
#include "catalog/cst_kind.def"
};

inline constexpr auto kCstKindNames = std::to_array<std::string_view>({
#define CA_CST_KIND(Name) #Name,
#include "catalog/cst_kind.def"
});

constexpr std::string_view CstKindName(CstKind kind) {
  return kCstKindNames[static_cast<size_t>(kind)];
}

}  // namespace codeanatomy
