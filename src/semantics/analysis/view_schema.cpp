// The schema of a transform follows from those of its sources. The engine decides the same anew
// when it plans a spec, over the inputs that are really there; here it is known early enough to
// infer joins from, and to blame the declaration rather than the view.
#include "semantics/analysis/view_schema.h"

#include <set>

#include <fmt/format.h>

#include "base/check.h"
#include "expr/type_check.h"

namespace codeanatomy::semantics {
namespace {

using expr::Field;
using expr::Schema;
using expr::Type;
using expr::TypeKind;

Error Wrong(std::string message) {
  return Error(ErrorCode::kExpressionTypeError, std::move(message));
}

class SchemaReader {
 public:
  explicit SchemaReader(const Schemas& known) : known_(known) {}

  Result<Schema> operator()(const spec::Normalize& t) const {
    const Schema& source = Of(t.source);
    std::set<std::string, std::less<>> replaced{"entity_id"};
    if (t.span_columns) replaced.insert({"bstart", "bend", "span"});
    for (const std::string& text : t.text_columns) {
      CA_RETURN_IF_ERROR(Find(source, text));
      replaced.insert(text + "_norm");
    }
    Schema schema;
    for (const Field& field : source.fields) {
      if (!replaced.contains(field.name)) schema.fields.push_back(field);
    }
    if (t.span_columns) {
      for (const std::string& name : *t.span_columns) CA_RETURN_IF_ERROR(Find(source, name));
      schema.fields.push_back({"bstart", TypeKind::kInt64});
      schema.fields.push_back({"bend", TypeKind::kInt64});
      schema.fields.push_back({"span", TypeKind::kSpan});
    }
    if (!t.id_namespace) CA_RETURN_IF_ERROR(Find(source, t.id_column));
    schema.fields.push_back({"entity_id", TypeKind::kInt64});
    for (const std::string& text : t.text_columns)
      schema.fields.push_back({text + "_norm", TypeKind::kUtf8});
    return schema;
  }

  Result<Schema> operator()(const spec::Relate& t) const {
    const Schema &left = Of(t.left), &right = Of(t.right);
    for (const spec::JoinKey& key : t.join_keys) {
      CA_ASSIGN_OR_RETURN(const Field l, Find(left, key.left_key));
      CA_ASSIGN_OR_RETURN(const Field r, Find(right, key.right_key));
      if (!expr::CommonType(l.type, r.type))
        return Wrong(fmt::format("keys {} and {} have no common type", l.name, r.name));
    }
    Schema pairs;
    for (const Field& field : left.fields) pairs.fields.push_back({"l." + field.name, field.type});
    for (const Field& field : right.fields) pairs.fields.push_back({"r." + field.name, field.type});
    for (size_t i = 0; i < t.predicates.size(); ++i) {
      CA_RETURN_IF_ERROR(
          expr::CheckPredicate(t.predicates[i], {pairs, {}}, fmt::format("predicates[{}]", i)));
    }
    if (!t.computed.empty()) return Computed(t.computed, pairs);
    Schema schema = left;
    if (t.join_type == spec::JoinType::kSemi || t.join_type == spec::JoinType::kAnti) return schema;
    for (const Field& field : right.fields) {
      schema.fields.push_back(
          {left.Find(field.name) != nullptr ? field.name + "__right" : field.name, field.type});
    }
    return schema;
  }

  Result<Schema> operator()(const spec::Union& t) const {
    CA_ASSIGN_OR_RETURN(Schema schema, United(t.sources));
    if (t.discriminator_column) schema.fields.push_back({*t.discriminator_column, TypeKind::kUtf8});
    std::ranges::sort(schema.fields, {}, &Field::name);
    return schema;
  }

  Result<Schema> operator()(const spec::Project& t) const {
    const Schema& source = Of(t.source);
    if (t.columns.empty() && t.computed.empty()) return source;
    Schema schema;
    for (const std::string& name : t.columns) {
      CA_ASSIGN_OR_RETURN(Field field, Find(source, name));
      schema.fields.push_back(std::move(field));
    }
    CA_ASSIGN_OR_RETURN(const Schema computed, Computed(t.computed, source));
    schema.fields.insert(schema.fields.end(), computed.fields.begin(), computed.fields.end());
    return schema;
  }

  Result<Schema> operator()(const spec::Rank& t) const {
    Schema schema = Of(t.source);
    for (const std::string& name : t.partition_by) CA_RETURN_IF_ERROR(Find(schema, name));
    CA_RETURN_IF_ERROR(Order(t.order_by, schema));
    if (t.rank_column) schema.fields.push_back({*t.rank_column, TypeKind::kInt64});
    return schema;
  }

