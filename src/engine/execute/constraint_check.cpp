#include "engine/execute/constraint_check.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"
#include "engine/render/duckdb_sql.h"
#include "engine/render/spark_sql.h"
#include "expr/json_reader.h"
#include "expr/type_check.h"
#include "storage/log/file_path.h"

namespace codeanatomy::engine {
namespace {

Error Foreign(const storage::CheckConstraint& constraint) {
  return Error(ErrorCode::kDeltaFeatureUnsupported,
               fmt::format("the table has the constraint {} ({}) of another program, which this "
                           "one cannot evaluate",
                           constraint.name, constraint.sql),
               constraint.name, "write the table with that program, or drop the constraint");
}

/// The tree, if it still says what other writers are told.
Result<expr::Expr> TreeOf(const storage::CheckConstraint& constraint) {
  if (constraint.tree.empty()) return Foreign(constraint);
  expr::JsonReader reader;
  expr::Expr tree;
  const auto json = expr::ParseJson(constraint.tree);
  if (!json) return Foreign(constraint);
  expr::Read(reader, *json, "$", tree);
  if (reader.error) return Foreign(constraint);
  const auto sql = RenderSpark(tree);
  if (!sql || *sql != constraint.sql) return Foreign(constraint);
  return tree;
}

/// Columns of a table that an expression may name; those of types that specs lack are left out.
expr::Schema NamedColumns(const storage::Schema& schema, const std::vector<std::string>& names) {
  expr::Schema columns;
  for (const storage::Field& field : schema.fields) {
    if (std::ranges::find(names, field.name) == names.end()) continue;
    if (auto type = storage::ToExpr(field.type))
      columns.fields.push_back({field.name, *std::move(type)});
  }
  return columns;
}

}  // namespace

Result<storage::CheckConstraint> StoredConstraint(const spec::NamedConstraint& constraint) {
  CA_ASSIGN_OR_RETURN(std::string sql, RenderSpark(constraint.expression));
  return storage::CheckConstraint{constraint.name, std::move(sql),
                                  expr::CanonicalText(expr::Write(constraint.expression))};
}

Result<std::optional<std::string>> FindViolatingRow(Session& session, const expr::Schema& schema,
                                                    std::vector<ScannedFile> files,
                                                    const storage::CheckConstraint& constraint) {
  CA_ASSIGN_OR_RETURN(const expr::Expr tree, TreeOf(constraint));
  if (Result<void> fits =
          expr::CheckPredicate(tree, {schema, {}}, "$.constraints." + constraint.name);
      !fits)
    return std::move(fits.error());
  CA_ASSIGN_OR_RETURN(Session::PooledConnection connection, session.Connect());
  CA_RETURN_IF_ERROR(session.PrepareStatement(*connection));
  std::string named;
  for (const std::string& column : expr::ReferencedColumns(tree))
    named += fmt::format("{}{} := {}", named.empty() ? "" : ", ", QuoteIdentifier(column),
                         QuoteIdentifier(column));
  const std::string row =
      named.empty() ? "'{}'" : fmt::format("CAST(to_json(struct_pack({})) AS VARCHAR)", named);
  CA_ASSIGN_OR_RETURN(
      QueryResult found,
      connection->Query(
          fmt::format("SELECT min({}) FROM {} WHERE ({}) IS NOT TRUE", row,
                      RenderFileScan({.files = std::move(files), .columns = ScanColumns(schema)}),
                      RenderDuckdb(tree, schema))));
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, found.Next());
  if (chunk == nullptr || chunk->column(0).is_null(0)) return std::optional<std::string>();
  return std::optional(std::string(chunk->column(0).Text(0)));
}

storage::FindViolation ViolationFinder(Session& session) {
  return [&session](
             const storage::Snapshot& snapshot, std::span<const storage::AddFile> files,
             const storage::CheckConstraint& constraint) -> Result<std::optional<std::string>> {
    CA_ASSIGN_OR_RETURN(const expr::Expr tree, TreeOf(constraint));
    std::vector<ScannedFile> scanned;
    for (const storage::AddFile& file : files) {
      CA_ASSIGN_OR_RETURN(std::string path, storage::LocalPath(snapshot.root(), file));
      scanned.push_back({std::move(path), file.partition_values});
    }
    return FindViolatingRow(session, NamedColumns(snapshot.schema(), expr::ReferencedColumns(tree)),
                            std::move(scanned), constraint);
  };
}

}  // namespace codeanatomy::engine
