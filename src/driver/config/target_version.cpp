// PEP 440 specifiers, reduced to what decides between minor versions: a minor version M satisfies a
// set iff some release M.0 … M.99 does (">3.9" admits 3.9.1, so it admits 3.9). Poetry's `^`, `~`,
// bare versions and alternatives (`||`) are understood as well.
#include "driver/config/target_version.h"

#include <algorithm>
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
  if (op == "==" || op == "===" || op == "=") return equal;
  if (op == "^") return version >= clause.parts && PrefixEqual(clause, version, 1);
  if (op == "~") {
    return version >= clause.parts && PrefixEqual(clause, version, std::min(clause.count, 2));
  }
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

using Clauses = std::vector<std::pair<std::string_view, Release>>;

/// The clauses between commas; nullopt when one is none.
std::optional<Clauses> ParseClauses(std::string_view text) {
  Clauses clauses;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view clause = Trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (clause.empty()) continue;
    if (clause == "*") continue;
    const size_t digits = clause.find_first_of("0123456789");
    const std::string_view op = Trim(clause.substr(0, digits));
    auto release =
        digits == std::string_view::npos ? std::nullopt : ParseRelease(clause.substr(digits));
    if (!release) return std::nullopt;
    if (op.empty()) release->wildcard = true;  // Poetry's "3.9"
    clauses.emplace_back(op.empty() ? "==" : op, *release);
  }
  return clauses;
}

/// Index into kPythonVersionNames, or -1.
int NewestOf(const Clauses& clauses) {
  for (int v = static_cast<int>(kPythonVersionNames.size()) - 1; v >= 0; --v) {
    for (int micro = 0; micro <= kLastMicro; ++micro) {
      const auto satisfied = [&](const auto& clause) {
        return Satisfies(clause.first, clause.second, {3, 8 + v, micro});
      };
      if (std::ranges::all_of(clauses, satisfied)) return v;
    }
  }
  return -1;
}

}  // namespace

PythonVersion NewestVersionFor(std::string_view requires_python) {
  int newest = -1;
  while (true) {
    const size_t bar = requires_python.find("||");
    const auto clauses = ParseClauses(Trim(requires_python.substr(0, bar)));
    if (!clauses) return kNewestPythonVersion;
    newest = std::max(newest, NewestOf(*clauses));
    if (bar == std::string_view::npos) break;
    requires_python.remove_prefix(bar + 2);
  }
  return newest < 0 ? kNewestPythonVersion : static_cast<PythonVersion>(newest);
}

}  // namespace codeanatomy::driver
