// What all relations together look like: counts and ranges per relation, how ambiguous its sources
// are, the candidates behind ambiguous or disputed edges, and the disputes between strong sources.
//
// Counting distinct ends takes two aggregates: per end, then over the ends. A sum of floats depends
// on the order of its terms, and that on threads, so means are taken over whole millionths.
#include <fmt/format.h>

#include "semantics/transform/provider.h"

namespace codeanatomy::semantics {
namespace {

using expr::Call;
using expr::Column;
using expr::Expr;
using expr::Integer;
using expr::Text;

class QualityCompiler {
 public:
  QualityCompiler(const CompileContext& context, std::vector<View>& views)
      : model_(context.model), views_(views) {}

  void Run() {
    AddMetrics();
    AddAmbiguity();
    AddCandidates();
    AddConflicts();
  }

 private:
  void Add(std::string name, spec::Transform transform, std::string why,
           ViewKind kind = ViewKind::kProjection, std::vector<SemanticRule> rules = {}) {
    views_.push_back({std::move(name), kind, std::move(transform), "quality of relationships",
                      std::move(rules), std::move(why)});
  }
  void AddAggregate(std::string name, std::string source, std::vector<std::string> group,
                    std::vector<spec::Aggregation> aggregations, std::string why) {
    Add(std::move(name),
        spec::Aggregate{std::move(source), std::move(group), std::move(aggregations)},
        std::move(why), ViewKind::kProjection, {SemanticRule::kAggregate});
  }
  void AddUnion(std::string name, std::vector<std::string> sources, std::string why) {
    if (sources.size() == 1) {
      Add(std::move(name), spec::Project{.source = sources[0]}, std::move(why));
      return;
    }
    Add(std::move(name), spec::Union{.sources = std::move(sources)}, std::move(why),
        ViewKind::kUnionEdges, {SemanticRule::kUnion});
  }

  static Expr Count(Expr condition) { return Case({std::move(condition), Integer(1), Integer(0)}); }
  static spec::ComputedColumn Same(const char* name) { return {name, Column(name)}; }
  static spec::ComputedColumn Side(const char* side, const char* name) {
    return {name, Column(fmt::format("{}.{}", side, name))};
  }

  static Expr Millionths(const char* column) {
    return Call("round_half_up", {Call("mul", {Column(column), expr::Float(1e6)})});
  }

  /// Two or more bits: subtracting the highest proposer's bit leaves some.
  static Expr Agreed() { return Call("gt", {Column("witnesses"), Column("proposer_bit")}); }

