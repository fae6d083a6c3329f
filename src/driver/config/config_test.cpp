#include "driver/config/config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "driver/config/requires_python.h"
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
  CHECK(NewestVersionFor("<3.8") == PythonVersion::k314);
  CHECK(NewestVersionFor("^3.9,<3.12") == PythonVersion::k311);
  CHECK(NewestVersionFor("~3.9 || ~3.11") == PythonVersion::k311);
  CHECK(NewestVersionFor("3.10") == PythonVersion::k310);
  CHECK(NewestVersionFor("*") == PythonVersion::k314);
}

TEST_CASE("requires-python is found where packages say it") {
  Folder folder;
  CHECK(FindRequiresPython(folder.root) == std::nullopt);
  folder.Write("setup.py",
               "from setuptools import setup\nPY = '>=3.8'\nPY = f'{1}'\nPY = '<3.9'\n"
               "def f(): setup(name='x', python_requires=PY)\n");
  CHECK(FindRequiresPython(folder.root) == "<3.9");
  folder.Write("setup.cfg",
               "[metadata]\npython_requires = 2\n[options]\n# no\nPython-Requires =\n"
               "    >=3.8\n    <3.10\npackages = x\n");
  CHECK(FindRequiresPython(folder.root) == ">=3.8,<3.10");
  folder.Write("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.10'\n");
  CHECK(FindRequiresPython(folder.root) == "^3.10");
  folder.Write("pyproject.toml", "[project]\nrequires-python = '>=3.12'\n");
  CHECK(FindRequiresPython(folder.root) == ">=3.12");
  folder.Write("pyproject.toml", "[project\n");
  CHECK(FindRequiresPython(folder.root) == ">=3.8,<3.10");
}

TEST_CASE("setup.py is read as syntax") {
  CHECK(FindSetupKeyword("setuptools.setup(python_requires='>=' '3.9')") == ">=3.9");
  CHECK(FindSetupKeyword("setup(**kw)") == std::nullopt);
  CHECK(FindSetupKeyword("setup(python_requires=open('x').read())") == std::nullopt);
  CHECK(FindSetupKeyword("print 'old'\nsetup(python_requires='>=3.6')") == ">=3.6");
  CHECK(FindSetupKeyword("x = '1'\nx = y\nsetup(python_requires=x)") == std::nullopt);
}

}  // namespace codeanatomy::driver
