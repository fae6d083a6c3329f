#include "storage/maintenance/constraints.h"

#include "storage/log/protocol.h"
#include "storage/log/transaction.h"
#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

constexpr char kTable[] = "/out/t";
const CheckConstraint kPositive{"positive", "(`x` > 0)", "{}"};

/// Judges `x > 0`, whatever the constraint says.
Result<std::optional<std::string>> FindNegative(const Environment& environment,
                                                const Snapshot& snapshot) {
  std::optional<std::string> row;
  CA_RETURN_IF_ERROR(ReadTable(environment, snapshot, [&](std::span<Row> rows) {
    for (const Row& one : rows)
      if (std::get<int64_t>(one[0]) <= 0) row = fmt::format("{}", std::get<int64_t>(one[0]));
    return Result<void>();
  }));
  return row;
}

Result<AddConstraintsReport> Add(TestEnvironment& test, CheckConstraint constraint) {
  return AddConstraints(test.environment,
                        {.root = kTable,
                         .constraints = {std::move(constraint)},
                         .find_violation = [&](const Snapshot& snapshot, std::span<const AddFile>,
                                               const CheckConstraint&) {
                           return FindNegative(test.environment, snapshot);
                         }});
}

TEST_CASE("a constraint that all rows fulfil is added once, under the protocol that keeps it") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {1, 2}));
  const auto report = Add(test, kPositive);
  REQUIRE(report.has_value());
  CHECK_EQ(report->added, std::vector<std::string>{"positive"});
  const auto snapshot = Snapshot::Load(test.environment, kTable);
  REQUIRE(snapshot.has_value());
  CHECK_EQ(snapshot->protocol().min_reader, 1);
  CHECK_EQ(snapshot->protocol().min_writer, 3);
  CHECK_EQ(ConstraintsOf(snapshot->metadata()), std::vector{kPositive});
  CHECK_EQ(ReadSimple(test.environment, kTable), "1 2");

  const auto again = Add(test, kPositive);
  REQUIRE(again.has_value());
  CHECK_FALSE(again->change.committed);
  CHECK_EQ(again->change.version, 1);
  const auto other = Add(test, {"Positive", "(`x` > 1)", "{}"});
  REQUIRE_FALSE(other.has_value());
  CHECK_EQ(CodeOf(other.error()), "INVALID_ARGUMENT");
}

TEST_CASE("a row that does not fulfil it leaves the table without it") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {1, -2}));
  const auto report = Add(test, kPositive);
  REQUIRE_FALSE(report.has_value());
  CHECK_EQ(CodeOf(report.error()), "OUTPUT_CONTRACT_VIOLATION");
  CHECK_NE(report.error().message().find("-2"), std::string::npos);
  CHECK_EQ(Snapshot::Load(test.environment, kTable)->version(), 0);
}

TEST_CASE("rows that another writer adds meanwhile are judged as well") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {1}));
  bool came = false;
  test.files.before_rename = [&](const std::string& to) {
    if (!to.ends_with("1.json") || std::exchange(came, true)) return;
    REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {-1}));
  };
  const auto report = Add(test, kPositive);
  REQUIRE_FALSE(report.has_value());
  CHECK_EQ(CodeOf(report.error()), "OUTPUT_CONTRACT_VIOLATION");
  CHECK_EQ(ReadSimple(test.environment, kTable), "1 -1");
}

TEST_CASE("only who checks its rows may write to a table with constraints") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {1}));
  REQUIRE(Add(test, kPositive));
  CHECK_FALSE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {2}));
  std::vector<Row> rows = SimpleRows({2});
  TableWrite write{.schema = SimpleSchema(), .mode = WriteMode::kAppend};
  write.checks_constraints = true;
  const auto transaction = Transaction::Begin(test.environment, kTable, write);
  REQUIRE(transaction.has_value());
  CHECK_EQ(transaction->constraints(), std::vector{kPositive});
  CHECK(WriteTable(test.environment, kTable, write, rows, {}));
}

TEST_CASE("a constraint that comes while a writer checks is a conflict") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {1}));
  bool came = false;
  test.files.before_rename = [&](const std::string& to) {
    if (!to.ends_with("1.json") || std::exchange(came, true)) return;
    // Files first, so that the write is tried again, and then the constraint.
    REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {3}));
    REQUIRE(Add(test, kPositive));
  };
  std::vector<Row> rows = SimpleRows({-2});
  TableWrite write{.schema = SimpleSchema(), .mode = WriteMode::kOverwrite};
  write.checks_constraints = true;
  const auto done = WriteTable(test.environment, kTable, write, rows, {});
  REQUIRE_FALSE(done.has_value());
  CHECK_EQ(CodeOf(done.error()), "DELTA_CONFLICT");
  CHECK_EQ(ReadSimple(test.environment, kTable), "1 3");
}

TEST_CASE("names are letters, digits and _") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {1}));
  for (const char* name : {"", "1a", "a.b", "a b"}) {
    CAPTURE(name);
    CHECK_FALSE(Add(test, {name, "(`x` > 0)", "{}"}));
  }
}

TEST_CASE("a protocol with feature lists gets the feature, and moving to lists keeps it") {
  Schema schema = SimpleSchema();
  schema.fields.push_back({"at", DataType{.kind = TypeKind::kTimestampNtz}, true, {}});
  const Protocol protocol = RequiredProtocol(schema, Protocol{.min_writer = 3});
  CHECK_EQ(protocol.writer_features, std::vector<std::string>{"appendOnly", "checkConstraints",
                                                              "invariants", "timestampNtz"});
  TestEnvironment test;
  std::vector<Row> rows{{Value(int64_t{1}), Value(int64_t{0})}};
  REQUIRE(WriteTable(test.environment, kTable, {.schema = schema}, rows, {}));
  REQUIRE(Add(test, kPositive));
  CHECK_EQ(Snapshot::Load(test.environment, kTable)->protocol().writer_features,
           protocol.writer_features);
}

}  // namespace
}  // namespace codeanatomy::storage