  void AddMetrics() {
    std::vector<std::string> parts;
    for (const Relation& relation : model_.relations) {
      const std::string name(relation.rule.name);
      parts.push_back("quality_edges_" + name);
      std::vector<spec::ComputedColumn> columns{
          {"relationship_name", Text(name)}, Same("dst"), Same("confidence"), Same("score")};
      columns.push_back({"confidence_millionths", Millionths("confidence")});
      columns.push_back({"score_millionths", Millionths("score")});
      columns.push_back({"low", Count(Call("lt", {Column("confidence"), expr::Float(0.5)}))});
      for (const char* tier : {"proved", "resolved", "inferred", "candidate"})
        columns.push_back({tier, Count(Call("eq", {Column("tier"), Text(tier)}))});
      columns.push_back({"agreed", Count(Agreed())});
      columns.push_back({"conflicting", Count(Call("ne", {Column("dissenters"), Integer(0)}))});
      Add(parts.back(), spec::Project{.source = name, .computed = std::move(columns)},
          "edges of one relation as countable rows");
    }
    AddUnion("quality_edges", std::move(parts), "edges of all relations");
    AddAggregate("quality_totals", "quality_edges", {"relationship_name"},
                 {{"dst", "count", "total_edges", {}},
                  {"confidence_millionths", "sum", "confidence_sum", {}},
                  {"confidence", "count", "confidences", {}},
                  {"confidence", "min", "min_confidence", {}},
                  {"confidence", "max", "max_confidence", {}},
                  {"low", "sum", "low_confidence_edges", {}},
                  {"proved", "sum", "proved_edges", {}},
                  {"resolved", "sum", "resolved_edges", {}},
                  {"inferred", "sum", "inferred_edges", {}},
                  {"candidate", "sum", "candidate_edges", {}},
                  {"score_millionths", "sum", "score_sum", {}},
                  {"score", "count", "scores", {}},
                  {"score", "min", "min_score", {}},
                  {"score", "max", "max_score", {}},
                  {"agreed", "sum", "agreed_edges", {}},
                  {"conflicting", "sum", "conflicting_edges", {}}},
                 "totals per relation");
    AddAggregate("quality_targets_each", "quality_edges", {"relationship_name", "dst"},
                 {{"confidence", "count", "edges", {}}}, "one row per target");
    AddAggregate("quality_targets", "quality_targets_each", {"relationship_name"},
                 {{"dst", "count", "distinct_targets", {}}}, "how many targets there are");
    std::vector<spec::ComputedColumn> with_sources;
    constexpr const char* kTotals[] = {
        "relationship_name", "total_edges",          "avg_confidence",   "min_confidence",
        "max_confidence",    "low_confidence_edges", "proved_edges",     "resolved_edges",
        "inferred_edges",    "candidate_edges",      "avg_score",        "min_score",
        "max_score",         "agreed_edges",         "conflicting_edges"};
    const auto mean = [](const char* sum, const char* count) {
      return Call("div", {Column(fmt::format("l.{}", sum)),
                          Call("mul", {Column(fmt::format("l.{}", count)), Integer(1000000)})});
    };
    std::vector<spec::ComputedColumn> metrics;
    for (const std::string_view column : kTotals) {
      metrics.push_back(Side("l", column.data()));
      with_sources.push_back(Side("l", column.data()));
      if (column == "avg_confidence")
        with_sources.back().expr = mean("confidence_sum", "confidences");
      if (column == "avg_score") with_sources.back().expr = mean("score_sum", "scores");
    }
    // The cut leaves every source a row, so sources need not be counted again.
    with_sources.push_back({"distinct_sources", Column("r.total_sources")});
    metrics.insert(metrics.begin() + 2,
                   {Side("l", "distinct_sources"), Side("r", "distinct_targets")});
    Add("quality_with_sources",
        spec::Relate{.left = "quality_totals",
                     .right = "quality_ambiguity",
                     .join_keys = {{"relationship_name", "relationship_name"}},
                     .computed = std::move(with_sources)},
        "totals with their sources", ViewKind::kJoinGroup);
    Add("relationship_quality_metrics",
        spec::Relate{.left = "quality_with_sources",
                     .right = "quality_targets",
                     .join_keys = {{"relationship_name", "relationship_name"}},
                     .computed = std::move(metrics)},
        "counts and ranges per relation", ViewKind::kDiagnostic);
  }

  void AddAmbiguity() {
    std::vector<std::string> parts;
    for (const Relation& relation : model_.relations) {
      const std::string name(relation.rule.name);
      parts.push_back("quality_candidates_" + name);
      Add(parts.back(),
          spec::Project{.source = CandidatesOf(relation),
                        .computed = {{"relationship_name", Text(name)}, Same("src"), Same("dst")}},
          "candidates of one relation, before the cut");
    }
    AddUnion("quality_candidates", std::move(parts), "candidates of all relations");
    AddAggregate("quality_groups", "quality_candidates", {"relationship_name", "src"},
                 {{"dst", "count", "candidates", {}}}, "candidates per source");
    const Expr several = Call("gt", {Column("candidates"), Integer(1)});
    Add("quality_group_sizes",
        spec::Project{.source = "quality_groups",
                      .computed = {Same("relationship_name"),
                                   Same("candidates"),
                                   {"ambiguous", Count(several)},
                                   {"ambiguous_candidates",
                                    Case({several, Column("candidates"), Integer(0)})}}},
        "which sources are ambiguous");
    AddAggregate("quality_ambiguity", "quality_group_sizes", {"relationship_name"},
                 {{"candidates", "count", "total_sources", {}},
                  {"ambiguous", "sum", "ambiguous_sources", {}},
                  {"candidates", "max", "max_candidates", {}},
                  {"ambiguous_candidates", "sum", "ambiguous_candidates", {}}},
                 "ambiguous sources per relation");
    Add("relationship_ambiguity_report",
        spec::Project{.source = "quality_ambiguity",
                      .computed = {Same("relationship_name"),
                                   Same("total_sources"),
                                   Same("ambiguous_sources"),
                                   Same("max_candidates"),
                                   {"avg_candidates", Call("div", {Column("ambiguous_candidates"),
                                                                   Column("ambiguous_sources")})},
                                   {"ambiguity_rate", Call("div", {Column("ambiguous_sources"),
                                                                   Column("total_sources")})}}},
        "how ambiguous each relation is, before the cut", ViewKind::kDiagnostic);
  }

