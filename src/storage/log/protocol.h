// Which tables we may read and write: table features, refused by name where we lack them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "storage/log/action.h"

namespace codeanatomy::storage {

/// Errors DeltaFeatureUnsupported, naming the reader version or feature. Reading on would show
/// wrong rows, so nothing is read.
Result<void> CheckReadable(const Protocol& protocol, const Metadata& metadata,
                           const std::string& root);

/// Start of the property that holds a check constraint; its name follows.
inline constexpr std::string_view kConstraintPrefix = "delta.constraints.";

/// What a commit does to the rows of its table.
enum class WriteKind : uint8_t {
  kRows,         // other rows
  kCheckedRows,  // other rows, that the writer has checked against the table's constraints
  kSameRows,     // none: conditions on rows, and who follows their changes, are not concerned
};

/// Errors DeltaFeatureUnsupported, naming the writer version or feature that a commit of ours would
/// violate: features that only matter when used are looked for in properties and schema.
Result<void> CheckWritable(const Protocol& protocol, const Metadata& metadata, const Schema& schema,
                           const std::string& root, WriteKind kind = WriteKind::kRows);

/// Table features that we read, and that a commit of ours respects, sorted.
std::span<const std::string_view> ReaderFeatures();
std::span<const std::string_view> WriterFeatures();

/// The lowest protocol under which a table of this schema can exist, at least `base`.
Protocol RequiredProtocol(const Schema& schema, const Protocol& base);

/// A table property as a duration, "interval 7 days", in ms; `fallback` where absent or unreadable.
int64_t DurationProperty(const Metadata& metadata, const std::string& key, int64_t fallback);

}  // namespace codeanatomy::storage
