// The observation seam: everything a run says about itself goes through one sink, owned by its
// Session.
//
// Spans nest (stage → step → table), events and counters hang on the innermost open span of the
// thread that reports them. The sink may be called from several threads. Exporters are sinks.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace codeanatomy {

using Attributes = std::vector<std::pair<std::string, std::string>>;

class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Returns an id for EndSpan; `parent` 0 is the root.
  virtual uint64_t BeginSpan(std::string_view name, uint64_t parent) = 0;
  virtual void EndSpan(uint64_t span, const Attributes& attributes) = 0;
  virtual void Event(uint64_t span, std::string_view name, const Attributes& attributes) = 0;
  /// An error as an exception of its span.
  virtual void Exception(uint64_t span, const Error& error) = 0;
  /// Work done and work known so far, for progress displays; `unit` such as "files".
  virtual void Progress(std::string_view stage, std::string_view unit, uint64_t done,
                        uint64_t total) = 0;
};

/// Ends its span when it goes out of scope.
class SpanScope {
 public:
  SpanScope(EventSink& sink, std::string_view name, uint64_t parent = 0)
      : sink_(sink), id_(sink.BeginSpan(name, parent)) {}
  ~SpanScope() { sink_.EndSpan(id_, attributes_); }
  SpanScope(const SpanScope&) = delete;
  SpanScope& operator=(const SpanScope&) = delete;
  uint64_t id() const { return id_; }
  void Set(std::string key, std::string value) {
    attributes_.emplace_back(std::move(key), std::move(value));
  }
  void Exception(const Error& error) { sink_.Exception(id_, error); }

 private:
  EventSink& sink_;
  uint64_t id_;
  Attributes attributes_;
};

/// Set by a signal handler, read by every loop that may run long.
class CancelFlag {
 public:
  void Cancel(int signal) { signal_.store(signal, std::memory_order_relaxed); }
  bool cancelled() const { return signal_.load(std::memory_order_relaxed) != 0; }
  int signal() const { return signal_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> signal_{0};
};

}  // namespace codeanatomy
