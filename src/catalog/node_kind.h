// NodeKind: the labels of graph nodes, and the mapping from syntax kinds to them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "catalog/ast_kind.h"

namespace codeanatomy {

enum class NodeKind : uint8_t {
#define CA_NODE_KIND(Name, ...) k##Name,
#include "catalog/node_kind.def"
};

inline constexpr auto kNodeKindNames = std::to_array<std::string_view>({
#define CA_NODE_KIND(Name, label, meaning) label,
#include "catalog/node_kind.def"
});

inline constexpr auto kNodeKindMeanings = std::to_array<std::string_view>({
#define CA_NODE_KIND(Name, label, meaning) meaning,
#include "catalog/node_kind.def"
});

constexpr std::string_view NodeKindName(NodeKind kind) {
  return kNodeKindNames[static_cast<size_t>(kind)];
}

struct CpgMapping {
  AstKind ast_kind;
  std::string_view
      op;  // AstOperatorName, "Chain" (Compare with several operators), empty: the kind has none
  NodeKind label;
  std::string_view
      name;  // of an operator CALL, e.g. "<operator>.addition"; empty: the node's own name
};

/// Every (kind, operator) once, by kind and then in operator order: the relation `cpg_mapping`.
std::span<const CpgMapping> CpgMappings();

namespace internal {
inline constexpr auto kLabelOfAstKind = [] {
  std::array<NodeKind, kAstKinds.size()> labels{};
  labels.fill(NodeKind::kUnknown);
#define CA_CPG_MAPPING(Kind, label, name) \
  labels[static_cast<size_t>(AstKind::k##Kind)] = NodeKind::k##label;
#define CA_CPG_OPERATOR(Kind, op, name) \
  labels[static_cast<size_t>(AstKind::k##Kind)] = NodeKind::kCall;
#include "catalog/cpg_mapping.def"
  return labels;
}();
}  // namespace internal

/// The label of a syntax kind; an operator never changes the label, only the name.
constexpr NodeKind CpgLabelOf(AstKind kind) {
  return internal::kLabelOfAstKind[static_cast<size_t>(kind)];
}

/// The name of an operator CALL; `op` empty for kinds without an operator. Empty: the node's own
/// name.
std::string_view CpgNameOf(AstKind kind, std::string_view op);

}  // namespace codeanatomy
