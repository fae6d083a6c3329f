// GatheredRows: rows of one table, gathered over shards until they fill a file.
//
// They wait in one of three forms: as their shard left them, where they keep the shard's sources
// and arenas; packed, as one block of bytes of their own; on disk. What is written of them is the
// same to the byte.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/column_batch.h"
#include "base/result.h"

namespace codeanatomy::driver {

class GatheredRows {
 public:
  GatheredRows() = default;
  GatheredRows(GatheredRows&& other) noexcept;
  GatheredRows& operator=(GatheredRows&& other) noexcept;
  ~GatheredRows();

  /// `sources` is what the batches' text points into beside what they keep alive themselves.
  void Add(std::vector<ColumnBatch> batches, std::shared_ptr<const void> sources, uint64_t rows);
  uint64_t rows() const { return rows_; }
  /// Memory of the rows, without sources and arenas of shards.
  uint64_t held_bytes() const { return held_bytes_; }
  /// What Take() adds to that.
  uint64_t growth_bytes() const { return packed_bytes_ + spilled_bytes_ * 2; }
  bool is_spilled() const { return spilled_bytes_ > 0; }
  /// How many shards are kept alive.
  size_t shards_held() const { return shards_held_; }

  /// Copies what is as its shard left it, and lets go of the shard.
  void Pack();
  /// Moves all to a file below `folder` that has no name: it goes with the object. Errors IoError,
  /// NoSpace.
  Result<void> Spill(const std::string& folder);
  /// The rows in the order they came, whatever form they had. Call it once, as the last;
  /// held_bytes() is then what the returned batches take. Errors IoError.
  Result<std::vector<ColumnBatch>> Take();

 private:
  /// Exactly one of the three holds rows: batches, packed, or a range of the file.
  struct Piece {
    std::vector<ColumnBatch> batches;
    std::shared_ptr<const void> sources;
    std::shared_ptr<const std::string> packed;
    uint64_t bytes = 0;  // held in memory, or in the file
    bool is_spilled = false;
  };

  std::vector<Piece> pieces_;
  uint64_t rows_ = 0, held_bytes_ = 0;
  uint64_t packed_bytes_ = 0, spilled_bytes_ = 0;  // the former are held, the latter are not
  size_t shards_held_ = 0;
  int file_ = -1;  // spilled pieces stand in it one after the other
};

}  // namespace codeanatomy::driver
