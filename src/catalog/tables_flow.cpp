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

constexpr auto kFlowControlDeps = Concat(
    kScopeColumns, Columns(Required(Plain(Long("block_id"))), Required(Plain(Long("on_block_id"))),
                           Required(Int("ordinal")), Required(Bool("is_exceptional")),
                           Long("condition_id"), Text("label"), Long("src"), Long("dst")));

constexpr auto kFlowNodeEdges =
    Concat(kScopeColumns,
           Columns(Required(Text("relation")), Required(Long("src")), Required(Long("dst")),
                   Text("label"), Required(Bool("is_back_edge")), Required(Bool("covers_block"))));

constexpr auto kFlowDefs = Concat(
    kScopeColumns,
    Columns(Required(Plain(Long("definition_id"))), Required(Long("node_id")),
            Required(Text("variable")), Plain(Long("binding_id")), Required(Text("kind")),
            Long("value_id"), Required(Bool("is_strong")), Plain(Long("prior_id")),
            Plain(Long("block_id")), Required(Int("ordinal")), Long("bstart"), Long("bend")));

constexpr auto kFlowUses =
    Concat(kScopeColumns, Columns(Required(Plain(Long("use_id"))), Required(Long("node_id")),
                                  Required(Text("variable")), Plain(Long("binding_id")),
                                  Required(Text("kind")), Plain(Long("reaching_id")),
                                  Required(Bool("may_be_unbound")), Plain(Long("block_id")),
                                  Required(Int("ordinal")), Long("bstart"), Long("bend")));

constexpr auto kFlowPhis =
    Concat(kScopeColumns, Columns(Required(Plain(Long("phi_id"))), Required(Int("ordinal")),
                                  Required(Plain(Long("block_id"))), Required(Text("variable")),
                                  Plain(Long("binding_id")), Required(Plain(Long("pred_block_id"))),
                                  Plain(Long("reaching_id")), Required(Bool("via_exception")),
                                  Required(Bool("via_back_edge"))));

constexpr auto kFlowNarrowings =
    Concat(kScopeColumns, Columns(Required(Plain(Long("narrowing_id"))), Required(Long("node_id")),
                                  Required(Long("subject_id")), Required(Text("variable")),
                                  Plain(Long("binding_id")), Required(Text("test")),
                                  Long("argument_id"), Required(Bool("holds")),
                                  Required(Plain(Long("reaching_id"))), Plain(Long("source_id")),
                                  Required(Plain(Long("src_block_id"))), Required(Int("ordinal"))));

constexpr auto kFlowReachingDefs = Concat(
    kScopeColumns, Columns(Required(Plain(Long("definition_id"))), Required(Plain(Long("use_id"))),
                           Required(Long("src")), Required(Long("dst")), Required(Text("variable")),
                           Required(Bool("is_only"))));

constexpr auto kFlowCaptures =
    Concat(kScopeColumns,
           Columns(Required(Long("owner_id")), Required(Plain(Long("binding_id"))),
                   Required(Long("outer_function_id")), Required(Plain(Long("outer_binding_id"))),
                   Long("decl_id"), Required(Long("closure_binding_id")), Required(Text("name")),
                   Required(Text("kind")), Required(Int("read_count")),
                   Required(Int("write_count")), Required(Int("depth"))));

constexpr std::array<std::string_view, 1> kByPath = {"path"};
constexpr std::array<std::string_view, 1> kBlockKey = {"block_id"};
constexpr std::array<std::string_view, 2> kEdgeKey = {"src_block_id", "ordinal"};
constexpr std::array<std::string_view, 2> kDominatorKey = {"relation", "block_id"};
constexpr std::array<std::string_view, 4> kDependenceKey = {"block_id", "on_block_id", "ordinal",
                                                            "is_exceptional"};
constexpr std::array<std::string_view, 1> kNarrowingKey = {"narrowing_id"};
constexpr std::array<std::string_view, 1> kDefinitionKey = {"definition_id"};
constexpr std::array<std::string_view, 1> kUseKey = {"use_id"};
constexpr std::array<std::string_view, 2> kPhiKey = {"phi_id", "ordinal"};
constexpr std::array<std::string_view, 2> kPairKey = {"definition_id", "use_id"};
constexpr std::array<std::string_view, 2> kCaptureKey = {"function_id", "name"};

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
    {.name = "flow_node_edges",
     .group = TableGroup::kEvidence,
     .columns = kFlowNodeEdges,
     .order = kByPath,
     .summary = "Control flow and dependence between nodes, as far as columns of ast_nodes do not "
                "say it; each relation, source, target and label once."},
    {.name = "flow_defs",
     .group = TableGroup::kEvidence,
     .columns = kFlowDefs,
     .key = kDefinitionKey,
     .order = kByPath,
     .summary = "What binds or unbinds a variable of a flow scope."},
    {.name = "flow_uses",
     .group = TableGroup::kEvidence,
     .columns = kFlowUses,
     .key = kUseKey,
     .order = kByPath,
     .summary = "What reads a variable, and the one definition, phi or narrowing that reaches it."},
    {.name = "flow_phis",
     .group = TableGroup::kEvidence,
     .columns = kFlowPhis,
     .key = kPhiKey,
     .order = kByPath,
     .summary = "Where definitions meet: one row per definition, phi or narrowing that arrives."},
    {.name = "flow_narrowings",
     .group = TableGroup::kEvidence,
     .columns = kFlowNarrowings,
     .key = kNarrowingKey,
     .order = kByPath,
     .summary = "What a test says of a variable on one of its ways, where a use behind sees it."},
    {.name = "flow_reaching_defs",
     .group = TableGroup::kEvidence,
     .columns = kFlowReachingDefs,
     .key = kPairKey,
     .order = kByPath,
     .summary = "Definitions that reach a use, phis followed; uses with more than 256 definitions "
                "and phis behind them are left to flow_phis."},
    {.name = "flow_captures",
     .group = TableGroup::kEvidence,
     .columns = kFlowCaptures,
     .key = kCaptureKey,
     .order = kByPath,
     .summary = "Names that a scope takes from an enclosing function."},
});
static_assert(TablesAreSound(kTables));

}  // namespace

std::span<const TableInfo> FlowTables() { return kTables; }

}  // namespace codeanatomy::catalog
