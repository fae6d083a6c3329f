#include "engine/execute/execute_spec.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/duckdb/parquet_io.h"
#include "engine/render/session_views.h"
#include "expr/expr_text.h"

namespace codeanatomy::engine {
namespace {

namespace fs = std::filesystem;

/// A build folder of its own, removed afterwards, with a session and the real file system.
struct Fixture {
  Fixture() : root(fs::temp_directory_path() / fmt::format("ca_execute_{}", ::getpid())) {
    fs::remove_all(root);
    fs::create_directories(root);
    auto made = Session::Create({.threads = 2});
    REQUIRE_MESSAGE(made.has_value(), made.error().ToString());
    session = *std::move(made);
    parquet = std::make_unique<DuckdbParquetIo>(*session);
  }
  ~Fixture() { fs::remove_all(root); }

  /// An input file from VALUES.
  std::string Write(const std::string& name, const std::string& select) {
    const std::string path = (root / (name + ".parquet")).string();
    const auto done = session->connection().Execute(
        fmt::format("COPY ({}) TO '{}' (FORMAT parquet)", select, path));
    REQUIRE_MESSAGE(done.has_value(), done.error().ToString());
    return path;
  }

  Result<ExecutionReport> Run(const spec::Spec& spec, const std::string& ast_nodes) {
    return Run(spec, std::vector<std::string>{ast_nodes});
  }
  Result<ExecutionReport> Run(const spec::Spec& spec, const std::vector<std::string>& ast_nodes) {
    const storage::Environment environment{*files, *parquet, *clock};
    const BuildPaths paths{.environment = environment,
                           .root = root.string(),
                           .input_files = {{"ast_nodes", ast_nodes}}};
    return ExecuteSpec(spec, *session, paths);
  }

