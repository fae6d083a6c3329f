// LoadPlugin: registers a plugin with a session's database and holds it to its manifest.
#pragma once

#include <map>
#include <string>

#include "base/observe.h"
#include "engine/duckdb/connection.h"
#include "engine/extension/plugin_library.h"
#include "engine/plan/warning.h"
#include "spec/runtime_config.h"

namespace codeanatomy::engine {

/// What the plugin may ask while it registers itself.
struct PluginHost {
  const std::map<std::string, std::string>* settings = nullptr;
  EventSink* sink = nullptr;  // may be null
  spec::GovernanceMode governance = spec::GovernanceMode::kStrictAllowlist;
};

struct LoadedPlugin {
  ExtensionDescriptor descriptor;  // with what was admitted beyond the manifest
  std::vector<Warning> warnings;   // one for each of those
};

/// Checks the options and registers the plugin. The manifest is the allow list: functions and views
/// that exist afterwards must be those that it names, by name and kind. Where governance warns
/// only, further ones under the plugin's own prefix are admitted, each with a warning; a name that
/// another could have is refused in any case, since the spec's own calls could then mean something
/// else.
///
/// Errors SessionInitializationFailed, naming check, expected and actual. The session is not to be
///        used then.
/// Cost   5 ms, two reads of the engine's catalogue.
Result<LoadedPlugin> LoadPlugin(const Plugin& plugin, Connection& connection,
                                const PluginHost& host);

}  // namespace codeanatomy::engine
