// Reports on the graph and its evidence, made by views of the spec.
#include "catalog/column.h"
#include "catalog/table_groups.h"

namespace codeanatomy::catalog {
namespace {

constexpr ColumnInfo Float(std::string_view name) { return Column(name, "Float64"); }

constexpr auto kFileQuality = Columns(
    Required(Long("file_id")), Text("path"), Text("file_sha256"), Int("has_cst_parse_errors"),
    Long("cst_error_count"), Long("ts_timed_out"), Long("ts_error_count"), Long("ts_missing_count"),
    Long("ts_match_limit_exceeded"), Int("has_scip_diagnostics"), Long("scip_diagnostic_count"),
    Int("scip_encoding_unspecified"), Float("file_quality_score"));

constexpr auto kFileCoverage = Columns(
    Required(Long("file_id")), Text("path"), Int("has_cst"), Int("has_flow"), Int("has_resolve"),
    Int("has_bytecode"), Int("has_tree_sitter"), Int("has_scip"), Int("extraction_count"));

constexpr auto kMetrics = Columns(
    Required(Text("relationship_name")), Long("total_edges"), Long("distinct_sources"),
    Long("distinct_targets"), Float("avg_confidence"), Float("min_confidence"),
    Float("max_confidence"), Long("low_confidence_edges"), Long("proved_edges"),
    Long("resolved_edges"), Long("inferred_edges"), Long("candidate_edges"), Float("avg_score"),
    Float("min_score"), Float("max_score"), Long("agreed_edges"), Long("conflicting_edges"));

constexpr auto kAmbiguity =
    Columns(Required(Text("relationship_name")), Long("total_sources"), Long("ambiguous_sources"),
            Long("max_candidates"), Float("avg_candidates"), Float("ambiguity_rate"));

constexpr auto kCandidates = Concat(
    Columns(Required(Text("relationship_name")), Required(Long("src")), Required(Long("dst")),
            Required(Text("kind")), Text("label"), Int("ordinal"), Long("file_id"), Text("path")),
    kByteSpanColumns,
    Columns(Text("origin"), Text("provider"), Text("resolution_method"), Text("tier"),
            Float("confidence"), Long("witnesses"), Long("dissenters"), Float("score"),
            Plain(Long("ambiguity_group_id")), Text("rule_name"), Int("symbol_roles")));

constexpr auto kConflicts =
    Concat(Columns(Required(Text("relationship_name")), Required(Long("src")), Long("file_id"),
                   Text("path")),
           kByteSpanColumns,
           Columns(Text("provider_a"), Plain(Long("dst_a")), Text("tier_a"), Float("confidence_a"),
                   Text("provider_b"), Plain(Long("dst_b")), Text("tier_b"), Float("confidence_b"),
                   Text("kept")));

template <typename... Names>
constexpr auto Names_(Names... names) {
  return std::array<std::string_view, sizeof...(Names)>{names...};
}
constexpr auto kFileKey = Names_("file_id");
constexpr auto kPathOrder = Names_("path");
constexpr auto kNameKey = Names_("relationship_name");
constexpr auto kCandidateOrder =
    Names_("relationship_name", "src", "ordinal", "dst", "label", "provider");
constexpr auto kConflictOrder =
    Names_("relationship_name", "src", "dst_a", "dst_b", "provider_a", "provider_b");

constexpr TableInfo Report(std::string_view name, std::span<const ColumnInfo> columns,
                           std::span<const std::string_view> key,
                           std::span<const std::string_view> order, std::string_view summary) {
  return {name, TableGroup::kQuality, columns, key, order, summary, /*is_output=*/true};
}

constexpr auto kTables = std::to_array<TableInfo>({
    Report("file_quality", kFileQuality, kFileKey, kPathOrder,
           "How well each file could be read, as one score."),
    Report("file_coverage_report", kFileCoverage, kFileKey, kPathOrder,
           "Which kinds of evidence each file has."),
    Report("relationship_quality_metrics", kMetrics, kNameKey, kNameKey,
           "Edges, ends, tiers, confidence and agreement of each relationship."),
    Report("relationship_ambiguity_report", kAmbiguity, kNameKey, kNameKey,
           "How many sources of each relationship have several candidates, before the cut."),
    Report("relationship_candidates", kCandidates, {}, kCandidateOrder,
           "Candidates of ambiguous or disputed sources, before the cut."),
    Report("relationship_conflicts", kConflicts, {}, kConflictOrder,
           "Where a strong source names another target than the row's proposer."),
});
static_assert(TablesAreSound(kTables));

}  // namespace

std::span<const TableInfo> QualityTables() { return kTables; }

}  // namespace codeanatomy::catalog
