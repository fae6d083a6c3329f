#include "semantics/transform/confidence_lookup.h"

#include <array>

#include "base/check.h"
#include "semantics/transform/provider.h"

namespace codeanatomy::semantics {
namespace {

using expr::Call;
using expr::Column;
using expr::Expr;
using expr::Integer;

/// case(in(method, …), value, …) over the rows of a relation, equal values together. A row for all
/// relations stands behind the relation's own.
template <typename Key, typename Value>
Expr LookUp(const Model& model, std::string_view relation, Key key_of, Value value_of) {
  using KeyType = std::invoke_result_t<Key, const ConfidenceRow&>;
  std::vector<std::pair<KeyType, std::vector<Expr>>> groups;
  for (std::string_view wanted : {relation, std::string_view("*")}) {
    for (const ConfidenceRow& row : model.confidence) {
      if (row.relation != wanted) continue;
      auto group = std::ranges::find(groups, key_of(row), &decltype(groups)::value_type::first);
      if (group == groups.end()) {
        groups.push_back({key_of(row), {Column("resolution_method")}});
        group = groups.end() - 1;
      }
      group->second.push_back(expr::Text(row.method));
    }
  }
  CA_CHECK(!groups.empty(), "every relation has rows of confidence");
  std::vector<Expr> branches;
  for (auto& [key, methods] : groups) {
    branches.push_back(Call("in", std::move(methods)));
    branches.push_back(value_of(key));
  }
  branches.push_back(expr::Null(expr::TypeKind::kNull));
  return Case(std::move(branches));
}

}  // namespace

Expr LookUpTier(const Model& model, std::string_view relation) {
  return LookUp(
      model, relation, [](const ConfidenceRow& row) { return row.tier; },
      [](std::string_view tier) { return expr::Text(tier); });
}

Expr LookUpConfidenceAlone(const Model& model, std::string_view relation) {
  return LookUp(model, relation, [](const ConfidenceRow& row) { return row.none; }, expr::Float);
}

Expr LookUpConfidence(const Model& model, std::string_view relation) {
  int64_t strong = 0, weak = 0;
  for (const EvidenceSource& source : model.sources)
    (source.is_strong ? strong : weak) |= source.bit;
  const auto meets = [](Expr mask, int64_t bits) {
    return Call("ne", {Call("bit_and", {std::move(mask), Integer(bits)}), Integer(0)});
  };
  const Expr others = Call("sub", {Column("witnesses"), Column("proposer_bit")});
  return LookUp(
      model, relation,
      [](const ConfidenceRow& row) {
        return std::array{row.none, row.support, row.weak_dissent, row.strong_dissent};
      },
      [&](const std::array<double, 4>& values) {
        return Case({meets(Column("dissenters"), strong), expr::Float(values[3]),
                     meets(Column("dissenters"), weak), expr::Float(values[2]),
                     meets(others, strong), expr::Float(values[1]), expr::Float(values[0])});
      });
}

}  // namespace codeanatomy::semantics
