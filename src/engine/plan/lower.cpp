// Each transform of the spec in terms of the relational operators. What a transform leaves out is
// made explicit here: all columns of a source, null columns of a union, casts of a graph table.
#include "engine/plan/lower.h"

#include <set>

#include <fmt/format.h>

#include "catalog/table.h"
#include "engine/plan/column_names.h"
#include "engine/plan/log_read.h"
#include "engine/plan/transform_scope.h"
#include "expr/type_check.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;
using expr::Field;
using expr::Schema;
using expr::Type;
using expr::TypeKind;

constexpr std::string_view kOutputTables[] = {"cpg_nodes",    "cpg_edges", "cpg_edges_by_dst",
                                              "calls",        "cpg_props", "cpg_edges_by_src",
                                              "cpg_props_map"};

class Lowering : private TransformScope {
 public:
  using TransformScope::TransformScope;

  Result<Relation> operator()(const spec::Normalize& t) {
    CA_ASSIGN_OR_RETURN(Relation source, Scan(t.source));
    std::set<std::string, std::less<>> replaced{"entity_id"};
    for (const std::string& text : t.text_columns) replaced.insert(text + "_norm");
    if (t.span_columns) {
      if (t.span_columns->size() != 2)
        return Fail(ErrorCode::kInvalidPlan, ".span_columns", "start and end are expected");
      replaced.insert({"bstart", "bend", "span"});
    }
    std::vector<NamedExpr> columns;
    for (const Field& field : source.schema.fields) {
      if (!replaced.contains(field.name)) columns.push_back({field.name, expr::Column(field.name)});
    }
    if (t.span_columns) {
      const Expr start = expr::Column(t.span_columns->front()),
                 end = expr::Column(t.span_columns->back());
      columns.push_back({"bstart", start});
      columns.push_back({"bend", end});
      columns.push_back({"span", expr::Call("span_make", {start, end})});
    }
    columns.push_back({"entity_id", EntityId(t, source.schema)});
    for (const std::string& text : t.text_columns) {
      columns.push_back({text + "_norm", expr::Call("nfc", {expr::Column(text)})});
    }
    return Project(std::move(source), std::move(columns), "");
  }

  Result<Relation> operator()(const spec::Project& t) {
    CA_ASSIGN_OR_RETURN(Relation source, Scan(t.source));
    std::vector<NamedExpr> columns;
    if (t.columns.empty() && t.computed.empty()) {
      for (const Field& field : source.schema.fields)
        columns.push_back({field.name, expr::Column(field.name)});
    }
    for (const std::string& name : t.columns) columns.push_back({name, expr::Column(name)});
    for (const spec::ComputedColumn& column : t.computed)
      columns.push_back({column.name, column.expr});
    return Project(std::move(source), std::move(columns), ".computed");
  }

  Result<Relation> operator()(const spec::Filter& t) {
    CA_ASSIGN_OR_RETURN(Relation source, Scan(t.source));
    CA_RETURN_IF_ERROR(expr::CheckPredicate(t.predicate, {source.schema, context_.parameters},
                                            path_ + ".predicate"));
    Relation filter = Over(RelationOp::kFilter, std::move(source));
    filter.predicates.push_back(t.predicate);
    return filter;
  }

  Result<Relation> operator()(const spec::Union& t) {
    if (t.sources.size() < 2)
      return Fail(ErrorCode::kInvalidPlan, ".sources", "a union needs two sources");
    CA_ASSIGN_OR_RETURN(Schema schema, UnionSchema(t.sources, /*sorted=*/true));
    if (t.discriminator_column) {
      std::erase_if(schema.fields,
                    [&](const Field& field) { return field.name == *t.discriminator_column; });
      schema.fields.push_back({*t.discriminator_column, TypeKind::kUtf8});
      std::ranges::sort(schema.fields, {}, &Field::name);
    }
    CA_ASSIGN_OR_RETURN(Relation all, UnionOf(t.sources, schema, t.discriminator_column));
    if (!t.distinct) return all;
    return Over(RelationOp::kDistinct, std::move(all));
  }

