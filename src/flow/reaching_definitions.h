// ReachingDefinitions: what is behind the phis of SparseDefinitions.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "flow/definitions.h"

namespace codeanatomy::flow {

/// Sets may_be_unbound of every use that a reachable block holds: forward from ways without a
/// definition and from deletions, through the phis and weak definitions that read them.
/// Cost: linear.
void MarkUnbound(const ControlFlow& graph, SparseDefinitions& sparse);

/// The definitions behind what reaches a use: the direct pairs of a use.
class ReachingDefinitions {
 public:
  explicit ReachingDefinitions(const SparseDefinitions& sparse)
      : sparse_(sparse), seen_(sparse.definitions.size() + sparse.phis.size(), -1) {}

  /// Ascending, deletions left out; valid until the next call. None if more than `limit` phis and
  /// definitions are behind, which all calls must bound alike. Cost: the phis and definitions
  /// behind.
  std::optional<std::span<const DefinitionId>> Of(ReachingId reaching, size_t limit);
  std::span<const DefinitionId> Of(ReachingId reaching) { return *Of(reaching, SIZE_MAX); }

 private:
  bool Follow(ReachingId reaching, size_t limit);
  void Add(ReachingId r);

  const SparseDefinitions& sparse_;
  ReachingId last_;  // the last one that was followed
  bool is_complete_ = true;
  int32_t round_ = 0;
  std::vector<int32_t> seen_;  // by ReachingId: the last round that met it
  std::vector<ReachingId> open_;
  std::vector<DefinitionId> found_;
};

}  // namespace codeanatomy::flow
