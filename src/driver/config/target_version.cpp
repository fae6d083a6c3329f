// PEP 440 specifiers, reduced to what decides between minor versions: a minor version M satisfies a
// clause iff some release M.0 … M.99 does (">3.9" admits 3.9.1, so it admits 3.9).
#include "driver/config/target_version.h"

#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace codeanatomy::driver {
namespace {

constexpr int kLastMicro = 99;

struct Release {
  std::array<int, 3> parts{};
  int count = 0;
  bool wildcard = false;
};

std::optional<Release> ParseRelease(std::string_view text) {
  Release release;
  while (!text.empty() && release.count < 3) {
    if (text == "*") {
      release.wildcard = true;
      return release;
    }
    int value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc()) return std::nullopt;
    release.parts[static_cast<size_t>(release.count++)] = value;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.starts_with('.'))
      text.remove_prefix(1);
    else
      break;  // pre-release and local parts do not decide between minor versions
  }
  if (release.count == 0) return std::nullopt;
  return release;
}

bool PrefixEqual(const Release& clause, const std::array<int, 3>& version, int count) {
  for (int i = 0; i < count; ++i) {
    if (clause.parts[static_cast<size_t>(i)] != version[static_cast<size_t>(i)]) return false;
  }
  return true;
}

bool Satisfies(std::string_view op, const Release& clause, const std::array<int, 3>& version) {
  const bool equal = PrefixEqual(clause, version, clause.wildcard ? clause.count : 3);
  if (op == "==" || op == "===") return equal;
  if (op == "!=") return !equal;
  if (op == ">=") return version >= clause.parts;
  if (op == "<=") return version <= clause.parts;
  if (op == ">") return version > clause.parts;
  if (op == "<") return version < clause.parts;
  return version >= clause.parts && PrefixEqual(clause, version, clause.count - 1);  // ~=
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

PythonVersion NewestVersionFor(std::string_view requires_python) {
  std::vector<std::pair<std::string_view, Release>> clauses;
  while (!requires_python.empty()) {
    const size_t comma = requires_python.find(',');
    const std::string_view clause = Trim(requires_python.substr(0, comma));
    requires_python =
        comma == std::string_view::npos ? std::string_view() : requires_python.substr(comma + 1);
    if (clause.empty()) continue;
    const size_t digits = clause.find_first_of("0123456789");
    const std::string_view op = Trim(clause.substr(0, digits));
    const auto release =
        digits == std::string_view::npos ? std::nullopt : ParseRelease(clause.substr(digits));
    if (!release || op.empty()) return kNewestPythonVersion;
    clauses.emplace_back(op, *release);
  }
  for (size_t v = kPythonVersionNames.size(); v-- > 0;) {
    const int minor = 8 + static_cast<int>(v);
    for (int micro = 0; micro <= kLastMicro; ++micro) {
      bool all = true;
      for (const auto& [op, release] : clauses)
        all = all && Satisfies(op, release, {3, minor, micro});
      if (all) return static_cast<PythonVersion>(v);
    }
  }
  return kNewestPythonVersion;
}

}  // namespace codeanatomy::driver
