#include "engine/duckdb/batch_dictionary.h"

#include <algorithm>
#include <unordered_map>

namespace codeanatomy::engine {

std::optional<BatchDictionary> BatchDictionary::Of(std::span<const ColumnBatch* const> batches,
                                                   size_t column) {
  BatchDictionary dictionary;
  if (batches.empty()) return std::nullopt;
  const bool found = std::holds_alternative<CodeColumn>(batches[0]->columns[column])
                         ? dictionary.AddCodes(batches, column)
                         : dictionary.AddConstants(batches, column);
  if (!found || dictionary.values_.empty()) return std::nullopt;
  return dictionary;
}

bool BatchDictionary::AddCodes(std::span<const ColumnBatch* const> batches, size_t column) {
  std::span<const std::string_view> vocabulary;
  std::vector<uint8_t> occurs;
  for (const ColumnBatch* batch : batches) {
    const auto* codes = std::get_if<CodeColumn>(&batch->columns[column]);
    if (codes == nullptr) return false;
    if (occurs.empty()) {
      vocabulary = codes->dictionary;
      occurs.assign(size_t{CodeColumn::kNull} + 1, 0);
    }
    if (codes->dictionary.data() != vocabulary.data() ||
        codes->dictionary.size() != vocabulary.size())
      return false;
    for (const uint16_t code : codes->codes) occurs[code] = 1;
  }
  // A code outside of the vocabulary is left to the plain path.
  if (std::any_of(occurs.begin() + static_cast<ptrdiff_t>(vocabulary.size()), occurs.end() - 1,
                  [](uint8_t o) { return o != 0; }))
    return false;
  std::unordered_map<std::string_view, uint32_t> index;
  by_code_.resize(vocabulary.size());
  for (size_t code = 0; code < vocabulary.size(); ++code) {
    if (occurs[code] == 0) continue;
    const auto [at, is_new] =
        index.try_emplace(vocabulary[code], static_cast<uint32_t>(values_.size()));
    if (is_new) values_.push_back(vocabulary[code]);
    by_code_[code] = at->second;
  }
  return true;
}

bool BatchDictionary::AddConstants(std::span<const ColumnBatch* const> batches, size_t column) {
  std::unordered_map<std::string_view, uint32_t> index;
  for (const ColumnBatch* batch : batches) {
    const auto* constant = std::get_if<ConstantTextColumn>(&batch->columns[column]);
    if (constant == nullptr) return false;
    uint32_t value = 0;
    if (constant->value.data() != nullptr) {
      const auto [at, is_new] =
          index.try_emplace(constant->value, static_cast<uint32_t>(values_.size()));
      if (is_new) values_.push_back(constant->value);
      value = at->second;
    }
    by_batch_.push_back(value);
  }
  return true;
}

}  // namespace codeanatomy::engine
