// Declarations → views: entities, intermediate relations, nodes and edges of syntax.
#include "base/check.h"
#include "catalog/table.h"
#include "expr/expr_text.h"
#include "semantics/transform/compile.h"

namespace codeanatomy::semantics {
namespace {

void ExpandDerivedIds(expr::Expr& root, const CompileContext& context) {
  std::vector<expr::Expr*> open{&root};
  while (!open.empty()) {
    expr::Expr& expr = *open.back();
    open.pop_back();
    if (expr.kind == expr::ExprKind::kCall && expr.name == "derived_id") {
      expr.name = "hash64";
      if (context.id_salt != 0) expr.args.push_back(expr::Integer(context.id_salt));
    }
    for (expr::Expr& arg : expr.args) open.push_back(&arg);
  }
}

/// Every column of `table`, those the rule leaves out as typed nulls.
std::vector<spec::ComputedColumn> Shape(const TableInfo& table,
                                        std::vector<spec::ComputedColumn> columns) {
  std::vector<spec::ComputedColumn> shaped;
  for (const ColumnInfo& column : table.columns) {
    const auto given = std::ranges::find(columns, column.name, &spec::ComputedColumn::name);
    auto type = expr::ParseType(column.type);
    CA_CHECK(type.has_value(), "the catalogue names only known types");
    shaped.push_back({std::string(column.name), given != columns.end()
                                                    ? std::move(given->expr)
                                                    : expr::Null(*std::move(type))});
  }
  return shaped;
}

const TableInfo& Table(std::string_view name) {
  const TableInfo* table = FindTable(name);
  CA_CHECK(table != nullptr, "graph tables are declared");
  return *table;
}

}  // namespace

expr::Expr Compile(std::string_view text, const CompileContext& context) {
  auto parsed = expr::ParseExprText(text);
  CA_CHECK(parsed.has_value(), text);
  ExpandDerivedIds(*parsed, context);
  return *std::move(parsed);
}

std::vector<spec::ComputedColumn> Compile(std::span<const ColumnRule> columns,
                                          const CompileContext& context) {
  std::vector<spec::ComputedColumn> computed;
  for (const ColumnRule& rule : columns)
    computed.push_back({std::string(rule.name), Compile(rule.expr, context)});
  return computed;
}

std::vector<std::string> SplitNames(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return names;
}

std::vector<spec::JoinKey> SplitKeys(std::string_view text) {
  std::vector<spec::JoinKey> keys;
  for (const std::string& pair : SplitNames(text)) {
    const size_t equals = pair.find('=');
    keys.push_back(
        {pair.substr(0, equals), equals == std::string::npos ? pair : pair.substr(equals + 1)});
  }
  return keys;
}

std::vector<spec::SortKey> SplitOrder(std::string_view text) {
  constexpr std::string_view kDescending = " desc";
  std::vector<spec::SortKey> keys;
  for (std::string& name : SplitNames(text)) {
    const bool descending = name.ends_with(kDescending);
    if (descending) name.resize(name.size() - kDescending.size());
    keys.push_back({expr::Column(name), descending});
  }
  return keys;
}

std::string AddFilter(std::string_view name, std::string_view source, std::string_view where,
                      std::string_view declaration, const CompileContext& context,
                      std::vector<View>& views) {
  if (where.empty()) return std::string(source);
  std::string filtered = std::string(name) + "_rows";
  views.push_back({filtered,
                   ViewKind::kProjection,
                   spec::Filter{std::string(source), Compile(where, context)},
                   std::string(declaration),
                   {},
                   "the rows that the declaration's where names"});
  return filtered;
}

namespace {

/// The source of an entity with its guarded keys set to null where the declaration says so.
std::string GuardKeys(const EntityRule& rule, const CompileContext& context,
                      std::vector<View>& views) {
  spec::Project guarded{.source = std::string(rule.source)};
  bool any = false;
  const TableInfo* table = context.model.FindTable(rule.source);
  if (table == nullptr) return guarded.source;
  for (const ColumnInfo& column : table->columns) {
    expr::Expr value = expr::Column(column.name);
    for (const ForeignKeyRule& key : rule.foreign_keys) {
      if (key.column != column.name || key.guard_null_if.empty()) continue;
      std::vector<expr::Expr> branches{Compile(key.guard_null_if, context),
                                       expr::Null(expr::TypeKind::kInt64), std::move(value)};
      value = expr::Call("", std::move(branches));
      value.kind = expr::ExprKind::kCase;
      any = true;
    }
    guarded.computed.push_back({std::string(column.name), std::move(value)});
  }
  if (!any) return guarded.source;
  const std::string name = std::string(rule.view) + "_keys";
  views.push_back({name,
                   ViewKind::kProjection,
                   std::move(guarded),
                   "entity " + std::string(rule.name),
                   {},
                   "foreign keys that a guard makes null"});
  return name;
}

View Made(std::string_view name, ViewKind kind, spec::Transform transform, std::string declaration,
          std::vector<SemanticRule> rules, std::string why) {
  return {std::string(name), kind,          std::move(transform), std::move(declaration),
          std::move(rules),  std::move(why)};
}

}  // namespace

void CompileEntities(const CompileContext& context, std::vector<View>& views) {
  for (const EntityRule& rule : context.model.entities) {
    spec::Normalize normalize{.source = GuardKeys(rule, context, views),
                              .id_column = std::string(rule.id_column),
                              .text_columns = SplitNames(rule.text_columns)};
    std::vector<SemanticRule> rules{SemanticRule::kEntityId};
    std::string why = "id column " + normalize.id_column;
    if (!rule.name_space.empty()) {
      normalize.id_namespace = std::string(rule.name_space);
      why = "foreign evidence: id from namespace " + *normalize.id_namespace + ", path and span";
    }
    if (!rule.span_start.empty()) {
      normalize.span_columns = {{std::string(rule.span_start), std::string(rule.span_end)}};
      rules.push_back(SemanticRule::kSpan);
    }
    if (!normalize.text_columns.empty()) rules.push_back(SemanticRule::kText);
    views.push_back(Made(rule.view, ViewKind::kNormalize, std::move(normalize),
                         "entity " + std::string(rule.name), std::move(rules), std::move(why)));
  }
}

void CompileGraphViews(const CompileContext& context, std::vector<View>& views) {
  for (const ViewRule& rule : context.model.views) {
    const std::string declaration = "view " + std::string(rule.name);
    const auto add = [&](ViewKind kind, spec::Transform transform, std::vector<SemanticRule> rules,
                         std::string why) {
      views.push_back(Made(rule.name, rule.kind.value_or(kind), std::move(transform), declaration,
                           std::move(rules), std::move(why)));
    };
    switch (rule.op) {
      case ViewOp::kProject:
        if (rule.columns.empty() && !rule.where.empty()) {
          add(ViewKind::kProjection,
              spec::Filter{std::string(rule.left), Compile(rule.where, context)}, {},
              "the rows that the declaration's where names");
          break;
        }
        add(ViewKind::kProjection,
            spec::Project{
                .source = AddFilter(rule.name, rule.left, rule.where, declaration, context, views),
                .computed = Compile(rule.columns, context)},
            {}, "declared columns of " + std::string(rule.left));
        break;
      case ViewOp::kInnerJoin:
      case ViewOp::kLeftJoin: {
        spec::Relate relate{.left = std::string(rule.left),
                            .right = std::string(rule.right),
                            .join_type = rule.op == ViewOp::kLeftJoin ? spec::JoinType::kLeft
                                                                      : spec::JoinType::kInner,
                            .join_keys = SplitKeys(rule.keys),
                            .computed = Compile(rule.columns, context)};
        if (!rule.where.empty()) relate.predicates.push_back(Compile(rule.where, context));
        JoinInference join{
            .strategy = JoinStrategy::kDeclared, .keys = relate.join_keys, .confidence_score = 1.0};
        add(ViewKind::kJoinGroup, std::move(relate), {}, "keys are declared");
        views.back().inferred.join = std::move(join);
        break;
      }
      case ViewOp::kUnion:
        add(ViewKind::kUnionNodes, spec::Union{.sources = SplitNames(rule.left)},
            {SemanticRule::kUnion}, "declared union");
        break;
      case ViewOp::kRank:
        add(ViewKind::kProjection,
            spec::Rank{.source = std::string(rule.left),
                       .partition_by = SplitNames(rule.group_by),
                       .order_by = SplitOrder(rule.order_by),
                       .keep = rule.keep},
            {SemanticRule::kDedupe}, "declared rank");
        break;
      case ViewOp::kAggregate: {
        spec::Aggregate aggregate{.source = std::string(rule.left),
                                  .group_by = SplitNames(rule.group_by)};
        for (const AggregateRule& column : rule.aggregates) {
          aggregate.aggregations.push_back({std::string(column.column),
                                            std::string(column.function),
                                            std::string(column.alias)});
        }
        add(ViewKind::kProjection, std::move(aggregate), {SemanticRule::kAggregate},
            "declared aggregate");
        break;
      }
    }
  }
}

void CompileNodes(const CompileContext& context, std::vector<View>& views) {
  for (const NodeRule& rule : context.model.nodes) {
    const std::string declaration = "node " + std::string(rule.view);
    std::string source = AddFilter(rule.view, rule.source, rule.where, declaration, context, views);
    views.push_back(
        Made(rule.view, ViewKind::kProjection,
             spec::Project{.source = std::move(source),
                           .computed = Shape(Table("cpg_nodes"), Compile(rule.columns, context))},
             declaration, {}, "rows as nodes, in the shape of cpg_nodes"));
  }
}

void CompileEdges(const CompileContext& context, std::vector<View>& views) {
  for (const EdgeRule& rule : context.model.edges) {
    const std::string declaration = "edge " + std::string(rule.view);
    std::string source = AddFilter(rule.view, rule.source, rule.where, declaration, context, views);
    std::vector<spec::ComputedColumn> columns = Compile(rule.columns, context);
    columns.push_back({"kind", expr::Text(EdgeKindName(rule.kind))});
    columns.push_back({"origin", expr::Text("native")});
    columns.push_back({"tier", expr::Text("proved")});
    columns.push_back({"confidence", expr::Float(1.0)});
    columns.push_back({"witnesses", expr::Integer(1)});
    columns.push_back({"dissenters", expr::Integer(0)});
    views.push_back(Made(rule.view, ViewKind::kProjection,
                         spec::Project{.source = std::move(source),
                                       .computed = Shape(Table("cpg_edges"), std::move(columns))},
                         declaration, {}, "rows as edges of syntax, in the shape of cpg_edges"));
  }
}

}  // namespace codeanatomy::semantics
