#include "engine/render/duckdb_sql.h"

#include <cmath>

#include <fmt/format.h>

#include "base/check.h"
#include "catalog/function.h"
#include "catalog/operator.h"
#include "engine/duckdb/logical_type.h"
#include "engine/render/fill_form.h"
#include "engine/render/interval_join.h"
#include "expr/type_check.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;
using expr::ExprKind;
using expr::Schema;
using expr::Type;
using expr::TypeKind;

/// A column of the IR; `l.x` and `r.x` are columns of the two sides of a join.
std::string RenderColumn(std::string_view name) {
  if (name.starts_with("l.") || name.starts_with("r.")) {
    return fmt::format("{}.{}", name.substr(0, 1), QuoteIdentifier(name.substr(2)));
  }
  return QuoteIdentifier(name);
}

std::string RenderLiteral(const Expr& expr) {
  const std::string type = DuckdbType(expr.type);
  if (std::holds_alternative<std::monostate>(expr.literal))
    return fmt::format("CAST(NULL AS {})", type);
  if (const auto* flag = std::get_if<bool>(&expr.literal)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<int64_t>(&expr.literal))
    return fmt::format("CAST({} AS {})", *integer, type);
  if (const auto* number = std::get_if<double>(&expr.literal)) {
    return std::isfinite(*number) ? fmt::format("CAST({} AS DOUBLE)", *number)
                                  : fmt::format("CAST('{}' AS DOUBLE)", *number);
  }
  std::string text = QuoteLiteral(std::get<std::string>(expr.literal));
  if (expr.type.kind == TypeKind::kUtf8) return text;
  if (expr.type.kind == TypeKind::kBinary) return fmt::format("from_base64({})", text);
  return fmt::format("CAST({} AS {})", text, type);
}

std::string RenderPick(const Expr& expr, const std::string& value) {
  std::string fields;
  for (size_t i = 1; i < expr.args.size(); ++i) {
    const std::string name = QuoteIdentifier(std::get<std::string>(expr.args[i].literal));
    fields += fmt::format("{}{} := ({}).{}", i == 1 ? "" : ", ", name, value, name);
  }
  return fmt::format("CASE WHEN ({}) IS NULL THEN NULL ELSE struct_pack({}) END", value, fields);
}

/// What is known of a column, as a literal.
std::string RenderMetadata(const Expr& expr, const Schema& schema) {
  const std::string type = expr::SemanticTypeOf(expr.args[0], schema);
  if (expr.args.size() == 1) {
    return type.empty() ? "CAST(MAP {} AS MAP(VARCHAR, VARCHAR))"
                        : fmt::format("MAP {{'semantic_type': {}}}", QuoteLiteral(type));
  }
  const bool known =
      !type.empty() && std::get<std::string>(expr.args[1].literal) == "semantic_type";
  return known ? QuoteLiteral(type) : "CAST(NULL AS VARCHAR)";
}

std::string RenderCall(const Expr& expr, const Schema& schema) {
  // The engine knows this form as a filter of scans, and not the other one.
  if (expr.name == "not" && expr.args.size() == 1 && expr.args[0].kind == ExprKind::kIsNull)
    return fmt::format("({} IS NOT NULL)", RenderDuckdb(expr.args[0].args[0], schema));
  std::vector<std::string> args;
  args.reserve(expr.args.size());
  for (const Expr& arg : expr.args) args.push_back(RenderDuckdb(arg, schema));
  if (expr.name == "struct") {
    std::string fields;
    for (size_t i = 0; i < args.size(); i += 2) {
      fields +=
          fmt::format("{}{} := {}", i == 0 ? "" : ", ",
                      QuoteIdentifier(std::get<std::string>(expr.args[i].literal)), args[i + 1]);
    }
    return fmt::format("struct_pack({})", fields);
  }
  if (expr.name == "field") {
    return fmt::format("({}).{}", args[0],
                       QuoteIdentifier(std::get<std::string>(expr.args[1].literal)));
  }
  if (expr.name == "struct_pick") return RenderPick(expr, args[0]);
  if (expr.name == "arrow_metadata") return RenderMetadata(expr, schema);
  if (const OperatorInfo* op = FindOperator(expr.name)) return FillForm(op->duckdb, args);
  CA_CHECK(FindFunction(expr.name) != nullptr, "rendered expressions are type-checked");
  return fmt::format("{}({})", expr.name, fmt::join(args, ", "));
}

