#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "driver/reference/reference_pages.h"

namespace codeanatomy::cli {
namespace {

struct CatalogOptions {
  std::string subject;
  bool markdown = false;
  bool json = false;
  std::string write;  // folder
};

std::string Render(const CatalogOptions& options, const driver::ReferencePage& page) {
  if (options.json) return driver::ToJson(page) + "\n";
  return options.markdown ? driver::ToMarkdown(page) : driver::ToText(page);
}

Result<void> WriteFile(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return ErrnoError(errno, "create", path);
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int write_error = errno;
  if (std::fclose(file) != 0) return ErrnoError(errno, "write", path);
  if (!written) return ErrnoError(write_error, "write", path);
  return {};
}

Result<int> RunCatalog(const CatalogOptions& options) {
  std::vector<std::string_view> subjects = driver::ReferenceSubjects();
  if (!options.subject.empty()) {
    if (!driver::FindReferencePage(options.subject)) {
      return Error(ErrorCode::kInvalidArgument, "the catalogue has no such subject",
                   options.subject, fmt::format("use one of {}", fmt::join(subjects, ", ")));
    }
    subjects = {options.subject};
  }
  bool first = true;
  for (std::string_view subject : subjects) {
    const auto page = driver::FindReferencePage(subject);
    CA_CHECK(page.has_value(), "every subject of the reference has its page");
    const std::string text = Render(options, *page);
    if (!options.write.empty()) {
      CA_RETURN_IF_ERROR(WriteFile(fmt::format("{}/{}", options.write, page->file), text));
      continue;
    }
    if (!first && !options.json) fmt::print("\n");
    if (!options.markdown && !options.json && subjects.size() > 1)
      fmt::print("{}\n\n", page->title);
    fmt::print("{}", text);
    first = false;
  }
  return 0;
}

}  // namespace

void AddCatalogCommand(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<CatalogOptions>();
  CLI::App* command = app.add_subcommand(
      "catalog", "Print kinds, tables, functions, codes and options as declared");
  command
      ->add_option(
          "SUBJECT", options->subject,
          fmt::format("One of {}; default: all", fmt::join(driver::ReferenceSubjects(), ", ")))
      ->type_name("");
  CLI::Option* markdown = command->add_flag("--markdown", options->markdown, "As Markdown");
  command->add_flag("--json", options->json, "As JSON, one object per subject and line")
      ->excludes(markdown);
  command
      ->add_option("--write", options->write, "Write the Markdown pages into this folder instead")
      ->type_name("FOLDER")
      ->needs(markdown);
  command->footer(
      "Examples:\n"
      "  codeanatomy catalog nodes\n"
      "  codeanatomy catalog tables --json\n"
      "  codeanatomy catalog --markdown --write docs/reference");
  command->callback(
      [options, &invocation] { invocation.run = [options] { return RunCatalog(*options); }; });
}

}  // namespace codeanatomy::cli
