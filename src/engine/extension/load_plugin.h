// LoadPlugin: registers a plugin with a session's database and holds it to its manifest.
#pragma once

#include <map>
#include <string>

#include "base/observe.h"
#include "engine/duckdb/connection.h"
#include "engine/extension/plugin_library.h"

namespace codeanatomy::engine {

/// What the plugin may ask while it registers itself.
struct PluginHost {
  const std::map<std::string, std::string>* settings = nullptr;
  EventSink* sink = nullptr;  // may be null
};

/// Checks the options and registers the plugin. Functions and views that it created afterwards must
/// be those of its manifest, by name and kind. Errors SessionInitializationFailed, naming check,
/// expected and actual. The session is not to be
///        used then. Cost 5 ms, two reads of the engine's catalogue.
Result<ExtensionDescriptor> LoadPlugin(const Plugin& plugin, Connection& connection,
                                       const PluginHost& host);

}  // namespace codeanatomy::engine
