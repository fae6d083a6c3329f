#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "driver/config/session_options.h"
#include "engine/session/build_reader.h"
#include "query/export/dot_export.h"

namespace codeanatomy::cli {
namespace {

struct ExportOptions {
  std::string build = ".codeanatomy";
  std::string format = "dot";
  std::string output;  // empty: standard output
  query::ExportRequest request;
  std::shared_ptr<driver::TextSettings> settings;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  codeanatomy export --layer cfg --method pkg.mod.f | dot -Tsvg > f.svg\n"
    "  codeanatomy export --layer pdg --method pkg/mod.py:12 -o f.dot";

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdout) std::fclose(file);
  }
};

Result<int> RunExport(const GlobalOptions& global, const ExportOptions& options) {
  CA_ASSIGN_OR_RETURN(const driver::Config config, ResolveConfig(global, *options.settings));
  CA_ASSIGN_OR_RETURN(engine::SessionOptions session, driver::SessionOptionsOf(config));
  session.cancel = &CatchSignals();
  CA_ASSIGN_OR_RETURN(auto reader, engine::BuildReader::Open(options.build, session));
  const std::string& path = options.output;
  const std::unique_ptr<std::FILE, CloseFile> file(path.empty() ? stdout
                                                                : std::fopen(path.c_str(), "wb"));
  if (!file) return ErrnoError(errno, "create", path);
  const auto failure = [&] {
    return ErrnoError(errno, "write", path.empty() ? "standard output" : path);
  };
  const query::TextSink sink = [&](std::string_view text) -> Result<void> {
    if (std::fwrite(text.data(), 1, text.size(), file.get()) == text.size()) return {};
    return failure();
  };
  CA_RETURN_IF_ERROR(query::ExportDot(*reader, options.request, sink));
  if (std::fflush(file.get()) != 0) return failure();
  return 0;
}

}  // namespace

void AddExportCommand(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Print layers of the graph, or of one function");
  command->footer(kFooter);
  command->add_option("--build", options->build, "Output folder of the build")
      ->capture_default_str()
      ->type_name("OUT");
  command->add_option("--format", options->format, "dot")
      ->check(CLI::IsMember({"dot"}).description(""))
      ->capture_default_str()
      ->type_name("FORMAT");
  command
      ->add_option("--layer", options->request.layers,
                   "ast, cfg, cdg, ddg (REACHING_DEF), pdg (CDG and REACHING_DEF), cpg or all; "
                   "repeatable; default: all")
      ->allow_extra_args(false)
      ->type_name("LAYER");
  command
      ->add_option("--method", options->request.method,
                   "one function: full name, path:line of its def, or node id")
      ->type_name("NAME");
  command->add_option("-o,--output", options->output, "file to write; default: standard output")
      ->type_name("FILE");
  options->settings = AddConfigOptions(*command, kSessionKeys);
  command->callback([options, &invocation] {
    invocation.run = [options, &invocation] { return RunExport(invocation.global, *options); };
  });
}

}  // namespace codeanatomy::cli
