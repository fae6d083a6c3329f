#include "catalog/table.h"

#include <doctest/doctest.h>

#include "catalog/diagnostic_code.h"
#include "catalog/graph.h"
#include "catalog/node_kind.h"

namespace codeanatomy {

TEST_CASE("tables are found by name and sorted") {
  REQUIRE(FindTable("ast_nodes") != nullptr);
  CHECK(FindTable("ast_nodes")->columns[0].name == "file_id");
  CHECK(FindTable("ast_nodes")->columns[0].semantic_type == "file_id");
  CHECK(FindTable("no_such_table") == nullptr);
  const auto tables = Tables();
  for (size_t i = 1; i < tables.size(); ++i) CHECK(tables[i - 1].name < tables[i].name);
}

TEST_CASE("a view never bears a table's name") {
  for (const auto views : {GraphViewRules(), EvidenceViewRules(), SymtableViewRules()}) {
    for (const ViewRule& view : views) CHECK(FindTable(view.name) == nullptr);
  }
  REQUIRE(FindSessionView("ast_edges") != nullptr);
  CHECK(FindSessionView("import_aliases") == nullptr);
}

TEST_CASE("labels and operator names of syntax kinds") {
  CHECK(CpgLabelOf(AstKind::kLambda) == NodeKind::kMethod);
  CHECK(CpgLabelOf(AstKind::kBinOp) == NodeKind::kCall);
  CHECK(CpgLabelOf(AstKind::kPass) == NodeKind::kUnknown);
  CHECK(CpgNameOf(AstKind::kBinOp, "Add") == "<operator>.addition");
  CHECK(CpgNameOf(AstKind::kCompare, "Chain") == "<operator>.compare");
  CHECK(CpgNameOf(AstKind::kName, "") == "");
}

TEST_CASE("diagnostic codes") {
  REQUIRE(FindDiagnosticCode("FILE_TOO_LARGE") != nullptr);
  CHECK(FindDiagnosticCode("FILE_TOO_LARGE")->limit_option == "max_file_bytes");
  CHECK(FindDiagnosticCode("NOTHING") == nullptr);
}

}  // namespace codeanatomy
