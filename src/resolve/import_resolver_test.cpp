#include "resolve/import_resolver.h"

#include <doctest/doctest.h>

namespace codeanatomy::resolve {
namespace {

FileInterface File(std::string path) { return {.path = std::move(path), .is_parsed = true}; }

ImportRecord From(std::string module, std::string name, int32_t level = 0) {
  return {.import_id = 7,
          .module = std::move(module),
          .name = std::move(name),
          .level = level,
          .is_from = true,
          .binds_module_level = true};
}

}  // namespace

TEST_CASE("module names") {
  CHECK(ModuleNameOf("pkg/mod.py").dotted == "pkg.mod");
  CHECK(ModuleNameOf("pkg/__init__.py").dotted == "pkg");
  CHECK(ModuleNameOf("pkg/__init__.py").package == "pkg");
  CHECK(ModuleNameOf("pkg/mod.py").package == "pkg");
  CHECK(ModuleNameOf("src/pkg/mod.pyi").dotted == "pkg.mod");
  CHECK(ModuleNameOf("src/pkg/mod.pyi").search_root == "src");
  CHECK(ModuleNameOf("__init__.py").dotted == "__init__");
  CHECK(ModuleNameOf("bin/tool").dotted == "bin.tool");
}

TEST_CASE("dots beyond the top level and unknown modules have reasons") {
  const std::vector<FileInterface> files = {File("pkg/__init__.py"), File("pkg/a.py")};
  const ImportResolver resolver(files);
  CHECK(resolver.Resolve(1, From("", "x", 2)).front().reason == ImportReason::kBeyondTopLevel);
  CHECK(resolver.Resolve(1, From("gone", "x", 1)).front().reason == ImportReason::kModuleNotFound);
  CHECK(resolver.Resolve(1, From("pkg.gone", "x")).front().reason == ImportReason::kModuleNotFound);
  CHECK(resolver.Resolve(1, From("os", "path")).front().kind == ImportTargetKind::kExternal);
  CHECK(resolver.Resolve(0, From("", "a", 1)).front().kind == ImportTargetKind::kModule);
}

TEST_CASE("modules that star-import each other cost no more than their number") {
  std::vector<FileInterface> files;
  constexpr int kModules = 200;
  for (int i = 0; i < kModules; ++i) {
    files.push_back(File("m" + std::to_string(1000 + i) + ".py"));
    for (int j = 0; j < kModules; ++j) {
      files.back().imports.push_back(From("m" + std::to_string(1000 + j), "*"));
    }
  }
  files.back().exports.push_back({.name = "found", .decl_id = 42, .kind = NodeKind::kMethod});
  const ImportResolver resolver(files);
  CHECK(resolver.Resolve(0, From("m1001", "found")).front().target_id == 42);
  CHECK(resolver.Resolve(0, From("m1001", "lost")).front().reason ==
        ImportReason::kNameNotInModule);
  CHECK(resolver.StarNames(0).size() == 1);
}

}  // namespace codeanatomy::resolve
