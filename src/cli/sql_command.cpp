#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "driver/config/session_options.h"
#include "engine/session/build_reader.h"
#include "query/format/arrow_stream.h"
#include "query/format/row_printer.h"

namespace codeanatomy::cli {
namespace {

struct SqlOptions {
  std::string statement;
  std::string build = ".codeanatomy";
  std::string format;                   // empty: table on a terminal, else json
  std::vector<std::string> parameters;  // NAME=VALUE
  std::vector<std::string> datasets;    // see ParseDataset
  std::shared_ptr<driver::TextSettings> settings;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  codeanatomy sql \"SELECT kind, count(*) FROM cpg_nodes GROUP BY ALL ORDER BY 2 DESC\"\n"
    "  codeanatomy sql \"SHOW TABLES\"\n"
    "  codeanatomy sql \"DESCRIBE cpg_edges\"\n"
    "  codeanatomy sql --param name=main \"SELECT path, line FROM cpg_nodes WHERE name = $name\"\n"
    "  codeanatomy sql --dataset trace=/data/trace@3 \"SELECT * FROM trace JOIN cpg_nodes USING "
    "(node_id)\"\n"
    "  codeanatomy sql --build out --format csv \"FROM repo_files\" > files.csv";

/// Integers, numbers, true and false are bound as such, the rest as text.
engine::Value ParseValue(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  int64_t integer = 0;
  const char* end = text.data() + text.size();
  if (auto [at, failure] = std::from_chars(text.data(), end, integer);
      failure == std::errc() && at == end) {
    return integer;
  }
  double number = 0;
  if (auto [at, failure] = std::from_chars(text.data(), end, number);
      failure == std::errc() && at == end) {
    return number;
  }
  return text;
}

Result<std::vector<engine::NamedValue>> ParseParameters(
    const std::vector<std::string>& parameters) {
  std::vector<engine::NamedValue> values;
  for (const std::string& parameter : parameters) {
    const size_t equals = parameter.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Error(ErrorCode::kInvalidArgument, "a parameter is NAME=VALUE", parameter);
    }
    values.emplace_back(parameter.substr(0, equals),
                        ParseValue(std::string_view(parameter).substr(equals + 1)));
  }
  return values;
}

/// Bytes for programs would only disturb a terminal.
Result<void> CheckArrowTarget() {
  if (isatty(STDOUT_FILENO) != 1) return {};
  return Error(ErrorCode::kInvalidArgument, "an Arrow stream is no text for a terminal",
               "--format arrow", "redirect it to a file or a program");
}

query::RowFormat ParseFormat(const std::string& format) {
  if (format == "csv") return query::RowFormat::kCsv;
  if (format == "table" || (format.empty() && isatty(STDOUT_FILENO) == 1)) {
    return query::RowFormat::kTable;
  }
  return query::RowFormat::kJson;
}

size_t TerminalWidth() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    return size.ws_col;
  return 0;
}

Result<void> WriteOut(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return ErrnoError(errno, "write", "standard output");
}

Result<int> RunSql(const SqlOptions& options, const GlobalOptions& global) {
  if (options.format == "arrow") CA_RETURN_IF_ERROR(CheckArrowTarget());
  CA_ASSIGN_OR_RETURN(const driver::Config config, ResolveConfig(global, *options.settings));
  CA_ASSIGN_OR_RETURN(engine::SessionOptions session, driver::SessionOptionsOf(config));
  session.cancel = &CatchSignals();
  CA_ASSIGN_OR_RETURN(const std::vector<engine::NamedValue> parameters,
                      ParseParameters(options.parameters));
  const auto files = storage::OpenPosixFileSystem();
  std::vector<engine::DatasetSpec> datasets;
  for (const std::string& text : options.datasets) {
    CA_ASSIGN_OR_RETURN(engine::DatasetSpec dataset, engine::ParseDataset(text, *files));
    datasets.push_back(std::move(dataset));
  }
  CA_ASSIGN_OR_RETURN(auto reader, engine::BuildReader::Open(options.build, session, datasets));
  CA_ASSIGN_OR_RETURN(engine::QueryResult rows, reader->Query(options.statement, parameters));
  if (options.format == "arrow") {
    CA_ASSIGN_OR_RETURN(
        [[maybe_unused]] const size_t written,
        query::WriteArrowStream(rows,
                                {.batch_rows = reader->session().batch_rows(),
                                 .text_views = config.GetBool("engine.schema_force_view_types"),
                                 .dictionaries = session.wrap_partition_values},
                                WriteOut));
    return 0;
  }
  const query::TableStyle style{.width = TerminalWidth(), .color = UseColor(global, STDOUT_FILENO)};
  CA_ASSIGN_OR_RETURN([[maybe_unused]] const size_t count,
                      query::PrintRows(rows, ParseFormat(options.format), style, WriteOut));
  return 0;
}

}  // namespace

void AddSqlCommand(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<SqlOptions>();
  CLI::App* command = app.add_subcommand("sql", "Run one read-only SELECT over a build");
  command->footer(kFooter);
  command->add_option("STATEMENT", options->statement, "One SELECT; tables are plain names")
      ->required()
      ->type_name("");
  command->add_option("--build", options->build, "Output folder of the build")
      ->capture_default_str()
      ->type_name("OUT");
  command
      ->add_option(
          "--format", options->format,
          "json, csv, table or arrow (an IPC stream); default: table on a terminal, else json")
      ->check(CLI::IsMember({"json", "csv", "table", "arrow"}).description(""))
      ->type_name("FORMAT");
  command
      ->add_option("--param", options->parameters,
                   "Bind $NAME of the statement; numbers, true and false as such, else text")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command
      ->add_option("--dataset", options->datasets,
                   "A relation beside the build's: a Delta table, at a version or the latest, what "
                   "its commits FIRST to LAST added and removed, or a folder of Parquet files; "
                   "repeatable, datasets() lists them")
      ->allow_extra_args(false)
      ->type_name("NAME=FOLDER[@VERSION|@FIRST..[LAST]]");
  std::vector<std::string_view> keys(std::begin(kSessionKeys), std::end(kSessionKeys));
  keys.emplace_back("engine.schema_force_view_types");
  keys.emplace_back("engine.wrap_partition_values");
  options->settings = AddConfigOptions(*command, keys);
  command->callback([options, &invocation] {
    invocation.run = [options, &invocation] { return RunSql(*options, invocation.global); };
  });
}

}  // namespace codeanatomy::cli