  Result<Schema> operator()(const spec::Unnest& t) const {
    CA_ASSIGN_OR_RETURN(const Field list, Find(Of(t.source), t.column));
    if (list.type.kind != TypeKind::kList) return Wrong(t.column + " is no list");
    Schema schema;
    for (const Field& field : Of(t.source).fields) {
      if (field.name != t.column) schema.fields.push_back(field);
    }
    const Type& element = list.type.children[0];
    if (t.fields.empty()) schema.fields.push_back({t.element, element});
    for (const std::string& name : t.fields) {
      const auto at = std::ranges::find(element.fields, name);
      if (at == element.fields.end())
        return Wrong(fmt::format("{} has no field {}", element.ToString(), name));
      schema.fields.push_back(
          {name, element.children[static_cast<size_t>(at - element.fields.begin())]});
    }
    if (t.ordinal_column) schema.fields.push_back({*t.ordinal_column, TypeKind::kInt64});
    return schema;
  }

  Result<Schema> operator()(const spec::Unpivot& t) const {
    const Schema& source = Of(t.source);
    Schema schema;
    for (const std::string& name : t.id_columns) {
      CA_ASSIGN_OR_RETURN(Field field, Find(source, name));
      schema.fields.push_back(std::move(field));
    }
    Type value;
    for (const spec::UnpivotColumn& column : t.columns) {
      CA_ASSIGN_OR_RETURN(const Field field, Find(source, column.column));
      CA_ASSIGN_OR_RETURN(value, expr::CommonType(value, field.type));
    }
    schema.fields.push_back({t.key_column, TypeKind::kUtf8});
    schema.fields.push_back({t.value_column, std::move(value)});
    return schema;
  }

  Result<Schema> operator()(const spec::Nest& t) const {
    const Schema& source = Of(t.source);
    Schema schema;
    for (const std::string& name : t.group_by) {
      CA_ASSIGN_OR_RETURN(Field field, Find(source, name));
      schema.fields.push_back(std::move(field));
    }
    Type element(TypeKind::kStruct);
    for (const std::string& name : t.fields) {
      CA_ASSIGN_OR_RETURN(Field field, Find(source, name));
      element.fields.push_back(std::move(field.name));
      element.children.push_back(std::move(field.type));
    }
    schema.fields.push_back({t.alias, Type::List(std::move(element))});
    return schema;
  }

  Result<Schema> operator()(const spec::Filter& t) const {
    CA_RETURN_IF_ERROR(expr::CheckPredicate(t.predicate, {Of(t.source), {}}, "where"));
    return Of(t.source);
  }

  Result<Schema> operator()(const spec::Aggregate& t) const {
    const Schema& source = Of(t.source);
    Schema schema;
    for (const std::string& name : t.group_by) {
      CA_ASSIGN_OR_RETURN(Field field, Find(source, name));
      schema.fields.push_back(std::move(field));
    }
    for (const spec::Aggregation& a : t.aggregations) {
      CA_ASSIGN_OR_RETURN(const Field field, Find(source, a.column));
      Type type = field.type;
      if (a.function == "count" || (a.function == "sum" && type.is_integer()))
        type = TypeKind::kInt64;
      if (a.function == "avg") type = TypeKind::kFloat64;
      if (a.function == "array_agg") type = Type::List(type);
      schema.fields.push_back({a.alias, std::move(type)});
    }
    return schema;
  }

  Result<Schema> operator()(const spec::CpgEmit& t) const {
    static constexpr std::string_view kTables[] = {
        "cpg_nodes", "cpg_edges", "cpg_edges_by_dst", "calls", "cpg_props", "", "cpg_props_map"};
    const TableInfo* table = codeanatomy::FindTable(kTables[static_cast<size_t>(t.output_kind)]);
    CA_CHECK(table != nullptr, "graph tables are declared");
    Schema schema = SchemaOfTable(*table);
    const bool edges = t.output_kind == spec::CpgOutputKind::kEdges ||
                       t.output_kind == spec::CpgOutputKind::kEdgesByDst;
    if (t.full && edges) schema.fields.push_back({"edge_id", TypeKind::kInt64});
    return schema;
  }

  template <typename T>
  Result<Schema> operator()(const T&) const {
    return Schema{};  // what a table's log holds is the engine's to say
  }

 private:
  const Schema& Of(std::string_view name) const { return known_.find(name)->second; }

  static Result<Field> Find(const Schema& schema, std::string_view name) {
    const Field* field = schema.Find(name);
    if (field == nullptr) return Wrong(fmt::format("unknown column {}", name));
    return *field;
  }

