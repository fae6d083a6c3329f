// FileFlow: the flow of one file, made once for the tables that show parts of it.
#pragma once

#include <optional>

#include "evidence/file_context.h"
#include "flow/node_graph.h"
#include "flow/reaching_definitions.h"

namespace codeanatomy::evidence {

/// R3 of ids.md of what a scope numbers: hash64(kind, function id, base, number).
class ScopedIds {
 public:
  ScopedIds(const IdScheme& scheme, std::string_view kind, int64_t function_id, int64_t base)
      : scheme_(&scheme), prefix_(IdScheme::Derived(kind, function_id).Add(base)) {}
  int64_t Of(int64_t number) const { return scheme_->Finish(Hash64(prefix_).Add(number)); }

 private:
  const IdScheme* scheme_;
  Hash64 prefix_;
};

/// Post-dominance and dependence over all exceptional edges (ExtractOptions).
struct ExceptionalFlow {
  std::vector<flow::BlockId> post_dominators;
  std::vector<flow::ControlDependence> dependences;
  std::vector<flow::NodeEdge> edges;
};

struct FileFlow {
  explicit FileFlow(const FileContext& context);

  flow::ControlFlow graph;
  flow::DominatorTrees trees;
  std::vector<flow::ControlDependence> dependences;
  flow::NodeGraph nodes;
  flow::SparseDefinitions definitions;
  std::optional<ExceptionalFlow> exceptional;
  std::vector<int64_t> function_ids;  // by flow scope: its node
  std::vector<int64_t> bases;         // by flow scope: base(0) of its scope declaration
  std::vector<int64_t> return_ids;    // by flow scope: its METHOD_RETURN, 0 where it is no METHOD
  std::vector<flow::FlowScopeId> scopes;  // by block
  std::vector<int64_t> block_ids;         // by block

  flow::FlowScopeId scope(flow::BlockId b) const { return scopes[b.index()]; }
};

}  // namespace codeanatomy::evidence
