#include "engine/plan/log_read.h"

#include <fmt/format.h>

#include "catalog/function.h"

namespace codeanatomy::engine {
namespace {

using expr::TypeKind;

std::string Text(const std::optional<int64_t>& value) {
  return value ? fmt::format("{}", *value) : "";
}

/// The columns that the table function of that name gives, by their names.
expr::Schema SchemaOfFunction(std::string_view function) {
  expr::Schema schema;
  std::string_view rest = FindFunction(function)->returns;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(", "), rest.size());
    const std::string name(rest.substr(0, comma));
    rest.remove_prefix(std::min(rest.size(), comma + 2));
    const bool number = name.ends_with("version") || name == "size" || name == "modification_time";
    schema.fields.push_back({name, number                  ? TypeKind::kInt64
                                   : name == "data_change" ? TypeKind::kBoolean
                                                           : TypeKind::kUtf8});
  }
  return schema;
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
  if (read.part == LogPart::kMetadata) return SchemaOfFunction("delta_snapshot");
  if (read.part == LogPart::kFiles) return SchemaOfFunction("delta_add_actions");
  expr::Schema schema = input;
  schema.fields.push_back({"_change_type", TypeKind::kUtf8});
  schema.fields.push_back({"_commit_version", TypeKind::kInt64});
  schema.fields.push_back({"_commit_timestamp", TypeKind::kTimestamp});
  return schema;
}

}  // namespace codeanatomy::engine
