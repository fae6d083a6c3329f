#include "engine/duckdb/parquet_io.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <stdlib.h>

namespace codeanatomy::engine {
namespace {

using storage::DataType;
using storage::Field;
using storage::Row;
using storage::Schema;
using storage::TypeKind;
using storage::Value;
using storage::Values;

class Folder {
 public:
  explicit Folder(std::string path = "/tmp/ca_parquet_io_[a]*_XXXXXX") : path_(std::move(path)) {
    REQUIRE(mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

DataType Scalar(TypeKind kind) { return {.kind = kind}; }
DataType Decimal(uint8_t precision, uint8_t scale) {
  return {.kind = TypeKind::kDecimal, .precision = precision, .scale = scale};
}

Schema EveryType() {
  Schema schema;
  auto add = [&](std::string name, DataType type) {
    schema.fields.push_back({.name = std::move(name), .type = std::move(type)});
  };
  add("text", Scalar(TypeKind::kString));
  add("long", Scalar(TypeKind::kLong));
  add("integer", Scalar(TypeKind::kInteger));
  add("short", Scalar(TypeKind::kShort));
  add("byte", Scalar(TypeKind::kByte));
  add("float", Scalar(TypeKind::kFloat));
  add("double", Scalar(TypeKind::kDouble));
  add("d4", Decimal(4, 2));
  add("d9", Decimal(9, 3));
  add("d18", Decimal(18, 0));
  add("d38", Decimal(38, 10));
  add("boolean", Scalar(TypeKind::kBoolean));
  add("binary", Scalar(TypeKind::kBinary));
  add("date", Scalar(TypeKind::kDate));
  add("timestamp", Scalar(TypeKind::kTimestamp));
  add("wall", Scalar(TypeKind::kTimestampNtz));
  DataType structure{.kind = TypeKind::kStruct};
  structure.children.push_back({.name = "a", .type = Scalar(TypeKind::kLong)});
  structure.children.push_back({.name = "b", .type = Scalar(TypeKind::kString)});
  add("struct", structure);
  DataType array{.kind = TypeKind::kArray};
  array.children.push_back({.name = "element", .type = structure});
  add("array", array);
  DataType map{.kind = TypeKind::kMap};
  map.children.push_back({.name = "key", .type = Scalar(TypeKind::kString)});
  map.children.push_back({.name = "value", .type = Scalar(TypeKind::kString)});
  add("map", map);
  return schema;
}

Row FullRow() {
  const Value pair = Values{int64_t{7}, std::string("a text longer than twelve bytes")};
  return {std::string("é\"'\n"),
          int64_t{-5},
          int64_t{2147483647},
          int64_t{-32768},
          int64_t{127},
          1.5,
          0.1,
          __int128{-1234},
          __int128{123456789},
          __int128{-999999999999999999},
          static_cast<__int128>(1) << 100,
          true,
          std::string("\x00\xff\x01", 3),
          int64_t{-1},
          int64_t{1700000000123456},
          int64_t{-1},
          pair,
          Values{pair, Value{}, Values{Value{}, Value{}}},
          Values{Values{std::string("k"), std::string("v")}, Values{std::string("n"), Value{}}}};
}

std::vector<Row> ReadAll(DuckdbParquetIo& io, const std::string& path, const Schema& schema) {
  std::vector<Row> all;
  auto status = io.Read(path, schema, [&](std::span<Row> rows) -> Result<void> {
    for (Row& row : rows) all.push_back(std::move(row));
    return {};
  });
  REQUIRE_MESSAGE(status.has_value(), (status ? "" : status.error().ToString()));
  return all;
}

TEST_CASE("rows of every type come back as they were written") {
  Folder folder;
  DuckdbParquetIo io{SessionOptions{}};
  const Schema schema = EveryType();
  std::vector<Row> rows = {FullRow(), Row(schema.fields.size())};
  for (int i = 0; i < 3000; ++i) {
    Row row = FullRow();
    row[1] = int64_t{i};
    if (i % 3 == 0) row[17] = Values{};
    rows.push_back(std::move(row));
  }
  auto files = io.Write(schema, rows, folder.path());
  REQUIRE_MESSAGE(files.has_value(), (files ? "" : files.error().ToString()));
  REQUIRE(files->size() == 1);
  CHECK((*files)[0].rows == rows.size());
  const auto read = ReadAll(io, folder.path() + "/" + (*files)[0].path, schema);
  REQUIRE(read.size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (read[i] == rows[i]) continue;
    for (size_t c = 0; c < rows[i].size(); ++c) {
      CHECK_MESSAGE(read[i][c] == rows[i][c], "row " << i << " column " << schema.fields[c].name);
    }
    break;
  }
}

TEST_CASE("columns and fields that a file lacks are null, others are widened") {
  Folder folder;
  DuckdbParquetIo io{SessionOptions{}};
  Schema old;
  DataType narrow{.kind = TypeKind::kStruct};
  narrow.children.push_back({.name = "b", .type = Scalar(TypeKind::kInteger)});
  old.fields.push_back({.name = "s", .type = narrow});
  old.fields.push_back({.name = "n", .type = Scalar(TypeKind::kInteger)});
  const std::vector<Row> rows = {{Values{int64_t{5}}, int64_t{1}}, {Value{}, Value{}}};
  const auto files = io.Write(old, rows, folder.path());
  REQUIRE(files);
  Schema wide;
  DataType more{.kind = TypeKind::kStruct};
  more.children.push_back({.name = "a", .type = Scalar(TypeKind::kString)});
  more.children.push_back({.name = "b", .type = Scalar(TypeKind::kLong)});
  wide.fields.push_back({.name = "n", .type = Scalar(TypeKind::kLong)});
  wide.fields.push_back({.name = "new", .type = Scalar(TypeKind::kString)});
  wide.fields.push_back({.name = "s", .type = more});
  const std::string path = folder.path() + "/" + (*files)[0].path;
  const auto read = ReadAll(io, path, wide);
  REQUIRE(read.size() == 2);
  CHECK(read[0] == Row{int64_t{1}, Value{}, Values{Value{}, int64_t{5}}});
  CHECK(read[1] == Row{Value{}, Value{}, Value{}});

  wide.fields[0].type = Scalar(TypeKind::kString);
  const auto mismatch = io.Read(path, wide, [](std::span<Row>) { return Result<void>{}; });
  REQUIRE(!mismatch);
  CHECK(mismatch.error().code() == ErrorCode::kDeltaSchemaMismatch);
}

TEST_CASE("files become one: rows in order, of every type, whatever the files lack") {
  const Folder folder;
  DuckdbParquetIo io{SessionOptions{}};
  const Schema schema = EveryType();
  Schema old;  // of a table that got its other columns later
  old.fields.assign(schema.fields.begin(), schema.fields.begin() + 2);
  storage::FileRewrite rewrite{.schema = schema};
  std::vector<Row> rows;
  for (int file = 0; file < 3; ++file) {
    std::vector<Row> part;
    for (int i = 0; i < 1500; ++i) {
      Row row = FullRow();
      row[1] = int64_t{3 * i + file};
      row[6] = i % 2 == 0 ? -0.0 : 0.0;
      if (file == 1) row.resize(2);
      part.push_back(row);
      row.resize(schema.fields.size());
      rows.push_back(std::move(row));
    }
    const auto files = io.Write(file == 1 ? old : schema, part, folder.path());
    REQUIRE(files.has_value());
    rewrite.paths.push_back(folder.path() + "/" + (*files)[0].path);
  }
  std::string digest;
  for (const bool sorted : {false, true}) {
    CAPTURE(sorted);
    if (sorted) {
      rewrite.order = {"long"};
      std::ranges::sort(rows, {}, [](const Row& row) { return std::get<int64_t>(row[1]); });
    }
    const auto files = io.Rewrite(rewrite, folder.path());
    REQUIRE_MESSAGE(files.has_value(), (files ? "" : files.error().ToString()));
    REQUIRE_EQ(files->size(), 1);
    const auto read = ReadAll(io, folder.path() + "/" + (*files)[0].path, schema);
    REQUIRE_EQ(read.size(), rows.size());
    for (size_t i = 0; i < rows.size(); ++i) REQUIRE_MESSAGE(read[i] == rows[i], "row " << i);
    CHECK(std::signbit(std::get<double>(read[0][6])));
    for (const int threads : {1, 4}) {
      DuckdbParquetIo other{SessionOptions{.threads = threads}};
      const auto again = other.Rewrite(rewrite, folder.path());
      REQUIRE(again.has_value());
      CHECK_EQ((*again)[0].sha256, (*files)[0].sha256);
    }
  }
  rewrite.paths.push_back(folder.path() + "/none.parquet");
  const auto missing = io.Rewrite(rewrite, folder.path());
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code() == ErrorCode::kNotFound);
}

TEST_CASE("unreadable files are typed errors") {
  Folder folder;
  DuckdbParquetIo io{SessionOptions{}};
  Schema schema;
  schema.fields.push_back({.name = "a", .type = Scalar(TypeKind::kLong)});
  auto read = [&](const std::string& path) {
    return io.Read(path, schema, [](std::span<Row>) { return Result<void>{}; });
  };
  auto missing = read(folder.path() + "/none.parquet");
  REQUIRE(!missing);
  CHECK(missing.error().code() == ErrorCode::kNotFound);
  const std::string broken = folder.path() + "/broken.parquet";
  std::ofstream(broken) << "PAR1 this is no Parquet file PAR1";
  auto corrupt = read(broken);
  REQUIRE(!corrupt);
  CHECK(corrupt.error().code() == ErrorCode::kDeltaCorrupt);
  auto wrong = io.Write(schema, std::vector<Row>{{std::string("text")}}, folder.path());
  REQUIRE(!wrong);
  CHECK(wrong.error().code() == ErrorCode::kDeltaSchemaMismatch);
}

}  // namespace
}  // namespace codeanatomy::engine
