#include "base/memory_budget.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace codeanatomy {

MemoryReservation::MemoryReservation(MemoryReservation&& other) noexcept {
  *this = std::move(other);
}

MemoryReservation& MemoryReservation::operator=(MemoryReservation&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(owner_, other.owner_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

MemoryReservation::~MemoryReservation() { Set(0); }

void MemoryReservation::Set(uint64_t bytes) {
  if (budget_ == nullptr) return;
  budget_->Change(owner_, bytes_, bytes);
  bytes_ = bytes;
}

uint64_t MemoryBudget::LeftBytes(uint64_t own_bytes) const {
  const uint64_t others = std::accumulate(held_.begin(), held_.end(), uint64_t{0}) - own_bytes;
  return others < limit_bytes_ ? limit_bytes_ - others : 0;
}

uint64_t MemoryBudget::left_bytes() const {
  const std::lock_guard lock(mutex_);
  return LeftBytes();
}

uint64_t MemoryBudget::LeftBeside(const MemoryReservation& own) const {
  const std::lock_guard lock(mutex_);
  return LeftBytes(own.bytes());
}

void MemoryBudget::Count(MemoryOwner owner, uint64_t from, uint64_t to) {
  uint64_t& held = held_[static_cast<size_t>(owner)];
  uint64_t& peak = peaks_[static_cast<size_t>(owner)];
  held += to - from;
  peak = std::max(peak, held);
}

void MemoryBudget::Change(MemoryOwner owner, uint64_t from, uint64_t to) {
  const std::lock_guard lock(mutex_);
  Count(owner, from, to);
}

std::optional<MemoryReservation> MemoryBudget::TryReserve(MemoryOwner owner, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes > LeftBytes()) return std::nullopt;
  Count(owner, 0, bytes);
  return MemoryReservation(*this, owner, bytes);
}

MemoryReservation MemoryBudget::Hold(MemoryOwner owner, uint64_t bytes) {
  Change(owner, 0, bytes);
  return {*this, owner, bytes};
}

Result<MemoryReservation> MemoryBudget::Reserve(MemoryOwner owner, uint64_t bytes,
                                                const MakeRoom& make_room) {
  while (true) {
    if (auto reserved = TryReserve(owner, bytes)) return *std::move(reserved);
    CA_ASSIGN_OR_RETURN(const bool has_given, make_room());
    if (has_given) continue;
    // What was given back between the refusal and the end of making room counts.
    if (auto reserved = TryReserve(owner, bytes)) return *std::move(reserved);
    return Exceeded(owner, bytes);
  }
}

Error MemoryBudget::Exceeded(MemoryOwner owner, uint64_t bytes) const {
  const std::lock_guard lock(mutex_);
  std::string others;
  for (size_t i = 0; i < kMemoryOwnerCount; ++i) {
    if (held_[i] > 0)
      others += fmt::format("{}{} {}", others.empty() ? "" : ", ", kMemoryOwnerNames[i], held_[i]);
  }
  const std::string_view name = kMemoryOwnerNames[static_cast<size_t>(owner)];
  return Error(ErrorCode::kMemoryBudgetExceeded,
               fmt::format("{} needs {} bytes; of {} are left {} (reserved: {})", name, bytes,
                           limit_bytes_, LeftBytes(), others.empty() ? "nothing" : others),
               std::string(name), "raise --memory-limit or use a larger --engine-profile");
}

MemoryPeaks MemoryBudget::Peaks() const {
  const std::lock_guard lock(mutex_);
  return peaks_;
}

uint64_t ResidentBytes() {
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[128];
  const ssize_t count = read(file, text, sizeof(text) - 1);
  close(file);
  if (count <= 0) return 0;
  text[count] = '\0';
  // "size resident shared …" in pages
  const char* resident = std::find(text, text + count, ' ');
  return std::strtoull(resident, nullptr, 10) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

uint64_t PeakResidentBytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

MemoryUse MemoryUse::Of(const MemoryBudget& budget) {
  return {budget.limit_bytes(), PeakResidentBytes(), budget.Peaks()};
}

void ReleaseFreedMemory() { ::malloc_trim(0); }

}  // namespace codeanatomy
