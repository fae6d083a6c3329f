// Another program commits to the table of an output while a run reads it, writes and commits. The
// other commit is put before every single step that the run does in the table's log, one run for
// each step.
//
// Whatever the step, a reader of the log finds the other's rows and, unless the run said that it
// lost, those of the run, each once; never a part of either.
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/duckdb/parquet_io.h"
#include "engine/execute/execute_spec.h"
#include "storage/table_io.h"

namespace codeanatomy::engine {
namespace {

namespace fs = std::filesystem;
using spec::MaterializationMode;
using storage::Row;

/// Does what the operating system does, and calls `before` with the number of the step below a
/// folder.
class SteppedFiles : public storage::FileSystem {
 public:
  void Watch(std::string folder, std::function<void(int)> before) {
    folder_ = std::move(folder);
    before_ = std::move(before);
    steps_ = 0;
  }
  int steps() const { return steps_; }

  Result<std::string> ReadFile(const std::string& path) override {
    Step(path);
    return real_->ReadFile(path);
  }
  Result<void> WriteFile(const std::string& path, std::string_view bytes) override {
    Step(path);
    return real_->WriteFile(path, bytes);
  }
  Result<bool> RenameIfAbsent(const std::string& from, const std::string& to) override {
    Step(to);
    return real_->RenameIfAbsent(from, to);
  }
  Result<void> Rename(const std::string& from, const std::string& to) override {
    Step(to);
    return real_->Rename(from, to);
  }
  Result<bool> LinkIfAbsent(const std::string& from, const std::string& to) override {
    Step(to);
    return real_->LinkIfAbsent(from, to);
  }
  Result<void> Remove(const std::string& path) override {
    Step(path);
    return real_->Remove(path);
  }
  Result<void> CreateDirectories(const std::string& path) override {
    Step(path);
    return real_->CreateDirectories(path);
  }
  Result<void> SyncFile(const std::string& path) override {
    Step(path);
    return real_->SyncFile(path);
  }
  Result<void> SyncDirectory(const std::string& path) override {
    Step(path);
    return real_->SyncDirectory(path);
  }
  Result<std::vector<storage::DirectoryEntry>> List(const std::string& path) override {
    Step(path);
    return real_->List(path);
  }
  Result<storage::FileStatus> Status(const std::string& path) override {
    Step(path);
    return real_->Status(path);
  }
  Result<std::unique_ptr<storage::FileLock>> TryLock(const std::string& path) override {
    return real_->TryLock(path);
  }

 private:
  void Step(const std::string& path) {
    if (folder_.empty() || !path.starts_with(folder_)) return;
    const std::function<void(int)> before = before_;
    before(steps_++);
  }

  std::unique_ptr<storage::FileSystem> real_ = storage::OpenPosixFileSystem();
  std::string folder_;
  std::function<void(int)> before_;
  int steps_ = 0;
};

struct Case {
  MaterializationMode mode;
  bool partitioned;
  bool is_published;                       // the run is told which version readers of the build see
  bool maintained = false, quiet = false;  // with maintenance; on tables that nobody else changed
};

constexpr std::string_view kModeNames[] = {"Append", "Overwrite", "ReplaceByFile"};

/// Rows (file, node) of the run are (2, 20) and (3, 30); the table before holds (1, 10), (2, 21);
/// the other writer adds (9, 90).
class Scene {
 public:
  explicit Scene(const Case& what) : case_(what) {
    // Where files are memory syncs cost nothing, and there are many here.
    root_ = fs::is_directory("/dev/shm") ? "/dev/shm/ca_foreign_XXXXXX" : "/tmp/ca_foreign_XXXXXX";
    REQUIRE(mkdtemp(root_.data()) != nullptr);
    session_ = *Session::Create({.threads = 1});
    parquet_ = std::make_unique<DuckdbParquetIo>(*session_);
    input_ = Parquet("things",
                     "SELECT * FROM (VALUES (2::BIGINT, 20::BIGINT, 'a'), (3, 30, 'b')) t(file_id, "
                     "node_id, kind)");
    ids_ = Parquet("ids", "SELECT * FROM (VALUES (2::BIGINT), (3)) t(file_id)");
    const std::string first = Parquet("first",
                                      "SELECT * FROM (VALUES (1::BIGINT, 10::BIGINT, 'a'), (2, 21, "
                                      "'b')) t(file_id, node_id, kind)");
    auto before = Run(first, MaterializationMode::kOverwrite);
    REQUIRE_MESSAGE(before.has_value(), (before ? "" : before.error().ToString()));
  }
  ~Scene() { fs::remove_all(root_); }

