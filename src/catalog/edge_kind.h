// EdgeKind: the labels of graph edges, and which of them have stored rows.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace codeanatomy {

enum class EdgeKind : uint8_t {
#define CA_EDGE_KIND(Name, ...) k##Name,
#include "catalog/edge_kind.def"
};

/// Derived kinds are computed from columns or views; only --edges full writes rows for them.
enum class EdgeStorage : uint8_t { kStored, kDerived };
inline constexpr std::string_view kEdgeStorageNames[] = {"stored", "derived"};

struct EdgeKindInfo {
  EdgeKind kind;
  std::string_view name;
  EdgeStorage storage;
  std::string_view ends;  // "SOURCE → TARGET"
  std::string_view meaning;
};

inline constexpr auto kEdgeKinds = std::to_array<EdgeKindInfo>({
#define CA_EDGE_KIND(Name, label, storage, ends, meaning) \
  {EdgeKind::k##Name, label, EdgeStorage::k##storage, ends, meaning},
#include "catalog/edge_kind.def"
});

constexpr const EdgeKindInfo& GetEdgeKindInfo(EdgeKind kind) {
  return kEdgeKinds[static_cast<size_t>(kind)];
}
constexpr std::string_view EdgeKindName(EdgeKind kind) { return GetEdgeKindInfo(kind).name; }

}  // namespace codeanatomy
