#include "driver/config/config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "driver/config/target_version.h"

namespace codeanatomy::driver {
namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/codeanatomy_config_XXXXXX";
    root = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(root); }
  void Write(const std::string& path, const std::string& text) const {
    std::ofstream(root + "/" + path) << text;
  }
  std::string root;
};

const char* NoEnv(const char*) { return nullptr; }
const char* SomeEnv(const char* name) {
  return std::string_view(name) == "CODEANATOMY_THREADS" ? "3" : nullptr;
}

}  // namespace

TEST_CASE("precedence: flag, variable, codeanatomy.toml, pyproject.toml, default") {
  const Folder folder;
  folder.Write("codeanatomy.toml", "[engine]\nthreads = 2\nprofile = \"small\"\n");
  folder.Write(
      "pyproject.toml",
      "[tool.codeanatomy.engine]\nprofile = \"large\"\n[tool.codeanatomy.graph]\nid_salt = 7\n");
  auto config = Config::Resolve({.working_directory = folder.root, .get_env = SomeEnv});
  REQUIRE(config.has_value());
  CHECK(config->GetInt("engine.threads") == 3);
  CHECK(config->GetText("engine.profile") ==
        "small");  // pyproject gives only sections the first file lacks
  CHECK(config->GetInt("graph.id_salt") == 7);
  CHECK(config->GetInt("source.max_file_bytes") == 64 << 20);
  auto flagged = Config::Resolve(
      {.cli = {{"engine.threads", {"1"}}}, .working_directory = folder.root, .get_env = SomeEnv});
  REQUIRE(flagged.has_value());
  CHECK(flagged->GetInt("engine.threads") == 1);
  CHECK(flagged->Get("engine.threads").location == "--threads");
}

TEST_CASE("unknown keys and wrong types name file and key") {
  const Folder folder;
  folder.Write("codeanatomy.toml", "[engine]\nthread = 2\n");
  auto unknown = Config::Resolve({.working_directory = folder.root, .get_env = NoEnv});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code() == ErrorCode::kInvalidConfig);
  CHECK(unknown.error().subject().ends_with("codeanatomy.toml: engine.thread"));
  folder.Write("codeanatomy.toml", "[engine]\nthreads = \"many\"\n");
  CHECK(Config::Resolve({.working_directory = folder.root, .get_env = NoEnv}).error().code() ==
        ErrorCode::kInvalidConfig);
  folder.Write("codeanatomy.toml", "[engine\n");
  CHECK(Config::Resolve({.working_directory = folder.root, .get_env = NoEnv}).error().code() ==
        ErrorCode::kInvalidConfig);
  folder.Write("codeanatomy.toml", "[motor]\n");
  CHECK(Config::Resolve({.working_directory = folder.root, .get_env = NoEnv}).error().code() ==
        ErrorCode::kInvalidConfig);
}

TEST_CASE("every option's default is a value of its type") {
  auto config = Config::Resolve({.working_directory = "/", .get_env = NoEnv});
  REQUIRE(config.has_value());
  for (const OptionInfo& option : Options()) CHECK_NOTHROW(config->Get(option.key));
}

TEST_CASE("requires-python picks the newest version that satisfies it") {
  CHECK(NewestVersionFor(">=3.9") == PythonVersion::k314);
  CHECK(NewestVersionFor(">=3.8,<3.12") == PythonVersion::k311);
  CHECK(NewestVersionFor("~=3.10") == PythonVersion::k314);
  CHECK(NewestVersionFor("~=3.10.2") == PythonVersion::k310);
  CHECK(NewestVersionFor("==3.9.*") == PythonVersion::k39);
  CHECK(NewestVersionFor("!=3.14.*, >3.8") == PythonVersion::k313);
  CHECK(NewestVersionFor("<3.9.5") == PythonVersion::k39);
  CHECK(NewestVersionFor("nonsense") == PythonVersion::k314);
}

}  // namespace codeanatomy::driver
