#include "storage/file_statistics.h"

#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

const Schema kSchema{{{"id", {.kind = TypeKind::kLong}, true, {}},
                      {"f", {.kind = TypeKind::kFloat}, true, {}},
                      {"s", {.kind = TypeKind::kString}, true, {}},
                      {"day", {.kind = TypeKind::kDate}, true, {}},
                      {"at", {.kind = TypeKind::kTimestamp}, true, {}},
                      {"part", {.kind = TypeKind::kInteger}, true, {}}}};

FileStatistics Read(std::optional<std::string> stats, PartitionValues parts = {}) {
  return ReadStatistics(
      kSchema, {.path = "x", .partition_values = std::move(parts), .stats = std::move(stats)});
}

TEST_CASE("bounds, null counts and partition values of an add action") {
  const FileStatistics file = Read(
      R"({"numRecords":3,"minValues":{"id":-9007199254740993,"f":0.1,"s":"a","day":"1970-01-03",)"
      R"("at":"1970-01-01T00:00:01.000Z","other":1},"maxValues":{"id":7,"s":"b","at":)"
      R"("1970-01-01T00:00:02.000Z"},"nullCount":{"id":1,"s":0,"part":2}})",
      {{"part", "12"}});
  CHECK(file.rows == 3);
  CHECK(file.columns.at("id").min == Value(int64_t{-9007199254740993}));
  CHECK(file.columns.at("id").max == Value(int64_t{7}));
  CHECK(file.columns.at("id").null_count == 1);
  CHECK(file.columns.at("f").min == Value(static_cast<double>(0.1F)));
  CHECK(file.columns.at("f").max.is_null());
  CHECK(file.columns.at("s").max == Value(std::string("b")));
  CHECK(file.columns.at("day").min == Value(int64_t{2}));
  CHECK(file.columns.at("at").min == Value(int64_t{1'000'000}));
  CHECK(file.columns.at("at").max == Value(int64_t{2'000'999}));  // may have been cut
  CHECK_FALSE(file.columns.contains("other"));
  CHECK(file.columns.at("part").min == Value(int64_t{12}));
  CHECK(file.columns.at("part").null_count == 0);
  const FileStatistics none = Read(R"({"numRecords":3})", {{"part", std::nullopt}});
  CHECK(none.columns.at("part").null_count == 3);
}

TEST_CASE("what is missing or of another type is not known") {
  for (const char* stats :
       {"", "no JSON", "[]", "{}", R"({"numRecords":"3"})", R"({"numRecords":-1})",
        R"({"minValues":[1],"maxValues":7,"nullCount":null})",
        R"({"minValues":{"id":"7","day":"tomorrow","s":5,"at":12},"nullCount":{"id":-3}})"}) {
    CAPTURE(stats);
    const FileStatistics file = Read(stats);
    CHECK_FALSE(file.rows);
    for (const auto& [name, bounds] : file.columns) {
      CHECK(bounds.min.is_null());
      CHECK_FALSE(bounds.null_count);
    }
  }
  CHECK(Read(std::nullopt).columns.empty());
  CHECK(Read(std::nullopt, {{"part", "not a number"}}).columns.empty());
}

/// What a writer of ours states of its files is what is read.
TEST_CASE("our own statistics are read back") {
  DataFile data{.rows = 4};
  data.columns = {{"id", "-3", "12", 1, false},
                  {"s", "ab", std::string(40, 'z'), 0, false},
                  {"day", "1969-12-31", "1970-01-02", 0, false}};
  const FileStatistics file = Read(StatisticsJson(kSchema, data));
  CHECK(file.rows == 4);
  CHECK(file.columns.at("id").min == Value(int64_t{-3}));
  CHECK(file.columns.at("id").max == Value(int64_t{12}));
  CHECK(std::get<std::string>(file.columns.at("s").max) > std::string(40, 'z'));
  CHECK(file.columns.at("day").min == Value(int64_t{-1}));
}

}  // namespace
}  // namespace codeanatomy::storage
