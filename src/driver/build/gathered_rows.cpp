#include "driver/build/gathered_rows.h"

#include <cerrno>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/packed_batch.h"

namespace codeanatomy::driver {
namespace {

Result<int> OpenNameless(const std::string& folder) {
  std::string path = folder + "/rows-XXXXXX";
  const int file = mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) return ErrnoError(errno, "spill rows into", folder);
  unlink(path.c_str());
  return file;
}

Result<void> WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoError(errno, "spill rows into", "the temporary folder");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<std::string> ReadBack(int file, uint64_t size, off_t offset) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        pread(file, bytes.data() + done, bytes.size() - done, offset + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      return ErrnoError(count < 0 ? errno : EIO, "read back spilled rows of",
                        "the temporary folder");
    done += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace

GatheredRows::GatheredRows(GatheredRows&& other) noexcept { *this = std::move(other); }

GatheredRows& GatheredRows::operator=(GatheredRows&& other) noexcept {
  pieces_.swap(other.pieces_);
  std::swap(rows_, other.rows_);
  std::swap(held_bytes_, other.held_bytes_);
  std::swap(packed_bytes_, other.packed_bytes_);
  std::swap(spilled_bytes_, other.spilled_bytes_);
  std::swap(shards_held_, other.shards_held_);
  std::swap(file_, other.file_);
  return *this;
}

GatheredRows::~GatheredRows() {
  if (file_ >= 0) close(file_);
}

void GatheredRows::Add(std::vector<ColumnBatch> batches, std::shared_ptr<const void> sources,
                       uint64_t rows) {
  Piece piece{.batches = std::move(batches), .sources = std::move(sources), .packed = nullptr};
  piece.bytes = piece.batches.capacity() * sizeof(ColumnBatch);
  for (const ColumnBatch& batch : piece.batches) piece.bytes += HeldBytes(batch);
  rows_ += rows;
  held_bytes_ += piece.bytes;
  if (piece.sources != nullptr) ++shards_held_;
  pieces_.push_back(std::move(piece));
}

void GatheredRows::Pack() {
  for (Piece& piece : pieces_) {
    if (piece.batches.empty()) continue;
    auto packed = std::make_shared<const std::string>(PackBatches(piece.batches));
    held_bytes_ += packed->size() - piece.bytes;
    const uint64_t bytes = packed->size();
    packed_bytes_ += bytes;
    piece = {.batches = {}, .sources = nullptr, .packed = std::move(packed), .bytes = bytes};
  }
  shards_held_ = 0;
}

Result<void> GatheredRows::Spill(const std::string& folder) {
  Pack();
  if (file_ < 0) {
    CA_ASSIGN_OR_RETURN(file_, OpenNameless(folder));
  }
  for (Piece& piece : pieces_) {
    if (piece.packed == nullptr) continue;
    CA_RETURN_IF_ERROR(WriteAll(file_, *piece.packed));
    held_bytes_ -= piece.bytes;
    packed_bytes_ -= piece.bytes;
    spilled_bytes_ += piece.bytes;
    piece.packed = nullptr;
    piece.is_spilled = true;
  }
  return {};
}

Result<std::vector<ColumnBatch>> GatheredRows::Take() {
  std::vector<ColumnBatch> all;
  off_t offset = 0;
  held_bytes_ = packed_bytes_ = spilled_bytes_ = 0;
  for (Piece& piece : std::exchange(pieces_, {})) {
    if (piece.is_spilled) {
      CA_ASSIGN_OR_RETURN(std::string bytes, ReadBack(file_, piece.bytes, offset));
      offset += static_cast<off_t>(piece.bytes);
      piece.packed = std::make_shared<const std::string>(std::move(bytes));
    }
    if (piece.packed != nullptr) {
      held_bytes_ += piece.packed->size();
      piece.batches = UnpackBatches(std::move(piece.packed));
    }
    for (ColumnBatch& batch : piece.batches) {
      held_bytes_ += HeldBytes(batch);
      if (piece.sources != nullptr) batch.keep_alive.push_back(piece.sources);
      all.push_back(std::move(batch));
    }
  }
  return all;
}

}  // namespace codeanatomy::driver
