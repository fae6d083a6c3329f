// ProgressDisplay: a run's progress on stderr: one bar that redraws on a terminal, plain lines
// elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/invocation.h"

namespace codeanatomy::cli {

class ProgressDisplay {
 public:
  explicit ProgressDisplay(const GlobalOptions& options);
  ~ProgressDisplay();  // takes the bar off the screen
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// One call at a time. Redraws at most ten times a second; plain lines at most one every two
  /// seconds per stage, and one when a stage is complete.
  void Update(std::string_view stage, std::string_view unit, uint64_t done, uint64_t total);

 private:
  void Draw(std::string_view stage, std::string_view unit, uint64_t done, uint64_t total);
  using Clock = std::chrono::steady_clock;
  bool bar_ = false, silent_ = false, drawn_ = false;
  std::string stage_;
  Clock::time_point last_{};
};

}  // namespace codeanatomy::cli
