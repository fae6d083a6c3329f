// The commands of the program. Each has one file `<command>_command.cpp` with one function declared
// here and called by main.cpp in the order in which --help lists them.
//
// Such a function adds a sub-command to `app`, with its options bound to a struct that the callback
// keeps alive, and in the callback stores what to run:
//
//   void AddVersionCommand(CLI::App& app, Invocation& invocation) {
//     CLI::App* command = app.add_subcommand("version", "Print versions as JSON");
//     command->callback([&invocation] { invocation.run = [] { return PrintVersion(); }; });
//   }
#pragma once

#include "cli/invocation.h"

namespace CLI {
class App;
}

namespace codeanatomy::cli {

void AddBootstrapCommand(CLI::App& app, Invocation& invocation);
void AddBuildCommand(CLI::App& app, Invocation& invocation);
void AddCatalogCommand(CLI::App& app, Invocation& invocation);
void AddConfigCommand(CLI::App& app, Invocation& invocation);
void AddDebugCommand(CLI::App& app, Invocation& invocation);
void AddDeltaCommand(CLI::App& app, Invocation& invocation);
void AddExportCommand(CLI::App& app, Invocation& invocation);
void AddPlanCommand(CLI::App& app, Invocation& invocation);
void AddReplayCommand(CLI::App& app, Invocation& invocation);
void AddRunCommand(CLI::App& app, Invocation& invocation);
void AddSqlCommand(CLI::App& app, Invocation& invocation);
void AddVersionCommand(CLI::App& app, Invocation& invocation);

}  // namespace codeanatomy::cli
