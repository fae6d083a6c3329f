#include "engine/render/null_keys.h"

#include <utility>
#include <vector>

#include "engine/render/interval_join.h"

namespace codeanatomy::engine {
namespace {

using spec::JoinType;

bool NeedsMatch(JoinType type, bool left) {
  switch (type) {
    case JoinType::kInner:
    case JoinType::kSemi:
      return true;
    case JoinType::kLeft:
    case JoinType::kAnti:
      return !left;
    case JoinType::kRight:
      return left;
    case JoinType::kFull:
      return false;
  }
  return false;
}

void FilterSide(Relation& join, size_t side, NeverNull& never_null) {
  std::vector<expr::Expr> there;
  for (const spec::JoinKey& key : join.join_keys) {
    const std::string& column = side == 0 ? key.left_key : key.right_key;
    if (!never_null.Holds(join.inputs[side], column))
      there.push_back(expr::Call("not", {expr::IsNull(expr::Column(column))}));
  }
  if (there.empty()) return;
  Relation filter;
  filter.op = RelationOp::kFilter;
  filter.schema = join.inputs[side].schema;
  filter.predicates = std::move(there);
  filter.inputs.push_back(std::move(join.inputs[side]));
  join.inputs[side] = std::move(filter);
}

}  // namespace

void FilterNullKeys(Relation& root, NeverNull& never_null) {
  std::vector<Relation*> open{&root};
  while (!open.empty()) {
    Relation& at = *open.back();
    open.pop_back();
    if (at.op == RelationOp::kJoin && !FindIntervalJoin(at)) {
      for (const bool left : {true, false}) {
        if (NeedsMatch(at.join_type, left)) FilterSide(at, left ? 0 : 1, never_null);
      }
    }
    for (Relation& input : at.inputs) open.push_back(&input);
  }
}

}  // namespace codeanatomy::engine
