// Counting sort: items in ranges by a dense key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace codeanatomy::flow {

/// The items of key k become items[begins[k]] … items[begins[k + 1] - 1], in the order in which
/// `for_each(visit)` calls visit(key, item). It is called twice and must visit the same. `begins`
/// has two elements more than there are keys, the last one without meaning afterwards;
/// `resize(count)` returns where the items go. Cost: linear.
template <typename ForEach, typename Resize>
void GroupInto(std::span<int32_t> begins, const ForEach& for_each, const Resize& resize) {
  std::fill(begins.begin(), begins.end(), 0);
  for_each([&](int32_t key, const auto&) { ++begins[static_cast<size_t>(key) + 2]; });
  for (size_t k = 2; k < begins.size(); ++k) begins[k] += begins[k - 1];
  auto* const items = resize(static_cast<size_t>(begins.back()));
  for_each(
      [&](int32_t key, const auto& item) { items[begins[static_cast<size_t>(key) + 1]++] = item; });
}

/// The same into vectors, of which `begins` gets one element more than there are keys.
template <typename Item, typename ForEach>
void Group(int32_t keys, std::vector<int32_t>& begins, std::vector<Item>& items,
           const ForEach& for_each) {
  begins.resize(static_cast<size_t>(keys) + 2);
  GroupInto(begins, for_each, [&](size_t count) {
    items.resize(count);
    return items.data();
  });
  begins.pop_back();
}

}  // namespace codeanatomy::flow
