#include "base/column_batch.h"

#include <algorithm>
#include <cstring>

namespace codeanatomy {
namespace {

/// Rows of a column; a struct has those of its first field, found by descending into it.
size_t RowCountOf(const Column& column) {
  const Column* at = &column;
  while (const auto* record = std::get_if<StructColumn>(at)) {
    if (record->fields.empty()) return 0;
    at = &record->fields[0];
  }
  return std::visit(
      [](const auto& leaf) -> size_t {
        if constexpr (requires { leaf.size(); }) {
          return leaf.size();
        } else {
          return 0;  // constants have no rows of their own
        }
      },
      static_cast<const Column::variant&>(*at));
}

}  // namespace

void ListColumn::CloseRow() {
  offsets.push_back(static_cast<uint32_t>(RowCountOf(*child)));
  if (!valid.empty()) valid.push_back(1);
}

void ListColumn::AppendNull() {
  if (valid.empty()) valid.assign(size(), 1);
  offsets.push_back(offsets.back());
  valid.push_back(0);
}

std::string_view TextArena::Copy(std::string_view text) {
  if (text.empty()) return "";
  if (text.size() > left_) {
    const bool is_large = text.size() > block_bytes_ / 4;
    const size_t size = is_large ? text.size() : block_bytes_;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    if (is_large) {  // large text gets a block of its own; the open block stays open
      std::memcpy(blocks_.back().get(), text.data(), text.size());
      return {blocks_.back().get(), text.size()};
    }
    next_ = blocks_.back().get();
    left_ = size;
    block_bytes_ = std::min(block_bytes_ * 2, kMaxBlock);
  }
  std::memcpy(next_, text.data(), text.size());
  std::string_view copy(next_, text.size());
  next_ += text.size();
  left_ -= text.size();
  return copy;
}

}  // namespace codeanatomy
