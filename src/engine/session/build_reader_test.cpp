#include "engine/session/build_reader.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stdlib.h>

#include "engine/duckdb/parquet_io.h"
#include "storage/table_io.h"

namespace codeanatomy::engine {
namespace {

using storage::Row;

/// A build of two tables, `things` with two versions and `nothing` without rows, on disk.
class SmallBuild {
 public:
  SmallBuild() : path_("/tmp/ca_reader_XXXXXX") {
    REQUIRE(mkdtemp(path_.data()) != nullptr);
    path_ = std::filesystem::canonical(path_).string();
    std::ofstream(path_ + "/secret.csv") << "a\n1\n";
    storage::BuildVersions build{.run_id = "run"};
    build.tables["things"] = {.path = "evidence/things", .version = 1, .rows = 3};
    build.tables["nothing"] = {.path = "quality/nothing", .version = 0, .rows = 0};
    Write("evidence/things", {{int64_t{1}, std::string("one")}});
    Write("evidence/things",
          {{int64_t{2}, std::string("two")}, {int64_t{3}, std::string("a longer text than that")}});
    Write("quality/nothing", {});
    Check(storage::PublishCurrent(*files_, path_, build));
  }
  ~SmallBuild() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  template <typename T>
  static void Check(const Result<T>& status) {
    REQUIRE_MESSAGE(status.has_value(),
                    (status ? "" : const_cast<Result<T>&>(status).error().ToString()));
  }

  void Write(const std::string& table, std::vector<Row> rows) {
    storage::TableWrite write;
    write.schema.fields.push_back({.name = "id", .type = {.kind = storage::TypeKind::kLong}});
    write.schema.fields.push_back({.name = "name", .type = {.kind = storage::TypeKind::kString}});
    write.mode = std::filesystem::exists(path_ + "/" + table) ? storage::WriteMode::kAppend
                                                              : storage::WriteMode::kCreate;
    Check(storage::WriteTable({*files_, parquet_, *clock_}, path_ + "/" + table, write, rows, {}));
  }

  std::string path_;
  std::unique_ptr<storage::FileSystem> files_ = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock_ = storage::OpenSystemClock();
  DuckdbParquetIo parquet_{SessionOptions{}};
};

std::unique_ptr<BuildReader> OpenReader(const SmallBuild& build) {
  auto reader = BuildReader::Open(build.path(), {});
  REQUIRE_MESSAGE(reader.has_value(), (reader ? "" : reader.error().ToString()));
  return *std::move(reader);
}

int64_t Integer(BuildReader& reader, std::string_view sql,
                std::span<const NamedValue> parameters = {}) {
  auto rows = reader.Query(sql, parameters);
  REQUIRE_MESSAGE(rows.has_value(), std::string(sql)
                                        << " " << (rows ? "" : rows.error().ToString()));
  auto value = rows->SingleInteger();
  REQUIRE_MESSAGE(value.has_value(), std::string(sql)
                                         << " " << (value ? "" : value.error().ToString()));
  return *value;
}

ErrorCode Refusal(BuildReader& reader, std::string_view sql) {
  auto rows = reader.Query(sql);
  if (rows) {
    auto chunk = rows->Next();
    REQUIRE_MESSAGE(!chunk, std::string(sql));
    return chunk.error().code();
  }
  return rows.error().code();
}

TEST_CASE("tables of the build are relations, at its version or an older one") {
  SmallBuild build;
  auto reader = OpenReader(build);
  CHECK(Integer(*reader, "SELECT sum(id)::BIGINT FROM things") == 6);
  CHECK(Integer(*reader, "SELECT sum(id)::BIGINT FROM THINGS WHERE name LIKE 'a%'") == 3);
  CHECK(Integer(*reader, "SELECT count(*) FROM \"codeanatomy.things@0\"") == 1);
  CHECK(Integer(*reader, "SELECT count(*) FROM \"codeanatomy.things\"") == 3);
  CHECK(Integer(*reader, "SELECT count(*) FROM nothing") == 0);
  CHECK(Integer(*reader,
                "WITH things AS (SELECT * FROM things LIMIT 2) SELECT count(*) FROM things") == 2);
  CHECK(Integer(*reader, "SELECT count(*) FROM (DESCRIBE things)") == 2);
  auto shown = reader->Query("SHOW TABLES");
  REQUIRE(shown);
  CHECK(shown->column_name(0) == "name");
  CHECK(Refusal(*reader, "SELECT count(*) FROM (SHOW TABLES)") == ErrorCode::kSqlPolicyViolation);
  CHECK(Integer(*reader, "SELECT span_len(span_make(min(id), max(id))) FROM things") == 2);
  const std::vector<NamedValue> parameters = {{"name", std::string_view("two")}};
  CHECK(Integer(*reader, "SELECT id FROM things WHERE name = $name", parameters) == 2);
}

TEST_CASE("unknown names bring the nearest ones") {
  SmallBuild build;
  auto reader = OpenReader(build);
  auto rows = reader->Query("SELECT * FROM thing");
  REQUIRE(!rows);
  CHECK(rows.error().code() == ErrorCode::kUnknownSchema);
  CHECK(rows.error().way_out().find("things") != std::string::npos);
  CHECK(Refusal(*reader, "SELECT * FROM \"codeanatomy.things@7\"") == ErrorCode::kNotFound);
  CHECK(Refusal(*reader, "SELECT * FROM \"codeanatomy.things@x\"") == ErrorCode::kUnknownSchema);
  CHECK(Refusal(*reader, "SELECT nam FROM things") == ErrorCode::kSqlInvalid);
  CHECK(Refusal(*reader, "SELECT * FROM things WHERE id = $id") == ErrorCode::kSqlInvalid);
}

TEST_CASE("the session itself reaches no other file and cannot be configured") {
  SmallBuild build;
  auto reader = OpenReader(build);
  Connection& connection = reader->session().connection();
  std::ofstream("/tmp/ca_reader_other.csv") << "a\n1\n";
  CHECK(!connection.Query("SELECT * FROM read_csv('/tmp/ca_reader_other.csv')"));
  CHECK(!connection.Query("SELECT * FROM read_text('/etc/hostname')"));
  CHECK(!connection.Execute("COPY (SELECT 1) TO '/tmp/ca_reader_written.csv'"));
  CHECK(!connection.Execute("ATTACH '/tmp/ca_reader.db'"));
  CHECK(!connection.Execute("SET enable_external_access = true"));
  CHECK(!connection.Execute("SET threads = 1"));
  CHECK(!connection.Execute("INSTALL httpfs"));
  std::filesystem::remove("/tmp/ca_reader_other.csv");
}

TEST_CASE("a folder without a build is not found") {
  CHECK(!BuildReader::Open("/tmp/ca_no_such_build", {}));
  const auto missing = BuildReader::Open("/tmp", {});
  REQUIRE(!missing);
  CHECK(missing.error().code() == ErrorCode::kNotFound);
}

}  // namespace
}  // namespace codeanatomy::engine
