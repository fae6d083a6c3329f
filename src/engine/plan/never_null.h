// NeverNull: which columns hold no null in any row, as far as declarations and the plan say so.
//
// A condition that drops nothing still costs: an engine that does not know that guesses that it
// drops most rows, and builds its hash table over the larger side of a join.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "engine/plan/plan.h"

namespace codeanatomy::engine {

class NeverNull {
 public:
  /// Both outlive it; `foreign` are inputs of which no declaration tells.
  NeverNull(const Plan& plan, const InputSchemas& foreign) : plan_(plan), foreign_(foreign) {}

  /// False where it is not known. Scans may name inputs, views and parts of them.
  /// Cost linear in the relation and, once for each of their columns, in the views that it reads.
  bool Holds(const Relation& relation, std::string_view column);

 private:
  bool HoldsInScan(std::string_view name, std::string_view column);
  bool HoldsInJoin(const Relation& join, std::string_view column);
  bool HoldsFor(const expr::Expr& expr, const Relation& relation);
  bool HoldsInSide(const expr::Expr& expr, const Relation& join);

  const Plan& plan_;
  const InputSchemas& foreign_;
  std::map<std::pair<std::string, std::string>, bool> views_;  // by view and column
};

}  // namespace codeanatomy::engine
