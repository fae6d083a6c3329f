#include "driver/bootstrap/bootstrap.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include <fmt/format.h>

#include "base/unreachable.h"
#include "catalog/table.h"
#include "driver/run/run_bundle.h"
#include "driver/run/run_id.h"
#include "engine/duckdb/parquet_io.h"
#include "semantics/compile_model.h"
#include "spec/spec.h"
#include "storage/current.h"
#include "storage/table_io.h"

namespace codeanatomy::driver {
namespace {

/// The plainest value of a type that is not null.
storage::Value PlainValue(const storage::DataType& type) {
  using enum storage::TypeKind;
  switch (type.kind) {
    case kString:
    case kBinary:
      return std::string();
    case kBoolean:
      return false;
    case kFloat:
    case kDouble:
      return 0.0;
    case kDecimal:
      return static_cast<__int128>(0);
    case kStruct:
      CA_UNREACHABLE("no declared column is a required struct");
    case kArray:
    case kMap:
      return storage::Values();
    default:
      return int64_t{0};
  }
}

storage::Row SeedRow(const storage::Schema& schema) {
  storage::Row row;
  for (const storage::Field& field : schema.fields) {
    row.emplace_back();
    if (!field.nullable) row.back() = PlainValue(field.type);
  }
  return row;
}

class BootstrapRun {
 public:
  explicit BootstrapRun(const BootstrapRequest& request) : request_(request) {}

  Result<std::vector<BootstrapTable>> Run() {
    CA_RETURN_IF_ERROR(CheckSeeds());
    CA_ASSIGN_OR_RETURN(out_, storage::CanonicalPath(request_.output_dir));
    CA_ASSIGN_OR_RETURN(const auto lock, storage::LockOutput(*files_, out_));
    CA_ASSIGN_OR_RETURN(const storage::FileStatus current, files_->Status(out_ + "/CURRENT"));
    if (current.exists) {
      return Error(ErrorCode::kAlreadyExists, "there is a build", out_,
                   "name another folder: bootstrap replaces nothing");
    }
    for (const TableInfo& table : Tables()) {
      const bool is_evidence = table.group == TableGroup::kEvidence;
      if (is_evidence ? request_.include_evidence : request_.include_outputs)
        tables_.push_back({std::string(kTableGroupFolders[static_cast<size_t>(table.group)]),
                           std::string(table.name)});
    }
    std::ranges::sort(tables_, {},
                      [](const BootstrapTable& table) { return std::tie(table.role, table.name); });
    storage::BuildVersions build{.run_id = NewRunId()};
    for (BootstrapTable& table : tables_) CA_RETURN_IF_ERROR(Write(table, build));
    CA_ASSIGN_OR_RETURN(const semantics::Compilation compiled,
                        semantics::CompileModel(semantics::CatalogueModel(), {}));
    const std::string hash = spec::SpecHash(compiled.spec);
    CA_RETURN_IF_ERROR(WriteSpec(*files_, out_, hash, spec::CanonicalJson(compiled.spec)));
    build.attributes = {{"spec_hash", hash}, {"bootstrap", request_.seeded ? "seeded" : "empty"}};
    CA_RETURN_IF_ERROR(storage::PublishCurrent(*files_, out_, build));
    return std::move(tables_);
  }

 private:
  Result<void> CheckSeeds() const {
    for (const std::string& name : request_.seeded_tables) {
      if (FindTable(name) == nullptr)
        return Error(ErrorCode::kUnknownSchema, "no table of that name is declared", name);
    }
    return {};
  }

  bool IsSeeded(const std::string& name) const {
    return request_.seeded &&
           (request_.seeded_tables.empty() ||
            std::ranges::find(request_.seeded_tables, name) != request_.seeded_tables.end());
  }

  Result<void> Write(BootstrapTable& table, storage::BuildVersions& build) {
    storage::TableWrite write{.schema = storage::SchemaOf(*FindTable(table.name)),
                              .mode = storage::WriteMode::kOverwrite,
                              .schema_mode = storage::SchemaMode::kReplace};
    std::vector<storage::Row> rows;
    if (IsSeeded(table.name)) rows.push_back(SeedRow(write.schema));
    table.rows = rows.size();
    table.path = fmt::format("{}/{}", table.role, table.name);
    auto written =
        storage::WriteTable({*files_, parquet_, *clock_}, fmt::format("{}/{}", out_, table.path),
                            std::move(write), rows, {});
    if (!written) return std::move(written.error()).WithFrame("writing " + table.name);
    build.tables[table.name] = {table.path, written->version, static_cast<int64_t>(table.rows),
                                written->content_digest};
    return {};
  }

  const BootstrapRequest& request_;
  std::string out_;
  std::unique_ptr<storage::FileSystem> files_ = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock_ = storage::OpenSystemClock();
  engine::DuckdbParquetIo parquet_{engine::SessionOptions{}};
  std::vector<BootstrapTable> tables_;
};

}  // namespace

Result<std::vector<BootstrapTable>> Bootstrap(const BootstrapRequest& request) {
  return BootstrapRun(request).Run();
}

}  // namespace codeanatomy::driver
