// FileFlow: the flow of one file, made once for the tables that show parts of it.
#pragma once

#include "evidence/file_context.h"
#include "flow/node_graph.h"
#include "flow/reaching_definitions.h"

namespace codeanatomy::evidence {

struct FileFlow {
  explicit FileFlow(const FileContext& context);

  flow::ControlFlow graph;
  flow::DominatorTrees trees;
  std::vector<flow::ControlDependence> dependences;
  flow::NodeGraph nodes;
  flow::SparseDefinitions definitions;
  std::vector<int64_t> function_ids;  // by flow scope: its node
  std::vector<int64_t> return_ids;    // by flow scope: its METHOD_RETURN, 0 where it is no METHOD
  std::vector<flow::FlowScopeId> scopes;  // by block
  std::vector<int64_t> block_ids;         // by block

  flow::FlowScopeId scope(flow::BlockId b) const { return scopes[b.index()]; }
  /// R3 of ids.md of what a scope numbers.
  static int64_t ScopedId(const FileContext& context, std::string_view kind, int64_t function_id,
                          int64_t base, int64_t number);
};

/// Definitions and phis behind a use, up to which flow_reaching_defs lists its pairs, so that they
/// are linear in uses. Uses with more are found through flow_phis alone.
inline constexpr size_t kMaxDirectValues = 256;

inline void AppendId(Int64Column& column, int64_t id) {
  if (id != 0) {
    column.Append(id);
  } else {
    column.AppendNull();
  }
}

}  // namespace codeanatomy::evidence
