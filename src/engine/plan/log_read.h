// LogRead: what a view reads of a table's log instead of its rows.
#pragma once

#include <optional>
#include <string>

#include "expr/expr.h"
#include "spec/transform.h"

namespace codeanatomy::engine {

enum class LogPart : uint8_t { kMetadata, kFiles, kChanges };

struct LogRead {
  std::string scan;  // name of the relation in the plan: "calls#changes…", which no view can have
  std::string source;  // the input whose log it is
  LogPart part = LogPart::kMetadata;
  std::optional<int64_t> first, last;       // versions, of changes
  std::optional<std::string> since, until;  // times, of changes
};

/// Nothing for transforms that read rows.
std::optional<LogRead> LogReadOf(const spec::Transform& transform);
/// Columns of the relation; changes have those of the input and three more.
expr::Schema LogSchema(const LogRead& read, const expr::Schema& input);

}  // namespace codeanatomy::engine
