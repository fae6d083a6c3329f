#include "engine/session/feature_gates.h"

#include <algorithm>

#include <fmt/format.h>

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kOff = "no-";

}  // namespace

FeatureGates::FeatureGates() {
  for (size_t i = 0; i < on_.size(); ++i) on_[i] = kFeatureGates[i].is_on;
}

Result<FeatureGates> FeatureGates::Parse(const std::vector<std::string>& words) {
  FeatureGates gates;
  for (const std::string& word : words) {
    const bool off = word.starts_with(kOff);
    const std::string_view name = std::string_view(word).substr(off ? kOff.size() : 0);
    const auto at = std::ranges::find(kFeatureGates, name, &FeatureGateInfo::name);
    if (at == kFeatureGates.end()) {
      std::string names;
      for (const FeatureGateInfo& gate : kFeatureGates)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", gate.name);
      return Error(ErrorCode::kInvalidArgument, fmt::format("no feature {}", name), word,
                   fmt::format("features are {}; no- and the name switches one off", names));
    }
    gates.on_[static_cast<size_t>(at - kFeatureGates.begin())] = !off;
  }
  return gates;
}

std::vector<std::string> FeatureGates::Words() const {
  std::vector<std::string> words;
  for (size_t i = 0; i < on_.size(); ++i)
    words.push_back(fmt::format("{}{}", on_[i] ? "" : kOff, kFeatureGates[i].name));
  return words;
}

}  // namespace codeanatomy::engine
