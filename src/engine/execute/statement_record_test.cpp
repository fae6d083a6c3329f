#include "engine/execute/statement_record.h"

#include <doctest/doctest.h>

#include "engine/execute/execute_spec.h"
#include "storage/test_environment.h"

namespace codeanatomy::engine {
namespace {

/// What a statement over `things` is held to, and one that is executed without its filter: a defect
/// of ours as the contract is there to find.
struct LostFilter : storage::TestEnvironment {
  LostFilter() {
    pruner.AddInput("things", {.files = {"/t/a.parquet"}});
    scan.name = "things";
    scan.schema.fields.push_back({"size", expr::TypeKind::kInt64});
    whole.op = RelationOp::kFilter;
    whole.schema = scan.schema;
    whole.inputs.push_back(scan);
    whole.predicates.push_back(expr::Call("lt", {expr::Column("size"), expr::Integer(9)}));
  }

  Result<void> Check(spec::PushdownMode mode, ExecutionReport& report) {
    spec::Spec spec;
    spec.runtime.pushdown_enforcement_mode = mode;
    auto session = Session::Create({.threads = 1});
    REQUIRE(session.has_value());
    StatementRecord record(spec, **session, pruner, false);
    const std::vector<ExpectedScan> expected = record.Expect(whole);
    Relation* const rendered[] = {&scan};
    auto checked = record.CheckPushdown(0, "few", expected, rendered, {});
    record.MoveTo(report);
    return checked;
  }

  storage::SnapshotCache kept{1 << 20};
  ScanPruner pruner{environment, kept, {}, false};
  Relation scan, whole;
};

}  // namespace

TEST_CASE("a broken contract ends a strict run, and is a warning of the other") {
  LostFilter lost;
  ExecutionReport strict;
  const auto refused = lost.Check(spec::PushdownMode::kStrict, strict);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == ErrorCode::kPushdownContractViolation);
  CHECK(refused.error().subject() == "few");
  CHECK(strict.warnings.empty());

  ExecutionReport warned;
  CHECK(lost.Check(spec::PushdownMode::kWarn, warned).has_value());
  REQUIRE(warned.warnings.size() == 1);
  CHECK(warned.warnings[0].code == WarningCode::kPushdownContractViolation);
  CHECK(warned.warnings[0].message.find("lt(size, 9) over things") != std::string::npos);
  for (const ExecutionReport* report : {&strict, &warned}) {
    REQUIRE(report->pushdown.size() == 1);
    CHECK(report->pushdown[0].assertion == PushdownAssertion::kInexactWithoutResidual);
  }
}

}  // namespace codeanatomy::engine
