// The texts that inputs are made from: chunks of seed files, and the words of Python.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace codeanatomy::fuzz {

/// Longest chunk in bytes: what a mutation breaks is seen in small texts, and many of them are run.
inline constexpr size_t kLongestChunk = 2048;

struct Corpus {
  std::vector<std::string> python;     // files of *.py, cut at line ends
  std::vector<std::string> notebooks;  // *.ipynb, whole
  std::vector<std::string> documents;  // *.json, *.toml, whole
};

/// Adds the files below `folder`, or the file itself, in path order. Throws
/// std::filesystem::filesystem_error where one cannot be read.
void AddSeeds(const std::filesystem::path& folder, Corpus& corpus);

/// Keywords, operators, brackets, quotes, prefixes, layout, and bytes that are none of these.
const std::vector<std::string>& PythonWords();

}  // namespace codeanatomy::fuzz
