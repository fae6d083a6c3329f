// Recorder: the event sink of a run. Keeps spans, events and exceptions for the run bundle and
// hands progress on to whoever displays it.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/observe.h"

namespace codeanatomy::driver {

/// Called with the work done and known so far; from any thread, one call at a time.
using ProgressFunction = std::function<void(std::string_view stage, std::string_view unit,
                                            uint64_t done, uint64_t total)>;

/// Seconds since the recorder was made, on a monotonic clock.
struct RecordedSpan {
  std::string name;
  uint64_t parent = 0;  // 1-based index of the parent span, 0 for none
  double begin = 0;
  double end = -1;  // -1: still open
  Attributes attributes;
};

/// What was reported of a span at one moment.
struct RecordedEvent {
  std::string kind;  // event, exception
  std::string name;  // of an exception the error's code
  uint64_t span = 0;
  double at = 0;
  Attributes attributes;
};

class Recorder : public EventSink {
 public:
  explicit Recorder(ProgressFunction progress = {});

  uint64_t BeginSpan(std::string_view name, uint64_t parent) override;
  void EndSpan(uint64_t span, const Attributes& attributes) override;
  void Event(uint64_t span, std::string_view name, const Attributes& attributes) override;
  void Exception(uint64_t span, const Error& error) override;
  void Progress(std::string_view stage, std::string_view unit, uint64_t done,
                uint64_t total) override;

  double Seconds() const;
  /// Spans in the order they began.
  std::vector<RecordedSpan> Spans() const;
  /// Events and exceptions in the order they were reported.
  std::vector<RecordedEvent> Events() const;
  /// When the recorder was made, in nanoseconds since 1970, UTC.
  int64_t start_unix_nanoseconds() const { return start_unix_nanoseconds_; }
  /// One JSON object per line: spans, events and exceptions in the order they were reported.
  std::string EventsJsonLines(std::string_view run_id) const;
  /// {"spans": [{"name", "parent", "begin", "seconds", "attributes"}]}, times in seconds.
  std::string TimingsJson() const;

 private:
  mutable std::mutex mutex_;
  std::chrono::steady_clock::time_point start_;
  int64_t start_unix_nanoseconds_ = 0;
  ProgressFunction progress_;
  std::vector<RecordedSpan> spans_;
  std::vector<RecordedEvent> records_;
};

}  // namespace codeanatomy::driver
