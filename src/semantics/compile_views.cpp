// Declarations → views: entities, intermediate relations, nodes and edges of syntax.
#include "base/check.h"
#include "catalog/table.h"
#include "expr/expr_text.h"
#include "semantics/view.h"

namespace codeanatomy::semantics {
namespace {

void ExpandDerivedIds(expr::Expr& expr, const CompileContext& context) {
  for (expr::Expr& arg : expr.args) ExpandDerivedIds(arg, context);
  if (expr.kind != expr::ExprKind::kCall || expr.name != "derived_id") return;
  expr.name = "hash64";
  if (context.id_salt != 0) expr.args.push_back(expr::Integer(context.id_salt));
}

std::vector<spec::JoinKey> SplitKeys(std::string_view text) {
  std::vector<spec::JoinKey> keys;
  for (const std::string& pair : SplitNames(text)) {
    const size_t equals = pair.find('=');
    CA_CHECK(equals != std::string::npos, "a join key is written left=right");
    keys.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
  }
  return keys;
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

std::string AddFilter(std::string_view name, std::string_view source, std::string_view where,
                      const CompileContext& context, std::vector<View>& views) {
  if (where.empty()) return std::string(source);
  std::string filtered = std::string(name) + "_rows";
  views.push_back({filtered, "filter", spec::Filter{std::string(source), Compile(where, context)}});
  return filtered;
}

void CompileEntities(const CompileContext&, std::vector<View>& views) {
  for (const EntityRule& rule : EntityRules()) {
    views.push_back({std::string(rule.view), "normalize",
                     spec::Normalize{.source = std::string(rule.source),
                                     .id_column = std::string(rule.id_column),
                                     .span_columns = {{std::string(rule.span_start),
                                                       std::string(rule.span_end)}},
                                     .text_columns = SplitNames(rule.text_columns)}});
  }
}

void CompileGraphViews(const CompileContext& context, std::vector<View>& views) {
  for (const ViewRule& rule : GraphViewRules()) {
    const std::string name(rule.name);
    switch (rule.op) {
      case ViewOp::kProject: {
        std::string source = AddFilter(rule.name, rule.left, rule.where, context, views);
        views.push_back({name, "projection",
                         spec::Project{.source = std::move(source),
                                       .computed = Compile(rule.columns, context)}});
        break;
      }
      case ViewOp::kInnerJoin:
      case ViewOp::kLeftJoin: {
        spec::Relate relate{.left = std::string(rule.left),
                            .right = std::string(rule.right),
                            .join_type = rule.op == ViewOp::kLeftJoin ? spec::JoinType::kLeft
                                                                      : spec::JoinType::kInner,
                            .join_keys = SplitKeys(rule.keys),
                            .computed = Compile(rule.columns, context)};
        if (!rule.where.empty()) relate.predicates.push_back(Compile(rule.where, context));
        views.push_back({name, "relate", std::move(relate)});
        break;
      }
      case ViewOp::kUnion:
        views.push_back({name, "union", spec::Union{.sources = SplitNames(rule.left)}});
        break;
      case ViewOp::kAggregate: {
        spec::Aggregate aggregate{.source = std::string(rule.left),
                                  .group_by = SplitNames(rule.group_by)};
        for (const AggregateRule& column : rule.aggregates) {
          aggregate.aggregations.push_back({std::string(column.column),
                                            std::string(column.function),
                                            std::string(column.alias)});
        }
        views.push_back({name, "aggregate", std::move(aggregate)});
        break;
      }
    }
  }
}

void CompileNodes(const CompileContext& context, std::vector<View>& views) {
  for (const NodeRule& rule : NodeRules()) {
    std::string source = AddFilter(rule.view, rule.source, rule.where, context, views);
    views.push_back(
        {std::string(rule.view), "projection",
         spec::Project{.source = std::move(source),
                       .computed = Shape(Table("cpg_nodes"), Compile(rule.columns, context))}});
  }
}

void CompileEdges(const CompileContext& context, std::vector<View>& views) {
  for (const EdgeRule& rule : EdgeRules()) {
    std::string source = AddFilter(rule.view, rule.source, rule.where, context, views);
    std::vector<spec::ComputedColumn> columns = Compile(rule.columns, context);
    columns.push_back({"kind", expr::Text(EdgeKindName(rule.kind))});
    columns.push_back({"origin", expr::Text("native")});
    columns.push_back({"tier", expr::Text("proved")});
    columns.push_back({"confidence", expr::Float(1.0)});
    columns.push_back({"witnesses", expr::Integer(1)});
    columns.push_back({"dissenters", expr::Integer(0)});
    views.push_back({std::string(rule.view), "projection",
                     spec::Project{.source = std::move(source),
                                   .computed = Shape(Table("cpg_edges"), std::move(columns))}});
  }
}

}  // namespace codeanatomy::semantics
