// `delta read | write | digest | history`: any Delta table as JSON lines, in and out.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "engine/duckdb/parquet_io.h"
#include "storage/history.h"
#include "storage/table_io.h"

namespace codeanatomy::cli {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  codeanatomy delta read .codeanatomy/cpg/cpg_nodes --format json | head\n"
    "  codeanatomy delta read table --version 3 --format json\n"
    "  codeanatomy delta write table --schema schema.json --rows rows.jsonl --mode append\n"
    "  codeanatomy delta write table --schema schema.json --rows - --mode overwrite "
    "--partition-by day,kind\n"
    "  codeanatomy delta digest .codeanatomy/cpg/cpg_edges\n"
    "  codeanatomy delta history .codeanatomy/cpg/cpg_nodes\n"
    "\n"
    "Rows are JSON objects, one per line: decimals as text, dates and timestamps ISO (UTC,\n"
    "microseconds), binary base64, maps as lists of [key, value], NaN and Infinity as text.\n"
    "A schema is JSON as in the log's schemaString.";

struct DeltaOptions {
  std::string path;
  std::optional<int64_t> version;
  std::string format = "json";
  std::string schema, rows, mode;
  std::vector<std::string> partition_by;
};

/// Everything a Delta table needs of the outside; the engine is opened only when Parquet is
/// touched.
struct System {
  std::unique_ptr<storage::FileSystem> files = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock = storage::OpenSystemClock();
  engine::DuckdbParquetIo parquet{engine::SessionOptions{.cancel = &CatchSignals()}};
  storage::Environment environment{*files, parquet, *clock};
};

Result<void> Print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    return ErrnoError(errno, "write", "standard output");
  return {};
}

Result<int> Read(const DeltaOptions& options) {
  System system;
  CA_ASSIGN_OR_RETURN(const storage::Snapshot snapshot,
                      storage::Snapshot::Load(system.environment, options.path, options.version));
  std::string text;
  CA_RETURN_IF_ERROR(storage::ReadTable(system.environment, snapshot,
                                        [&](std::span<storage::Row> rows) -> Result<void> {
                                          text.clear();
                                          for (const storage::Row& row : rows) {
                                            storage::AppendRowJson(snapshot.schema(), row, text);
                                            text += '\n';
                                          }
                                          return Print(text);
                                        }));
  return 0;
}

Result<storage::WriteMode> ParseMode(const std::string& text) {
  if (text == "create") return storage::WriteMode::kCreate;
  if (text == "append") return storage::WriteMode::kAppend;
  if (text == "overwrite") return storage::WriteMode::kOverwrite;
  return Error(ErrorCode::kInvalidArgument, "no such mode", text, "create, append or overwrite");
}

Result<int> Write(const DeltaOptions& options) {
  System system;
  CA_ASSIGN_OR_RETURN(const storage::WriteMode mode, ParseMode(options.mode));
  CA_ASSIGN_OR_RETURN(const std::string schema_json, system.files->ReadFile(options.schema));
  auto schema = storage::ParseSchema(schema_json, options.schema);
  if (!schema && schema.error().code() == ErrorCode::kDeltaCorrupt)
    return Error(ErrorCode::kInvalidArgument, schema.error().message(), options.schema);
  if (!schema) return std::move(schema.error());
  const std::string rows_path = options.rows == "-" ? "/dev/stdin" : options.rows;
  CA_ASSIGN_OR_RETURN(const std::string text, system.files->ReadFile(rows_path));
  CA_ASSIGN_OR_RETURN(std::vector<storage::Row> rows,
                      storage::ParseRows(*schema, text, options.rows));
  storage::TableWrite write{
      .schema = *schema, .mode = mode, .partition_columns = options.partition_by};
  CA_ASSIGN_OR_RETURN(
      const storage::CommitOutcome outcome,
      storage::WriteTable(system.environment, options.path, std::move(write), rows, {}));
  if (!outcome.warning.empty()) fmt::print(stderr, "codeanatomy: warning: {}\n", outcome.warning);
  CA_RETURN_IF_ERROR(Print(fmt::format("{{\"version\":{}}}\n", outcome.version)));
  return 0;
}

Result<int> Digest(const DeltaOptions& options) {
  System system;
  CA_ASSIGN_OR_RETURN(const storage::Snapshot snapshot,
                      storage::Snapshot::Load(system.environment, options.path, options.version));
  CA_ASSIGN_OR_RETURN(const std::string digest, storage::TableDigest(system.environment, snapshot));
  CA_RETURN_IF_ERROR(Print(digest + "\n"));
  return 0;
}

Result<int> History(const DeltaOptions& options) {
  const auto files = storage::OpenPosixFileSystem();
  CA_ASSIGN_OR_RETURN(const auto records, storage::ReadHistory(*files, options.path));
  std::string text;
  for (const storage::CommitRecord& record : records)
    text +=
        fmt::format("{{\"version\":{},\"commitInfo\":{}}}\n", record.version, record.commit_info);
  CA_RETURN_IF_ERROR(Print(text));
  return 0;
}

}  // namespace

void AddDeltaCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* delta = app.add_subcommand("delta", "Read and write Delta tables");
  delta->require_subcommand(1);
  delta->footer(kExamples);
  const auto options = std::make_shared<DeltaOptions>();
  const auto add = [&](const char* name, const char* summary,
                       Result<int> (*run)(const DeltaOptions&)) {
    CLI::App* command = delta->add_subcommand(name, summary);
    command->add_option("PATH", options->path, "The table's folder")->required()->type_name("");
    command->callback(
        [&invocation, options, run] { invocation.run = [options, run] { return run(*options); }; });
    return command;
  };
  const auto add_version = [&](CLI::App* command) {
    command->add_option("--version", options->version, "Version to read [default: the latest]")
        ->type_name("N");
  };
  CLI::App* read = add("read", "Print a table's rows, one JSON object per line", Read);
  add_version(read);
  read->add_option("--format", options->format, "json")
      ->check(CLI::IsMember({"json"}).description(""))
      ->type_name("FORMAT");
  CLI::App* write = add("write", "Write rows of a JSON-lines file, print the new version", Write);
  write->add_option("--schema", options->schema, "Delta schema as JSON")
      ->required()
      ->type_name("FILE");
  write->add_option("--rows", options->rows, "Rows as JSON lines; - is standard input")
      ->required()
      ->type_name("FILE");
  write->add_option("--mode", options->mode, "create, append or overwrite")
      ->required()
      ->type_name("MODE");
  write->add_option("--partition-by", options->partition_by, "Columns that partition a new table")
      ->delimiter(',')
      ->type_name("C,...");
  add_version(add("digest", "Print the SHA-256 of a table's canonical rows", Digest));
  add("history", "Print the commits, newest first, one JSON object per line", History);
}

}  // namespace codeanatomy::cli
