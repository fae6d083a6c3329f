// LineIndex: byte offset ↔ line and column. Lines end as in CPython: \n, \r\n or a lone \r.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace codeanatomy {

struct LineColumn {
  uint32_t line = 1;    // 1-based
  uint32_t column = 0;  // 0-based, in bytes
};

class LineIndex {
 public:
  /// Linear in the text.
  explicit LineIndex(std::string_view text);
  uint32_t line_count() const { return static_cast<uint32_t>(starts_.size()); }
  uint32_t line_start(uint32_t line) const { return starts_[line - 1]; }
  /// Logarithmic in the lines. Offsets past the end give the last line.
  LineColumn Find(uint32_t offset) const;
  const std::vector<uint32_t>& starts() const { return starts_; }

 private:
  std::vector<uint32_t> starts_;  // at least one element, starts_[0] == 0
};

}  // namespace codeanatomy