  Result<Relation> operator()(const spec::Relate& t) {
    CA_ASSIGN_OR_RETURN(Relation left, Scan(t.left));
    CA_ASSIGN_OR_RETURN(Relation right, Scan(t.right));
    if (t.join_keys.empty())
      return Fail(ErrorCode::kInvalidPlan, ".join_keys", "a join without keys");
    for (size_t i = 0; i < t.join_keys.size(); ++i) {
      CA_RETURN_IF_ERROR(CheckKey(t.join_keys[i], left.schema, right.schema, i));
    }
    const bool contains = IsContainment(t);
    if (contains && (left.schema.Find("path") == nullptr || right.schema.Find("path") == nullptr)) {
      return Fail(ErrorCode::kInvalidPlan, ".join_keys",
                  "a containment join needs a column path on both sides");
    }
    Schema pairs;
    for (const Field& field : left.schema.fields)
      pairs.fields.push_back({"l." + field.name, field.type});
    for (const Field& field : right.schema.fields)
      pairs.fields.push_back({"r." + field.name, field.type});
    for (size_t i = 0; i < t.predicates.size(); ++i) {
      CA_RETURN_IF_ERROR(expr::CheckPredicate(t.predicates[i], {pairs, context_.parameters},
                                              fmt::format("{}.predicates[{}]", path_, i)));
    }
    Relation join;
    join.op = RelationOp::kJoin;
    join.join_type = t.join_type;
    join.join_keys = t.join_keys;
    join.predicates = t.predicates;
    if (contains) Contain(join);
    join.columns = JoinColumns(t, left.schema, right.schema);
    CA_ASSIGN_OR_RETURN(join.schema, Types(join.columns, pairs, ".computed"));
    join.inputs.push_back(std::move(left));
    join.inputs.push_back(std::move(right));
    return join;
  }

  Result<Relation> operator()(const spec::Aggregate& t) {
    CA_ASSIGN_OR_RETURN(Relation source, Scan(t.source));
    Relation aggregate = Over(RelationOp::kAggregate, std::move(source));
    const Schema input = aggregate.inputs[0].schema;
    aggregate.schema.fields.clear();
    aggregate.group_by = t.group_by;
    aggregate.aggregations = t.aggregations;
    CA_RETURN_IF_ERROR(AddFields(t.group_by, input, ".group_by", aggregate.schema));
    for (size_t i = 0; i < t.aggregations.size(); ++i) {
      const std::string at = fmt::format(".aggregations[{}]", i);
      const Field* column = input.Find(t.aggregations[i].column);
      if (column == nullptr) return Unknown(t.aggregations[i].column, at + ".column");
      CA_RETURN_IF_ERROR(CheckOrder(t.aggregations[i].order_by, input, at));
      CA_ASSIGN_OR_RETURN(Type type, AggregateType(t.aggregations[i], column->type, at));
      aggregate.schema.fields.push_back({t.aggregations[i].alias, std::move(type)});
    }
    return aggregate;
  }

  Result<Relation> operator()(const spec::Rank& t) {
    CA_ASSIGN_OR_RETURN(Relation source, Scan(t.source));
    if (t.order_by.empty())
      return Fail(ErrorCode::kInvalidPlan, ".order_by", "a rank needs a total order");
    CA_RETURN_IF_ERROR(CheckOrder(t.order_by, source.schema, ""));
    Relation rank = Over(RelationOp::kRank, std::move(source));
    Schema ignored;
    CA_RETURN_IF_ERROR(AddFields(t.partition_by, rank.schema, ".partition_by", ignored));
    rank.group_by = t.partition_by;
    rank.order_by = t.order_by;
    rank.keep = t.keep;
    rank.key_name = t.rank_column.value_or("");
    if (t.rank_column) rank.schema.fields.push_back({*t.rank_column, TypeKind::kInt64});
    return rank;
  }

  Result<Relation> operator()(const spec::Unnest& t) {
    CA_ASSIGN_OR_RETURN(Relation source, Scan(t.source));
    const Field* list = source.schema.Find(t.column);
    if (list == nullptr) return Unknown(t.column, ".column");
    if (list->type.kind != TypeKind::kList) return TypeError(".column", t.column + " is no list");
    const Type element = list->type.children[0];
    Relation unnest = Over(RelationOp::kUnnest, std::move(source));
    std::erase_if(unnest.schema.fields, [&](const Field& field) { return field.name == t.column; });
    unnest.name = t.column;
    unnest.value_name = t.element;
    unnest.names = t.fields;
    unnest.key_name = t.ordinal_column.value_or("");
    unnest.keep_empty = t.keep_empty;
    if (t.fields.empty()) unnest.schema.fields.push_back({t.element, element});
    for (const std::string& field : t.fields) {
      const auto at = std::ranges::find(element.fields, field);
      if (at == element.fields.end()) return Unknown(field, ".fields");
      unnest.schema.fields.push_back(
          {field, element.children[static_cast<size_t>(at - element.fields.begin())]});
    }
    if (t.ordinal_column) unnest.schema.fields.push_back({*t.ordinal_column, TypeKind::kInt64});
    return unnest;
  }

