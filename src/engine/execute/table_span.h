// TableSpan: a part of an execution, in the run's spans.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/observe.h"
#include "engine/execute/execute_spec.h"

namespace codeanatomy::engine {

/// A span of the run's sink, where there is one.
class TableSpan {
 public:
  TableSpan(const ExecuteOptions& options, std::string_view name) {
    if (options.sink != nullptr) span_.emplace(*options.sink, name, options.parent_span);
  }
  void Set(std::string key, std::string value) {
    if (span_) span_->Set(std::move(key), std::move(value));
  }
  uint64_t id() const { return span_ ? span_->id() : 0; }

 private:
  std::optional<SpanScope> span_;
};

}  // namespace codeanatomy::engine
