// ColumnBatches as one run of bytes: the form of rows that wait.
//
// A batch as its producer leaves it keeps a source, a tree and an arena alive, and every column its
// spare room. Packed, the same rows are one block that owns its text; unpacked they are the same
// batches again, column kind by column kind, so that whatever is written from them is the same to
// the byte. The form is of this process alone: closed vocabularies stay pointers.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/column_batch.h"

namespace codeanatomy {

/// Cost: one copy of the values and of the text, without spare room.
std::string PackBatches(std::span<const ColumnBatch> batches);

/// The batches that were packed; their text points into `bytes`, which they keep alive.
std::vector<ColumnBatch> UnpackBatches(std::shared_ptr<const std::string> bytes);

/// Bytes on the heap that the columns of a batch take, spare room included; without the text and
/// what the batch keeps alive.
size_t HeldBytes(const ColumnBatch& batch);

}  // namespace codeanatomy