  Result<Relation> operator()(const spec::Unpivot& t) {
    CA_ASSIGN_OR_RETURN(Relation source, Scan(t.source));
    Relation unpivot = Over(RelationOp::kUnpivot, std::move(source));
    const Schema input = unpivot.inputs[0].schema;
    unpivot.schema.fields.clear();
    CA_RETURN_IF_ERROR(AddFields(t.id_columns, input, ".id_columns", unpivot.schema));
    Type value;
    for (size_t i = 0; i < t.columns.size(); ++i) {
      const Field* field = input.Find(t.columns[i].column);
      if (field == nullptr) return Unknown(t.columns[i].column, fmt::format(".columns[{}]", i));
      auto common = expr::CommonType(value, field->type);
      if (!common) return TypeError(fmt::format(".columns[{}]", i), common.error().message());
      value = *std::move(common);
    }
    if (t.columns.empty()) return Fail(ErrorCode::kInvalidPlan, ".columns", "columns are expected");
    unpivot.group_by = t.id_columns;
    unpivot.pairs = t.columns;
    unpivot.key_name = t.key_column;
    unpivot.value_name = t.value_column;
    unpivot.schema.fields.push_back({t.key_column, TypeKind::kUtf8});
    unpivot.schema.fields.push_back({t.value_column, std::move(value)});
    return unpivot;
  }

  Result<Relation> operator()(const spec::Nest& t) {
    CA_ASSIGN_OR_RETURN(Relation source, Scan(t.source));
    if (t.group_by.empty() || t.fields.empty())
      return Fail(ErrorCode::kInvalidPlan, "", "group_by and fields are expected");
    CA_RETURN_IF_ERROR(CheckOrder(t.order_by, source.schema, ""));
    Relation nest = Over(RelationOp::kNest, std::move(source));
    const Schema input = nest.inputs[0].schema;
    nest.schema.fields.clear();
    Schema element;
    CA_RETURN_IF_ERROR(AddFields(t.group_by, input, ".group_by", nest.schema));
    CA_RETURN_IF_ERROR(AddFields(t.fields, input, ".fields", element));
    Type fields(TypeKind::kStruct);
    for (Field& field : element.fields) {
      fields.fields.push_back(std::move(field.name));
      fields.children.push_back(std::move(field.type));
    }
    nest.group_by = t.group_by;
    nest.names = t.fields;
    nest.order_by = t.order_by;
    nest.value_name = t.alias;
    nest.schema.fields.push_back({t.alias, Type::List(std::move(fields))});
    return nest;
  }

  Result<Relation> operator()(const spec::CpgEmit& t) {
    if (t.sources.empty()) return Fail(ErrorCode::kInvalidPlan, ".sources", "sources are expected");
    const TableInfo* table = FindTable(kOutputTables[static_cast<size_t>(t.output_kind)]);
    if (table == nullptr)
      return Fail(ErrorCode::kInvalidPlan, ".output_kind", "this shape is a view of the session");
    CA_ASSIGN_OR_RETURN(const Schema given, UnionSchema(t.sources, /*sorted=*/false));
    Schema schema;
    for (const ColumnInfo& column : table->columns) {
      if (column.required && given.Find(column.name) == nullptr) {
        return Fail(ErrorCode::kOutputContractViolation, ".sources",
                    fmt::format("{} needs a column {}", table->name, column.name));
      }
      CA_ASSIGN_OR_RETURN(Type type, expr::ParseType(column.type));
      schema.fields.push_back({std::string(column.name), std::move(type)});
    }
    Relation all;
    if (t.sources.size() == 1) {
      CA_ASSIGN_OR_RETURN(all, Shaped(t.sources[0], schema, {}));
    } else {
      CA_ASSIGN_OR_RETURN(all, UnionOf(t.sources, schema, {}));
    }
    const bool edges = t.output_kind == spec::CpgOutputKind::kEdges ||
                       t.output_kind == spec::CpgOutputKind::kEdgesByDst;
    if (!t.full || !edges) return all;
    std::vector<NamedExpr> columns;
    columns.reserve(schema.fields.size() + 1);
    for (const Field& field : schema.fields)
      columns.push_back({field.name, expr::Column(field.name)});
    const std::vector<Expr> key{expr::Column("kind"), expr::Column("src"), expr::Column("dst"),
                                expr::Column("label"), expr::Column("ordinal")};
    columns.push_back({"edge_id", expr::Call("hash64", key)});
    return Project(std::move(all), std::move(columns), "");
  }

