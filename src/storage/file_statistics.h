// FileStatistics: what a table's log says of the values in one data file. Readers skip files by it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "storage/log/action.h"
#include "storage/schema.h"
#include "storage/value.h"

namespace codeanatomy::storage {

/// No value of the column that is not null is below `min` or above `max`; both may be wider than
/// the data. A null bound is not known. NaN is outside of all bounds.
struct ColumnBounds {
  Value min, max;
  std::optional<int64_t> null_count;
};

struct FileStatistics {
  std::optional<int64_t> rows;
  std::map<std::string, ColumnBounds, std::less<>> columns;  // scalar ones at the top level
};

/// The statistics and partition values of an add action, by the table's schema. What is missing, of
/// another type or no JSON at all is not known: then nothing may be concluded from it. Upper bounds
/// of timestamps are a millisecond wider than written, since other writers cut them.
/// Cost linear in the text.
FileStatistics ReadStatistics(const Schema& schema, const AddFile& file);

}  // namespace codeanatomy::storage
