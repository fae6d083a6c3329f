// Properties → views: each source is unpivoted once per value type, then shaped as cpg_props.
#include "base/check.h"
#include "catalog/table.h"
#include "expr/type_check.h"
#include "semantics/transform/compile.h"

namespace codeanatomy::semantics {
namespace {

enum ValueClass : uint8_t { kString, kInt, kFloat, kBool, kJson };
constexpr std::string_view kClassNames[] = {"string", "int", "float", "bool", "json"};
constexpr std::string_view kClassColumns[] = {"value_string", "value_int", "value_float",
                                              "value_bool", "value_json"};

ValueClass ClassOf(const expr::Type& type) {
  switch (type.kind) {
    case expr::TypeKind::kBoolean:
      return kBool;
    case expr::TypeKind::kInt32:
    case expr::TypeKind::kInt64:
      return kInt;
    case expr::TypeKind::kFloat64:
      return kFloat;
    case expr::TypeKind::kUtf8:
      return kString;
    default:
      return kJson;
  }
}

/// Columns of a declared table; of the one aggregate that properties read, its own.
expr::Schema SchemaOf(std::string_view source, const Model& model) {
  if (const TableInfo* table = model.FindTable(source)) return SchemaOfTable(*table);
  expr::Schema schema;
  for (const ViewRule& rule : model.views) {
    if (rule.name != source) continue;
    for (const AggregateRule& column : rule.aggregates) {
      schema.fields.push_back({std::string(column.alias), expr::TypeKind::kInt64});
    }
  }
  return schema;
}

void AddClass(const PropertyRule& rule, const std::string& source, ValueClass value_class,
              const expr::Schema& schema, const CompileContext& context, std::vector<View>& views) {
  const bool has_file = schema.Find("file_id") != nullptr;
  spec::Project values{.source = source};
  values.computed.push_back({"prop_node", Compile(rule.id, context)});
  const bool kind_of_node = rule.kind.empty();
  values.computed.push_back({"prop_kind", kind_of_node ? expr::Null(expr::TypeKind::kUtf8)
                                                       : Compile(rule.kind, context)});
  values.computed.push_back(
      {"prop_file", has_file ? expr::Column("file_id") : expr::Null(expr::TypeKind::kInt64)});
  values.computed.push_back(
      {"prop_path", has_file ? expr::Column("path") : expr::Null(expr::TypeKind::kUtf8)});
  spec::Unpivot unpivot{.id_columns = {"prop_node", "prop_kind", "prop_file", "prop_path"},
                        .key_column = "key",
                        .value_column = "value"};
  for (const ColumnRule& column : rule.columns) {
    expr::Expr expr = Compile(column.expr, context);
    const auto type = expr::CheckExpr(expr, {schema, {}}, std::string(rule.name));
    CA_CHECK(type.has_value(), column.expr);
    if (ClassOf(*type) != value_class) continue;
    if (type->kind == expr::TypeKind::kInt32)
      expr = expr::Cast(std::move(expr), expr::TypeKind::kInt64);
    if (value_class == kJson) expr = expr::Call("to_json", {std::move(expr)});
    const std::string name = "value_" + std::to_string(unpivot.columns.size());
    values.computed.push_back({name, std::move(expr)});
    unpivot.columns.push_back({name, std::string(column.name)});
  }
  if (unpivot.columns.empty()) return;
  const std::string view = std::string(rule.name) + "_" + std::string(kClassNames[value_class]);
  unpivot.source = view + "_values";
  const std::string declaration = "property " + std::string(rule.name);
  views.push_back({unpivot.source,
                   ViewKind::kProjection,
                   std::move(values),
                   declaration,
                   {},
                   "values of one type beside their node"});
  views.push_back({view + "_pairs",
                   ViewKind::kProjection,
                   std::move(unpivot),
                   declaration,
                   {},
                   "one row per key with a value"});

  // Columns of the pairs are named l.x where the node is joined for its kind.
  const auto pair = [&](const char* name) {
    return expr::Column(kind_of_node ? std::string("l.") + name : std::string(name));
  };
  std::vector<spec::ComputedColumn> shape;
  const TableInfo* props = FindTable("cpg_props");
  CA_CHECK(props != nullptr, "cpg_props is declared");
  for (const ColumnInfo& column : props->columns) {
    auto type = expr::ParseType(column.type);
    CA_CHECK(type.has_value(), "the catalogue names only known types");
    expr::Expr expr = expr::Null(*std::move(type));
    if (column.name == "entity_kind") expr = expr::Text("node");
    if (column.name == "node_id") expr = pair("prop_node");
    if (column.name == "key") expr = pair("key");
    if (column.name == "value_type") expr = expr::Text(kClassNames[value_class]);
    if (column.name == kClassColumns[value_class]) expr = pair("value");
    if (column.name == "kind") expr = kind_of_node ? expr::Column("r.kind") : pair("prop_kind");
    if (column.name == "file_id") expr = pair("prop_file");
    if (column.name == "path") expr = pair("prop_path");
    shape.push_back({std::string(column.name), std::move(expr)});
  }
  spec::Transform rows = spec::Project{.source = view + "_pairs", .computed = shape};
  if (kind_of_node) {
    rows = spec::Relate{.left = view + "_pairs",
                        .right = "cpg_nodes",
                        .join_keys = {{"prop_node", "node_id"}},
                        .computed = std::move(shape)};
  }
  views.push_back({view,
                   ViewKind::kProjection,
                   std::move(rows),
                   declaration,
                   {},
                   "pairs in the shape of cpg_props",
                   rule.stored ? PropertyRole::kStored : PropertyRole::kSession});
}

}  // namespace

void CompileProperties(const CompileContext& context, std::vector<View>& views) {
  for (const PropertyRule& rule : context.model.properties) {
    const expr::Schema schema = SchemaOf(rule.source, context.model);
    const std::string source = AddFilter(rule.name, rule.source, rule.where,
                                         "property " + std::string(rule.name), context, views);
    for (ValueClass value_class : {kString, kInt, kFloat, kBool, kJson}) {
      AddClass(rule, source, value_class, schema, context, views);
    }
  }
}

}  // namespace codeanatomy::semantics