std::string RenderCast(const Expr& expr, const Schema& schema) {
  std::string value = RenderDuckdb(expr.args[0], schema);
  const auto from = expr::CheckExpr(expr.args[0], {schema, {}}, "");
  // DuckDB rounds where the spec truncates.
  if (from && from->kind == TypeKind::kFloat64 && expr.type.is_integer())
    value = fmt::format("trunc({})", value);
  return fmt::format("{}({} AS {})", expr.is_try ? "TRY_CAST" : "CAST", value,
                     DuckdbType(expr.type));
}

std::string RenderCase(const Expr& expr, const Schema& schema) {
  std::string out = "CASE";
  for (size_t i = 0; i + 1 < expr.args.size(); i += 2) {
    out += fmt::format(" WHEN {} THEN {}", RenderDuckdb(expr.args[i], schema),
                       RenderDuckdb(expr.args[i + 1], schema));
  }
  if (expr.args.back() != expr::Null(TypeKind::kNull))
    out += " ELSE " + RenderDuckdb(expr.args.back(), schema);
  return out + " END";
}

class RelationRenderer {
 public:
  explicit RelationRenderer(const ScanText& scan) : scan_(scan) {}

  std::string Render(const Relation& relation) const {
    switch (relation.op) {
      case RelationOp::kScan:
        return Select(Names(relation.schema), scan_(relation.name));
      case RelationOp::kFilter:
        return Select(Names(relation.schema), Source(relation.inputs[0]), Where(relation));
      case RelationOp::kProject:
        return Select(Columns(relation, relation.inputs[0].schema), Source(relation.inputs[0]));
      case RelationOp::kJoin:
        return Join(relation);
      case RelationOp::kUnion:
        return Union(relation);
      case RelationOp::kDistinct:
        return "SELECT DISTINCT" +
               Select(Names(relation.schema), Source(relation.inputs[0])).substr(6);
      case RelationOp::kAggregate:
        return Aggregate(relation);
      case RelationOp::kRank:
        return Rank(relation);
      case RelationOp::kUnnest:
        return Unnest(relation);
      case RelationOp::kUnpivot:
        return Unpivot(relation);
      case RelationOp::kNest:
        return Nest(relation);
    }
    return {};
  }

 private:
  static std::string Select(std::string_view columns, std::string_view from,
                            std::string_view rest = {}) {
    return fmt::format("SELECT {} FROM {}{}", columns, from, rest);
  }

