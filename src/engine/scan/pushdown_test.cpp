#include "engine/scan/pushdown.h"

#include "engine/duckdb/engine_plan.h"
#include "storage/test_environment.h"

namespace codeanatomy::engine {
namespace {

Relation Scan(std::string name) {
  Relation scan;
  scan.name = std::move(name);
  for (const char* column : {"kind", "size"})
    scan.schema.fields.push_back({column, expr::TypeKind::kUtf8});
  return scan;
}

Relation Filter(Relation input, std::vector<expr::Expr> predicates) {
  Relation filter;
  filter.op = RelationOp::kFilter;
  filter.schema = input.schema;
  filter.inputs.push_back(std::move(input));
  filter.predicates = std::move(predicates);
  return filter;
}

expr::Expr Equal(std::string_view column, std::string_view value) {
  return expr::Call("eq", {expr::Column(column), expr::Text(value)});
}

/// An input of two files, and what its scans are held to.
struct Inputs : storage::TestEnvironment {
  Inputs() { pruner.AddInput("things", {.files = {"/t/a.parquet", "/t/b.parquet"}}); }

  std::vector<PushdownProbe> Check(const Relation& planned, Relation executed,
                                   bool pushes_filters = true,
                                   const std::vector<EngineOperator>& asked = {}) const {
    const PushdownContract contract(pruner, pushes_filters);
    Relation whole = planned;
    Relation* const rendered[] = {&executed};
    return contract.Check("few", contract.Expect(whole), rendered, asked);
  }

  storage::SnapshotCache kept{1 << 20};
  ScanPruner pruner{environment, kept, {}, false};
};

}  // namespace

TEST_CASE("the contract names each way to break it") {
  using enum PushdownStatus;
  CHECK(AssertionOf(kExact, false) == PushdownAssertion::kSatisfied);
  CHECK(AssertionOf(kExact, true) == PushdownAssertion::kExactWithRedundantResidual);
  CHECK(AssertionOf(kInexact, true) == PushdownAssertion::kSatisfied);
  CHECK(AssertionOf(kInexact, false) == PushdownAssertion::kInexactWithoutResidual);
  CHECK(AssertionOf(kUnsupported, true) == PushdownAssertion::kSatisfied);
  CHECK(AssertionOf(kUnsupported, false) == PushdownAssertion::kUnsupportedPredicateLost);
}

TEST_CASE("a predicate that stands in the executed relation is satisfied") {
  const Inputs inputs;
  const Relation planned = Filter(Scan("things"), {Equal("kind", "a"), Equal("size", "1")});
  const auto probes = inputs.Check(planned, planned);
  REQUIRE(probes.size() == 2);
  for (const PushdownProbe& probe : probes) {
    CHECK(probe.reader == "few");
    CHECK(probe.dataset == "things");
    CHECK(probe.status == PushdownStatus::kInexact);
    CHECK(probe.residual);
  }
  CHECK(CheckSatisfied(probes).has_value());
  CHECK(inputs.Check(Scan("things"), Scan("things")).empty());
}

TEST_CASE("a predicate that is lost is a violation, whatever else is kept") {
  const Inputs inputs;
  const Relation planned = Filter(Scan("things"), {Equal("kind", "a"), Equal("size", "1")});
  for (const bool pushes_filters : {true, false}) {
    const auto probes =
        inputs.Check(planned, Filter(Scan("things"), {Equal("kind", "a")}), pushes_filters);
    REQUIRE(probes.size() == 2);
    CHECK(probes[0].assertion == PushdownAssertion::kSatisfied);
    CHECK(probes[1].assertion == (pushes_filters ? PushdownAssertion::kInexactWithoutResidual
                                                 : PushdownAssertion::kUnsupportedPredicateLost));
    const auto checked = CheckSatisfied(probes);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code() == ErrorCode::kPushdownContractViolation);
    CHECK(checked.error().subject() == "few");
    CHECK(checked.error().message().find("size") != std::string::npos);
  }
}

TEST_CASE("each scan of an input is held to its own predicates") {
  const Inputs inputs;
  const auto both = [](Relation left, Relation right) {
    Relation all;
    all.op = RelationOp::kUnion;
    all.schema = left.schema;
    all.inputs.push_back(std::move(left));
    all.inputs.push_back(std::move(right));
    return all;
  };
  const Relation a = Filter(Scan("things"), {Equal("kind", "a")});
  const Relation b = Filter(Scan("things"), {Equal("kind", "b")});
  CHECK(CheckSatisfied(inputs.Check(both(a, b), both(b, a))).has_value());
  CHECK_FALSE(CheckSatisfied(inputs.Check(both(a, b), both(a, Scan("things")))).has_value());
}

TEST_CASE("the engine's plan is evidence where it was asked") {
  const Inputs inputs;
  const Relation planned = Filter(Scan("things"), {Equal("kind", "a")});
  const std::vector<EngineOperator> asked{
      {.name = "FILTER", .filters = {"(my_kind = 'a')", "(lower(kind) = 'a')"}},
      {.name = "READ_PARQUET", .depth = 1, .is_scan = true, .filters = {"kind='a'"}}};
  const auto probes = inputs.Check(planned, planned, true, asked);
  REQUIRE(probes.size() == 1);
  CHECK(probes[0].scan_filters == std::vector<std::string>{"kind='a'"});
  CHECK(probes[0].row_filters == std::vector<std::string>{"(lower(kind) = 'a')"});
}

}  // namespace codeanatomy::engine
