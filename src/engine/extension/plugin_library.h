// PluginLibrary: a plugin's shared library with its manifest, checked as far as that is possible
// without a session.
#pragma once

#include <string>
#include <vector>

#include <codeanatomy/plugin.h>

#include "base/result.h"

namespace codeanatomy::engine {

/// What is known of a plugin, by itself: the loader, the envelope and the capability snapshot all
/// use this one description.
struct ExtensionDescriptor {
  std::string name, version, build_id;
  uint64_t capabilities = 0;
  std::string digest;   // SHA-256 of the library's file
  std::string options;  // canonical JSON; empty until it is loaded
  std::vector<std::string> features, functions, relations;
};

class PluginLibrary {
 public:
  /// Opens the library and checks its manifest: size, ABI, engine, Arrow, names. It stays open
  /// until the process ends, since what it registers is called until then. Errors
  /// SessionInitializationFailed, naming check, expected and actual; subject: the file.
  static Result<PluginLibrary> Open(const std::string& path);

  const ExtensionDescriptor& descriptor() const { return descriptor_; }
  const ca_plugin_manifest& manifest() const { return *manifest_; }
  /// semantics.toml that it brings; empty: none.
  std::string declarations() const;
  decltype(&ca_plugin_register_v1) register_function() const { return register_; }
  const std::string& path() const { return path_; }

 private:
  Result<void> Check();

  std::string path_;
  const ca_plugin_manifest* manifest_ = nullptr;
  decltype(&ca_plugin_register_v1) register_ = nullptr;
  ExtensionDescriptor descriptor_;
};

/// A library and the options it is to be loaded with, a JSON object.
struct Plugin {
  PluginLibrary library;
  std::string options = "{}";
};

/// The plugins of `engine.plugins`, in its order: each word is a library's file, and after `=` its
/// options. Errors those of PluginLibrary::Open; two of one name.
Result<std::vector<Plugin>> OpenPlugins(const std::vector<std::string>& words);

/// The error of a failed check.
Error PluginError(const std::string& path, std::string_view check, std::string_view expected,
                  std::string_view actual);

}  // namespace codeanatomy::engine
