// MemoryBudget: the resident memory that one session may take, and who has how much of it.
//
// Whoever is about to take much memory reserves it first. A reservation that does not fit is
// refused; its owner then makes room (writes rows it holds, spills them) or waits for others, and
// gives up with MemoryBudgetExceeded, which names owner and amount, when neither helps. Amounts are
// what the owners say of themselves: the kernel's number is ResidentBytes().
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace codeanatomy {

enum class MemoryOwner : uint8_t { kProgram, kExtraction, kRows, kEngine, kLog, kWorkers };
inline constexpr size_t kMemoryOwnerCount = 6;
/// program: code, libraries, the engine without data. extraction: sources, trees, rows being made,
/// what is known of all files. rows: those that wait to be written. engine: tables, joins, sorts
/// and files of the engine. log: actions of table logs. workers: other processes.
inline constexpr std::string_view kMemoryOwnerNames[kMemoryOwnerCount] = {
    "program", "extraction", "rows", "engine", "log", "workers"};

/// Bytes by owner.
using MemoryPeaks = std::array<uint64_t, kMemoryOwnerCount>;

class MemoryBudget;

/// Gives back what it has when it goes. Movable; the budget outlives it.
class MemoryReservation {
 public:
  MemoryReservation() = default;
  MemoryReservation(MemoryReservation&& other) noexcept;
  MemoryReservation& operator=(MemoryReservation&& other) noexcept;
  ~MemoryReservation();

  uint64_t bytes() const { return bytes_; }
  /// Says what the owner has by now, also where that is more than is left: such memory is there
  /// already. Nothing else fits until it is less again. A default-constructed one ignores it.
  void Set(uint64_t bytes);

 private:
  friend class MemoryBudget;
  MemoryReservation(MemoryBudget& budget, MemoryOwner owner, uint64_t bytes)
      : budget_(&budget), owner_(owner), bytes_(bytes) {}

  MemoryBudget* budget_ = nullptr;
  MemoryOwner owner_ = MemoryOwner::kProgram;
  uint64_t bytes_ = 0;
};

/// May be used from several threads.
class MemoryBudget {
 public:
  /// Writes, spills or waits; false where nothing is left that could be given back.
  using MakeRoom = std::function<Result<bool>()>;

  explicit MemoryBudget(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  uint64_t limit_bytes() const { return limit_bytes_; }
  /// What nobody has reserved.
  uint64_t left_bytes() const;
  /// What nobody but `own` has reserved: all that its owner could have instead of it.
  uint64_t LeftBeside(const MemoryReservation& own) const;

  /// Empty where it does not fit.
  std::optional<MemoryReservation> TryReserve(MemoryOwner owner, uint64_t bytes);
  /// Makes room until it fits. Errors MemoryBudgetExceeded naming owner and bytes, with what the
  /// others have; those of `make_room`.
  Result<MemoryReservation> Reserve(MemoryOwner owner, uint64_t bytes, const MakeRoom& make_room);
  /// What is there already, whether it fits or not.
  MemoryReservation Hold(MemoryOwner owner, uint64_t bytes);

  /// The most that each owner has had at a time.
  MemoryPeaks Peaks() const;

 private:
  friend class MemoryReservation;
  void Change(MemoryOwner owner, uint64_t from, uint64_t to);
  void Count(MemoryOwner owner, uint64_t from, uint64_t to);  // under mutex_
  uint64_t LeftBytes(uint64_t own_bytes = 0) const;           // under mutex_
  Error Exceeded(MemoryOwner owner, uint64_t bytes) const;

  const uint64_t limit_bytes_;
  mutable std::mutex mutex_;
  MemoryPeaks held_{}, peaks_{};
};

/// Resident memory of this process as the kernel counts it: now, and the most there was. 0 where it
/// does not tell.
uint64_t ResidentBytes();
uint64_t PeakResidentBytes();
/// What a run tells of its memory.
struct MemoryUse {
  uint64_t limit_bytes = 0;
  uint64_t peak_resident_bytes = 0;  // of the process
  MemoryPeaks peaks{};               // reserved
  static MemoryUse Of(const MemoryBudget& budget);
};

/// Gives freed memory that the allocator keeps back to the kernel. Cost: the pages given back, and
/// their first touch when they are needed again.
void ReleaseFreedMemory();

}  // namespace codeanatomy