  static constexpr const char* kCandidateColumns[] = {
      "src",       "dst",         "kind",      "label",      "ordinal",  "file_id",
      "path",      "bstart",      "bend",      "origin",     "provider", "resolution_method",
      "tier",      "confidence",  "witnesses", "dissenters", "score",    "ambiguity_group_id",
      "rule_name", "symbol_roles"};

  /// The columns of candidates; where the source entity stands, its view says.
  void AddPlaced(const std::string& name, const std::string& rows, const Relation& relation,
                 std::string why) {
    const std::string relation_name(relation.rule.name);
    std::vector<spec::ComputedColumn> columns{{"relationship_name", Text(relation_name)}};
    const bool has_place = !relation.rule.left.empty();
    for (const std::string_view column : kCandidateColumns) {
      Expr value = Column(fmt::format("{}{}", has_place ? "l." : "", column));
      if (has_place && (column == "path" || column == "bstart" || column == "bend"))
        value = Call("coalesce", {std::move(value), Column(fmt::format("r.{}", column))});
      columns.push_back({std::string(column), std::move(value)});
    }
    if (!has_place) {
      Add(name, spec::Project{.source = rows, .computed = std::move(columns)}, std::move(why));
      return;
    }
    Add(name,
        spec::Relate{.left = rows,
                     .right = std::string(relation.rule.left),
                     .join_type = spec::JoinType::kLeft,
                     .join_keys = {{"src", "entity_id"}},
                     .computed = std::move(columns)},
        std::move(why), ViewKind::kJoinGroup);
  }

  void AddCandidates() {
    std::vector<std::string> parts;
    for (const Relation& relation : model_.relations) {
      const std::string name(relation.rule.name);
      const std::string rows = "quality_disputed_" + name;
      Add(rows,
          spec::Filter{CandidatesOf(relation),
                       Call("or", {Call("not", {expr::IsNull(Column("ambiguity_group_id"))}),
                                   Call("ne", {Column("dissenters"), Integer(0)})})},
          "candidates of ambiguous groups, and those with a dissenter");
      parts.push_back("quality_kept_" + name);
      AddPlaced(parts.back(), rows, relation, "one relation's part of relationship_candidates");
    }
    AddUnion("quality_all_candidates", std::move(parts), "candidates worth a look");
    std::vector<std::string> columns{"relationship_name"};
    for (const char* column : kCandidateColumns) columns.emplace_back(column);
    Add("relationship_candidates",
        spec::Project{.source = "quality_all_candidates", .columns = std::move(columns)},
        "candidates before the cut", ViewKind::kDiagnostic);
  }

