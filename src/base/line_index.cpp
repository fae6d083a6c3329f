#include "base/line_index.h"

#include <algorithm>
#include <cstring>

namespace codeanatomy {

LineIndex::LineIndex(std::string_view text) {
  starts_.push_back(0);
  const char* begin = text.data();
  const char* end = begin + text.size();
  const bool has_cr = text.find('\r') != std::string_view::npos;
  for (const char* p = begin; p < end;) {
    if (!has_cr) {
      p = static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(end - p)));
      if (p == nullptr) break;
      starts_.push_back(static_cast<uint32_t>(++p - begin));
      continue;
    }
    const char c = *p++;
    if (c == '\r' && p < end && *p == '\n') ++p;
    if (c == '\n' || c == '\r') starts_.push_back(static_cast<uint32_t>(p - begin));
  }
}

LineColumn LineIndex::Find(uint32_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<uint32_t>(after - starts_.begin());
  return {line, offset - starts_[line - 1]};
}

}  // namespace codeanatomy
