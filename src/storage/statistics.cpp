// The `stats` text of an add action.
//
// Bounds may be wider than the data, never narrower: readers skip files by them. Text bounds are
// cut to a prefix; a prefix is a lower bound by itself, and becomes an upper one when its last code
// point is replaced by the next one (UTF-8 bytes order as code points do). Timestamps are kept to
// milliseconds, as other writers do, so the lower bound is rounded down and the upper one up.
#include <cmath>

#include <fmt/format.h>

#include "base/json_text.h"
#include "storage/data_file.h"
#include "storage/scalar_text.h"

namespace codeanatomy::storage {
namespace {

constexpr int kMaxColumns = 32;
constexpr size_t kMaxCodePoints = 32;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Bytes of the first `count` code points.
size_t PrefixLength(std::string_view text, size_t count) {
  size_t i = 0;
  for (; i < text.size(); ++i)
    if (!IsContinuation(text[i]) && count-- == 0) return i;
  return i;
}

uint32_t DecodeLast(std::string_view text, size_t begin) {
  const auto lead = static_cast<unsigned char>(text[begin]);
  uint32_t code = lead < 0x80 ? lead : lead < 0xe0 ? lead & 31 : lead < 0xf0 ? lead & 15 : lead & 7;
  for (size_t i = begin + 1; i < text.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 63);
  return code;
}

void AppendUtf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static constexpr uint8_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kLead[more] | code >> (6 * more));
  for (int shift = 6 * (more - 1); shift >= 0; shift -= 6)
    out += static_cast<char>(0x80 | (code >> shift & 63));
}

/// The shortest text above every text that begins with `prefix`; nothing if there is none.
std::optional<std::string> Successor(std::string prefix) {
  while (!prefix.empty()) {
    size_t begin = prefix.size() - 1;
    while (begin > 0 && IsContinuation(prefix[begin])) --begin;
    uint32_t code = DecodeLast(prefix, begin) + 1;
    prefix.resize(begin);
    if (code >= 0xd800 && code <= 0xdfff) code = 0xe000;
    if (code > 0x10ffff) continue;
    AppendUtf8(prefix, code);
    return prefix;
  }
  return std::nullopt;
}

std::optional<std::string> TextBound(const std::string& text, bool upper) {
  const size_t length = PrefixLength(text, kMaxCodePoints);
  std::optional<std::string> bound = text.substr(0, length);
  if (upper && length < text.size()) bound = Successor(*std::move(bound));
  if (!bound) return std::nullopt;
  std::string json;
  AppendJsonString(json, *bound);
  return json;
}

std::optional<std::string> TimestampBound(const std::string& text, bool upper, bool zone) {
  std::optional<int64_t> micros = ParseTimestamp(text);
  if (!micros) return std::nullopt;
  if (upper) *micros += 999;
  return fmt::format("\"{}{}\"", FormatTimestamp(*micros, 3), zone ? "Z" : "");
}

/// A bound as JSON; nothing for types that have none and texts that do not read as the type.
std::optional<std::string> BoundJson(const DataType& type, const std::string& text, bool upper) {
  switch (type.kind) {
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      if (!ParseDecimal(text, 19, 0)) return std::nullopt;
      return text;
    case TypeKind::kDecimal: {
      const auto value = ParseDecimal(text, type.precision, type.scale);
      if (!value) return std::nullopt;
      return FormatDecimal(*value, type.scale);
    }
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      const auto value = ParseFloat(text);
      if (!value || !std::isfinite(*value)) return std::nullopt;
      return FormatFloat(*value);
    }
    case TypeKind::kDate: {
      const auto days = ParseDate(text);
      if (!days) return std::nullopt;
      return fmt::format("\"{}\"", FormatDate(*days));
    }
    case TypeKind::kTimestamp:
      return TimestampBound(text, upper, true);
    case TypeKind::kTimestampNtz:
      return TimestampBound(text, upper, false);
    case TypeKind::kString:
      return TextBound(text, upper);
    default:
      return std::nullopt;
  }
}

/// Builds the three objects side by side: each struct opens one in all of them, and one that stays
/// empty is dropped.
class StatisticsWriter {
 public:
  explicit StatisticsWriter(const DataFile& file) : file_(file) {
    for (const ColumnStatistics& column : file.columns) columns_[column.column] = &column;
  }

  struct Objects {
    std::string min, max, nulls;
  };

  Objects Write(const std::vector<Field>& fields, const std::string& prefix) {
    Objects objects;
    for (const Field& field : fields) {
      if (left_ <= 0) break;
      if (prefix.empty() && file_.partition_values.contains(field.name)) continue;
      // A name with a point would be taken for the field of a struct.
      if (field.name.find('.') != std::string::npos) continue;
      if (field.type.kind == TypeKind::kStruct) {
        const Objects below = Write(field.type.children, prefix + field.name + ".");
        if (!below.min.empty()) Append(objects.min, field.name, "{" + below.min + "}");
        if (!below.max.empty()) Append(objects.max, field.name, "{" + below.max + "}");
        if (!below.nulls.empty()) Append(objects.nulls, field.name, "{" + below.nulls + "}");
      } else if (!field.type.is_nested()) {
        --left_;
        WriteLeaf(field, prefix, objects);
      }
    }
    return objects;
  }

 private:
  void WriteLeaf(const Field& field, const std::string& prefix, Objects& objects) {
    const auto found = columns_.find(prefix + field.name);
    if (found == columns_.end()) return;
    const ColumnStatistics& column = *found->second;
    if (column.null_count) Append(objects.nulls, field.name, std::to_string(*column.null_count));
    if (!column.min || !column.max || column.has_nan) return;
    if (auto min = BoundJson(field.type, *column.min, false)) Append(objects.min, field.name, *min);
    if (auto max = BoundJson(field.type, *column.max, true)) Append(objects.max, field.name, *max);
  }
  static void Append(std::string& object, const std::string& name, const std::string& json) {
    if (!object.empty()) object += ',';
    AppendJsonString(object, name);
    object += ':';
    object += json;
  }

  const DataFile& file_;
  std::map<std::string, const ColumnStatistics*> columns_;
  int left_ = kMaxColumns;
};

}  // namespace

std::string StatisticsJson(const Schema& schema, const DataFile& file) {
  const auto objects = StatisticsWriter(file).Write(schema.fields, "");
  return fmt::format(
      R"({{"numRecords":{},"minValues":{{{}}},"maxValues":{{{}}},"nullCount":{{{}}}}})", file.rows,
      objects.min, objects.max, objects.nulls);
}

}  // namespace codeanatomy::storage
