#include "cli/progress_display.h"

#include <cstdio>

#include <fmt/format.h>

namespace codeanatomy::cli {
namespace {

constexpr uint64_t kBarWidth = 30;

}  // namespace

ProgressDisplay::ProgressDisplay(const GlobalOptions& options)
    : bar_(UseProgressBar(options)), silent_(options.quiet || options.progress == "never") {}

ProgressDisplay::~ProgressDisplay() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressDisplay::Update(std::string_view stage, std::string_view unit, uint64_t done,
                             uint64_t total) {
  if (silent_) return;
  const bool first = stage != stage_;
  const bool complete = done == total;
  const auto now = Clock::now();
  const auto pause = std::chrono::milliseconds(bar_ ? 100 : 2000);
  if (!first && !complete && now - last_ < pause) return;
  stage_ = stage;
  last_ = now;
  Draw(stage, unit, done, total);
}

void ProgressDisplay::Draw(std::string_view stage, std::string_view unit, uint64_t done,
                           uint64_t total) {
  if (!bar_) {
    fmt::print(stderr, "{}: {} of {} {}\n", stage, done, total, unit);
    return;
  }
  const uint64_t filled = total == 0 ? 0 : done * kBarWidth / total;
  fmt::print(stderr, "\r\x1b[K{:<8} [{:=<{}}{: <{}}] {}/{} {}", stage, "", filled, "",
             kBarWidth - filled, done, total, unit);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace codeanatomy::cli
