// bootstrap: a build without rows.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "driver/bootstrap/bootstrap.h"

namespace codeanatomy::cli {
namespace {

struct BootstrapOptions {
  driver::BootstrapRequest request;
  std::string format = "text";
};

constexpr const char* kFooter =
    "Examples:\n"
    "  codeanatomy bootstrap --output-dir empty\n"
    "  codeanatomy sql --build empty \"SELECT kind, count(*) FROM cpg_nodes GROUP BY kind\"\n";

Result<int> RunBootstrap(const GlobalOptions& global, const BootstrapOptions& options) {
  CA_ASSIGN_OR_RETURN(const std::vector<driver::BootstrapTable> tables,
                      driver::Bootstrap(options.request));
  if (options.format == "json") {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const driver::BootstrapTable& table : tables) {
      rows.push_back({{"role", table.role},
                      {"table_name", table.name},
                      {"path", table.path},
                      {"rows", table.rows}});
    }
    fmt::print("{}\n", nlohmann::ordered_json{{"tables", std::move(rows)}}.dump(2));
  } else if (!global.quiet) {
    fmt::print("{} tables in {}\n", tables.size(), options.request.output_dir);
  }
  return 0;
}

}  // namespace

void AddBootstrapCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand(
      "bootstrap", "Make a build without rows: every table with its columns, to try programs on");
  command->footer(kFooter);
  const auto options = std::make_shared<BootstrapOptions>();
  driver::BootstrapRequest& request = options->request;
  command->add_option("-o,--output-dir", request.output_dir, "A folder without a build")
      ->required()
      ->type_name("DIR");
  command->add_flag("--evidence,!--no-evidence", request.include_evidence, "Tables of evidence");
  command->add_flag("--outputs,!--no-outputs", request.include_outputs,
                    "Tables of the graph and reports");
  command->add_flag("--seed", request.seeded, "One row of plain values in each table");
  command->add_option("--seed-table", request.seeded_tables, "Only in this table; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("FORMAT");
  command->callback([&invocation, options] {
    options->request.seeded = options->request.seeded || !options->request.seeded_tables.empty();
    invocation.run = [&invocation, options] { return RunBootstrap(invocation.global, *options); };
  });
}

}  // namespace codeanatomy::cli
