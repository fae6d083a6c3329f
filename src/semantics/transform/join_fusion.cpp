#include "semantics/transform/join_fusion.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"

namespace codeanatomy::semantics {
namespace {

/// l.x → l__x, r.x → r__x.
void Rename(expr::Expr& expr) {
  std::vector<expr::Expr*> open{&expr};
  while (!open.empty()) {
    expr::Expr* one = open.back();
    open.pop_back();
    if (one->kind == expr::ExprKind::kColumn) one->name.replace(1, 1, "__");
    for (expr::Expr& arg : one->args) open.push_back(&arg);
  }
}

std::string SharedName(const spec::Relate& relate) {
  Hash64 hash;
  hash.Add(relate.left).Add(relate.right).Add("inner");
  for (const spec::JoinKey& key : relate.join_keys) hash.Add(key.left_key);
  for (const spec::JoinKey& key : relate.join_keys) hash.Add(key.right_key);
  return fmt::format("join_{}__{}__{:x}", relate.left, relate.right, hash.Finish());
}

bool IsFusible(const View& view) {
  const auto* relate = std::get_if<spec::Relate>(&view.transform);
  return relate != nullptr && relate->join_type == spec::JoinType::kInner &&
         view.declaration.starts_with("provider ") && !relate->computed.empty();
}

View Shared(const std::string& name, const std::vector<View*>& members) {
  const auto& first = std::get<spec::Relate>(members[0]->transform);
  std::set<std::string> columns;
  for (const View* member : members) {
    const auto& relate = std::get<spec::Relate>(member->transform);
    for (const spec::ComputedColumn& column : relate.computed) {
      for (std::string& used : expr::ReferencedColumns(column.expr))
        columns.insert(std::move(used));
    }
    for (const expr::Expr& predicate : relate.predicates) {
      for (std::string& used : expr::ReferencedColumns(predicate)) columns.insert(std::move(used));
    }
  }
  spec::Relate join{.left = first.left, .right = first.right, .join_keys = first.join_keys};
  for (const std::string& column : columns) {
    expr::Expr renamed = expr::Column(column);
    Rename(renamed);
    join.computed.push_back({renamed.name, expr::Column(column)});
  }
  View view{.name = name,
            .kind = ViewKind::kJoinGroup,
            .transform = std::move(join),
            .declaration = members[0]->declaration,
            .rules = members[0]->rules,
            .why = fmt::format("{} relationships share this join", members.size())};
  view.inferred.join = members[0]->inferred.join;
  return view;
}

/// The member's own predicates and columns over the shared join.
std::vector<View> Rest(const std::string& shared, View& member) {
  auto relate = std::get<spec::Relate>(std::move(member.transform));
  std::vector<View> views;
  std::string source = shared;
  if (!relate.predicates.empty()) {
    for (expr::Expr& predicate : relate.predicates) Rename(predicate);
    expr::Expr all = relate.predicates.size() == 1
                         ? std::move(relate.predicates[0])
                         : expr::Call("and", std::move(relate.predicates));
    source = member.name + "_hard";
    views.push_back({source,
                     ViewKind::kProjection,
                     spec::Filter{shared, std::move(all)},
                     member.declaration,
                     {},
                     "the hard predicates, over the shared join"});
  }
  for (spec::ComputedColumn& column : relate.computed) Rename(column.expr);
  member.transform = spec::Project{.source = source, .computed = std::move(relate.computed)};
  member.why = "columns of the shared join";
  member.inferred.join = {};
  return views;
}

}  // namespace

void FuseJoins(std::vector<View>& views) {
  std::map<std::string, std::vector<size_t>> groups;
  for (size_t i = 0; i < views.size(); ++i) {
    if (IsFusible(views[i]))
      groups[SharedName(std::get<spec::Relate>(views[i].transform))].push_back(i);
  }
  std::vector<View> added;
  for (const auto& [name, indices] : groups) {
    if (indices.size() < 2) continue;
    std::vector<View*> members;
    for (size_t i : indices) members.push_back(&views[i]);
    added.push_back(Shared(name, members));
    for (View* member : members) {
      for (View& view : Rest(name, *member)) added.push_back(std::move(view));
    }
  }
  for (View& view : added) views.push_back(std::move(view));
}

}  // namespace codeanatomy::semantics
