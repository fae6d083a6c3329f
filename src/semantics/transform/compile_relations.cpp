// Resolved relations → views.
//
// With one provider a relation is a projection of it. With several their statements are merged:
//
//   alone      what each proposer states and no better-ranked one does. A row of another source
//   takes
//              the ordinal of the best-ranked proposer's row with the same target, else 0.
//   said       (group, dst, bit) of all sources but the best-ranked proposer; a group is src, with
//              ordinal where the cardinality says so.
//   plain      rows of the best-ranked proposer of whose src nobody else speaks: most of them, and
//              nothing has to be looked up for them.
//   contested  its other rows and those alone. named = bits by (group, dst), answered = bits by
//              group, witnesses = named of the row. A source dissents iff it answered for the group
//              without naming dst: dissenters = answered − named. Where all targets count, sharing
//              any target with the row's proposer is agreement enough: dissenters = answered − the
//              bits that the proposer's targets share.
//   candidates plain and contested rows; tier and confidence are looked up by relation, method and
//              masks, nothing is computed.
//   cut        the best of each group by tier, rank, confidence, score, dst. Where the best-ranked
//              proposer numbers its rows, only groups with a row of another are cut.
//
// Masks are sums of different bits, so the difference of a mask and a part of it is a subtraction.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/check.h"
#include "semantics/transform/confidence_lookup.h"
#include "semantics/transform/provider.h"
#include "semantics/transform/relation_compiler.h"