  /// Metadata, FileManifest, IncrementalCdf: a scan of what the executor makes of the log.
  template <typename T>
  Result<Relation> operator()(const T& t) {
    const auto found = LogReadOf(spec::Transform(t));
    CA_CHECK(found.has_value(), "all other transforms have a lowering of their own");
    const LogRead& read = *found;
    const auto at = context_.schemas.find(t.source);
    if (at == context_.schemas.end())
      return Fail(ErrorCode::kInvalidPlan, "", fmt::format("unknown source {}", t.source));
    Relation scan;
    scan.name = read.scan;
    scan.schema = LogSchema(read, at->second);
    return scan;
  }

 private:
  static Expr EntityId(const spec::Normalize& t, const Schema& source) {
    if (!t.id_namespace) return expr::Column(t.id_column);
    std::vector<Expr> parts{expr::Text(*t.id_namespace)};
    for (const char* name : {"repo", "path"}) {
      if (source.Find(name) != nullptr) parts.push_back(expr::Column(name));
    }
    if (t.span_columns) {
      for (const std::string& name : *t.span_columns) parts.push_back(expr::Column(name));
    }
    return expr::Call("hash64", std::move(parts));
  }

  /// Two keys that are start and end of a span, joined Inner or Left: the left one holds the right.
  static bool IsContainment(const spec::Relate& t) {
    return t.join_keys.size() == 2 && t.join_keys[0].left_key.ends_with("bstart") &&
           t.join_keys[0].right_key.ends_with("bstart") &&
           t.join_keys[1].left_key.ends_with("bend") &&
           t.join_keys[1].right_key.ends_with("bend") &&
           (t.join_type == spec::JoinType::kInner || t.join_type == spec::JoinType::kLeft);
  }

  static void Contain(Relation& join) {
    const spec::JoinKey start = join.join_keys[0], end = join.join_keys[1];
    join.join_keys = {{"path", "path"}};
    join.predicates.push_back(expr::Call(
        "le", {expr::Column("l." + start.left_key), expr::Column("r." + start.right_key)}));
    join.predicates.push_back(
        expr::Call("le", {expr::Column("r." + end.right_key), expr::Column("l." + end.left_key)}));
  }

  Result<void> CheckKey(const spec::JoinKey& key, const Schema& left, const Schema& right,
                        size_t index) const {
    const std::string at = fmt::format(".join_keys[{}]", index);
    const Field* l = left.Find(key.left_key);
    const Field* r = right.Find(key.right_key);
    if (l == nullptr) return Unknown(key.left_key, at + ".left_key");
    if (r == nullptr) return Unknown(key.right_key, at + ".right_key");
    if (!expr::CommonType(l->type, r->type)) {
      return TypeError(at,
                       fmt::format("{} and {} have no common type", key.left_key, key.right_key));
    }
    return {};
  }

  static std::vector<NamedExpr> JoinColumns(const spec::Relate& t, const Schema& left,
                                            const Schema& right) {
    std::vector<NamedExpr> columns;
    columns.reserve(t.computed.size());
    for (const spec::ComputedColumn& column : t.computed)
      columns.push_back({column.name, column.expr});
    if (!columns.empty()) return columns;
    for (const Field& field : left.fields)
      columns.push_back({field.name, expr::Column("l." + field.name)});
    if (t.join_type == spec::JoinType::kSemi || t.join_type == spec::JoinType::kAnti)
      return columns;
    for (const Field& field : right.fields) {
      const bool clash = left.Find(field.name) != nullptr;
      columns.push_back({field.name + (clash ? "__right" : ""), expr::Column("r." + field.name)});
    }
    return columns;
  }

  Result<Type> AggregateType(const spec::Aggregation& aggregation, const Type& column,
                             std::string_view at) const {
    const std::string& function = aggregation.function;
    if (function == "count") return Type(TypeKind::kInt64);
    if (function == "min" || function == "max") return column;
    if (function == "array_agg") {
      if (aggregation.order_by.empty()) return TypeError(at, "array_agg needs order_by");
      return Type::List(column);
    }
    if ((function == "bool_and" || function == "bool_or") && column.kind == TypeKind::kBoolean)
      return column;
    if (function == "bit_or" && column.is_integer()) return column;
    if (function == "avg" && column.is_numeric()) return Type(TypeKind::kFloat64);
    if (function == "sum" && column.is_numeric())
      return column.is_integer() ? Type(TypeKind::kInt64) : column;
    return TypeError(at, fmt::format("no aggregate {} of {}", function, column.ToString()));
  }
};

}  // namespace

Result<Relation> LowerTransform(const spec::Transform& transform, const LowerContext& context) {
  CA_ASSIGN_OR_RETURN(Relation relation, std::visit(Lowering(context), transform));
  CA_RETURN_IF_ERROR(CheckColumnNames(relation.schema, context.json_path + ".transform"));
  return relation;
}

}  // namespace codeanatomy::engine
