// What the sources of a merged relation state: rows, each once, and who names which target.
#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "semantics/transform/provider.h"
#include "semantics/transform/relation_compiler.h"

namespace codeanatomy::semantics {

using expr::Call;
using expr::Column;
using expr::Expr;
using expr::Integer;
using expr::Text;

void RelationCompiler::AddPlaced() {
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

void RelationCompiler::AddContested() {
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
  all_said_ = AddUnion("all_said", {Name("said_first"), said_}, "statements of all sources there");
  if (alone_.empty()) return;
  std::vector<std::string> sources(alone_.begin(), alone_.end());
  const std::string rows = AddUnion("alone", std::move(sources), "rows of lower-ranked proposers");
  Add(Name("alone_groups"), ViewKind::kProjection,
      spec::Aggregate{
          .source = rows, .group_by = Group(), .aggregations = {{"dst", "count", "rivals", {}}}},
      "groups with a row of a lower-ranked proposer", {SemanticRule::kAggregate});
}

std::string RelationCompiler::AddPlaced(const ProviderRule& provider, bool is_first) {
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
    Add(rows, ViewKind::kProjection, spec::Project{.source = view, .computed = std::move(columns)},
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

void RelationCompiler::AddOnce(const std::string& name, const std::string& rows) {
  std::vector<std::string> key;
  for (spec::JoinKey& part : RowKeys()) key.push_back(std::move(part.left_key));
  std::vector<spec::SortKey> order{{Column("score"), true}};
  for (std::string_view column : Kept()) {
    if (column != "score") order.push_back({Column(column)});
  }
  Add(name, ViewKind::kProjection,
      spec::Rank{
          .source = rows, .partition_by = std::move(key), .order_by = std::move(order), .keep = 1},
      "each row once", {SemanticRule::kDedupe});
}

void RelationCompiler::AddOrdinals(const std::string& placed, const ProviderRule& provider) {
  first_ = placed;
  if (provider.is_numbered) return;
  first_ = Name("ordinals");
  Add(first_, ViewKind::kProjection,
      spec::Aggregate{.source = placed,
                      .group_by = {"src", "dst"},
                      .aggregations = {{"ordinal", "min", "ordinal", {}}}},
      "the first ordinal of each target", {SemanticRule::kAggregate});
}

std::vector<spec::ComputedColumn> RelationCompiler::Statement(std::string_view side, Expr dst,
                                                              int32_t bit) const {
  std::vector<spec::ComputedColumn> columns{
      {"src", Column(fmt::format("{}src", side))}, {"dst", std::move(dst)}, {"bit", Integer(bit)}};
  if (by_ordinal_) columns.push_back({"ordinal", Column(fmt::format("{}ordinal", side))});
  return columns;
}

void RelationCompiler::AddStatements() {
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

std::string RelationCompiler::AddWitness(const ProviderRule& witness) {
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

}  // namespace codeanatomy::semantics