namespace codeanatomy::semantics {

using expr::Call;
using expr::Column;
using expr::Expr;
using expr::Integer;
using expr::Text;

namespace {

constexpr std::string_view kTiers[] = {"proved", "resolved", "inferred", "candidate"};

}  // namespace

RelationCompiler::RelationCompiler(const CompileContext& context, const Relation& relation,
                                   const Schemas& schemas, std::vector<View>& views)
    : context_(context),
      relation_(relation),
      schemas_(schemas),
      views_(views),
      name_(relation.rule.name),
      by_ordinal_(relation.rule.cardinality == Cardinality::kBestPerSourceOrdinal) {
  for (const ProviderRule& provider : relation.providers) {
    (provider.role == ProviderRole::kProposer ? proposers_ : witnesses_).push_back(&provider);
  }
  const auto rank = [&](const ProviderRule* p) { return Source(*p).rank; };
  std::ranges::stable_sort(proposers_, {}, rank);
  std::ranges::stable_sort(witnesses_, {}, rank);
}

Result<void> RelationCompiler::Run() {
  CA_CHECK(!proposers_.empty(), "a relation has a proposer");
  for (const ProviderRule* provider : proposers_)
    CA_RETURN_IF_ERROR(CompileProvider(context_, relation_, *provider, schemas_, views_));
  for (const ProviderRule* provider : witnesses_)
    CA_RETURN_IF_ERROR(CompileProvider(context_, relation_, *provider, schemas_, views_));
  if (!IsMerged(relation_)) {
    AddSingle();
    return {};
  }
  AddPlaced();
  AddStatements();
  AddContested();
  AddMasks();
  AddCandidates();
  AddCut();
  return {};
}

const EvidenceSource& RelationCompiler::Source(const ProviderRule& provider) const {
  const EvidenceSource* source = context_.model.FindSource(provider.origin);
  CA_CHECK(source != nullptr, "providers name declared sources");
  return *source;
}

void RelationCompiler::Add(std::string name, ViewKind kind, spec::Transform transform,
                           std::string why, std::vector<SemanticRule> rules) {
  views_.push_back({std::move(name), kind, std::move(transform),
                    fmt::format("relationship {}", name_), std::move(rules), std::move(why)});
}

void RelationCompiler::AddJoin(std::string name, spec::Relate relate, std::string why) {
  JoinInference join{
      .strategy = JoinStrategy::kDeclared, .keys = relate.join_keys, .confidence_score = 1.0};
  Add(std::move(name), ViewKind::kJoinGroup, std::move(relate), std::move(why));
  views_.back().inferred.join = std::move(join);
}

std::vector<std::string> RelationCompiler::Group() const {
  return by_ordinal_ ? std::vector<std::string>{"src", "ordinal"} : std::vector<std::string>{"src"};
}

std::vector<spec::JoinKey> RelationCompiler::SameKeys(const std::vector<std::string>& names) {
  std::vector<spec::JoinKey> keys;
  keys.reserve(names.size());
  for (const std::string& name : names) keys.push_back({name, name});
  return keys;
}

std::vector<spec::JoinKey> RelationCompiler::RowKeys() const {
  std::vector<std::string> names{"src", "dst", "ordinal"};
  if (HasLabels()) names.emplace_back("label_key");
  return SameKeys(names);
}

bool RelationCompiler::Declares(std::string_view name) const {
  return std::ranges::any_of(proposers_,
                             [&](const ProviderRule* p) { return DeclaresColumn(*p, name); });
}

bool RelationCompiler::DeclaresColumn(const ProviderRule& provider, std::string_view name) {
  return std::ranges::find(provider.columns, name, &ColumnRule::name) != provider.columns.end();
}

std::vector<std::string_view> RelationCompiler::Kept() const {
  std::vector<std::string_view> names{"src", "dst", "ordinal", "score", "resolution_method"};
  for (const auto& [name, type] : kOptional) {
    if (Declares(name)) names.push_back(name);
  }
  return names;
}

void RelationCompiler::AddSingle() {
  const ProviderRule& provider = *proposers_[0];
  std::vector<spec::ComputedColumn> columns;
  for (std::string_view name : Kept()) columns.push_back({std::string(name), Column(name)});
  for (size_t i = 0; i < provider.predicates.size(); ++i)
    columns.push_back({fmt::format("hard_{}", i + 1), Column(fmt::format("hard_{}", i + 1))});
  for (const FeatureRule& feature : provider.features) {
    const std::string name = fmt::format("feat_{}", feature.name);
    columns.push_back({name, Column(name)});
  }
  const EvidenceSource& source = Source(provider);
  columns.push_back({"proposer_bit", Integer(source.bit)});
  columns.push_back({"proposer_rank", Integer(source.rank)});
  columns.push_back({"witnesses", Integer(source.bit)});
  columns.push_back({"dissenters", Integer(0)});
  AddEdgeColumns(columns, /*alone=*/true);
  // A group is ambiguous only when its left entity has several targets.
  const std::string view = ProviderView(relation_, provider);
  if (IsProjection(relation_)) {
    columns.push_back(
        {"ambiguity_group_id", provider.candidates == "1" || provider.candidates.empty()
                                   ? expr::Null(expr::TypeKind::kInt64)
                                   : Case({Call("gt", {Column("target_count"), Integer(1)}),
                                           Column("src"), expr::Null(expr::TypeKind::kNull)})});
    Add(std::string(name_), ViewKind::kRelate,
        spec::Project{.source = view, .computed = std::move(columns)},
        "one provider: a projection of it", {SemanticRule::kRelation});
    return;
  }
  AddTargets("targets", view);
  Add(Name("known"), ViewKind::kProjection,
      spec::Project{.source = view, .computed = std::move(columns)},
      "the provider's rows with tier and confidence", {SemanticRule::kRelation});
  std::vector<spec::ComputedColumn> carried;
  for (const spec::ComputedColumn& column :
       std::get<spec::Project>(views_.back().transform).computed)
    carried.push_back({column.name, Column("l." + column.name)});
  carried.push_back({"ambiguity_group_id", SeveralTargets()});
  AddJoin(CandidatesOf(relation_),
          spec::Relate{.left = Name("known"),
                       .right = Name("targets"),
                       .join_keys = SameKeys({"src"}),
                       .computed = std::move(carried)},
          "one provider: its rows, and which of their sources have several targets");
  views_.back().kind = ViewKind::kRelate;
  AddCut();
}

Expr RelationCompiler::DeclaredAmbiguity() {
  return Case({Call("gt", {Column("target_count"), Integer(1)}), Column("src"),
               expr::Null(expr::TypeKind::kNull)});
}

void RelationCompiler::AddTargets(std::string_view suffix, const std::string& rows) {
  Add(Name(suffix), ViewKind::kProjection,
      spec::Aggregate{
          .source = rows,
          .group_by = {"src"},
          .aggregations = {{"dst", "min", "first_dst", {}}, {"dst", "max", "last_dst", {}}}},
      "whether a source entity has several targets", {SemanticRule::kAggregate});
}

Expr RelationCompiler::SeveralTargets() {
  return Case({Call("ne", {Column("r.first_dst"), Column("r.last_dst")}), Column("l.src"),
               expr::Null(expr::TypeKind::kNull)});
}

void RelationCompiler::AddEdgeColumns(std::vector<spec::ComputedColumn>& columns,
                                      bool alone) const {
  for (const auto& [name, type] : kOptional) {
    if (!Declares(name)) columns.push_back({std::string(name), expr::Null(type)});
  }
  std::vector<Expr> providers;
  for (const ProviderRule* proposer : proposers_) {
    if (proposer == proposers_.back()) break;
    providers.push_back(Call("eq", {Column("proposer_bit"), Integer(Source(*proposer).bit)}));
    providers.push_back(Text(proposer->origin));
  }
  const Expr last = Text(proposers_.back()->origin);
  Expr provider = last;
  if (!providers.empty()) {
    providers.push_back(last);
    provider = Case(std::move(providers));
  }
  columns.push_back({"kind", Text(EdgeKindName(relation_.rule.kind))});
  columns.push_back({"origin", provider});
  columns.push_back({"provider", std::move(provider)});
  columns.push_back({"rule_name", Text(name_)});
  columns.push_back({"tier", LookUpTier(context_.model, name_)});
  columns.push_back({"confidence", alone ? LookUpConfidenceAlone(context_.model, name_)
                                         : LookUpConfidence(context_.model, name_)});
}

void RelationCompiler::AddFinal(std::string name, std::string source, std::string why) {
  std::vector<spec::ComputedColumn> columns;
  for (std::string_view kept : Kept()) columns.push_back({std::string(kept), Column(kept)});
  for (const char* decided : kDecided) columns.push_back({decided, Column(decided)});
  AddEdgeColumns(columns, /*alone=*/false);
  const bool has_name = name == name_ || name == CandidatesOf(relation_);
  Add(std::move(name), has_name ? ViewKind::kRelate : ViewKind::kProjection,
      spec::Project{.source = std::move(source), .computed = std::move(columns)}, std::move(why),
      {SemanticRule::kRelation});
}

std::string RelationCompiler::AddUnion(std::string_view suffix, std::vector<std::string> sources,
                                       std::string why) {
  if (sources.size() == 1) return sources[0];
  Add(Name(suffix), ViewKind::kUnionEdges, spec::Union{.sources = std::move(sources)},
      std::move(why), {SemanticRule::kUnion});
  return Name(suffix);
}

void RelationCompiler::AddBits(const std::string& name, const std::string& source,
                               std::vector<std::string> group, std::string_view column,
                               std::string_view alias, std::string why) {
  Add(name, ViewKind::kProjection,
      spec::Aggregate{.source = source,
                      .group_by = std::move(group),
                      .aggregations = {{std::string(column), "bit_or", std::string(alias), {}}}},
      std::move(why), {SemanticRule::kAggregate});
}

void RelationCompiler::AddCut() {
  if (relation_.rule.cardinality == Cardinality::kAll) {
    Add(std::string(name_), ViewKind::kRelate, spec::Project{.source = CandidatesOf(relation_)},
        "cardinality all: every candidate stays");
    return;
  }
  const std::string candidates = CandidatesOf(relation_);
  if (alone_.empty() && by_ordinal_ && proposers_[0]->is_numbered) {
    Add(std::string(name_), ViewKind::kRelate, spec::Project{.source = candidates},
        "the proposer numbers its rows: each group has one");
    return;
  }
  if (!SplitsGroups()) {
    AddBest(std::string(name_), candidates, "cardinality: the best of each group");
    return;
  }
  Add(Name("single"), ViewKind::kProjection,
      spec::Filter{Name("merged"), Call("not", {Column("is_rival")})}, "groups of one row");
  Add(Name("rivals"), ViewKind::kProjection, spec::Filter{Name("merged"), Column("is_rival")},
      "groups with a row of a lower-ranked proposer");
  AddFinal(Name("rated"), Name("rivals"), "these with tier and confidence");
  AddBest(Name("best"), Name("rated"), "the best of each of these groups");
  Add(Name("kept"), ViewKind::kUnionEdges, spec::Union{.sources = {Name("best"), Name("single")}},
      "cardinality: the best of each group", {SemanticRule::kUnion});
  AddFinal(std::string(name_), Name("kept"), "the best of each group as rows of a relationship");
}

void RelationCompiler::AddBest(std::string name, std::string source, std::string why) {
  std::vector<Expr> rank;
  for (size_t i = 0; i < std::size(kTiers); ++i) {
    rank.push_back(Call("eq", {Column("tier"), Text(kTiers[i])}));
    rank.push_back(Integer(static_cast<int64_t>(i)));
  }
  rank.push_back(Integer(std::size(kTiers)));
  const ViewKind kind = name == name_ ? ViewKind::kRelate : ViewKind::kProjection;
  Add(std::move(name), kind,
      spec::Rank{.source = std::move(source),
                 .partition_by = Group(),
                 .order_by = {{Case(std::move(rank))},
                              {Column("proposer_rank")},
                              {Column("confidence"), true},
                              {Column("score"), true},
                              {Column("dst")},
                              {Column("label")},
                              {Column("ordinal")}},
                 .keep = 1},
      std::move(why), {SemanticRule::kDedupe});
}

bool IsMerged(const Relation& relation) { return relation.providers.size() > 1; }

bool IsProjection(const Relation& relation) {
  return !IsMerged(relation) && relation.providers[0].right.empty() &&
         relation.providers[0].is_unique;
}

std::string CandidatesOf(const Relation& relation) {
  std::string name(relation.rule.name);
  return IsProjection(relation) ? name : name + "__candidates";
}

Result<void> CompileRelations(const CompileContext& context, const Schemas& schemas,
                              std::vector<View>& views) {
  for (const Relation& relation : context.model.relations) {
    CA_RETURN_IF_ERROR(RelationCompiler(context, relation, schemas, views).Run());
  }
  return {};
}

}  // namespace codeanatomy::semantics