  /// A run into the table, with the other's commit before step `at` of it.
  Result<ExecutionReport> RunWithOther(int at) {
    files_.Watch(Table() + "/_delta_log", [&](int step) {
      if (step == at) CommitOther();
    });
    auto done = Run(input_, case_.mode);
    steps_ = files_.steps();
    files_.Watch("", {});
    return done;
  }
  int steps() const { return steps_; }

  /// Rows of a version, without one of the latest: "1:10 2:21".
  std::string Rows(std::optional<int64_t> version = {}) {
    const auto snapshot = storage::Snapshot::Load(Real(), Table(), version);
    REQUIRE(snapshot.has_value());
    std::set<std::pair<int64_t, int64_t>> rows;
    size_t count = 0;
    REQUIRE(storage::ReadTable(Real(), *snapshot, [&](std::span<Row> read) -> Result<void> {
              for (const Row& row : read) {
                rows.emplace(std::get<int64_t>(row[0]), std::get<int64_t>(row[1]));
                ++count;
              }
              return {};
            }).has_value());
    CHECK_EQ(count, rows.size());
    std::string text;
    for (const auto& [file, node] : rows)
      text += fmt::format("{}{}:{}", text.empty() ? "" : " ", file, node);
    return text;
  }

  /// A folder has the name of the checkpoint.
  void BlockCheckpoint(int64_t version) {
    fs::create_directories(
        fmt::format("{}/_delta_log/{:020}.checkpoint.parquet/held", Table(), version));
  }

 private:
  std::string Table() const { return root_ + "/cpg/copied"; }
  storage::Environment Real() { return {*real_, *parquet_, *clock_}; }

  std::string Parquet(const std::string& name, const std::string& select) {
    const std::string path = fmt::format("{}/{}.parquet", root_, name);
    REQUIRE(session_->connection()
                .Execute(fmt::format("COPY ({}) TO '{}' (FORMAT parquet)", select, path))
                .has_value());
    return path;
  }

  void CommitOther() {
    storage::TableWrite write{.schema = Schema(), .mode = storage::WriteMode::kAppend};
    if (case_.partitioned) write.partition_columns = {"kind"};
    std::vector<Row> rows{{int64_t{9}, int64_t{90}, std::string("c")}};
    const auto done = storage::WriteTable(Real(), Table(), write, rows, {});
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().ToString()));
  }

  static storage::Schema Schema() {
    storage::Schema schema;
    schema.fields.push_back({.name = "file_id", .type = {.kind = storage::TypeKind::kLong}});
    schema.fields.push_back({.name = "node_id", .type = {.kind = storage::TypeKind::kLong}});
    schema.fields.push_back({.name = "kind", .type = {.kind = storage::TypeKind::kString}});
    return schema;
  }

  Result<ExecutionReport> Run(const std::string& input, MaterializationMode mode) {
    using expr::TypeKind;
    spec::Spec spec;
    spec.input_relations = {{"things", "in/things", false, {}, {}}};
    spec.view_definitions.push_back(
        {"copied", "projection", {}, spec::Project{"things", {}, {}}, {}});
    spec::OutputTarget target{
        .table_name = "copied", .delta_location = "cpg/copied", .source_view = "copied"};
    target.materialization_mode = mode;
    if (case_.partitioned) target.partition_by = {"kind"};
    spec.output_targets.push_back(target);
    const storage::Environment environment{files_, *parquet_, *clock_};
    BuildPaths paths{.environment = environment,
                     .root = root_,
                     .input_files = {{"things", {input}}, {"param_file_ids", {ids_}}}};
    paths.foreign_schemas = {{"things",
                              {{{"file_id", TypeKind::kInt64},
                                {"node_id", TypeKind::kInt64},
                                {"kind", TypeKind::kUtf8}}}},
                             {"param_file_ids", {{{"file_id", TypeKind::kInt64}}}}};
    if (mode == MaterializationMode::kReplaceByFile)
      spec.input_relations.push_back({"param_file_ids", "in/ids", false, {}, {}});
    if (case_.is_published) paths.published_versions = {{"cpg/copied", 0}};
    if (case_.maintained) {
      spec.maintenance = {.compact = spec::CompactPolicy{},
                          .vacuum = spec::VacuumPolicy{.require_protocol_check = false},
                          .checkpoint = true,
                          .metadata_cleanup = true,
                          .require_table_quiescence = case_.quiet};
    }
    return ExecuteSpec(spec, *session_, paths);
  }

