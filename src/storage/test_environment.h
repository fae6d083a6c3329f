// What the unit tests of storage share: an Environment that lives in memory.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/hash.h"
#include "storage/memory_file_system.h"
#include "storage/table_io.h"

namespace codeanatomy::storage {

/// Time that moves only when somebody sleeps.
class ManualClock : public Clock {
 public:
  int64_t NowMilliseconds() override { return now; }
  void Sleep(int64_t milliseconds) override {
    sleeps.push_back(milliseconds);
    now += milliseconds;
  }
  int64_t now = 1'700'000'000'000;
  std::vector<int64_t> sleeps;
};

/// "Parquet" files that are schema and rows as JSON lines, in the files of an Environment.
class JsonParquetIo : public ParquetIo {
 public:
  explicit JsonParquetIo(FileSystem& files) : files_(files) {}

  Result<std::vector<DataFile>> Write(const Schema& schema, std::span<const Row> rows,
                                      const std::string& folder) override {
    if (rows.empty()) return std::vector<DataFile>{};
    std::string text = ToJson(schema) + "\n";
    for (const Row& row : rows) {
      AppendRowJson(schema, row, text);
      text += '\n';
    }
    DataFile file;
    file.sha256 = Hex(Sha256::Of(text));
    file.path = file.sha256.substr(0, 32) + ".parquet";
    file.size = text.size();
    file.rows = rows.size();
    CA_RETURN_IF_ERROR(Put(JoinPath(folder, ".writing-1"), text));
    // As the Parquet library: what has the content of its name stays.
    const auto there = files_.ReadFile(JoinPath(folder, file.path));
    if (there && *there == text) {
      CA_RETURN_IF_ERROR(files_.Remove(JoinPath(folder, ".writing-1")));
    } else {
      CA_RETURN_IF_ERROR(
          files_.Rename(JoinPath(folder, ".writing-1"), JoinPath(folder, file.path)));
    }
    return std::vector<DataFile>{file};
  }

  Result<void> Read(const std::string& path, const Schema& schema, const RowSink& sink) override {
    CA_ASSIGN_OR_RETURN(const std::string text, files_.ReadFile(path));
    const size_t line = text.find('\n');
    if (line == std::string::npos) return Error(ErrorCode::kDeltaCorrupt, "not Parquet", path);
    CA_ASSIGN_OR_RETURN(const Schema stored, ParseSchema(text.substr(0, line), path));
    CA_ASSIGN_OR_RETURN(std::vector<Row> rows, ParseRows(stored, text.substr(line + 1), path));
    for (Row& row : rows) row = Project(schema.fields, stored.fields, std::move(row));
    return sink(rows);
  }

  /// Sorted by the JSON of whole rows: enough for one column of numbers of one length.
  Result<std::vector<DataFile>> Rewrite(const FileRewrite& rewrite,
                                        const std::string& folder) override {
    std::vector<Row> rows;
    for (const std::string& path : rewrite.paths) {
      CA_RETURN_IF_ERROR(Read(path, rewrite.schema, [&](std::span<Row> read) {
        std::move(read.begin(), read.end(), std::back_inserter(rows));
        return Result<void>();
      }));
    }
    const auto text = [&](const Row& row) {
      std::string json;
      AppendRowJson(rewrite.schema, row, json);
      return json;
    };
    if (!rewrite.order.empty()) std::ranges::stable_sort(rows, {}, text);
    return Write(rewrite.schema, rows, folder);
  }

 private:
  /// The wanted fields by name, at every level of structs.
  static Values Project(const std::vector<Field>& wanted, const std::vector<Field>& stored,
                        Values values) {
    Values projected(wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      for (size_t j = 0; j < stored.size(); ++j) {
        if (stored[j].name != wanted[i].name) continue;
        projected[i] = std::move(values[j]);
        if (wanted[i].type.kind == TypeKind::kStruct && !projected[i].is_null())
          projected[i] = Project(wanted[i].type.children, stored[j].type.children,
                                 std::get<Values>(std::move(projected[i])));
      }
    }
    return projected;
  }

  /// As the Parquet library writes: not synced, which only files in memory can tell.
  Result<void> Put(const std::string& path, const std::string& text) {
    auto* memory = dynamic_cast<MemoryFileSystem*>(&files_);
    return memory != nullptr ? memory->WriteUnsynced(path, text) : files_.WriteFile(path, text);
  }

  FileSystem& files_;
};

struct TestEnvironment {
  TestEnvironment() { CHECK(files.CreateDirectories("/out")); }

  MemoryFileSystem files;
  JsonParquetIo parquet{files};
  ManualClock clock;
  Environment environment{files, parquet, clock};
};

/// A column `x long`.
inline Schema SimpleSchema() {
  Schema schema;
  schema.fields = {{"x", DataType{.kind = TypeKind::kLong}, true, {}}};
  return schema;
}

inline std::vector<Row> SimpleRows(std::initializer_list<int64_t> values) {
  std::vector<Row> rows;
  for (const int64_t value : values) rows.push_back({Value(value)});
  return rows;
}

inline Result<CommitOutcome> WriteSimple(const Environment& environment, const std::string& root,
                                         WriteMode mode, std::initializer_list<int64_t> values,
                                         const CommitOptions& options = {}) {
  std::vector<Row> rows = SimpleRows(values);
  return WriteTable(environment, root, {.schema = SimpleSchema(), .mode = mode}, rows, options);
}

/// The rows as text, in the table's order: "1 2 3"; an error as its code.
inline std::string ReadSimple(const Environment& environment, const std::string& root,
                              std::optional<int64_t> version = {}) {
  Result<Snapshot> snapshot = Snapshot::Load(environment, root, version);
  if (!snapshot) return std::string(GetErrorCodeInfo(snapshot.error().code()).name);
  std::string text;
  const Result<void> read = ReadTable(environment, *snapshot, [&](std::span<Row> rows) {
    for (const Row& row : rows)
      text += fmt::format("{}{}", text.empty() ? "" : " ", std::get<int64_t>(row[0]));
    return Result<void>();
  });
  if (!read) return std::string(GetErrorCodeInfo(read.error().code()).name);
  return text;
}

inline std::string CodeOf(const Error& error) {
  return std::string(GetErrorCodeInfo(error.code()).name);
}

}  // namespace codeanatomy::storage
