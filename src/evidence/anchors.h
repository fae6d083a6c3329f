// Anchors: what findings and baselines refer to, because it survives edits elsewhere in the scope.
#pragma once

#include <cstdint>
#include <vector>

#include "evidence/file_ids.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::evidence {

/// The anchor of every node, indexed by node. A node with a logical id is its own anchor.
///
/// Input   a frozen tree and its ids.
/// Cost    linear in nodes + bytes of the distinct suffixes that begin at a token and reach to the
/// end
///         of the largest node there; left-nested chains share one running hash.
/// Errors  none; spans of partial trees are clamped.
std::vector<int64_t> ComputeAnchors(const parse::SyntaxTree& tree, const FileIds& ids,
                                    const IdScheme& scheme);

}  // namespace codeanatomy::evidence
