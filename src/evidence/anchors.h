// Anchors: what findings and baselines refer to, because it survives edits elsewhere in the scope.
#pragma once

#include <cstdint>
#include <vector>

#include "evidence/file_ids.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::evidence {

/// Bytes of a node's joined tokens that its anchor sees; of more, these and the length.
inline constexpr uint32_t kAnchorPrefixBytes = 4096;

/// The anchor of every node, indexed by node. A node with a logical id is its own anchor.
///
/// Input   a frozen tree and its ids.
/// Cost    linear in nodes + bytes: a token hashes at most kAnchorPrefixBytes bytes, once for all
///         nodes that begin at it.
/// Errors  none; spans of partial trees are clamped.
std::vector<int64_t> ComputeAnchors(const parse::SyntaxTree& tree, const FileIds& ids,
                                    const IdScheme& scheme);

}  // namespace codeanatomy::evidence