  /// A row and the rival that its strong dissenter states.
  void AddConflicts() {
    int64_t strong = 0;
    for (const EvidenceSource& source : model_.sources) strong |= source.is_strong ? source.bit : 0;
    std::vector<std::string> parts;
    for (const Relation& relation : model_.relations) {
      if (!IsMerged(relation)) continue;
      const std::string name(relation.rule.name);
      const std::string rows = "quality_opposed_" + name;
      const std::string candidates = "quality_kept_" + name;
      Add(rows,
          spec::Filter{
              candidates,
              Call("ne", {Call("bit_and", {Column("dissenters"), Integer(strong)}), Integer(0)})},
          "candidates with a strong dissenter");
      std::vector<spec::JoinKey> keys{{"src", "src"}};
      if (relation.rule.cardinality == Cardinality::kBestPerSourceOrdinal)
        keys.push_back({"ordinal", "ordinal"});
      std::vector<spec::ComputedColumn> columns{{"relationship_name", Text(name)}};
      for (const char* column : {"src", "file_id", "path", "bstart", "bend"})
        columns.push_back(Side("l", column));
      for (const auto& [side, suffix] : {std::pair{"l", "a"}, std::pair{"r", "b"}}) {
        for (const char* column : {"provider", "dst", "tier", "confidence"}) {
          columns.push_back(
              {fmt::format("{}_{}", column, suffix), Column(fmt::format("{}.{}", side, column))});
        }
      }
      parts.push_back("quality_conflicts_" + name);
      Add(parts.back(),
          spec::Relate{.left = rows,
                       .right = candidates,
                       .join_keys = std::move(keys),
                       .predicates = {Call("ne", {Column("l.dst"), Column("r.dst")}),
                                      Call("ne", {Call("bit_and", {Column("l.dissenters"),
                                                                   Column("r.witnesses")}),
                                                  Integer(0)})},
                       .computed = std::move(columns)},
          "each opposed candidate with its rival", ViewKind::kJoinGroup);
      parts.back() = AddKept(relation, parts.back());
    }
    if (parts.empty()) return;
    AddUnion("quality_conflicts", std::move(parts), "conflicts of all relations");
    // Rows that differ in label or ordinal alone are one conflict.
    const std::vector<std::string> key{"relationship_name", "src",   "dst_a",
                                       "provider_a",        "dst_b", "provider_b"};
    spec::Rank once{.source = "quality_conflicts", .partition_by = key, .keep = 1};
    for (const char* column : {"kept", "tier_a", "tier_b"})
      once.order_by.push_back({Column(column)});
    for (const char* column : {"confidence_a", "confidence_b"})
      once.order_by.push_back({Column(column), true});
    Add("quality_conflicts_once", std::move(once), "each conflict once", ViewKind::kProjection,
        {SemanticRule::kDedupe});
    Add("relationship_conflicts",
        spec::Project{.source = "quality_conflicts_once",
                      .columns = {"relationship_name", "src", "file_id", "path", "bstart", "bend",
                                  "provider_a", "dst_a", "tier_a", "confidence_a", "provider_b",
                                  "dst_b", "tier_b", "confidence_b", "kept"}},
        "strong sources that contradict each other", ViewKind::kDiagnostic);
  }

  /// Adds the side that the relation kept, a, b or both, and the place of the source entity.
  std::string AddKept(const Relation& relation, const std::string& conflicts) {
    constexpr const char* kColumns[] = {
        "relationship_name", "src",        "file_id", "provider_a", "dst_a",       "tier_a",
        "confidence_a",      "provider_b", "dst_b",   "tier_b",     "confidence_b"};
    const std::string name(relation.rule.name);
    std::string source = conflicts;
    for (const auto& [end, flag] : {std::pair{"dst_a", "has_a"}, std::pair{"dst_b", "has_b"}}) {
      spec::Relate relate{.left = source,
                          .right = name,
                          .join_type = spec::JoinType::kLeft,
                          .join_keys = {{"src", "src"}, {end, "dst"}}};
      for (const char* column : kColumns) relate.computed.push_back(Side("l", column));
      for (const char* column : {"path", "bstart", "bend"})
        relate.computed.push_back(Side("l", column));
      if (std::string_view(flag) == "has_b") relate.computed.push_back(Side("l", "has_a"));
      relate.computed.push_back({flag, Call("not", {expr::IsNull(Column("r.src"))})});
      source = fmt::format("{}_{}", conflicts, flag);
      Add(source, std::move(relate), "whether this side was kept", ViewKind::kJoinGroup);
    }
    const auto columns_of = [&](const std::string& side) {
      std::vector<spec::ComputedColumn> columns;
      for (const char* column : kColumns) columns.push_back({column, Column(side + column)});
      columns.push_back(
          {"kept",
           Case({Call("and", {Column(side + "has_a"), Column(side + "has_b")}), Text("both"),
                 Column(side + "has_a"), Column(side + "provider_a"), Column(side + "has_b"),
                 Column(side + "provider_b"), expr::Null(expr::TypeKind::kNull)})});
      return columns;
    };
    const std::string decided = conflicts + "_decided";
    std::vector<spec::ComputedColumn> columns = columns_of("");
    for (const char* column : {"path", "bstart", "bend"}) columns.push_back(Same(column));
    Add(decided, spec::Project{.source = source, .computed = std::move(columns)}, "what was kept");
    return decided;
  }

  const Model& model_;
  std::vector<View>& views_;
};

}  // namespace

void CompileRelationQuality(const CompileContext& context, std::vector<View>& views) {
  QualityCompiler(context, views).Run();
}

}  // namespace codeanatomy::semantics
