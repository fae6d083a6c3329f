// From the rows of a merged relation and what its sources state to candidates: masks of who agrees
// and who dissents, and whether the group is ambiguous.
#include <iterator>

#include <fmt/format.h>

#include "semantics/transform/relation_compiler.h"

namespace codeanatomy::semantics {

using expr::Call;
using expr::Column;
using expr::Expr;
using expr::Integer;
using expr::Text;

void RelationCompiler::AddMasks() {
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

std::vector<spec::ComputedColumn> RelationCompiler::Carry(
    std::string_view side, std::vector<std::string_view> more) const {
  const std::vector<std::string_view> kept = Kept();
  more.insert(more.begin(), std::begin(kProposer), std::end(kProposer));
  more.insert(more.begin(), kept.begin(), kept.end());
  std::vector<spec::ComputedColumn> columns;
  columns.reserve(more.size());
  for (std::string_view name : more)
    columns.push_back({std::string(name), Column(fmt::format("{}{}", side, name))});
  return columns;
}

void RelationCompiler::AddCandidates() {
  std::vector<std::string> pair = Group();
  pair.emplace_back("dst");
  const auto join = [&](std::string_view suffix, const std::string& left, const std::string& right,
                        std::vector<spec::JoinKey> keys, std::vector<std::string_view> carried,
                        spec::ComputedColumn added, spec::JoinType type = spec::JoinType::kInner) {
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
    rows = join("row_groups", rows, Name("alone_groups"), SameKeys(Group()),
                {"witnesses", "dissenters", "ambiguity_group_id"},
                {"is_rival", Call("not", {expr::IsNull(Column("r.src"))})}, spec::JoinType::kLeft);
  }
  std::vector<spec::ComputedColumn> known, plain;
  for (std::string_view name : Kept()) known.push_back({std::string(name), Column(name)});
  for (const char* name : {"proposer_bit", "proposer_rank"}) known.push_back({name, Column(name)});
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
  Add(Name("merged"), ViewKind::kUnionEdges, spec::Union{.sources = {Name("known"), Name("plain")}},
      "every candidate with its masks and group", {SemanticRule::kUnion});
  AddFinal(CandidatesOf(relation_), Name("merged"),
           "every candidate, with tier and confidence looked up by method and masks");
}

}  // namespace codeanatomy::semantics