  static Result<Schema> Computed(const std::vector<spec::ComputedColumn>& columns,
                                 const Schema& source) {
    Schema schema;
    for (const spec::ComputedColumn& column : columns) {
      CA_ASSIGN_OR_RETURN(Type type, expr::CheckExpr(column.expr, {source, {}},
                                                     fmt::format("column {}", column.name)));
      schema.fields.push_back({column.name, std::move(type)});
    }
    return schema;
  }

  static Result<void> Order(const std::vector<spec::SortKey>& keys, const Schema& source) {
    for (const spec::SortKey& key : keys)
      CA_RETURN_IF_ERROR(expr::CheckExpr(key.expr, {source, {}}, "order_by"));
    return {};
  }

  Result<Schema> United(const std::vector<std::string>& sources) const {
    Schema schema;
    std::map<std::string_view, size_t> at;
    for (const std::string& source : sources) {
      for (const Field& field : Of(source).fields) {
        const auto [known, is_new] = at.emplace(field.name, schema.fields.size());
        if (is_new) {
          schema.fields.push_back(field);
          continue;
        }
        Type& type = schema.fields[known->second].type;
        auto common = expr::CommonType(type, field.type);
        if (!common)
          return Wrong(
              fmt::format("column {} of {}: {}", field.name, source, common.error().message()));
        type = *std::move(common);
      }
    }
    return schema;
  }

  const Schemas& known_;
};

}  // namespace

Schema SchemaOfTable(const TableInfo& table) {
  Schema schema;
  for (const ColumnInfo& column : table.columns) {
    auto type = expr::ParseType(column.type);
    CA_CHECK(type.has_value(), "declared tables name only known types");
    schema.fields.push_back({std::string(column.name), *std::move(type)});
  }
  return schema;
}

Error AtDeclaration(Error error, const View& view, const Model& model) {
  const std::string_view place = model.PlaceOf(view.declaration);
  std::string subject = view.declaration.empty() ? "view " + view.name : view.declaration;
  if (!place.empty()) subject = fmt::format("{}: {}", place, subject);
  return std::move(error).WithSubject(std::move(subject));
}

Result<Schemas> InferSchemas(std::vector<View>& views, const Model& model) {
  std::map<std::string_view, size_t> by_name;
  for (size_t i = 0; i < views.size(); ++i) {
    if (!by_name.emplace(views[i].name, i).second || model.FindTable(views[i].name) != nullptr) {
      // A table of the graph is stored under the name of the view that makes it.
      if (views[i].kind == ViewKind::kFinalize || views[i].kind == ViewKind::kDiagnostic) continue;
      return AtDeclaration(
          Error(ErrorCode::kInvalidPlan, "two relations are called " + views[i].name), views[i],
          model);
    }
  }
  Schemas schemas;
  std::vector<size_t> waiting(views.size());
  std::vector<std::vector<size_t>> readers(views.size());
  std::vector<size_t> ready;
  for (size_t i = 0; i < views.size(); ++i) {
    std::set<std::string> sources;
    for (std::string& source : spec::TransformSources(views[i].transform))
      sources.insert(std::move(source));
    for (const std::string& source : sources) {
      if (const auto view = by_name.find(source); view != by_name.end()) {
        ++waiting[i];
        readers[view->second].push_back(i);
      } else if (const TableInfo* table = model.FindTable(source)) {
        if (!schemas.contains(source)) schemas.emplace(source, SchemaOfTable(*table));
      } else {
        return AtDeclaration(
            Error(ErrorCode::kInvalidPlan, "neither a view nor a declared table: " + source),
            views[i], model);
      }
    }
    if (waiting[i] == 0) ready.push_back(i);
  }
  size_t done = 0;
  for (; done < ready.size(); ++done) {
    View& view = views[ready[done]];
    auto schema = std::visit(SchemaReader(schemas), view.transform);
    if (!schema) return AtDeclaration(std::move(schema.error()), view, model);
    view.schema = *schema;
    schemas.insert_or_assign(view.name, *std::move(schema));
    for (size_t reader : readers[ready[done]]) {
      if (--waiting[reader] == 0) ready.push_back(reader);
    }
  }
  if (done == views.size()) return schemas;
  const auto stuck = std::ranges::find_if(waiting, [](size_t count) { return count > 0; });
  return AtDeclaration(Error(ErrorCode::kInvalidPlan, "views that read each other"),
                       views[static_cast<size_t>(stuck - waiting.begin())], model);
}

}  // namespace codeanatomy::semantics