  fs::path root;
  std::unique_ptr<Session> session;
  std::unique_ptr<storage::FileSystem> files = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock = storage::OpenSystemClock();
  std::unique_ptr<DuckdbParquetIo> parquet;
};

std::vector<spec::ComputedColumn> Computed(
    const std::vector<std::pair<std::string, std::string>>& columns) {
  std::vector<spec::ComputedColumn> computed;
  computed.reserve(columns.size());
  for (const auto& [name, text] : columns) {
    auto parsed = expr::ParseExprText(text);
    REQUIRE_MESSAGE(parsed.has_value(), text);
    computed.push_back({name, *std::move(parsed)});
  }
  return computed;
}

void AddOutput(spec::Spec& spec, const std::string& name) {
  spec::OutputTarget target;
  target.table_name = target.source_view = name;
  target.delta_location = "cpg/" + name;
  spec.output_targets.push_back(target);
}

/// Every ast node a node; an AST-like edge per child; the same edges by target.
spec::Spec GraphSpec() {
  spec::Spec spec;
  spec.input_relations.push_back({"ast_nodes", "evidence/ast_nodes", false, {}, {}});
  spec.view_definitions.push_back(
      {"cpg_nodes", "cpg", {}, spec::CpgEmit{spec::CpgOutputKind::kNodes, {"ast_nodes"}}, {}});
  spec.view_definitions.push_back({"edge_rows",
                                   "projection",
                                   {},
                                   spec::Project{"ast_nodes",
                                                 {},
                                                 Computed({{"kind", "'CONDITION'"},
                                                           {"src", "coalesce(parent_id, node_id)"},
                                                           {"dst", "node_id"},
                                                           {"label", "slot"},
                                                           {"ordinal", "ordinal"},
                                                           {"tier", "'proved'"}})},
                                   {}});
  spec.view_definitions.push_back({"cpg_edges",
                                   "cpg",
                                   {"edge_rows"},
                                   spec::CpgEmit{spec::CpgOutputKind::kEdges, {"edge_rows"}},
                                   {}});
  spec.view_definitions.push_back({"cpg_edges_by_dst",
                                   "cpg",
                                   {"cpg_edges"},
                                   spec::CpgEmit{spec::CpgOutputKind::kEdgesByDst, {"cpg_edges"}},
                                   {}});
  for (const char* name : {"cpg_nodes", "cpg_edges", "cpg_edges_by_dst"}) AddOutput(spec, name);
  return spec;
}

/// Rows of ast_nodes with the columns that the specs of this file read; the rest is null.
std::string AstNodes(const std::string& rows) {
  return fmt::format(
      "SELECT CAST(1 AS BIGINT) AS file_id, 'a.py' AS path, CAST(n AS BIGINT) AS node_id, CAST(p "
      "AS BIGINT) AS parent_id, "
      "NULL::BIGINT AS scope_decl_id, 0 AS ast_id, 0 AS parent_ast_id, k AS kind, NULL::VARCHAR AS "
      "parent_kind, "
      "NULL::VARCHAR AS name, NULL::VARCHAR AS value, NULL::VARCHAR AS ctx, NULL::VARCHAR AS op, s "
      "AS slot, 0 AS idx, "
      "o AS ordinal, NULL::BIGINT AS name_bstart, CAST(n AS BIGINT) AS anchor, 0::BIGINT AS "
      "bstart, 0::BIGINT AS bend, "
      "1 AS line, 0 AS col, 1 AS end_line, 0 AS end_col, NULL::BIGINT AS idom_id, NULL::BIGINT AS "
      "ipostdom_id, NULL::BIGINT AS block_node_id, NULL::BOOLEAN AS may_raise, MAP "
      "{{}}::MAP(VARCHAR, VARCHAR) AS attrs "
      "FROM (VALUES {}) t(n, p, k, s, o)",
      rows);
}

/// The graph has no file nodes here, so nodes must not name one.
constexpr const char* kRows =
    "(9, 5, 'Name', 'value', 1), (1, NULL, 'Module', NULL, 0), (5, 1, 'Expr', 'body', 0)";

int64_t Single(Session& session, const std::string& sql) {
  auto result = session.connection().Query(sql);
  REQUIRE_MESSAGE(result.has_value(), result.error().ToString());
  const auto chunk = result->Next();
  REQUIRE(chunk.has_value());
  return (*chunk)->column(0).Integer(0);
}

spec::Spec NodeRowsSpec() {
  spec::Spec spec = GraphSpec();
  std::get<spec::CpgEmit>(spec.view_definitions[0].transform).sources = {"node_rows"};
  spec.view_definitions[0].view_dependencies = {"node_rows"};
  spec.view_definitions.push_back(
      {"node_rows",
       "projection",
       {},
       spec::Project{
           "ast_nodes", {"node_id", "kind", "parent_id"}, Computed({{"is_external", "false"}})},
       {}});
  return spec;
}

TEST_CASE("outputs are sorted, checked and committed; a second run changes nothing") {
  Fixture fixture;
  const spec::Spec spec = NodeRowsSpec();
  const std::string input = fixture.Write("ast_nodes", AstNodes(kRows));
  const auto report = fixture.Run(spec, input);
  REQUIRE_MESSAGE(report.has_value(), report.error().ToString());
  REQUIRE(report->outputs.size() == 3);
  CHECK(report->edges_by_kind == std::map<std::string, uint64_t>{{"CONDITION", 3}});
  CHECK(report->nodes_by_kind.at("Name") == 1);
  for (const OutputReport& output : report->outputs) {
    CHECK(output.rows == 3);
    CHECK(output.version == 0);
    CHECK(output.content_digest.size() == 64);
  }
  const std::string edges =
      fmt::format("read_parquet('{}/cpg/cpg_edges_by_dst/*.parquet')", fixture.root.string());
  CHECK(Single(*fixture.session, "SELECT dst FROM " + edges + " LIMIT 1") == 1);
  CHECK(Single(*fixture.session, "SELECT count(*) FROM " + edges +
                                     " WHERE kind = 'CONDITION' AND tier = 'proved' "
                                     "AND confidence IS NULL") == 3);
  const auto again = fixture.Run(spec, input);
  REQUIRE(again.has_value());
  CHECK(again->outputs[0].version == 0);
  CHECK(again->outputs[0].content_digest == report->outputs[0].content_digest);
}

TEST_CASE("a view with two outputs of all its rows is read back once") {
  Fixture fixture;
  spec::Spec spec = NodeRowsSpec();
  spec.output_targets.push_back(spec.output_targets[0]);
  spec.output_targets.back().table_name = "copy";
  spec.output_targets.back().delta_location = "cpg/copy";
  spec.view_definitions.push_back(
      {"reader", "projection", {"cpg_nodes"}, spec::Project{"cpg_nodes", {"node_id"}, {}}, {}});
  AddOutput(spec, "reader");
  const auto report = fixture.Run(spec, fixture.Write("ast_nodes", AstNodes(kRows)));
  REQUIRE_MESSAGE(report.has_value(), report.error().ToString());
  for (const OutputReport& output : report->outputs) CHECK(output.rows == 3);
}

/// Two outputs over one aggregate, which is computed once.
spec::Spec KeptViewSpec() {
  spec::Spec spec;
  spec.input_relations.push_back({"ast_nodes", "evidence/ast_nodes", false, {}, {}});
  spec.view_definitions.push_back(
      {"kinds",
       "aggregate",
       {},
       spec::Aggregate{"ast_nodes", {"kind"}, {{"node_id", "count", "n"}}},
       {}});
  for (const char* name : {"once", "again"}) {
    spec.view_definitions.push_back(
        {name, "projection", {"kinds"}, spec::Project{"kinds", {"kind", "n"}, {}}, {}});
    AddOutput(spec, name);
  }
  return spec;
}

TEST_CASE("tables of a run have its prefix and are gone after it") {
  Fixture fixture;
  const std::string input = fixture.Write("ast_nodes", AstNodes(kRows));
  const std::string tables = "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '%kinds%'";
  spec::Spec spec = KeptViewSpec();
  spec.runtime.compliance_capture = true;
  const auto report = fixture.Run(spec, input);
  REQUIRE_MESSAGE(report.has_value(), report.error().ToString());
  CHECK(Single(*fixture.session, tables) == 0);
  const auto reads_prefixed = [](const ExplainTrace& trace) {
    return trace.table != "kinds" && trace.text.find("__run_") != std::string::npos;
  };
  CHECK(std::ranges::count_if(report->explains, reads_prefixed) == 2);
  // Likewise after one that fails when the view is there.
  spec.output_targets.push_back(spec.output_targets[0]);
  spec.output_targets.back().table_name = "cpg_nodes";
  spec.output_targets.back().source_view = "cpg_nodes";
  spec.view_definitions.push_back(
      {"cpg_nodes", "cpg", {"broken"}, spec::CpgEmit{spec::CpgOutputKind::kNodes, {"broken"}}, {}});
  spec.view_definitions.push_back(
      {"broken",
       "projection",
       {"kinds"},
       spec::Project{"kinds", {"kind"}, Computed({{"node_id", "1"}, {"is_external", "false"}})},
       {}});
  const auto failed = fixture.Run(spec, input);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code() == ErrorCode::kOutputContractViolation);
  CHECK(Single(*fixture.session, tables) == 0);
}

TEST_CASE("every file of the driving input becomes a sorted run; keys hold across runs") {
  Fixture fixture;
  const std::string first = fixture.Write("first", AstNodes(kRows));
  const std::string second =
      fixture.Write("second", AstNodes("(7, 5, 'Name', 'value', 1), (3, 1, 'Expr', 'body', 1)"));
  const auto report = fixture.Run(NodeRowsSpec(), {first, second});
  REQUIRE_MESSAGE(report.has_value(), report.error().ToString());
  CHECK(report->nodes_by_kind ==
        std::map<std::string, uint64_t>{{"Expr", 2}, {"Module", 1}, {"Name", 2}});
  const std::string nodes = fmt::format(
      "read_parquet('{}/cpg/cpg_nodes/*.parquet', filename = true)", fixture.root.string());
  CHECK(Single(*fixture.session, "SELECT count(DISTINCT filename) FROM " + nodes) == 2);
  CHECK(Single(*fixture.session,
               "SELECT count(*) FROM (SELECT node_id < lag(node_id) OVER (PARTITION BY filename "
               "ORDER BY file_row_number) AS falls FROM read_parquet('" +
                   fixture.root.string() +
                   "/cpg/cpg_nodes/*.parquet', filename = true, file_row_number = true)) "
                   "WHERE falls") == 0);

  Fixture other;
  const auto twice =
      other.Run(NodeRowsSpec(), {other.Write("first", AstNodes(kRows)),
                                 other.Write("second", AstNodes("(5, 1, 'Expr', 'body', 1)"))});
  REQUIRE_FALSE(twice.has_value());
  CAPTURE(twice.error().ToString());
  CHECK(twice.error().code() == ErrorCode::kOutputContractViolation);
  CHECK(twice.error().ToString().find("two rows with the key (5)") != std::string::npos);
}

TEST_CASE("an output that breaks its contract is not committed") {
  struct Case {
    std::string_view what, rows, message;
  };
  const Case cases[] = {
      {"node twice", "(1, NULL, 'Module', NULL, 0), (1, NULL, 'Expr', 'body', 0)",
       "two rows with the key (1)"},
      {"dangling parent", "(2, 1, 'Expr', 'body', 0)", "= 1 is no node of the graph"},
      {"file without node", "(2, NULL, 'Module', NULL, 0)", "cpg_nodes.file_id = 1 is no node"},
      {"no kind", "(1, NULL, NULL, NULL, 0)", "kind is null in 1 rows"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    Fixture fixture;
    const auto report =
        fixture.Run(GraphSpec(), fixture.Write("ast_nodes", AstNodes(std::string(test.rows))));
    REQUIRE_FALSE(report.has_value());
    CHECK(report.error().code() == ErrorCode::kOutputContractViolation);
    CAPTURE(report.error().ToString());
    CHECK(report.error().ToString().find(test.message) != std::string::npos);
    CHECK_FALSE(fs::exists(fixture.root / "cpg/cpg_nodes/_delta_log/00000000000000000000.json"));
  }
}

TEST_CASE("transforms compute what the format says") {
  Fixture fixture;
  const std::string input =
      fixture.Write("ast_nodes", AstNodes("(1, NULL, 'Module', NULL, 0), (2, 1, 'If', 'body', 0), "
                                          "(3, 1, 'For', 'body', 1), (4, 2, 'Name', 'test', 0)"));
  spec::Spec spec;
  spec.input_relations.push_back({"ast_nodes", "evidence/ast_nodes", false, {}, {}});
  const auto add = [&](std::string name, spec::Transform transform,
                       std::vector<std::string> reads = {}) {
    spec.view_definitions.push_back(
        {std::move(name), "projection", std::move(reads), std::move(transform), {}});
  };
  add("few", spec::Project{"ast_nodes", {"node_id", "parent_id", "kind", "ordinal"}, {}});
  add("nested",
      spec::Nest{
          "few", {"parent_id"}, {"node_id", "kind"}, {{expr::Column("node_id"), true}}, "children"},
      {"few"});
  add("unnested", spec::Unnest{"nested", "children", "child", {"node_id"}, "position"}, {"nested"});
  add("last", spec::Rank{"few", {"parent_id"}, {{expr::Column("ordinal"), true}}, 1, "place"},
      {"few"});
  add("counted", spec::Aggregate{"few", {"parent_id"}, {{"node_id", "count", "children", {}}}},
      {"few"});
  add("pairs",
      spec::Unpivot{
          "few", {"node_id"}, {{"parent_id", "parent"}, {"ordinal", "place"}}, "key", "value"},
      {"few"});
  add("parents",
      spec::Relate{"few",
                   "few",
                   spec::JoinType::kLeft,
                   {{"parent_id", "node_id"}},
                   {},
                   Computed({{"node_id", "l.node_id"}, {"parent_kind", "r.kind"}})},
      {"few"});
  add("both", spec::Union{{"counted", "last"}, "which", false}, {"counted", "last"});
  add("spans", spec::Normalize{"ast_nodes", "node_id", {}, {{"bstart", "bend"}}, {"kind"}});
  for (const char* name : {"unnested", "last", "counted", "pairs", "parents", "both", "spans"})
    AddOutput(spec, name);
  const auto report = fixture.Run(spec, input);
  REQUIRE_MESSAGE(report.has_value(), report.error().ToString());
  const auto count = [&](const std::string& table, const std::string& where) {
    return Single(*fixture.session,
                  fmt::format("SELECT count(*) FROM read_parquet('{}/cpg/{}/*.parquet') WHERE {}",
                              fixture.root.string(), table, where));
  };
  CHECK(count("unnested", "parent_id = 1 AND node_id = 3 AND position = 0") == 1);
  CHECK(count("unnested", "true") == 4);
  CHECK(count("last", "parent_id = 1 AND node_id = 3 AND place = 1") == 1);
  CHECK(count("counted", "parent_id = 1 AND children = 2") == 1);
  CHECK(count("pairs", "true") == 7);
  CHECK(count("pairs", "node_id = 4 AND key = 'parent' AND value = 2") == 1);
  CHECK(count("parents", "node_id = 2 AND parent_kind = 'Module'") == 1);
  CHECK(count("parents", "parent_kind IS NULL") == 1);
  CHECK(count("both", "which = 'counted' AND kind IS NULL") == 3);
  CHECK(
      count(
          "spans",
          "entity_id = node_id AND kind_norm = kind AND span.bend = bend AND span.end_exclusive") ==
      4);
}

}  // namespace
}  // namespace codeanatomy::engine
