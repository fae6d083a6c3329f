#include "storage/file_statistics.h"

#include <simdjson.h>

#include "storage/partition_value.h"
#include "storage/scalar_text.h"

namespace codeanatomy::storage {
namespace {

namespace dom = simdjson::dom;

constexpr int64_t kCutMicroseconds = 999;  // writers keep milliseconds, some round both bounds down

Value TextValue(const DataType& type, std::string_view text, bool upper) {
  switch (type.kind) {
    case TypeKind::kString:
      return Value(std::string(text));
    case TypeKind::kDate: {
      const auto days = ParseDate(text);
      return days ? Value(*days) : Value();
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: {
      const auto micros = ParseTimestamp(text);
      return micros ? Value(*micros + (upper ? kCutMicroseconds : 0)) : Value();
    }
    default:
      return Value();
  }
}

Value BoundOf(const DataType& type, const dom::element& json, bool upper) {
  std::string_view text;
  if (json.get(text) == simdjson::SUCCESS) return TextValue(type, text, upper);
  int64_t integer = 0;
  double number = 0;
  bool flag = false;
  switch (type.kind) {
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      return json.get(integer) == simdjson::SUCCESS ? Value(integer) : Value();
    case TypeKind::kFloat:  // written shortest: read as the type, it is the value again
      return json.get(number) == simdjson::SUCCESS
                 ? Value(static_cast<double>(static_cast<float>(number)))
                 : Value();
    case TypeKind::kDouble:
      return json.get(number) == simdjson::SUCCESS ? Value(number) : Value();
    case TypeKind::kBoolean:
      return json.get(flag) == simdjson::SUCCESS ? Value(flag) : Value();
    default:
      return Value();
  }
}

/// Members of `object` that are scalar columns of the schema.
template <typename Take>
void ForColumns(const dom::object& statistics, std::string_view member, const Schema& schema,
                Take take) {
  dom::object object;
  if (statistics[member].get(object) != simdjson::SUCCESS) return;
  for (const auto [name, value] : object) {
    const Field* field = schema.Find(name);
    if (field != nullptr && !field->type.is_nested()) take(*field, value);
  }
}

void AddPartitionValue(const Field& field, const std::optional<std::string>& text,
                       FileStatistics& out) {
  const auto value = ParsePartitionValue(field, text, "");
  if (!value) return;  // whoever reads the file says so
  ColumnBounds& bounds = out.columns[field.name];
  bounds = {*value, *value, 0};
  if (value->is_null()) bounds.null_count = out.rows;
}

}  // namespace

FileStatistics ReadStatistics(const Schema& schema, const AddFile& file) {
  FileStatistics out;
  dom::parser parser;
  dom::object statistics;
  const bool known =
      file.stats && parser.parse(*file.stats).get_object().get(statistics) == simdjson::SUCCESS;
  if (known) {
    int64_t count = 0;
    if (statistics["numRecords"].get(count) == simdjson::SUCCESS && count >= 0) out.rows = count;
    ForColumns(statistics, "minValues", schema, [&](const Field& field, const dom::element& json) {
      out.columns[field.name].min = BoundOf(field.type, json, false);
    });
    ForColumns(statistics, "maxValues", schema, [&](const Field& field, const dom::element& json) {
      out.columns[field.name].max = BoundOf(field.type, json, true);
    });
    ForColumns(statistics, "nullCount", schema, [&](const Field& field, const dom::element& json) {
      int64_t nulls = 0;
      if (json.get(nulls) == simdjson::SUCCESS && nulls >= 0)
        out.columns[field.name].null_count = nulls;
    });
  }
  for (const auto& [name, text] : file.partition_values) {
    if (const Field* field = schema.Find(name)) AddPartitionValue(*field, text, out);
  }
  return out;
}

}  // namespace codeanatomy::storage
