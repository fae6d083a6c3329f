// The grammar versions the front end knows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace codeanatomy {

enum class PythonVersion : uint8_t { k38, k39, k310, k311, k312, k313, k314 };

inline constexpr auto kPythonVersionNames =
    std::to_array<std::string_view>({"3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"});
inline constexpr PythonVersion kNewestPythonVersion = PythonVersion::k314;

constexpr std::string_view PythonVersionName(PythonVersion version) {
  return kPythonVersionNames[static_cast<size_t>(version)];
}

/// "3.11" → k311; anything else, patch releases included, is nullopt.
constexpr std::optional<PythonVersion> FindPythonVersion(std::string_view name) {
  for (size_t i = 0; i < kPythonVersionNames.size(); ++i) {
    if (kPythonVersionNames[i] == name) return static_cast<PythonVersion>(i);
  }
  return std::nullopt;
}

}  // namespace codeanatomy
