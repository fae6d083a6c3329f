#include "driver/trace/preview_table.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <utf8proc.h>

namespace codeanatomy::driver {
namespace {

constexpr size_t kGap = 2;  // blanks between columns
constexpr std::string_view kCut = "…";
constexpr std::string_view kNull = "NULL";

struct Point {
  size_t bytes = 1, width = 1;
};

/// The code point at `at`; a bad byte is one of its own.
Point PointAt(std::string_view text, size_t at) {
  utf8proc_int32_t point = 0;
  const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                      static_cast<utf8proc_ssize_t>(text.size() - at), &point);
  if (bytes <= 0) return {};
  return {static_cast<size_t>(bytes), static_cast<size_t>(std::max(0, utf8proc_charwidth(point)))};
}

size_t WidthOf(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const Point point = PointAt(text, at);
    at += point.bytes;
    width += point.width;
  }
  return width;
}

std::string Escaped(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (c == '\t') {
      shown += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

/// Bytes of the longest head of `text` that is at most `width` wide.
size_t HeadBytes(std::string_view text, size_t width) {
  size_t at = 0;
  for (size_t taken = 0; at < text.size();) {
    const Point point = PointAt(text, at);
    taken += point.width;
    if (taken > width) break;
    at += point.bytes;
  }
  return at;
}

/// `text` in lines of at most `width`, at most `height` of them. A character wider than the column
/// has a line of its own.
std::vector<std::string> Wrapped(std::string_view text, size_t width, size_t height) {
  std::vector<std::string> lines;
  do {
    size_t head = HeadBytes(text, width);
    if (head < text.size() && lines.size() + 1 == height) {
      lines.push_back(std::string(text.substr(0, HeadBytes(text, width - 1))).append(kCut));
      return lines;
    }
    if (head == 0 && !text.empty()) head = PointAt(text, 0).bytes;
    lines.emplace_back(text.substr(0, head));
    text.remove_prefix(head);
  } while (!text.empty());
  return lines;
}

class TableText {
 public:
  TableText(const engine::OutputPreview& preview, const spec::TracingConfig& tracing)
      : preview_(preview),
        height_(static_cast<size_t>(tracing.preview_max_row_height)),
        least_(static_cast<size_t>(tracing.preview_min_compacted_col_width)) {
    for (const std::string& column : preview.columns) widths_.push_back(WidthOf(Escaped(column)));
    for (const auto& row : preview.cells) {
      auto& texts = cells_.emplace_back();
      for (size_t i = 0; i < row.size(); ++i) {
        texts.push_back(row[i] ? Escaped(*row[i]) : std::string(kNull));
        widths_[i] = std::max(widths_[i], WidthOf(texts.back()));
      }
    }
    Fit(static_cast<size_t>(tracing.preview_max_width));
  }

  std::string Text() const {
    std::string text =
        fmt::format("{}: {} of {} rows", preview_.table, cells_.size(), preview_.rows);
    if (const size_t left_out = preview_.columns.size() - widths_.size(); left_out > 0)
      text += fmt::format(", {} of {} columns", widths_.size(), preview_.columns.size());
    text += '\n';
    std::vector<std::string> header, rule;
    for (size_t i = 0; i < widths_.size(); ++i) {
      header.push_back(Escaped(preview_.columns[i]));
      std::string line;
      for (size_t j = 0; j < widths_[i]; ++j) line += "─";
      rule.push_back(line);
    }
    AppendRow(text, header);
    AppendRow(text, rule);
    for (const auto& row : cells_) AppendRow(text, row);
    return text;
  }

 private:
  size_t Total() const {
    size_t total = kGap * (widths_.size() - 1);
    for (const size_t width : widths_) total += width;
    return total;
  }

  /// Narrows the widest column to the next one, again and again.
  void Fit(size_t limit) {
    while (Total() > limit) {
      const size_t excess = Total() - limit;
      const auto widest = std::ranges::max_element(widths_);
      size_t next = least_;
      for (auto other = widths_.begin(); other != widths_.end(); ++other) {
        if (other != widest && *other < *widest) next = std::max(next, *other);
      }
      if (*widest > least_) {
        *widest -= std::min(excess, *widest - std::min(next, *widest - 1));
      } else if (widths_.size() > 1) {
        widths_.pop_back();
      } else {
        return;
      }
    }
  }

  void AppendRow(std::string& text, const std::vector<std::string>& row) const {
    std::vector<std::vector<std::string>> wrapped;
    size_t lines = 1;
    for (size_t i = 0; i < widths_.size(); ++i) {
      wrapped.push_back(Wrapped(row[i], widths_[i], height_));
      lines = std::max(lines, wrapped.back().size());
    }
    for (size_t line = 0; line < lines; ++line) {
      std::string whole;
      for (size_t i = 0; i < widths_.size(); ++i) {
        const std::string part = line < wrapped[i].size() ? wrapped[i][line] : "";
        whole += part;
        const size_t width = WidthOf(part);
        if (i + 1 < widths_.size())
          whole.append(widths_[i] + kGap - std::min(width, widths_[i]), ' ');
      }
      while (whole.ends_with(' ')) whole.pop_back();
      text += whole + '\n';
    }
  }

  const engine::OutputPreview& preview_;
  const size_t height_, least_;
  std::vector<size_t> widths_;  // of the columns that are shown
  std::vector<std::vector<std::string>> cells_;
};

}  // namespace

std::string PreviewTable(const engine::OutputPreview& preview, const spec::TracingConfig& tracing) {
  return TableText(preview, tracing).Text();
}

}  // namespace codeanatomy::driver
