// ReachingDefinitions: what is behind the phis of SparseDefinitions.
#pragma once

#include <vector>

#include "flow/definitions.h"

namespace codeanatomy::flow {

/// Sets may_be_unbound of every use that a reachable block holds: forward from ways without a
/// definition and from deletions, through the phis and weak definitions that read them.
/// Cost: linear.
void MarkUnbound(const ControlFlow& graph, SparseDefinitions& sparse);

/// The definitions behind the phi or definition that a use names: the direct pairs of a use.
class ReachingDefinitions {
 public:
  explicit ReachingDefinitions(const SparseDefinitions& sparse)
      : sparse_(sparse), seen_(sparse.definitions.size() + sparse.phis.size(), -1) {}

  /// Ascending, deletions left out; valid until the next call. Cost: the phis and definitions
  /// behind, at most `limit` of both together; where there are more, is_complete() is false and
  /// none is given.
  const std::vector<DefinitionId>& Of(ReachingId reaching, size_t limit = SIZE_MAX);
  bool is_complete() const { return is_complete_; }

 private:
  const SparseDefinitions& sparse_;
  ReachingId last_;
  bool is_complete_ = true;
  int32_t round_ = 0;
  std::vector<int32_t> seen_;  // by ReachingId: the last round that met it
  std::vector<ReachingId> open_;
  std::vector<DefinitionId> found_;
};

}  // namespace codeanatomy::flow
