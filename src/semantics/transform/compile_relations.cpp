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
#include <fmt/format.h>

#include "base/check.h"
#include "semantics/transform/confidence_lookup.h"
#include "semantics/transform/provider.h"

namespace codeanatomy::semantics {
namespace {

using expr::Call;
using expr::Column;
using expr::Expr;
using expr::Integer;
using expr::Text;

constexpr std::string_view kTiers[] = {"proved", "resolved", "inferred", "candidate"};

class RelationCompiler {
 public:
  RelationCompiler(const CompileContext& context, const Relation& relation, const Schemas& schemas,
                   std::vector<View>& views)
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

  Result<void> Run() {
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

 private:
  const EvidenceSource& Source(const ProviderRule& provider) const {
    const EvidenceSource* source = context_.model.FindSource(provider.origin);
    CA_CHECK(source != nullptr, "providers name declared sources");
    return *source;
  }
  std::string Name(std::string_view suffix) const { return fmt::format("{}__{}", name_, suffix); }

  void Add(std::string name, ViewKind kind, spec::Transform transform, std::string why,
           std::vector<SemanticRule> rules = {}) {
    views_.push_back({std::move(name), kind, std::move(transform),
                      fmt::format("relationship {}", name_), std::move(rules), std::move(why)});
  }
  void AddJoin(std::string name, spec::Relate relate, std::string why) {
    JoinInference join{
        .strategy = JoinStrategy::kDeclared, .keys = relate.join_keys, .confidence_score = 1.0};
    Add(std::move(name), ViewKind::kJoinGroup, std::move(relate), std::move(why));
    views_.back().inferred.join = std::move(join);
  }

  std::vector<std::string> Group() const {
    return by_ordinal_ ? std::vector<std::string>{"src", "ordinal"}
                       : std::vector<std::string>{"src"};
  }
  static std::vector<spec::JoinKey> SameKeys(const std::vector<std::string>& names) {
    std::vector<spec::JoinKey> keys;
    keys.reserve(names.size());
    for (const std::string& name : names) keys.push_back({name, name});
    return keys;
  }
  std::vector<spec::JoinKey> RowKeys() const {
    std::vector<std::string> names{"src", "dst", "ordinal"};
    if (HasLabels()) names.emplace_back("label_key");
    return SameKeys(names);
  }
  bool HasLabels() const { return Declares("label"); }

  /// Columns of a relationship that a proposer may declare; nothing is carried for those that none
  /// does.
  static constexpr std::pair<std::string_view, expr::TypeKind> kOptional[] = {
      {"label", expr::TypeKind::kUtf8}, {"file_id", expr::TypeKind::kInt64},
      {"path", expr::TypeKind::kUtf8},  {"bstart", expr::TypeKind::kInt64},
      {"bend", expr::TypeKind::kInt64}, {"symbol_roles", expr::TypeKind::kInt32}};
  bool Declares(std::string_view name) const {
    return std::ranges::any_of(proposers_,
                               [&](const ProviderRule* p) { return DeclaresColumn(*p, name); });
  }
  static bool DeclaresColumn(const ProviderRule& provider, std::string_view name) {
    return std::ranges::find(provider.columns, name, &ColumnRule::name) != provider.columns.end();
  }
  /// The columns a relation keeps of its providers.
  std::vector<std::string_view> Kept() const {
    std::vector<std::string_view> names{"src", "dst", "ordinal", "score", "resolution_method"};
    for (const auto& [name, type] : kOptional) {
      if (Declares(name)) names.push_back(name);
    }
    return names;
  }

  /// ── One provider ──────────────────────────────────────────────────────────────────────────

  void AddSingle() {
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

  static Expr DeclaredAmbiguity() {
    return Case({Call("gt", {Column("target_count"), Integer(1)}), Column("src"),
                 expr::Null(expr::TypeKind::kNull)});
  }

  void AddTargets(std::string_view suffix, const std::string& rows) {
    Add(Name(suffix), ViewKind::kProjection,
        spec::Aggregate{
            .source = rows,
            .group_by = {"src"},
            .aggregations = {{"dst", "min", "first_dst", {}}, {"dst", "max", "last_dst", {}}}},
        "whether a source entity has several targets", {SemanticRule::kAggregate});
  }
  static Expr SeveralTargets() {
    return Case({Call("ne", {Column("r.first_dst"), Column("r.last_dst")}), Column("l.src"),
                 expr::Null(expr::TypeKind::kNull)});
  }

  /// The columns that follow from those carried: a projection, so that a stored view need not hold
  /// them.
  void AddEdgeColumns(std::vector<spec::ComputedColumn>& columns, bool alone) const {
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

  static constexpr const char* kDecided[] = {"proposer_bit", "proposer_rank", "witnesses",
                                             "dissenters", "ambiguity_group_id"};
  /// `name` with all columns of a relationship over the narrow rows of `source`.
  void AddFinal(std::string name, std::string source, std::string why) {
    std::vector<spec::ComputedColumn> columns;
    for (std::string_view kept : Kept()) columns.push_back({std::string(kept), Column(kept)});
    for (const char* decided : kDecided) columns.push_back({decided, Column(decided)});
    AddEdgeColumns(columns, /*alone=*/false);
    const bool has_name = name == name_ || name == CandidatesOf(relation_);
    Add(std::move(name), has_name ? ViewKind::kRelate : ViewKind::kProjection,
        spec::Project{.source = std::move(source), .computed = std::move(columns)}, std::move(why),
        {SemanticRule::kRelation});
  }

  /// ── Rows ─────────────────────────────────────────────────────────────────────────────────

  void AddPlaced() {
    for (size_t i = 0; i < proposers_.size(); ++i) {
      placed_.push_back(AddPlaced(*proposers_[i], i == 0));
      if (i == 0) continue;
      std::string before = placed_[0];
      if (i > 1) {
        before = Name(fmt::format("before_{}", proposers_[i]->origin));
        Add(before, ViewKind::kUnionEdges,
            spec::Union{.sources = {placed_.begin(), placed_.end() - 1}},
            "what better-ranked proposers state", {SemanticRule::kUnion});
      }
      alone_.push_back(Name(fmt::format("{}_alone", proposers_[i]->origin)));
      AddJoin(alone_.back(),
              spec::Relate{.left = placed_[i],
                           .right = before,
                           .join_type = spec::JoinType::kAnti,
                           .join_keys = RowKeys()},
              "rows that no better-ranked proposer states");
    }
    std::vector<std::string> all{placed_[0]};
    all.insert(all.end(), alone_.begin(), alone_.end());
    rows_ = AddUnion("rows", std::move(all), "each row once, from its best-ranked proposer");
  }

  /// The only one of `sources`, or their union.
  std::string AddUnion(std::string_view suffix, std::vector<std::string> sources, std::string why) {
    if (sources.size() == 1) return sources[0];
    Add(Name(suffix), ViewKind::kUnionEdges, spec::Union{.sources = std::move(sources)},
        std::move(why), {SemanticRule::kUnion});
    return Name(suffix);
  }

  /// Entities that another source speaks of split the best-ranked proposer's rows in two.
  void AddContested() {
    AddBits(Name("said_sources"), said_, {"src"}, "bit", "said",
            "source entities that another source speaks of");
    for (const auto& [suffix, type, why] :
         {std::tuple{"plain_rows", spec::JoinType::kAnti, "rows that nobody else speaks of"},
          std::tuple{"spoken_rows", spec::JoinType::kSemi, "rows that others speak of"}}) {
      AddJoin(Name(suffix),
              spec::Relate{.left = placed_[0],
                           .right = Name("said_sources"),
                           .join_type = type,
                           .join_keys = SameKeys({"src"})},
              why);
    }
    std::vector<std::string> contested{Name("spoken_rows")};
    contested.insert(contested.end(), alone_.begin(), alone_.end());
    contested_ = AddUnion("contested", std::move(contested), "rows whose masks need the others");
    Add(Name("said_first"), ViewKind::kProjection,
        spec::Project{.source = Name("spoken_rows"),
                      .computed = Statement("", Column("dst"), Source(*proposers_[0]).bit)},
        "what the best-ranked proposer names there");
    all_said_ =
        AddUnion("all_said", {Name("said_first"), said_}, "statements of all sources there");
    if (alone_.empty()) return;
    std::vector<std::string> sources(alone_.begin(), alone_.end());
    const std::string rows =
        AddUnion("alone", std::move(sources), "rows of lower-ranked proposers");
    Add(Name("alone_groups"), ViewKind::kProjection,
        spec::Aggregate{
            .source = rows, .group_by = Group(), .aggregations = {{"dst", "count", "rivals", {}}}},
        "groups with a row of a lower-ranked proposer", {SemanticRule::kAggregate});
  }

  /// A proposer's rows with ordinal, bit and rank.
  std::string AddPlaced(const ProviderRule& provider, bool is_first) {
    const std::string side = is_first ? "" : "l.";
    std::vector<spec::ComputedColumn> columns;
    for (std::string_view name : Kept()) {
      if (name == "ordinal") continue;
      columns.push_back({std::string(name), Column(side + std::string(name))});
    }
    std::vector<Expr> ordinals;
    if (!is_first) ordinals.push_back(Column("r.ordinal"));
    ordinals.push_back(Column(side + "ordinal"));
    ordinals.push_back(expr::Cast(Integer(0), expr::TypeKind::kInt32));
    columns.push_back({"ordinal", Call("coalesce", std::move(ordinals))});
    columns.push_back({"target_count", Column(side + "target_count")});
    columns.push_back({"proposer_bit", Integer(Source(provider).bit)});
    columns.push_back({"proposer_rank", Integer(Source(provider).rank)});
    if (HasLabels()) {
      columns.push_back(
          {"label_key",
           Call("coalesce", {Call("concat", {Text("="), Column(side + "label")}), Text("")})});
    }
    // Ordinals that a source gives itself may fall together where they are replaced.
    const bool may_repeat = !provider.is_numbered && DeclaresColumn(provider, "ordinal");
    const std::string name = Name(fmt::format("{}_placed", provider.origin));
    const std::string rows = may_repeat ? name + "_all" : name;
    const std::string view = ProviderView(relation_, provider);
    if (is_first) {
      Add(rows, ViewKind::kProjection,
          spec::Project{.source = view, .computed = std::move(columns)},
          "the best-ranked proposer, whose ordinals count", {SemanticRule::kRelation});
    } else {
      AddJoin(rows,
              spec::Relate{.left = view,
                           .right = first_,
                           .join_type = spec::JoinType::kLeft,
                           .join_keys = SameKeys({"src", "dst"}),
                           .computed = std::move(columns)},
              "the ordinal is that of the best-ranked proposer's row with the same target");
    }
    if (may_repeat) AddOnce(name, rows);
    if (is_first) AddOrdinals(name, provider);
    return name;
  }

  /// Each row of `rows` once: the best of those that fell together.
  void AddOnce(const std::string& name, const std::string& rows) {
    std::vector<std::string> key;
    for (spec::JoinKey& part : RowKeys()) key.push_back(std::move(part.left_key));
    std::vector<spec::SortKey> order{{Column("score"), true}};
    for (std::string_view column : Kept()) {
      if (column != "score") order.push_back({Column(column)});
    }
    Add(name, ViewKind::kProjection,
        spec::Rank{.source = rows,
                   .partition_by = std::move(key),
                   .order_by = std::move(order),
                   .keep = 1},
        "each row once", {SemanticRule::kDedupe});
  }

  /// The ordinals that rows of other proposers take: one of each target.
  void AddOrdinals(const std::string& placed, const ProviderRule& provider) {
    first_ = placed;
    if (provider.is_numbered) return;
    first_ = Name("ordinals");
    Add(first_, ViewKind::kProjection,
        spec::Aggregate{.source = placed,
                        .group_by = {"src", "dst"},
                        .aggregations = {{"ordinal", "min", "ordinal", {}}}},
        "the first ordinal of each target", {SemanticRule::kAggregate});
  }

  /// ── Statements ───────────────────────────────────────────────────────────────────────────

  std::vector<spec::ComputedColumn> Statement(std::string_view side, Expr dst, int32_t bit) const {
    std::vector<spec::ComputedColumn> columns{{"src", Column(fmt::format("{}src", side))},
                                              {"dst", std::move(dst)},
                                              {"bit", Integer(bit)}};
    if (by_ordinal_) columns.push_back({"ordinal", Column(fmt::format("{}ordinal", side))});
    return columns;
  }

  void AddStatements() {
    std::vector<std::string> said;
    for (size_t i = 1; i < proposers_.size(); ++i) {
      said.push_back(Name(fmt::format("said_{}", proposers_[i]->origin)));
      Add(said.back(), ViewKind::kProjection,
          spec::Project{.source = placed_[i],
                        .computed = Statement("", Column("dst"), Source(*proposers_[i]).bit)},
          "what the source names");
    }
    for (const ProviderRule* witness : witnesses_) said.push_back(AddWitness(*witness));
    said_ = AddUnion("said", std::move(said), "statements of all but the best-ranked proposer");
  }

  /// A witness answers for the groups of its src. It names a row's target if it states it, or if it
  /// states the target's name; else its statement has no target.
  std::string AddWitness(const ProviderRule& witness) {
    const std::string view = ProviderView(relation_, witness);
    const std::string name = Name(fmt::format("said_{}", witness.origin));
    const bool knows_target = std::ranges::any_of(
        witness.columns, [](const ColumnRule& column) { return column.name == "dst"; });
    std::string rows = rows_;
    Expr names_it = Call("eq", {Column("l.dst"), Column("r.dst")});
    if (!knows_target) {
      const TargetNames& names = relation_.rule.target_names;
      rows = Name(fmt::format("targets_of_{}", witness.origin));
      AddJoin(rows,
              spec::Relate{.left = rows_,
                           .right = std::string(names.source),
                           .join_type = spec::JoinType::kLeft,
                           .join_keys = {{"dst", std::string(names.id)}},
                           .computed = {{"src", Column("l.src")},
                                        {"dst", Column("l.dst")},
                                        {"ordinal", Column("l.ordinal")},
                                        {"target_name", Column(fmt::format("r.{}", names.name))}}},
              "targets with their names");
      names_it = Call("eq", {Column("l.target_name"), Column("r.name")});
    }
    AddJoin(name,
            spec::Relate{.left = rows,
                         .right = view,
                         .join_keys = SameKeys({"src"}),
                         .computed = Statement("l.",
                                               Case({std::move(names_it), Column("l.dst"),
                                                     expr::Null(expr::TypeKind::kNull)}),
                                               Source(witness).bit)},
            "a witness agrees by naming the target, and dissents by naming another");
    return name;
  }

  /// ── Masks ────────────────────────────────────────────────────────────────────────────────

  void AddBits(const std::string& name, const std::string& source, std::vector<std::string> group,
               std::string_view column, std::string_view alias, std::string why) {
    Add(name, ViewKind::kProjection,
        spec::Aggregate{.source = source,
                        .group_by = std::move(group),
                        .aggregations = {{std::string(column), "bit_or", std::string(alias), {}}}},
        std::move(why), {SemanticRule::kAggregate});
  }

  void AddMasks() {
    std::vector<std::string> pair = Group();
    pair.emplace_back("dst");
    AddBits(Name("named"), all_said_, pair, "bit", "named", "sources that name a target");
    AddBits(Name("answered"), all_said_, Group(), "bit", "answered",
            "sources that answer for a group");
    if (relation_.rule.cardinality == Cardinality::kAll) {
      AddJoin(Name("shares"),
              spec::Relate{.left = all_said_,
                           .right = Name("named"),
                           .join_keys = SameKeys(pair),
                           .computed = {{"src", Column("l.src")},
                                        {"bit", Column("l.bit")},
                                        {"named", Column("r.named")}}},
              "who names a target that the source names");
      AddBits(Name("overlaps"), Name("shares"), {"src", "bit"}, "named", "overlap",
              "sources that share a target with a source");
    }
  }

  static constexpr std::string_view kProposer[] = {"target_count", "proposer_bit", "proposer_rank"};

  /// The columns of rows on their way to candidates, of the left side of a join, and more of them.
  std::vector<spec::ComputedColumn> Carry(std::string_view side,
                                          std::vector<std::string_view> more) const {
    const std::vector<std::string_view> kept = Kept();
    more.insert(more.begin(), std::begin(kProposer), std::end(kProposer));
    more.insert(more.begin(), kept.begin(), kept.end());
    std::vector<spec::ComputedColumn> columns;
    columns.reserve(more.size());
    for (std::string_view name : more)
      columns.push_back({std::string(name), Column(fmt::format("{}{}", side, name))});
    return columns;
  }

  /// ── Candidates and cut ───────────────────────────────────────────────────────────────────

  void AddCandidates() {
    std::vector<std::string> pair = Group();
    pair.emplace_back("dst");
    const auto join = [&](std::string_view suffix, const std::string& left,
                          const std::string& right, std::vector<spec::JoinKey> keys,
                          std::vector<std::string_view> carried, spec::ComputedColumn added,
                          spec::JoinType type = spec::JoinType::kInner) {
      std::vector<spec::ComputedColumn> columns = Carry("l.", std::move(carried));
      columns.push_back(std::move(added));
      AddJoin(Name(suffix),
              spec::Relate{.left = left,
                           .right = right,
                           .join_type = type,
                           .join_keys = std::move(keys),
                           .computed = std::move(columns)},
              "rows with what is known about their group");
      return Name(suffix);
    };
    std::string rows = join("row_witnesses", contested_, Name("named"), SameKeys(pair), {},
                            {"witnesses", Column("r.named")});
    rows = join("row_answers", rows, Name("answered"), SameKeys(Group()), {"witnesses"},
                {"answered", Column("r.answered")});
    std::string agreed = "witnesses";
    if (relation_.rule.cardinality == Cardinality::kAll) {
      rows = join("row_overlaps", rows, Name("overlaps"), {{"src", "src"}, {"proposer_bit", "bit"}},
                  {"witnesses", "answered"}, {"overlap", Column("r.overlap")});
      agreed = "overlap";
    }
    std::vector<spec::ComputedColumn> masked = Carry("", {"witnesses"});
    masked.push_back({"dissenters", Call("sub", {Column("answered"), Column(agreed)})});
    Add(Name("masked"), ViewKind::kProjection,
        spec::Project{.source = rows, .computed = std::move(masked)}, "who agrees, who dissents");

    AddTargets("targets", contested_);
    rows = join("row_targets", Name("masked"), Name("targets"), SameKeys({"src"}),
                {"witnesses", "dissenters"}, {"ambiguity_group_id", SeveralTargets()});
    if (SplitsGroups()) {
      rows =
          join("row_groups", rows, Name("alone_groups"), SameKeys(Group()),
               {"witnesses", "dissenters", "ambiguity_group_id"},
               {"is_rival", Call("not", {expr::IsNull(Column("r.src"))})}, spec::JoinType::kLeft);
    }
    std::vector<spec::ComputedColumn> known, plain;
    for (std::string_view name : Kept()) known.push_back({std::string(name), Column(name)});
    for (const char* name : {"proposer_bit", "proposer_rank"})
      known.push_back({name, Column(name)});
    plain = known;
    for (const char* name : {"witnesses", "dissenters", "ambiguity_group_id"})
      known.push_back({name, Column(name)});
    if (SplitsGroups()) {
      known.push_back({"is_rival", Column("is_rival")});
      plain.push_back({"is_rival", expr::Bool(false)});
    }
    Add(Name("known"), ViewKind::kProjection,
        spec::Project{.source = rows, .computed = std::move(known)},
        "contested rows with masks and group");
    plain.push_back({"witnesses", Column("proposer_bit")});
    plain.push_back({"dissenters", Integer(0)});
    std::string alone = Name("plain_rows");
    if (proposers_[0]->candidates.empty()) {
      // Nobody says how many targets these have, so they are counted.
      AddTargets("plain_targets", alone);
      alone = join("plain_counted", alone, Name("plain_targets"), SameKeys({"src"}), {},
                   {"ambiguity_group_id", SeveralTargets()});
      plain.push_back({"ambiguity_group_id", Column("ambiguity_group_id")});
    } else {
      plain.push_back({"ambiguity_group_id", DeclaredAmbiguity()});
    }
    Add(Name("plain"), ViewKind::kProjection,
        spec::Project{.source = std::move(alone), .computed = std::move(plain)},
        "one source, and nobody else speaks");
    Add(Name("merged"), ViewKind::kUnionEdges,
        spec::Union{.sources = {Name("known"), Name("plain")}},
        "every candidate with its masks and group", {SemanticRule::kUnion});
    AddFinal(CandidatesOf(relation_), Name("merged"),
             "every candidate, with tier and confidence looked up by method and masks");
  }

  /// True where only groups with a row of a lower-ranked proposer need a cut.
  bool SplitsGroups() const { return by_ordinal_ && proposers_[0]->is_numbered && !alone_.empty(); }

  void AddCut() {
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

  void AddBest(std::string name, std::string source, std::string why) {
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

  const CompileContext& context_;
  const Relation& relation_;
  const Schemas& schemas_;
  std::vector<View>& views_;
  std::string_view name_;
  bool by_ordinal_;
  std::vector<const ProviderRule*> proposers_, witnesses_;
  std::vector<std::string> placed_, alone_;
  std::string first_, rows_, said_, all_said_, contested_;
};

}  // namespace

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
