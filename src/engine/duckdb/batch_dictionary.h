// BatchDictionary: the few values of a text column over several batches.
//
// Producers give what repeats as codes or as one value per batch. Handed to the engine as texts,
// each row would be hashed again to find out what was known; as an ENUM of exactly the values that
// occur it is a number of one or two bytes up to the Parquet file's own dictionary. The file's
// column is text all the same.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/column_batch.h"

namespace codeanatomy::engine {

class BatchDictionary {
 public:
  /// Nothing where a batch holds the column in another way, where batches have different
  /// vocabularies, or where no value occurs. Cost: one pass over the codes.
  static std::optional<BatchDictionary> Of(std::span<const ColumnBatch* const> batches,
                                           size_t column);

  /// Every value occurs, each stands once.
  std::span<const std::string_view> values() const { return values_; }
  /// The index of a code of the producer's vocabulary, of one that occurs.
  uint32_t IndexOfCode(uint16_t code) const { return by_code_[code]; }
  /// The index of the value of a batch, of one that is not null.
  uint32_t IndexOfBatch(size_t batch) const { return by_batch_[batch]; }

 private:
  bool AddCodes(std::span<const ColumnBatch* const> batches, size_t column);
  bool AddConstants(std::span<const ColumnBatch* const> batches, size_t column);

  std::vector<std::string_view> values_;
  std::vector<uint32_t> by_code_, by_batch_;
};

}  // namespace codeanatomy::engine
