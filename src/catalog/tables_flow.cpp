// Tables of control flow: docs/formats/flow.md says what their words mean.
#include "catalog/column.h"
#include "catalog/table_groups.h"

namespace codeanatomy::catalog {
namespace {

constexpr auto kScopeColumns = Concat(kFileColumns, Columns(Required(Long("function_id"))));

constexpr auto kFlowBlocks =
    Concat(kScopeColumns,
           Columns(Required(Plain(Long("block_id"))), Required(Int("block_index")),
                   Required(Text("kind")), Longs("nodes"), Bools("may_raise"),
                   Plain(Long("handler_region")), Long("first_node_id"), Long("last_node_id"),
                   Long("bstart"), Long("bend"), Required(Bool("is_reachable")),
                   Required(Int("loop_depth")), Required(Int("try_depth"))));

constexpr auto kFlowCfgEdges =
    Concat(kScopeColumns,
           Columns(Required(Plain(Long("src_block_id"))), Required(Plain(Long("dst_block_id"))),
                   Long("src"), Long("dst"), Required(Text("kind")), Text("label"),
                   Text("completion"), Long("condition_id"), Required(Bool("is_implicit_raise")),
                   Required(Bool("is_back_edge")), Required(Int("ordinal"))));

constexpr auto kFlowDominators =
    Concat(kScopeColumns,
           Columns(Required(Text("relation")), Required(Plain(Long("block_id"))),
                   Plain(Long("idom_block_id")), Long("src"), Long("dst"), Required(Int("depth"))));

constexpr auto kFlowControlDeps =
    Concat(kScopeColumns, Columns(Required(Plain(Long("block_id"))),
                                  Required(Plain(Long("on_block_id"))), Required(Int("ordinal")),
                                  Long("condition_id"), Text("label"), Long("src"), Long("dst")));

constexpr std::array<std::string_view, 1> kByPath = {"path"};
constexpr std::array<std::string_view, 1> kBlockKey = {"block_id"};
constexpr std::array<std::string_view, 2> kEdgeKey = {"src_block_id", "ordinal"};
constexpr std::array<std::string_view, 2> kDominatorKey = {"relation", "block_id"};
constexpr std::array<std::string_view, 3> kDependenceKey = {"block_id", "on_block_id", "ordinal"};

constexpr auto kTables = std::to_array<TableInfo>({
    {.name = "flow_blocks",
     .group = TableGroup::kEvidence,
     .columns = kFlowBlocks,
     .key = kBlockKey,
     .order = kByPath,
     .summary = "Basic blocks of every flow scope: nodes in evaluation order, handler region."},
    {.name = "flow_cfg_edges",
     .group = TableGroup::kEvidence,
     .columns = kFlowCfgEdges,
     .key = kEdgeKey,
     .order = kByPath,
     .summary = "Control flow between blocks."},
    {.name = "flow_dominators",
     .group = TableGroup::kEvidence,
     .columns = kFlowDominators,
     .key = kDominatorKey,
     .order = kByPath,
     .summary = "Immediate dominators and post-dominators of blocks."},
    {.name = "flow_control_deps",
     .group = TableGroup::kEvidence,
     .columns = kFlowControlDeps,
     .key = kDependenceKey,
     .order = kByPath,
     .summary = "The choices that decide whether a block runs."},
});
static_assert(TablesAreSound(kTables));

}  // namespace

std::span<const TableInfo> FlowTables() { return kTables; }

}  // namespace codeanatomy::catalog
