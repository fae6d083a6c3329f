// FeatureGates: which features a session has, fixed when it is built.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/feature_gate.h"

namespace codeanatomy::engine {

class FeatureGates {
 public:
  /// The defaults.
  FeatureGates();
  /// The defaults changed by `words`: a gate's name switches it on, `no-` and the name off; of two
  /// words for one gate the last counts. Errors InvalidArgument, naming the gates.
  static Result<FeatureGates> Parse(const std::vector<std::string>& words);

  /// A word for every gate: Parse makes these gates of them under any defaults.
  std::vector<std::string> Words() const;

  bool is_on(FeatureGate gate) const { return on_[static_cast<size_t>(gate)]; }

 private:
  std::array<bool, kFeatureGates.size()> on_{};
};

}  // namespace codeanatomy::engine
