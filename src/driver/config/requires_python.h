// What a repository says about the Pythons it runs on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codeanatomy::driver {

/// The specifier set of a repository, from the first of these that has one: pyproject.toml
/// (`project.requires-python`, `tool.poetry.dependencies.python`), setup.cfg
/// (`options.python_requires`), setup.py (`setup(python_requires=…)`, a text or a module's name for
/// one; read as syntax, never run). nullopt when none has; unreadable files are passed over: they
/// are analysed data, not our configuration. The text is as written, see NewestVersionFor.
std::optional<std::string> FindRequiresPython(const std::string& repository_root);

/// The keyword `python_requires` of the first call of `setup`.
std::optional<std::string> FindSetupKeyword(std::string_view source);

}  // namespace codeanatomy::driver