  static std::string Names(const Schema& schema, std::string_view prefix = {}) {
    std::string out;
    for (const expr::Field& field : schema.fields) {
      out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, QuoteIdentifier(field.name));
    }
    return out;
  }

  static std::string Names(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + QuoteIdentifier(name);
    return out;
  }

  static std::string Columns(const Relation& relation, const Schema& schema) {
    std::string out;
    for (const NamedExpr& column : relation.columns) {
      out += fmt::format("{}{} AS {}", out.empty() ? "" : ", ", RenderDuckdb(column.expr, schema),
                         QuoteIdentifier(column.name));
    }
    return out;
  }

  static std::string OrderBy(const std::vector<spec::SortKey>& keys, const Schema& schema) {
    std::string out;
    for (const spec::SortKey& key : keys) {
      out += fmt::format("{}{} {} NULLS LAST", out.empty() ? " ORDER BY " : ", ",
                         RenderDuckdb(key.expr, schema), key.descending ? "DESC" : "ASC");
    }
    return out;
  }

  std::string Source(const Relation& input) const {
    if (input.op == RelationOp::kScan) return scan_(input.name);
    return fmt::format("({})", Render(input));
  }

  static std::string Where(const Relation& relation) {
    std::string out;
    for (const Expr& predicate : relation.predicates) {
      out +=
          (out.empty() ? " WHERE " : " AND ") + RenderDuckdb(predicate, relation.inputs[0].schema);
    }
    return out;
  }

  std::string Join(const Relation& relation) const {
    static constexpr std::string_view kJoins[] = {"JOIN",      "LEFT JOIN", "RIGHT JOIN",
                                                  "FULL JOIN", "SEMI JOIN", "ANTI JOIN"};
    Schema pairs;
    for (size_t side = 0; side < 2; ++side) {
      for (const expr::Field& field : relation.inputs[side].schema.fields) {
        pairs.fields.push_back({(side == 0 ? "l." : "r.") + field.name, field.type});
      }
    }
    if (const auto intervals = FindIntervalJoin(relation))
      return JoinIntervals(relation, *intervals, pairs);
    std::string condition;
    for (const spec::JoinKey& key : relation.join_keys) {
      condition += fmt::format("{}l.{} = r.{}", condition.empty() ? "" : " AND ",
                               QuoteIdentifier(key.left_key), QuoteIdentifier(key.right_key));
    }
    for (const Expr& predicate : relation.predicates)
      condition += " AND " + RenderDuckdb(predicate, pairs);
    return Select(Columns(relation, pairs),
                  fmt::format("{} AS l {} {} AS r ON {}", Source(relation.inputs[0]),
                              kJoins[static_cast<size_t>(relation.join_type)],
                              Source(relation.inputs[1]), condition));
  }

  std::string JoinIntervals(const Relation& relation, const IntervalJoin& intervals,
                            const Schema& pairs) const {
    std::string with =
        IntervalPairs(intervals, Names(relation.inputs[0].schema), Source(relation.inputs[0]),
                      Names(relation.inputs[1].schema), Source(relation.inputs[1]));
    std::string others;
    for (const Expr& other : intervals.others)
      others += (others.empty() ? " WHERE " : " AND ") + RenderDuckdb(other, pairs);
    const auto join = [](std::string_view kind, std::string_view found) {
      return fmt::format(
          "ca_l AS l {0} {1} AS p ON p.\"l.row\" = l.\"l.row\" {0} ca_r AS r ON p.\"r.row\" = "
          "r.\"r.row\"",
          kind, found);
    };
    if (!others.empty()) {
      with += fmt::format(", ca_matched AS (SELECT l.\"l.row\", r.\"r.row\" FROM {}{})",
                          join("JOIN", "ca_pairs"), others);
    }
    const std::string_view kind =
        relation.join_type == spec::JoinType::kLeft ? "LEFT JOIN" : "JOIN";
    return fmt::format("SELECT * FROM ({} SELECT {} FROM {})", with, Columns(relation, pairs),
                       join(kind, others.empty() ? "ca_pairs" : "ca_matched"));
  }

  std::string Union(const Relation& relation) const {
    std::string out;
    for (const Relation& input : relation.inputs)
      out += (out.empty() ? "" : " UNION ALL ") + Render(input);
    return out;
  }

  std::string Aggregate(const Relation& relation) const {
    const Schema& input = relation.inputs[0].schema;
    std::string columns = Names(relation.group_by);
    for (size_t i = 0; i < relation.aggregations.size(); ++i) {
      const spec::Aggregation& a = relation.aggregations[i];
      const Type& type = relation.schema.fields[relation.group_by.size() + i].type;
      columns += fmt::format("{}CAST({}({}{}) AS {}) AS {}", columns.empty() ? "" : ", ",
                             a.function, QuoteIdentifier(a.column), OrderBy(a.order_by, input),
                             DuckdbType(type), QuoteIdentifier(a.alias));
    }
    const std::string groups =
        relation.group_by.empty() ? "" : " GROUP BY " + Names(relation.group_by);
    return Select(columns, Source(relation.inputs[0]), groups);
  }

  std::string Rank(const Relation& relation) const {
    const Schema& input = relation.inputs[0].schema;
    const std::string partition =
        relation.group_by.empty() ? "" : "PARTITION BY " + Names(relation.group_by);
    const std::string rank =
        QuoteIdentifier(relation.key_name.empty() ? "ca_rank" : relation.key_name);
    const std::string ranked =
        Select(fmt::format("{}, row_number() OVER ({}{}) AS {}", Names(input), partition,
                           OrderBy(relation.order_by, input), rank),
               Source(relation.inputs[0]));
    const std::string where =
        relation.keep > 0 ? fmt::format(" WHERE {} <= {}", rank, relation.keep) : "";
    return Select(Names(relation.schema), fmt::format("({})", ranked), where);
  }

  std::string Unnest(const Relation& relation) const {
    const std::string list = QuoteIdentifier(relation.name);
    const std::string elements =
        relation.keep_empty ? fmt::format("CASE WHEN len({0}) > 0 THEN {0} ELSE [NULL] END", list)
                            : list;
    std::string inner, outer;
    for (const expr::Field& field : relation.inputs[0].schema.fields) {
      if (field.name == relation.name) continue;
      inner += QuoteIdentifier(field.name) + ", ";
      outer += QuoteIdentifier(field.name) + ", ";
    }
    inner += fmt::format(
        "unnest({}) AS ca_element, CAST(generate_subscripts({}, 1) - 1 AS BIGINT) AS ca_ordinal",
        elements, elements);
    if (relation.names.empty()) outer += "ca_element AS " + QuoteIdentifier(relation.value_name);
    for (size_t i = 0; i < relation.names.size(); ++i) {
      outer += fmt::format("{}ca_element.{} AS {}", i == 0 ? "" : ", ",
                           QuoteIdentifier(relation.names[i]), QuoteIdentifier(relation.names[i]));
    }
    if (!relation.key_name.empty())
      outer += ", ca_ordinal AS " + QuoteIdentifier(relation.key_name);
    return Select(outer, fmt::format("({})", Select(inner, Source(relation.inputs[0]))));
  }

  /// Keys and values are unnested side by side, so that the source is read once.
  std::string Unpivot(const Relation& relation) const {
    std::string keys, values;
    const std::string type = DuckdbType(relation.schema.fields.back().type);
    for (const spec::UnpivotColumn& pair : relation.pairs) {
      keys += (keys.empty() ? "" : ", ") + QuoteLiteral(pair.key);
      values += fmt::format("{}CAST({} AS {})", values.empty() ? "" : ", ",
                            QuoteIdentifier(pair.column), type);
    }
    const std::string value = QuoteIdentifier(relation.value_name);
    const std::string pairs =
        Select(fmt::format("{}{}unnest([{}]) AS {}, unnest([{}]) AS {}", Names(relation.group_by),
                           relation.group_by.empty() ? "" : ", ", keys,
                           QuoteIdentifier(relation.key_name), values, value),
               Source(relation.inputs[0]));
    return Select(Names(relation.schema), fmt::format("({})", pairs),
                  fmt::format(" WHERE {} IS NOT NULL", value));
  }

  std::string Nest(const Relation& relation) const {
    std::string fields;
    for (const std::string& name : relation.names) {
      fields += fmt::format("{}{} := {}", fields.empty() ? "" : ", ", QuoteIdentifier(name),
                            QuoteIdentifier(name));
    }
    const std::string groups = Names(relation.group_by);
    return Select(fmt::format("{}, list(struct_pack({}){}) AS {}", groups, fields,
                              OrderBy(relation.order_by, relation.inputs[0].schema),
                              QuoteIdentifier(relation.value_name)),
                  Source(relation.inputs[0]), " GROUP BY " + groups);
  }

  const ScanText& scan_;
};

}  // namespace

