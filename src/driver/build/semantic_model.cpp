#include "driver/build/semantic_model.h"

#include <filesystem>

#include <fmt/format.h>

#include "driver/build/evidence_writer.h"
#include "engine/duckdb/logical_type.h"
#include "engine/duckdb/parquet_writer.h"
#include "engine/extension/plugin_library.h"
#include "engine/render/duckdb_sql.h"
#include "semantics/analysis/view_schema.h"
#include "semantics/ir/model_file.h"
#include "source/read_file.h"
#include "storage/log/snapshot.h"
#include "storage/log/transaction.h"

namespace codeanatomy::driver {
namespace {

namespace fs = std::filesystem;

std::string SubjectOf(const semantics::Model& model, const semantics::ForeignTable& foreign) {
  const std::string declaration = fmt::format("table {}", foreign.table.name);
  return fmt::format("{}: {}", model.PlaceOf(declaration), declaration);
}

/// The Parquet files of a foreign table: the file itself, or the live files of a Delta table.
Result<std::vector<std::string>> FilesOf(const semantics::ForeignTable& foreign,
                                         const storage::Environment& environment) {
  const std::string location(foreign.location);
  std::error_code failed;
  if (fs::is_directory(location, failed)) {
    CA_ASSIGN_OR_RETURN(const storage::Snapshot snapshot,
                        storage::Snapshot::Load(environment, location));
    return snapshot.LocalPaths();
  }
  if (!fs::is_regular_file(location, failed))
    return Error(ErrorCode::kNotFound, "no Parquet file and no Delta table at " + location);
  return std::vector<std::string>{location};
}

Result<std::string> SelectOf(const TableInfo& table, const std::vector<std::string>& files,
                             engine::Connection& connection) {
  std::string scan;
  for (const std::string& file : files)
    scan += (scan.empty() ? "" : ", ") + engine::QuoteLiteral(file);
  scan = fmt::format("read_parquet([{}], hive_partitioning = false)", scan);
  const expr::Schema schema = semantics::SchemaOfTable(table);
  std::string columns, order, nulls;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const std::string name = engine::QuoteIdentifier(table.columns[i].name);
    columns += fmt::format("{}CAST({} AS {}) AS {}", columns.empty() ? "" : ", ", name,
                           engine::DuckdbType(schema.fields[i].type), name);
    if (table.columns[i].required)
      nulls += fmt::format("{}{} IS NULL", nulls.empty() ? "" : " OR ", name);
  }
  if (!nulls.empty()) {
    CA_ASSIGN_OR_RETURN(
        auto found, connection.Query(fmt::format("SELECT count(*) FROM {} WHERE {}", scan, nulls)));
    CA_ASSIGN_OR_RETURN(const engine::Chunk* chunk, found.Next());
    if (chunk != nullptr && chunk->column(0).Integer(0) > 0) {
      return Error(
          ErrorCode::kOutputContractViolation,
          fmt::format("{} rows hold a null in a required column", chunk->column(0).Integer(0)));
    }
  }
  // All columns break ties, so that equal rows alone can change places.
  for (std::string_view name : table.order) order += engine::QuoteIdentifier(name) + ", ";
  for (const ColumnInfo& column : table.columns)
    order += engine::QuoteIdentifier(column.name) + ", ";
  order.resize(order.size() - 2);
  return fmt::format("SELECT {} FROM {} ORDER BY {}", columns, scan, order);
}

}  // namespace

Result<semantics::Model> LoadModel(const Config& config, const std::string& repository,
                                   const std::vector<engine::Plugin>& plugins) {
  semantics::Model model = semantics::CatalogueModel();
  for (const auto& [plugin, options] : plugins) {
    if (plugin.declarations().empty()) continue;
    const std::string folder = fs::path(plugin.path()).parent_path().string();
    CA_RETURN_IF_ERROR(
        semantics::AddDeclarations(plugin.declarations(), plugin.path(), folder, model));
  }
  std::string file = config.GetText("graph.semantics");
  std::error_code failed;
  if (file.empty()) {
    file = (fs::path(repository) / "semantics.toml").string();
    if (!fs::is_regular_file(file, failed)) return model;
  } else if (!fs::is_regular_file(file, failed)) {
    return Error(ErrorCode::kNotFound, "the file of declarations does not exist", file);
  }
  CA_ASSIGN_OR_RETURN(const std::string text, source::ReadBytes(file));
  const std::string folder = fs::absolute(fs::path(file)).parent_path().string();
  CA_RETURN_IF_ERROR(semantics::AddDeclarations(text, file, folder, model));
  return model;
}

semantics::CompileRequest CompileRequestOf(const Config& config) {
  return {.edges_full = config.GetText("graph.edges") == "full",
          .props_full = config.GetText("graph.props") == "full",
          .id_salt = config.GetInt("graph.id_salt"),
          .rulepack_profile = config.GetText("engine.rulepack_profile")};
}

Result<ImportedTable> ImportTable(const semantics::Model& model,
                                  const semantics::ForeignTable& foreign, engine::Session& session,
                                  const storage::Environment& environment, const std::string& out,
                                  const std::map<std::string, std::string>& commit_metadata) {
  const auto import = [&]() -> Result<ImportedTable> {
    const std::string location = TableLocation(foreign.table);
    const std::string root = fmt::format("{}/{}", out, location);
    CA_RETURN_IF_ERROR(environment.files.CreateDirectories(root));
    CA_ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(foreign, environment));
    std::vector<storage::DataFile> written;
    if (!files.empty()) {
      CA_ASSIGN_OR_RETURN(const std::string select,
                          SelectOf(foreign.table, files, session.connection()));
      CA_ASSIGN_OR_RETURN(written, engine::WriteParquet(session.connection(), select, root,
                                                        {.sorted = true, .delta_encodings = true}));
    }
    ImportedTable imported{.schema = semantics::SchemaOfTable(foreign.table)};
    uint64_t rows = 0;
    for (const storage::DataFile& file : written) {
      rows += file.rows;
      imported.files.push_back(fmt::format("{}/{}", root, file.path));
    }
    CA_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(
                                              environment, root,
                                              {.schema = storage::SchemaOf(foreign.table),
                                               .mode = storage::WriteMode::kOverwrite,
                                               .schema_mode = storage::SchemaMode::kReplace}));
    transaction.Add(std::move(written));
    CA_ASSIGN_OR_RETURN(
        const storage::CommitOutcome outcome,
        transaction.Commit({.metadata = commit_metadata, .skip_if_unchanged = true}));
    imported.table = {std::string(foreign.table.name),
                      location,
                      outcome.version,
                      rows,
                      outcome.files_added,
                      outcome.bytes_written,
                      outcome.content_digest};
    return imported;
  };
  auto imported = import();
  if (!imported) {
    Error& error = imported.error();
    return Error(error.code(), error.message(), SubjectOf(model, foreign));
  }
  return imported;
}

}  // namespace codeanatomy::driver
