#include "engine/extension/plugin_library.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/hash.h"

#define CA_TEXT_OF(x) #x
#define CA_TEXT(x) CA_TEXT_OF(x)

namespace codeanatomy::engine {
namespace {

// Plugins are held to the release that this program calls, which scripts/versions.env names.
static_assert(
    std::string_view(CA_DUCKDB_RELEASE)
        .starts_with(CA_TEXT(CA_PLUGIN_ENGINE_MAJOR) "." CA_TEXT(CA_PLUGIN_ENGINE_MINOR) "."),
    "plugin.h names another release of the engine than scripts/versions.env");

bool IsName(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= 63 && letter(name.front()) &&
         std::ranges::all_of(
             name, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::vector<std::string> ListOf(const char* const* texts) {
  std::vector<std::string> list;
  for (; texts != nullptr && *texts != nullptr; ++texts) list.emplace_back(*texts);
  std::ranges::sort(list);
  return list;
}

std::string TextOf(const char* text) { return text == nullptr ? "" : text; }

Result<std::string> DigestOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return PluginError(path, "file", "a readable file", "none");
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return Hex(Sha256::Of(bytes));
}

}  // namespace

Error PluginError(const std::string& path, std::string_view check, std::string_view expected,
                  std::string_view actual) {
  return Error(ErrorCode::kSessionInitializationFailed,
               fmt::format("plugin check \"{}\": expected {}, actual {}", check, expected, actual),
               path, "docs/formats/plugins.md tells what a plugin must fulfil");
}

Result<std::vector<Plugin>> OpenPlugins(const std::vector<std::string>& words) {
  std::vector<Plugin> plugins;
  for (const std::string& word : words) {
    const size_t at = word.find("={");
    const std::string path = word.substr(0, at);
    CA_ASSIGN_OR_RETURN(PluginLibrary library, PluginLibrary::Open(path));
    const std::string& name = library.descriptor().name;
    const auto same_name = [&](const Plugin& one) { return one.library.descriptor().name == name; };
    if (std::ranges::any_of(plugins, same_name))
      return PluginError(path, "plugin_name", "a name of its own", name);
    plugins.push_back({std::move(library), at == std::string::npos ? "{}" : word.substr(at + 1)});
  }
  return plugins;
}

Result<PluginLibrary> PluginLibrary::Open(const std::string& path) {
  PluginLibrary library;
  std::error_code failed;
  library.path_ = std::filesystem::canonical(path, failed).string();
  if (failed) return PluginError(path, "file", "a shared library", "no such file");
  CA_ASSIGN_OR_RETURN(library.descriptor_.digest, DigestOf(library.path_));
  void* handle = dlopen(library.path_.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    const char* reason = dlerror();
    return PluginError(path, "open", "a shared library", reason == nullptr ? "unknown" : reason);
  }
  const auto manifest =
      reinterpret_cast<decltype(&ca_plugin_manifest_v1)>(dlsym(handle, "ca_plugin_manifest_v1"));
  library.register_ =
      reinterpret_cast<decltype(&ca_plugin_register_v1)>(dlsym(handle, "ca_plugin_register_v1"));
  if (manifest == nullptr || library.register_ == nullptr) {
    return PluginError(path, "exports", "ca_plugin_manifest_v1 and ca_plugin_register_v1",
                       manifest == nullptr ? "no manifest" : "no registration");
  }
  library.manifest_ = manifest();
  if (library.manifest_ == nullptr) return PluginError(path, "manifest", "a manifest", "null");
  CA_RETURN_IF_ERROR(library.Check());
  return library;
}

Result<void> PluginLibrary::Check() {
  const ca_plugin_manifest& manifest = *manifest_;
  if (manifest.struct_size < sizeof(ca_plugin_manifest)) {
    return PluginError(path_, "struct_size", fmt::format("at least {}", sizeof(ca_plugin_manifest)),
                       std::to_string(manifest.struct_size));
  }
  if (manifest.abi_major != CA_PLUGIN_ABI_MAJOR || manifest.abi_minor > CA_PLUGIN_ABI_MINOR) {
    return PluginError(
        path_, "abi",
        fmt::format("{}.{} or an earlier minor version", CA_PLUGIN_ABI_MAJOR, CA_PLUGIN_ABI_MINOR),
        fmt::format("{}.{}", manifest.abi_major, manifest.abi_minor));
  }
  if (manifest.engine_major != CA_PLUGIN_ENGINE_MAJOR ||
      manifest.engine_minor != CA_PLUGIN_ENGINE_MINOR) {
    return PluginError(path_, "engine",
                       fmt::format("{}.{}", CA_PLUGIN_ENGINE_MAJOR, CA_PLUGIN_ENGINE_MINOR),
                       fmt::format("{}.{}", manifest.engine_major, manifest.engine_minor));
  }
  if (manifest.arrow_major != CA_PLUGIN_ARROW_MAJOR) {
    return PluginError(path_, "arrow", std::to_string(CA_PLUGIN_ARROW_MAJOR),
                       std::to_string(manifest.arrow_major));
  }
  descriptor_.name = TextOf(manifest.plugin_name);
  descriptor_.version = TextOf(manifest.plugin_version);
  descriptor_.build_id = TextOf(manifest.build_id);
  descriptor_.capabilities = manifest.capabilities;
  descriptor_.features = ListOf(manifest.features);
  descriptor_.functions = ListOf(manifest.functions);
  descriptor_.relations = ListOf(manifest.relations);
  if (!IsName(descriptor_.name) || descriptor_.name == "codeanatomy") {
    return PluginError(path_, "plugin_name", "lower case letters, digits and _", descriptor_.name);
  }
  for (const std::string& function : descriptor_.functions) {
    if (!function.starts_with(descriptor_.name + "_") || !IsName(function))
      return PluginError(path_, "function name", descriptor_.name + "_…", function);
  }
  for (const std::string& relation : descriptor_.relations) {
    if (!relation.starts_with(descriptor_.name + ".") ||
        !IsName(std::string_view(relation).substr(descriptor_.name.size() + 1)))
      return PluginError(path_, "relation name", descriptor_.name + ".…", relation);
  }
  return {};
}

std::string PluginLibrary::declarations() const { return TextOf(manifest_->declarations); }

}  // namespace codeanatomy::engine
