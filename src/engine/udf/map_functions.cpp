#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "engine/udf/argument.h"
#include "engine/udf/evaluators.h"

namespace codeanatomy::engine {
namespace {

enum class KeyCase : uint8_t { kLower, kUpper, kNone };

struct Entry {
  std::string key;
  size_t source = 0;  // row of the value in the argument's child
};

void SetCase(std::string& key, KeyCase wanted) {
  const char from = wanted == KeyCase::kLower ? 'A' : 'a';
  if (wanted == KeyCase::kNone) return;
  for (char& c : key) {
    if (c >= from && c <= from + 25) c = static_cast<char>(c ^ 0x20);
  }
}

bool ParseKeyCase(std::string_view text, KeyCase& out) {
  if (text == "lower") out = KeyCase::kLower;
  if (text == "upper") out = KeyCase::kUpper;
  if (text == "none") out = KeyCase::kNone;
  return text == "lower" || text == "upper" || text == "none";
}

/// The entries of one map, keys in their case; of equal keys the last, in the place of the first.
std::vector<Entry> NormalizeEntries(const VectorView& map, size_t row, KeyCase key_case,
                                    bool sort) {
  const auto [first, count] = map.Elements(row);
  std::vector<Entry> entries;
  entries.reserve(count);
  for (size_t i = first; i < first + count; ++i) {
    if (map.child(0).is_null(i)) continue;
    entries.push_back({std::string(map.child(0).Text(i)), i});
    SetCase(entries.back().key, key_case);
  }
  // Equal keys become neighbours in the order in which they came; the last value moves to the
  // first.
  std::vector<size_t> order(entries.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return entries[a].key < entries[b].key; });
  std::vector<size_t> kept;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && entries[order[i]].key == entries[kept.back()].key) {
      entries[kept.back()].source = entries[order[i]].source;
    } else {
      kept.push_back(order[i]);
    }
  }
  if (!sort) std::sort(kept.begin(), kept.end());
  std::vector<Entry> normal;
  normal.reserve(kept.size());
  for (const size_t i : kept) normal.push_back(std::move(entries[i]));
  return normal;
}

}  // namespace

void EvaluateMapNormalize(duckdb_function_info info, duckdb_data_chunk arguments,
                          duckdb_vector result) {
  const Library& library = Library::Loaded();
  const size_t rows = library.duckdb_data_chunk_get_size(arguments);
  const Argument map(library, arguments, 0), key_case(library, arguments, 1);
  const Argument sort(library, arguments, 2);
  auto* lists = static_cast<duckdb_list_entry*>(library.duckdb_vector_get_data(result));
  ResultColumn out(library, result);
  size_t used = 0;
  for (size_t row = 0; row < rows; ++row) {
    lists[row] = {used, 0};
    KeyCase wanted = KeyCase::kNone;
    if (!key_case.is_null(row) && !ParseKeyCase(key_case.Text(row), wanted)) {
      library.duckdb_scalar_function_set_error(
          info, fmt::format("{} is no key case: lower, upper or none", key_case.Text(row)).c_str());
      return;
    }
    if (map.is_null(row)) {
      out.SetNull(row);
      continue;
    }
    const auto entries =
        NormalizeEntries(map.view(), row, wanted, sort.is_null(row) || sort.Boolean(row));
    library.duckdb_list_vector_reserve(result, used + entries.size());
    library.duckdb_list_vector_set_size(result, used + entries.size());
    const duckdb_vector pairs = library.duckdb_list_vector_get_child(result);
    const duckdb_vector keys = library.duckdb_struct_vector_get_child(pairs, 0);
    ResultColumn values(library, library.duckdb_struct_vector_get_child(pairs, 1));
    for (size_t i = 0; i < entries.size(); ++i) {
      const VectorView& source = map.view().child(1);
      library.duckdb_vector_assign_string_element_len(keys, used + i, entries[i].key.data(),
                                                      entries[i].key.size());
      if (source.is_null(entries[i].source)) {
        values.SetNull(used + i);
      } else {
        values.Set(used + i, source.Text(entries[i].source));
      }
    }
    lists[row].length = entries.size();
    used += entries.size();
  }
}

}  // namespace codeanatomy::engine
