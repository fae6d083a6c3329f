#include "engine/session/sql_policy.h"

#include <doctest/doctest.h>

#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

std::unique_ptr<Session> OpenSession() {
  auto session = Session::Create({});
  REQUIRE_MESSAGE(session.has_value(), (session ? "" : session.error().ToString()));
  return *std::move(session);
}

TEST_CASE("whatever is not one SELECT over tables is refused") {
  auto session = OpenSession();
  for (const std::string_view sql : {
           "INSERT INTO t VALUES (1)",
           "UPDATE t SET a = 1",
           "DELETE FROM t",
           "MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE",
           "TRUNCATE t",
           "CREATE TABLE t (a INT)",
           "CREATE OR REPLACE VIEW v AS SELECT 1",
           "CREATE MACRO m(a) AS a",
           "CREATE FUNCTION m(a) AS a",
           "CREATE SECRET s (TYPE s3)",
           "DROP TABLE t",
           "ALTER TABLE t ADD COLUMN a INT",
           "COPY t TO '/tmp/x'",
           "COPY (SELECT 1) TO '/tmp/x' (FORMAT csv)",
           "COPY t FROM '/etc/passwd'",
           "EXPORT DATABASE '/tmp/x'",
           "IMPORT DATABASE '/tmp/x'",
           "ATTACH '/tmp/x.db'",
           "DETACH memory",
           "USE memory",
           "INSTALL httpfs",
           "LOAD httpfs",
           "SET threads = 1",
           "SET GLOBAL enable_external_access = true",
           "SET VARIABLE a = 1",
           "RESET threads",
           "PRAGMA threads = 1",
           "PRAGMA database_list",
           "CALL pragma_version()",
           "EXPLAIN SELECT 1",
           "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x'",
           "BEGIN",
           "COMMIT",
           "CHECKPOINT",
           "VACUUM",
           "ANALYZE",
           "PREPARE p AS SELECT 1",
           "EXECUTE p",
           "DEALLOCATE p",
           "COMMENT ON TABLE t IS 'x'",
           "/* SELECT 1 */ -- SELECT\n DROP TABLE t",
           "SELECT 1; SELECT 2",
           "SELECT 1; DROP TABLE t",
           "SELECT * FROM read_csv('/etc/passwd')",
           "SELECT * FROM read_text('/etc/passwd')",
           "SELECT * FROM read_blob('/etc/passwd')",
           "SELECT * FROM read_parquet('x')",
           "SELECT * FROM parquet_scan('x')",
           "SELECT * FROM parquet_metadata('x')",
           "SELECT * FROM read_json('x')",
           "SELECT * FROM read_ndjson_objects('x')",
           "SELECT * FROM sniff_csv('x')",
           "SELECT * FROM glob('/etc/*')",
           "SELECT * FROM duckdb_settings()",
           "SELECT * FROM duckdb_secrets()",
           "SELECT * FROM pragma_table_info('t')",
           "SELECT * FROM query('SELECT 1')",
           "SELECT * FROM query_table('t')",
           "SELECT * FROM json_execute_serialized_sql('{}')",
           "SELECT * FROM ca_batch_scan('t')",
           "SELECT (SELECT content FROM read_text('/etc/passwd'))",
           "WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM a",
           "SELECT * FROM t WHERE a IN (SELECT content FROM READ_TEXT('/etc/passwd'))",
           "SELECT * FROM '/etc/passwd'",
           "SELECT * FROM 'x.parquet'",
           "SELECT * FROM \"/tmp/x\"",
           "SELECT * FROM 'data.csv' UNION ALL SELECT 1",
           "SELECT * FROM information_schema.tables",
           "SELECT * FROM pg_catalog.pg_class",
           "SELECT * FROM system.main.duckdb_tables",
           "SHOW DATABASES",
           "SHOW ALL TABLES x y",
       }) {
    const auto names = CheckStatement(session->connection(), sql);
    REQUIRE_MESSAGE(!names, std::string(sql));
    const bool typed = names.error().code() == ErrorCode::kSqlPolicyViolation ||
                       names.error().code() == ErrorCode::kSqlInvalid;
    CHECK_MESSAGE(typed, std::string(sql) << " " << names.error().ToString());
    if (names.error().code() == ErrorCode::kSqlPolicyViolation) {
      CHECK_MESSAGE(!names.error().way_out().empty(), std::string(sql));
    }
  }
}

TEST_CASE("what does not parse says where") {
  auto session = OpenSession();
  const auto names = CheckStatement(session->connection(), "SELECT 1,\n  FRM x y z");
  REQUIRE(!names);
  CHECK(names.error().code() == ErrorCode::kSqlInvalid);
  CHECK(names.error().message().find("line 2") != std::string::npos);
  CHECK(!CheckStatement(session->connection(), ""));
  CHECK(!CheckStatement(session->connection(), "-- nothing"));
  CHECK(!CheckStatement(session->connection(), std::string_view("SELECT 1\0; DROP", 15)));
  std::string deep(20000, '(');
  CHECK(!CheckStatement(session->connection(), "SELECT " + deep + "1"));
}

TEST_CASE("names of a statement") {
  auto session = OpenSession();
  auto names =
      CheckStatement(session->connection(),
                     "WITH c AS (SELECT Hash64(a) FROM cpg_nodes), cpg_edges AS (FROM cpg_edges) "
                     "SELECT * FROM c JOIN main.calls USING (x), range(3), cpg_edges, "
                     "\"codeanatomy.t@3\" WHERE y IN (SELECT z FROM repo_files) AND v = $v");
  REQUIRE_MESSAGE(names.has_value(), (names ? "" : names.error().ToString()));
  std::sort(names->tables.begin(), names->tables.end());
  CHECK(names->tables ==
        std::vector<std::string>{"calls", "codeanatomy.t@3", "cpg_nodes", "repo_files"});
  std::sort(names->common_expressions.begin(), names->common_expressions.end());
  CHECK(names->common_expressions == std::vector<std::string>{"c", "cpg_edges"});
  CHECK(names->functions.contains("hash64"));
  CHECK(!names->shows_tables);
  for (const std::string_view sql :
       {"FROM t", "TABLE t", "DESCRIBE t", "SUMMARIZE t", "DESCRIBE SELECT * FROM t",
        "(SELECT * FROM t)", "SELECT 1 FROM t;", "SELECT 1 FROM t -- ; DROP TABLE t"}) {
    auto one = CheckStatement(session->connection(), sql);
    REQUIRE_MESSAGE(one.has_value(), std::string(sql));
    CHECK_MESSAGE(one->tables == std::vector<std::string>{"t"}, std::string(sql));
  }
  auto shown = CheckStatement(session->connection(), "SHOW TABLES");
  REQUIRE(shown);
  CHECK(shown->shows_tables);
}

}  // namespace
}  // namespace codeanatomy::engine
