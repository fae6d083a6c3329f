#include "engine/plan/log_read.h"

#include <fmt/format.h>

#include "engine/plan/plan.h"
#include "expr/function_type.h"

namespace codeanatomy::engine {
namespace {

using expr::TypeKind;

std::string Text(const std::optional<int64_t>& value) {
  return value ? fmt::format("{}", *value) : "";
}

}  // namespace

std::optional<LogRead> LogReadOf(const spec::Transform& transform) {
  if (const auto* t = std::get_if<spec::Metadata>(&transform))
    return LogRead{.scan = t->source + "#metadata", .source = t->source};
  if (const auto* t = std::get_if<spec::FileManifest>(&transform))
    return LogRead{.scan = t->source + "#files", .source = t->source, .part = LogPart::kFiles};
  if (const auto* t = std::get_if<spec::IncrementalCdf>(&transform)) {
    return LogRead{
        .scan = fmt::format("{}#changes:{}:{}:{}:{}", t->source, Text(t->starting_version),
                            Text(t->ending_version), t->starting_timestamp.value_or(""),
                            t->ending_timestamp.value_or("")),
        .source = t->source,
        .part = LogPart::kChanges,
        .first = t->starting_version,
        .last = t->ending_version,
        .since = t->starting_timestamp,
        .until = t->ending_timestamp};
  }
  return {};
}

expr::Schema LogSchema(const LogRead& read, const expr::Schema& input) {
  if (read.part == LogPart::kMetadata) return expr::ColumnsOf(*FindFunction("delta_snapshot"));
  if (read.part == LogPart::kFiles) return expr::ColumnsOf(*FindFunction("delta_add_actions"));
  expr::Schema schema = input;
  std::erase_if(schema.fields,
                [](const expr::Field& field) { return field.name == kSourceFileColumn; });
  schema.fields.push_back({"_change_type", TypeKind::kUtf8});
  schema.fields.push_back({"_commit_version", TypeKind::kInt64});
  schema.fields.push_back({"_commit_timestamp", TypeKind::kTimestamp});
  return schema;
}

}  // namespace codeanatomy::engine
