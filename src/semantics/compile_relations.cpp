// Resolved relations → views.
//
// A relation is answered by providers. While it has one, nothing can agree or disagree with it, so
// it compiles to a projection of that provider: tier and confidence are the "alone" column of the
// confidence list, looked up by resolution method, and the masks hold the provider's own bit.
#include <fmt/format.h>

#include "base/check.h"
#include "expr/expr_text.h"
#include "semantics/view.h"

namespace codeanatomy::semantics {
namespace {

/// case(in(method, 'a', 'b'), value, …) over the list's rows of one relation, equal values
/// together.
template <typename Value>
expr::Expr LookUp(std::string_view relation, std::string_view method, Value value,
                  expr::Expr (*literal)(std::invoke_result_t<Value, const ConfidenceRow&>)) {
  using Key = std::invoke_result_t<Value, const ConfidenceRow&>;
  std::vector<std::pair<Key, std::vector<expr::Expr>>> groups;
  for (const ConfidenceRow& row : kConfidenceRows) {
    if (row.relation != relation) continue;
    auto group =
        std::ranges::find(groups, value(row), &std::pair<Key, std::vector<expr::Expr>>::first);
    if (group == groups.end()) {
      groups.push_back({value(row), {expr::Column(method)}});
      group = groups.end() - 1;
    }
    group->second.push_back(expr::Text(row.method));
  }
  CA_CHECK(!groups.empty(), "every relation has rows in confidence.def");
  std::vector<expr::Expr> branches;
  for (auto& [key, methods] : groups) {
    branches.push_back(expr::Call("in", std::move(methods)));
    branches.push_back(literal(key));
  }
  branches.push_back(expr::Null(expr::TypeKind::kNull));
  expr::Expr lookup = expr::Call("", std::move(branches));
  lookup.kind = expr::ExprKind::kCase;
  return lookup;
}

}  // namespace

void CompileRelations(const CompileContext& context, std::vector<View>& views) {
  for (const RelationRule& rule : RelationRules()) {
    CA_CHECK(rule.providers.size() == 1, "several providers need a merge view");
    const ProviderRule& provider = rule.providers[0];
    std::string source = AddFilter(rule.name, provider.source, provider.where, context, views);
    std::vector<spec::ComputedColumn> columns;
    columns.push_back({"kind", expr::Text(EdgeKindName(rule.kind))});
    for (spec::ComputedColumn& column : Compile(provider.columns, context))
      columns.push_back(std::move(column));
    const auto add = [&](std::string_view name, expr::Expr expr) {
      columns.push_back({std::string(name), std::move(expr)});
    };
    add("label", expr::Null(expr::TypeKind::kUtf8));
    add("origin", expr::Text(provider.origin));
    add("resolution_method", expr::Column(provider.method));
    add("tier", LookUp(
                    rule.name, provider.method, [](const ConfidenceRow& row) { return row.tier; },
                    expr::Text));
    add("confidence", LookUp(
                          rule.name, provider.method,
                          [](const ConfidenceRow& row) { return row.none; }, expr::Float));
    add("witnesses", expr::Integer(provider.witness_bit));
    add("dissenters", expr::Integer(0));
    // A group is ambiguous only when its left entity has several targets.
    const std::string group =
        provider.candidates == "1"
            ? std::string("null('Int64')")
            : fmt::format("case(gt({}, 1), {})", provider.candidates, provider.columns[0].expr);
    add("ambiguity_group_id", Compile(group, context));
    views.push_back({std::string(rule.name), "relate",
                     spec::Project{.source = std::move(source), .computed = std::move(columns)}});
  }
}

}  // namespace codeanatomy::semantics
