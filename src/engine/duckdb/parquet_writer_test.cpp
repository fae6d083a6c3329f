#include "engine/duckdb/parquet_writer.h"

#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

class Folder {
 public:
  Folder() : path_("/tmp/ca_parquet_XXXXXX") { REQUIRE(mkdtemp(path_.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  size_t entries() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path_),
                                             std::filesystem::directory_iterator()));
  }

 private:
  std::string path_;
};

std::unique_ptr<Session> OpenSession(int threads) {
  SessionOptions options;
  options.threads = threads;
  auto session = Session::Create(options);
  REQUIRE_MESSAGE(session.has_value(), (session ? "" : session.error().ToString()));
  return *std::move(session);
}

std::vector<storage::DataFile> Write(Session& session, const std::string& sql,
                                     const Folder& folder) {
  ParquetOptions options;
  options.sorted = sql.find("ORDER BY") != std::string::npos;
  auto files = WriteParquet(session.connection(), sql, folder.path(), options);
  REQUIRE_MESSAGE(files.has_value(), (files ? "" : files.error().ToString()));
  return *std::move(files);
}

TEST_CASE("a file is named by its content and carries its statistics") {
  Folder folder;
  auto session = OpenSession(2);
  const auto files = Write(*session,
                           "SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'n' || i END AS name, "
                           "{'a': i * 2} AS span, [i] AS list FROM range(10) t(i)",
                           folder);
  REQUIRE(files.size() == 1);
  const storage::DataFile& file = files[0];
  CHECK(file.rows == 10);
  CHECK(file.path == file.sha256.substr(0, 32) + ".parquet");
  CHECK(std::filesystem::file_size(folder.path() + "/" + file.path) == file.size);
  CHECK(folder.entries() == 1);
  auto statistics = [&](std::string_view column) {
    for (const auto& c : file.columns) {
      if (c.column == column) return c;
    }
    FAIL("no statistics of " << column);
    return storage::ColumnStatistics{};
  };
  CHECK(statistics("id").min == "0");
  CHECK(statistics("id").max == "9");
  CHECK(statistics("id").null_count == 0);
  CHECK(statistics("name").min == "n0");
  CHECK(statistics("name").null_count == 5);
  CHECK(statistics("span.a").max == "18");
}

TEST_CASE("no rows give no file") {
  Folder folder;
  auto session = OpenSession(1);
  CHECK(Write(*session, "SELECT 1 AS a WHERE false", folder).empty());
  CHECK(folder.entries() == 0);
}

TEST_CASE("files do not depend on the number of threads") {
  const std::string source =
      "SELECT (i * 7919) % 400009 AS id, CASE WHEN i % 5 > 0 THEN 'some/module_' || (i % 97) || "
      "'.py' END "
      "AS path, 'name_' || (i % 5000) AS name, i // 3 AS other FROM range(400000) t(i)";
  Folder parts;
  {
    auto session = OpenSession(2);
    for (int i = 0; i < 9; ++i) {
      Write(*session, fmt::format("SELECT * FROM ({}) WHERE id % 9 = {}", source, i), parts);
    }
  }
  const std::string scan = "read_parquet('" + parts.path() + "/*.parquet')";
  const std::string statements[] = {
      fmt::format("SELECT * FROM {} WHERE id % 7 <> 3", scan),
      fmt::format(
          "SELECT * FROM {0} WHERE id % 7 <> 3 UNION ALL SELECT * FROM {0} WHERE id % 11 < 6",
          scan),
      fmt::format(
          "SELECT a.* FROM {0} a JOIN (SELECT DISTINCT other FROM {0} WHERE other % 3 = 1) b "
          "ON a.id = b.other",
          scan),
      source,
      fmt::format("SELECT * FROM ({}) ORDER BY path, id", source),
      fmt::format("SELECT name, count(*) AS n, min(id) AS id FROM ({}) GROUP BY name ORDER BY name",
                  source),
      fmt::format("SELECT a.*, b.id AS b_id FROM ({0}) a JOIN ({0}) b ON a.id = b.other "
                  "ORDER BY a.id, b.id",
                  source)};
  for (const std::string& sql : statements) {
    std::string expected;
    for (const int threads : {1, 2, 7}) {
      Folder folder;
      auto session = OpenSession(threads);
      const auto files = Write(*session, sql, folder);
      REQUIRE(files.size() == 1);
      if (expected.empty()) expected = files[0].sha256;
      CHECK(files[0].sha256 == expected);
    }
  }
}

TEST_CASE("refusals of the file system are typed and leave nothing behind") {
  auto session = OpenSession(1);
  const auto missing =
      WriteParquet(session->connection(), "SELECT 1 AS a", "/tmp/ca_no_such_folder");
  REQUIRE(!missing);
  CHECK(missing.error().code() == ErrorCode::kIoError);
  Folder folder;
  const auto wrong = WriteParquet(session->connection(), "SELECT nothing_like_this", folder.path());
  REQUIRE(!wrong);
  CHECK(wrong.error().code() == ErrorCode::kSqlInvalid);
  CHECK(folder.entries() == 0);
}

}  // namespace
}  // namespace codeanatomy::engine
