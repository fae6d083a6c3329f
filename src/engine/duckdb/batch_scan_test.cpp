#include "engine/duckdb/batch_scan.h"

#include <array>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

constexpr ColumnInfo kColumns[] = {
    {"id", "Int64", true},
    {"path", "Utf8", true},
    {"kind", "Utf8"},
    {"name", "Utf8"},
    {"line", "Int32"},
    {"weight", "Float64"},
    {"flag", "Boolean"},
    {"file_id", "Int64"},
    {"tags", "List<Utf8>"},
    {"span", "Struct<a:Int64,b:Utf8>"},
    {"attrs", "Map<Utf8,Utf8>"},
    {"args", "List<Struct<name:Utf8,pos:Int32>>"},
};
constexpr std::string_view kKinds[] = {"Name", "FunctionDef"};

/// Rows first … first + rows - 1; every third name null, lists of row % 4 elements.
ColumnBatch MakeBatch(int64_t first, size_t rows) {
  ColumnBatch batch;
  batch.rows = rows;
  auto arena = std::make_shared<TextArena>();
  batch.keep_alive.push_back(arena);
  Int64Column id;
  CodeColumn kind{.dictionary = kKinds};
  TextColumn name;
  Int32Column line;
  Float64Column weight;
  BoolColumn flag;
  ListColumn tags;
  tags.child = std::make_unique<Column>(TextColumn{});
  StructColumn span;
  span.fields.emplace_back(Int64Column{});
  span.fields.emplace_back(TextColumn{});
  MapColumn attrs;
  ListColumn args;
  StructColumn arg;
  arg.fields.emplace_back(TextColumn{});
  arg.fields.emplace_back(Int32Column{});
  args.child = std::make_unique<Column>(std::move(arg));
  for (size_t i = 0; i < rows; ++i) {
    const int64_t row = first + static_cast<int64_t>(i);
    const std::string_view text = arena->Copy(fmt::format("a rather long name of row {}", row));
    id.Append(row);
    row % 5 == 0 ? kind.AppendNull() : kind.Append(static_cast<uint16_t>(row % 2));
    row % 3 == 0 ? name.AppendNull() : name.Append(text);
    row % 7 == 0 ? line.AppendNull() : line.Append(static_cast<int32_t>(row));
    weight.Append(static_cast<double>(row) / 2);
    flag.Append(row % 2 == 0);
    std::get<Int64Column>(span.fields[0]).Append(row);
    std::get<TextColumn>(span.fields[1]).Append("x");
    if (row % 4 == 3) {
      tags.AppendNull();
    } else {
      for (int64_t t = 0; t < row % 4; ++t) std::get<TextColumn>(*tags.child).Append(text);
      tags.CloseRow();
    }
    attrs.Append("key", text);
    attrs.CloseRow();
    auto& fields = std::get<StructColumn>(*args.child).fields;
    for (int32_t a = 0; a < row % 3; ++a) {
      std::get<TextColumn>(fields[0]).Append("arg");
      std::get<Int32Column>(fields[1]).Append(a);
    }
    args.CloseRow();
  }
  batch.columns.emplace_back(std::move(id));
  batch.columns.emplace_back(ConstantTextColumn{arena->Copy("some/long/path/to/a/module.py")});
  batch.columns.emplace_back(std::move(kind));
  batch.columns.emplace_back(std::move(name));
  batch.columns.emplace_back(std::move(line));
  batch.columns.emplace_back(std::move(weight));
  batch.columns.emplace_back(std::move(flag));
  batch.columns.emplace_back(ConstantInt64Column{42});
  batch.columns.emplace_back(std::move(tags));
  batch.columns.emplace_back(std::move(span));
  batch.columns.emplace_back(std::move(attrs));
  batch.columns.emplace_back(std::move(args));
  return batch;
}

std::unique_ptr<Session> OpenSession() {
  auto session = Session::Create({});
  REQUIRE_MESSAGE(session.has_value(), (session ? "" : session.error().ToString()));
  return *std::move(session);
}

std::string Single(Session& session, std::string_view sql) {
  auto result = session.connection().Query(fmt::format("SELECT CAST(({}) AS VARCHAR)", sql));
  REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().ToString()));
  return *result->SingleText();
}

