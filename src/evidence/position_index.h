// PositionIndex: line and column of byte offsets in constant time, for the millions of spans of a
// build.
//
// Every kBucket bytes remember the line they begin in; from there at most a bucket's lines are
// walked.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/line_index.h"

namespace codeanatomy::evidence {

class PositionIndex {
 public:
  explicit PositionIndex(std::string_view text) : lines_(text) {
    const std::vector<uint32_t>& starts = lines_.starts();
    buckets_.resize(text.size() / kBucket + 1);
    uint32_t line = 0;
    for (size_t b = 0; b < buckets_.size(); ++b) {
      while (line + 1 < starts.size() && starts[line + 1] <= b * kBucket) ++line;
      buckets_[b] = line;
    }
  }

  /// Offsets past the end give the last line.
  LineColumn Find(uint32_t offset) const {
    const std::vector<uint32_t>& starts = lines_.starts();
    const size_t bucket = offset / kBucket;
    uint32_t line = bucket < buckets_.size() ? buckets_[bucket] : buckets_.back();
    while (line + 1 < starts.size() && starts[line + 1] <= offset) ++line;
    return {line + 1, offset - starts[line]};
  }
  const LineIndex& lines() const { return lines_; }

 private:
  static constexpr size_t kBucket = 64;
  LineIndex lines_;
  std::vector<uint32_t> buckets_;
};

}  // namespace codeanatomy::evidence