  Case case_;
  std::string root_, input_, ids_;
  SteppedFiles files_;
  std::unique_ptr<storage::FileSystem> real_ = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock_ = storage::OpenSystemClock();
  std::unique_ptr<Session> session_;
  std::unique_ptr<DuckdbParquetIo> parquet_;
  int steps_ = 0;
};

std::string WithOther(MaterializationMode mode) {
  switch (mode) {
    case MaterializationMode::kAppend:
      return "1:10 2:20 2:21 3:30 9:90";
    case MaterializationMode::kOverwrite:  // replaces what the other has committed before it
      return "2:20 3:30";
    case MaterializationMode::kReplaceByFile:
      return "1:10 2:20 3:30 9:90";
  }
  return "";
}

}  // namespace

TEST_CASE("a checkpoint that cannot be written is a warning of the run that was due to") {
  Scene scene({MaterializationMode::kAppend, false, false});
  for (int version = 1; version <= 11; ++version) {
    INFO(version);
    if (version == 10) scene.BlockCheckpoint(version);
    const auto done = scene.RunWithOther(-1);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().ToString()));
    CHECK(done->outputs[0].version == version);
    size_t told = 0;
    for (const Warning& warning : done->warnings) {
      if (warning.code != WarningCode::kMaintenanceFailed) continue;
      ++told;
      CHECK(warning.context.at("operation") == "checkpoint");
      CHECK(warning.context.at("table") == "copied");
    }
    CHECK(told == (version == 10 ? 1 : 0));
  }
}

TEST_CASE("a foreign commit at any step of a run is neither lost nor passed over in silence") {
  for (const MaterializationMode mode :
       {MaterializationMode::kAppend, MaterializationMode::kReplaceByFile,
        MaterializationMode::kOverwrite}) {
    for (const bool partitioned : {false, true}) {
      for (const bool is_published : {false, true}) {
        size_t conflicts = 0, done = 0;
        for (int at = 0, steps = 1; at < steps; ++at) {
          CAPTURE(kModeNames[static_cast<size_t>(mode)]);
          CAPTURE(partitioned);
          CAPTURE(is_published);
          CAPTURE(at);
          Scene scene({mode, partitioned, is_published});
          const auto report = scene.RunWithOther(at);
          steps = scene.steps();
          REQUIRE(steps > 3);
          if (!report) {
            CHECK_EQ(report.error().code(), ErrorCode::kDeltaConflict);
            CHECK_EQ(scene.Rows(), "1:10 2:21 9:90");
            ++conflicts;
            continue;
          }
          ++done;
          // Once the run's own commit stands, the other's comes behind it.
          const std::string rows = scene.Rows();
          CHECK((rows == WithOther(mode) ||
                 (mode == MaterializationMode::kOverwrite && rows == "2:20 3:30 9:90")));
        }
        CHECK(done > 0);
        CHECK((conflicts > 0) == (mode == MaterializationMode::kReplaceByFile));
      }
    }
  }
}

TEST_CASE("a foreign commit at any step of a maintained run is kept, and not published") {
  for (const MaterializationMode mode :
       {MaterializationMode::kAppend, MaterializationMode::kOverwrite}) {
    for (const bool quiet : {false, true}) {
      size_t left_alone = 0;
      for (int at = 0, steps = 1; at < steps; ++at) {
        CAPTURE(kModeNames[static_cast<size_t>(mode)]);
        CAPTURE(quiet);
        CAPTURE(at);
        Scene scene({mode, false, true, true, quiet});
        const auto report = scene.RunWithOther(at);
        steps = scene.steps();
        REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().ToString()));
        const std::string rows = scene.Rows(), published = scene.Rows(report->outputs[0].version);
        if (mode == MaterializationMode::kOverwrite) {
          CHECK((rows == "2:20 3:30" || rows == "2:20 3:30 9:90"));
          CHECK_EQ(published, "2:20 3:30");
        } else {
          CHECK_EQ(rows, "1:10 2:20 2:21 3:30 9:90");
          CHECK((published == rows || published == "1:10 2:20 2:21 3:30"));
        }
        CHECK_EQ(report->maintenance.size(), 4);
        for (const MaintenanceReport& row : report->maintenance) {
          CAPTURE(row.message);
          left_alone += row.success ? 0 : 1;
          CHECK((row.success || quiet));
        }
      }
      CHECK_EQ(left_alone > 0, quiet);
    }
  }
}

}  // namespace codeanatomy::engine