TEST_CASE("batches of uneven sizes read as one relation, in order") {
  auto session = OpenSession();
  std::vector<ColumnBatch> batches;
  int64_t next = 0;
  for (const size_t rows : {1, 3000, 5, 2048, 10000}) {
    batches.push_back(MakeBatch(next, rows));
    next += static_cast<int64_t>(rows);
  }
  std::vector<const ColumnBatch*> pointers = {nullptr};
  for (const ColumnBatch& batch : batches) pointers.push_back(&batch);
  auto added = session->batches().Add("Things", kColumns, pointers);
  REQUIRE_MESSAGE(added.has_value(), (added ? "" : added.error().ToString()));

  CHECK(Single(*session, "SELECT count(*) FROM things") == fmt::format("{}", next));
  CHECK(Single(*session,
               "SELECT count(*) FROM (SELECT id, row_number() OVER () - 1 AS n FROM things) "
               "WHERE id = n") == fmt::format("{}", next));
  CHECK(Single(*session,
               "SELECT count(*) FROM things WHERE name IS DISTINCT FROM CASE WHEN id % 3 = 0 "
               "THEN NULL ELSE 'a rather long name of row ' || id END") == "0");
  CHECK(Single(*session,
               "SELECT count(*) FROM things WHERE kind IS DISTINCT FROM CASE WHEN id % 5 = 0 "
               "THEN NULL WHEN id % 2 = 0 THEN 'Name' ELSE 'FunctionDef' END") == "0");
  CHECK(Single(*session,
               "SELECT count(*) FROM things WHERE line IS DISTINCT FROM CASE WHEN id % 7 = 0 "
               "THEN NULL ELSE id END OR weight <> id / 2.0 OR flag <> (id % 2 = 0) "
               "OR file_id <> 42 OR path <> 'some/long/path/to/a/module.py'") == "0");
  CHECK(Single(*session,
               "SELECT count(*) FROM things WHERE span.a <> id OR span.b <> 'x' "
               "OR attrs['key'] <> 'a rather long name of row ' || id") == "0");
  CHECK(Single(*session,
               "SELECT count(*) FROM things WHERE len(tags) IS DISTINCT FROM CASE WHEN "
               "id % 4 = 3 THEN NULL ELSE id % 4 END") == "0");
  CHECK(Single(*session,
               "SELECT count(*) FROM (SELECT id, unnest(tags) AS tag FROM things) "
               "WHERE tag <> 'a rather long name of row ' || id") == "0");
  CHECK(Single(*session,
               "SELECT count(*) FROM things WHERE args IS DISTINCT FROM "
               "list_transform(range(id % 3), lambda i: {'name': 'arg', 'pos': i::INT})") == "0");
}

TEST_CASE("text of few values is an ENUM of those that occur, with bounds") {
  auto session = OpenSession();
  std::vector<ColumnBatch> batches;
  batches.push_back(MakeBatch(0, 100));
  batches.push_back(MakeBatch(100, 3000));
  std::get<ConstantTextColumn>(batches[1].columns[1]).value = "another.py";
  const std::vector<const ColumnBatch*> pointers = {&batches[0], &batches[1]};
  REQUIRE(session->batches().Add("few", kColumns, pointers));
  CHECK(Single(*session, "SELECT any_value(typeof(kind)) FROM few") ==
        "ENUM('Name', 'FunctionDef')");
  CHECK(Single(*session, "SELECT count(*) FROM few WHERE path = 'another.py'") == "3000");
  CHECK(Single(*session, "SELECT any_value(typeof(name)) FROM few") == "VARCHAR");
  storage::DataFile file;
  file.columns = {{.column = "path"}, {.column = "kind"}, {.column = "name"}};
  session->batches().AddBounds("few", file);
  CHECK(file.columns[0].min == "another.py");
  CHECK(file.columns[0].max == "some/long/path/to/a/module.py");
  CHECK(file.columns[1].min == "FunctionDef");
  CHECK_FALSE(file.columns[2].min.has_value());

  // A batch with the column in another form: plain text for all.
  std::vector<ColumnBatch> mixed;
  mixed.push_back(MakeBatch(0, 2));
  TextColumn paths;
  paths.Append("x.py");
  paths.AppendNull();
  mixed[0].columns[1] = std::move(paths);
  const std::vector<const ColumnBatch*> both = {&mixed[0], &batches[0]};
  REQUIRE(session->batches().Add("mixed", kColumns, both));
  CHECK(Single(*session, "SELECT any_value(typeof(path)) FROM mixed") == "VARCHAR");
  CHECK(Single(*session, "SELECT count(*) FROM mixed WHERE path IS NULL") == "1");

  // More values than one byte counts.
  std::vector<ColumnBatch> many;
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) names.push_back(fmt::format("file_{}.py", i));
  for (int i = 0; i < 300; ++i) {
    many.push_back(MakeBatch(i * 3, 3));
    std::get<ConstantTextColumn>(many.back().columns[1]).value = names[static_cast<size_t>(i)];
  }
  std::vector<const ColumnBatch*> all;
  for (const ColumnBatch& batch : many) all.push_back(&batch);
  REQUIRE(session->batches().Add("many", kColumns, all));
  CHECK(Single(*session, "SELECT count(*) FROM many WHERE path <> 'file_' || (id // 3) || '.py'") ==
        "0");
}

TEST_CASE("a batch that does not fit is refused by column") {
  auto session = OpenSession();
  ColumnBatch batch;
  batch.rows = 2;
  Int64Column column;
  column.Append(1);
  batch.columns.emplace_back(std::move(column));
  constexpr ColumnInfo kOne[] = {{"a", "Int64"}};
  const auto short_column = session->batches().Add("t", kOne, {&batch});
  REQUIRE(!short_column);
  CHECK(short_column.error().code() == ErrorCode::kInvalidArgument);
  batch.rows = 1;
  constexpr ColumnInfo kText[] = {{"a", "Utf8"}};
  CHECK(!session->batches().Add("t", kText, {&batch}));
  constexpr ColumnInfo kUnknown[] = {{"a", "Utf9"}};
  CHECK(!session->batches().Add("t", kUnknown, {&batch}));
  CHECK(session->batches().Add("t", kOne, {&batch}));
  CHECK(session->batches().contains("T"));
  session->batches().Drop("t");
  CHECK(!session->batches().contains("t"));
}

}  // namespace
}  // namespace codeanatomy::engine
