#include "engine/extension/load_plugin.h"

#include <algorithm>
#include <set>

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/extension/options_schema.h"

namespace codeanatomy::engine {
namespace {

/// Functions of a database as (name, kind) and its views as (name, "view").
using Registered = std::set<std::pair<std::string, std::string>>;

Result<Registered> ReadRegistered(Connection& connection) {
  CA_ASSIGN_OR_RETURN(
      QueryResult rows,
      connection.Query("SELECT DISTINCT function_name, function_type FROM duckdb_functions() UNION "
                       "ALL SELECT view_name, 'view' FROM duckdb_views() WHERE NOT internal"));
  Registered registered;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
    if (chunk == nullptr) return registered;
    for (size_t row = 0; row < chunk->rows(); ++row)
      registered.emplace(chunk->column(0).Text(row), chunk->column(1).Text(row));
  }
}

uint64_t CapabilityOf(std::string_view kind) {
  if (kind == "view") return CA_PLUGIN_RELATIONS;
  if (kind == "aggregate") return CA_PLUGIN_AGGREGATE_FUNCTIONS;
  if (kind == "table" || kind == "table_macro") return CA_PLUGIN_TABLE_FUNCTIONS;
  return CA_PLUGIN_SCALAR_FUNCTIONS;
}

struct HostState {
  const PluginHost* host = nullptr;
  void* engine = nullptr;  // handle of the engine's library
  std::string name;        // of the plugin
};

void Log(void* host, ca_log_level level, const char* message) {
  const auto& state = *static_cast<HostState*>(host);
  if (state.host->sink == nullptr || message == nullptr) return;
  static constexpr std::string_view kLevels[] = {"debug", "info", "warning"};
  const auto at = static_cast<size_t>(level);
  state.host->sink->Event(0, "plugin_log",
                          {{"plugin", state.name},
                           {"level", std::string(kLevels[std::min<size_t>(at, 2)])},
                           {"message", message}});
}

const char* Setting(void* host, const char* name) {
  const auto& state = *static_cast<HostState*>(host);
  if (name == nullptr || state.host->settings == nullptr) return nullptr;
  const auto at = state.host->settings->find(name);
  return at == state.host->settings->end() ? nullptr : at->second.c_str();
}

void* EngineFunction(void* host, const char* name) {
  const auto& state = *static_cast<HostState*>(host);
  if (name == nullptr || !std::string_view(name).starts_with("duckdb_")) return nullptr;
  return dlsym(state.engine, name);
}

Result<void> Register(const PluginLibrary& plugin, const std::string& options,
                      Connection& connection, const PluginHost& host) {
  HostState state{&host, dlopen(connection.library().path.c_str(), RTLD_LAZY | RTLD_NOLOAD),
                  plugin.descriptor().name};
  if (state.engine == nullptr)
    return PluginError(plugin.path(), "engine library", connection.library().path, "not open");
  const ca_host_api api{.struct_size = sizeof(ca_host_api),
                        .abi_major = CA_PLUGIN_ABI_MAJOR,
                        .abi_minor = CA_PLUGIN_ABI_MINOR,
                        .host = &state,
                        .log = Log,
                        .setting = Setting,
                        .engine_function = EngineFunction};
  ca_error error{};
  const int status = plugin.register_function()(&api, connection.handle(), options.c_str(), &error);
  dlclose(state.engine);
  error.message[sizeof error.message - 1] = '\0';
  if (status == 0) return {};
  return PluginError(plugin.path(), "register", "0", fmt::format("{}: {}", status, error.message));
}

/// Names of a kind that are in one set only.
std::vector<std::string> Missing(const std::set<std::string>& of, const std::set<std::string>& in) {
  std::vector<std::string> missing;
  std::ranges::set_difference(of, in, std::back_inserter(missing));
  return missing;
}

bool IsIn(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// What a plugin registered, held against its manifest.
class Comparison {
 public:
  Comparison(const PluginLibrary& plugin, spec::GovernanceMode governance)
      : plugin_(plugin), governance_(governance), loaded_{plugin.descriptor(), {}} {}

  Result<LoadedPlugin> Run(const Registered& before, const Registered& after) {
    ExtensionDescriptor& said = loaded_.descriptor;
    uint64_t capabilities = said.capabilities & CA_PLUGIN_DECLARATIONS;
    const bool declares = plugin_.manifest().declarations != nullptr;
    if ((capabilities != 0) != declares) {
      return PluginError(plugin_.path(), "capabilities",
                         declares ? "declarations" : "no declarations",
                         fmt::format("{:#x}", said.capabilities));
    }
    std::set<std::string> functions, relations;
    uint64_t admitted = 0;
    for (const auto& [name, kind] : after) {
      if (before.contains({name, kind})) continue;
      const bool is_view = kind == "view";
      const bool is_named = IsIn(is_view ? said.relations : said.functions, name);
      (is_named ? capabilities : admitted) |= CapabilityOf(kind);
      (is_view ? relations : functions).insert(name);
    }
    CA_RETURN_IF_ERROR(Compare(functions, said.functions, "functions", said.name + "_"));
    CA_RETURN_IF_ERROR(Compare(relations, said.relations, "relations", said.name + "."));
    if (capabilities != said.capabilities) {
      return PluginError(plugin_.path(), "capabilities", fmt::format("{:#x}", said.capabilities),
                         fmt::format("{:#x}", capabilities));
    }
    said.capabilities |= admitted;
    return std::move(loaded_);
  }

 private:
  /// Adds to `declared` what is admitted.
  Result<void> Compare(const std::set<std::string>& registered, std::vector<std::string>& declared,
                       std::string_view check, const std::string& prefix) {
    const std::set<std::string> names(declared.begin(), declared.end());
    const std::vector<std::string> more = Missing(registered, names),
                                   less = Missing(names, registered);
    const bool admits =
        governance_ == spec::GovernanceMode::kWarnOnUnregistered &&
        std::ranges::all_of(more, [&](const auto& name) { return name.starts_with(prefix); });
    if (!less.empty() || (!more.empty() && !admits)) {
      return PluginError(plugin_.path(), check, fmt::format("{}", fmt::join(names, ", ")),
                         fmt::format("not registered: {}; not declared: {}", fmt::join(less, ", "),
                                     fmt::join(more, ", ")));
    }
    for (const std::string& name : more) {
      loaded_.warnings.push_back(
          {WarningCode::kExtensionNotRegistered,
           fmt::format("{} is not in the manifest of the plugin {}", name, loaded_.descriptor.name),
           {{"check", std::string(check)}, {"name", name}, {"plugin", loaded_.descriptor.name}}});
    }
    declared.insert(declared.end(), more.begin(), more.end());
    std::ranges::sort(declared);
    return {};
  }

  const PluginLibrary& plugin_;
  const spec::GovernanceMode governance_;
  LoadedPlugin loaded_;
};

}  // namespace

Result<LoadedPlugin> LoadPlugin(const Plugin& requested, Connection& connection,
                                const PluginHost& host) {
  const PluginLibrary& plugin = requested.library;
  const char* schema = plugin.manifest().options_schema;
  auto options = CheckOptions(requested.options, schema == nullptr ? "" : schema);
  if (!options) {
    return PluginError(plugin.path(), "options", "what options_schema says",
                       options.error().message());
  }
  CA_ASSIGN_OR_RETURN(const Registered before, ReadRegistered(connection));
  CA_RETURN_IF_ERROR(Register(plugin, *options, connection, host));
  CA_ASSIGN_OR_RETURN(const Registered after, ReadRegistered(connection));
  CA_ASSIGN_OR_RETURN(LoadedPlugin loaded, Comparison(plugin, host.governance).Run(before, after));
  loaded.descriptor.options = *std::move(options);
  return loaded;
}

}  // namespace codeanatomy::engine
