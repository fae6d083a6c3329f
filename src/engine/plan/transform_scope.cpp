#include "engine/plan/transform_scope.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "expr/type_check.h"

namespace codeanatomy::engine {

using expr::Expr;
using expr::Field;
using expr::Schema;
using expr::Type;
using expr::TypeKind;

Error TransformScope::Fail(ErrorCode code, std::string_view at, std::string_view why) const {
  return Error(code, fmt::format("{} at {}{}", why, path_, at));
}
Error TransformScope::TypeError(std::string_view at, std::string_view why) const {
  return Fail(ErrorCode::kExpressionTypeError, at, why);
}
Error TransformScope::Unknown(std::string_view column, std::string_view at) const {
  return TypeError(at, fmt::format("unknown column {}", column));
}

Relation TransformScope::Over(RelationOp op, Relation input) {
  Relation relation;
  relation.op = op;
  relation.schema = input.schema;
  relation.inputs.push_back(std::move(input));
  return relation;
}

Result<Relation> TransformScope::Scan(std::string_view name) const {
  const auto at = context_.schemas.find(name);
  if (at == context_.schemas.end())
    return Fail(ErrorCode::kInvalidPlan, "", fmt::format("unknown source {}", name));
  Relation scan;
  scan.name = name;
  scan.schema = at->second;
  const auto filters = context_.input_filters.find(name);
  if (filters == context_.input_filters.end()) return scan;
  Relation filter = Over(RelationOp::kFilter, std::move(scan));
  filter.predicates = filters->second;
  return filter;
}

Result<Schema> TransformScope::Types(const std::vector<NamedExpr>& columns, const Schema& input,
                                     std::string_view at) const {
  Schema schema;
  std::set<std::string_view> names;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string where = fmt::format("{}[{}]", at, i);
    if (!names.insert(columns[i].name).second) {
      return Fail(ErrorCode::kInvalidPlan, where,
                  fmt::format("column {} is defined twice", columns[i].name));
    }
    CA_ASSIGN_OR_RETURN(
        Type type, expr::CheckExpr(columns[i].expr, {input, context_.parameters}, path_ + where));
    if (type.kind == TypeKind::kNull) return TypeError(where, "a column needs a type");
    schema.fields.push_back(
        {columns[i].name, std::move(type), expr::SemanticTypeOf(columns[i].expr, input)});
  }
  return schema;
}

Result<Relation> TransformScope::Project(Relation source, std::vector<NamedExpr> columns,
                                         std::string_view at) const {
  Relation project = Over(RelationOp::kProject, std::move(source));
  CA_ASSIGN_OR_RETURN(project.schema, Types(columns, project.inputs[0].schema, at));
  project.columns = std::move(columns);
  return project;
}

Result<Schema> TransformScope::UnionSchema(const std::vector<std::string>& sources,
                                           bool sorted) const {
  Schema schema;
  for (size_t i = 0; i < sources.size(); ++i) {
    CA_ASSIGN_OR_RETURN(const Relation scan, Scan(sources[i]));
    for (const Field& field : scan.schema.fields) {
      const auto known = std::ranges::find(schema.fields, field.name, &Field::name);
      if (known == schema.fields.end()) {
        schema.fields.push_back(field);
        continue;
      }
      auto common = expr::CommonType(known->type, field.type);
      if (!common) {
        return TypeError(fmt::format(".sources[{}]", i),
                         fmt::format("{}: {}", field.name, common.error().message()));
      }
      known->type = *std::move(common);
      if (known->semantic_type != field.semantic_type) known->semantic_type.clear();
    }
  }
  if (sorted) std::ranges::sort(schema.fields, {}, &Field::name);
  return schema;
}

/// One source with exactly the columns of `schema`, cast where it has another type.
Result<Relation> TransformScope::Shaped(const std::string& source, const Schema& schema,
                                        const std::optional<std::string>& discriminator) const {
  CA_ASSIGN_OR_RETURN(Relation scan, Scan(source));
  std::vector<NamedExpr> columns;
  for (const Field& field : schema.fields) {
    const Field* given = scan.schema.Find(field.name);
    Expr column = given == nullptr ? expr::Null(field.type) : expr::Column(field.name);
    if (given != nullptr && given->type != field.type)
      column = expr::Cast(std::move(column), field.type);
    if (discriminator && field.name == *discriminator) column = expr::Text(source);
    columns.push_back({field.name, std::move(column)});
  }
  return Project(std::move(scan), std::move(columns), ".sources");
}

Result<Relation> TransformScope::UnionOf(const std::vector<std::string>& sources,
                                         const Schema& schema,
                                         const std::optional<std::string>& discriminator) const {
  Relation all;
  all.op = RelationOp::kUnion;
  all.schema = schema;
  for (const std::string& source : sources) {
    CA_ASSIGN_OR_RETURN(Relation shaped, Shaped(source, schema, discriminator));
    all.inputs.push_back(std::move(shaped));
  }
  return all;
}

Result<void> TransformScope::AddFields(const std::vector<std::string>& names, const Schema& input,
                                       std::string_view at, Schema& out) const {
  for (size_t i = 0; i < names.size(); ++i) {
    const Field* field = input.Find(names[i]);
    if (field == nullptr) return Unknown(names[i], fmt::format("{}[{}]", at, i));
    out.fields.push_back(*field);
  }
  return {};
}

Result<void> TransformScope::CheckOrder(const std::vector<spec::SortKey>& keys, const Schema& input,
                                        std::string_view at) const {
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string where = fmt::format("{}{}.order_by[{}].expr", path_, at, i);
    CA_ASSIGN_OR_RETURN(const Type type,
                        expr::CheckExpr(keys[i].expr, {input, context_.parameters}, where));
  }
  return {};
}

}  // namespace codeanatomy::engine