std::string DuckdbType(const Type& type) {
  switch (type.kind) {
    case TypeKind::kNull:
    case TypeKind::kUtf8:
      return "VARCHAR";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kInt32:
      return "INTEGER";
    case TypeKind::kInt64:
      return "BIGINT";
    case TypeKind::kFloat64:
      return "DOUBLE";
    case TypeKind::kBinary:
      return "BLOB";
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTimestamp:
      return "TIMESTAMPTZ";
    case TypeKind::kTimestampNtz:
      return "TIMESTAMP";
    case TypeKind::kList:
      return DuckdbType(type.children[0]) + "[]";
    case TypeKind::kMap:
      return fmt::format("MAP(VARCHAR, {})", DuckdbType(type.children[0]));
    case TypeKind::kSpan:
      return "STRUCT(bstart BIGINT, bend BIGINT, line_base INTEGER, col_unit VARCHAR, "
             "end_exclusive BOOLEAN)";
    case TypeKind::kStruct:
      break;
  }
  std::string fields;
  for (size_t i = 0; i < type.children.size(); ++i) {
    fields += fmt::format("{}{} {}", i == 0 ? "" : ", ", QuoteIdentifier(type.fields[i]),
                          DuckdbType(type.children[i]));
  }
  return fmt::format("STRUCT({})", fields);
}

std::string RenderDuckdb(const Expr& expr, const Schema& schema) {
  switch (expr.kind) {
    case ExprKind::kColumn:
      return RenderColumn(expr.name);
    case ExprKind::kLiteral:
      return RenderLiteral(expr);
    case ExprKind::kCall:
      return RenderCall(expr, schema);
    case ExprKind::kCast:
      return RenderCast(expr, schema);
    case ExprKind::kCase:
      return RenderCase(expr, schema);
    case ExprKind::kIsNull:
      return fmt::format("({} IS NULL)", RenderDuckdb(expr.args[0], schema));
    case ExprKind::kParam:
      return fmt::format("${}", expr.param);
  }
  return {};
}

std::string RenderDuckdb(const Relation& relation, const ScanText& scan) {
  return RelationRenderer(scan).Render(relation);
}

}  // namespace codeanatomy::engine
