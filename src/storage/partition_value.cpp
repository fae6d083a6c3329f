#include "storage/partition_value.h"

#include <fmt/format.h>

#include "storage/scalar_text.h"

namespace codeanatomy::storage {
namespace {

/// Bytes as code points U+0000 … U+00FF, as the protocol writes binary.
std::string BytesToText(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 63));
    }
  }
  return text;
}

std::optional<std::string> TextToBytes(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes += text[i];
    } else if ((lead == 0xc2 || lead == 0xc3) && i + 1 < text.size()) {
      bytes += static_cast<char>((lead & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 63));
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

template <typename T>
Value FromOptional(std::optional<T> value) {
  return value ? Value(*std::move(value)) : Value();
}

Value FromInteger(std::string_view text, int64_t least, int64_t most) {
  const auto value = ParseDecimal(text, 19, 0);
  if (!value || *value < least || *value > most) return Value();
  return Value(static_cast<int64_t>(*value));
}

/// Null where the text does not fit.
Value Parse(const DataType& type, const std::string& text) {
  switch (type.kind) {
    case TypeKind::kString:
      return Value(text);
    case TypeKind::kBinary:
      return FromOptional(TextToBytes(text));
    case TypeKind::kLong:
      return FromInteger(text, INT64_MIN, INT64_MAX);
    case TypeKind::kInteger:
      return FromInteger(text, INT32_MIN, INT32_MAX);
    case TypeKind::kShort:
      return FromInteger(text, INT16_MIN, INT16_MAX);
    case TypeKind::kByte:
      return FromInteger(text, INT8_MIN, INT8_MAX);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return FromOptional(ParseFloat(text));
    case TypeKind::kDecimal:
      return FromOptional(ParseDecimal(text, type.precision, type.scale));
    case TypeKind::kDate:
      return FromOptional(ParseDate(text));
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      return FromOptional(ParseTimestamp(text));
    case TypeKind::kBoolean:
      if (text != "true" && text != "false") return Value();
      return Value(text == "true");
    default:
      return Value();
  }
}

}  // namespace

Result<std::optional<std::string>> FormatPartitionValue(const Field& column, const Value& value) {
  std::string text;
  const DataType& type = column.type;
  if (value.is_null()) return std::optional<std::string>();
  switch (type.kind) {
    case TypeKind::kString:
      text = std::get<std::string>(value);
      break;
    case TypeKind::kBinary:
      text = BytesToText(std::get<std::string>(value));
      break;
    case TypeKind::kFloat:
      text = FormatFloat(static_cast<float>(std::get<double>(value)));
      break;
    case TypeKind::kDouble:
      text = FormatFloat(std::get<double>(value));
      break;
    case TypeKind::kDecimal:
      text = FormatDecimal(std::get<__int128>(value), type.scale);
      break;
    case TypeKind::kBoolean:
      text = std::get<bool>(value) ? "true" : "false";
      break;
    case TypeKind::kDate:
      text = FormatDate(std::get<int64_t>(value));
      break;
    case TypeKind::kTimestamp:
      text = FormatTimestamp(std::get<int64_t>(value)) + "Z";
      break;
    case TypeKind::kTimestampNtz:
      text = FormatTimestamp(std::get<int64_t>(value));
      text[text.find('T')] = ' ';
      break;
    default:
      text = std::to_string(std::get<int64_t>(value));
  }
  if (text.empty())
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("partition column {} has an empty value, which Delta reads as null",
                             column.name),
                 column.name, "write null, or partition by another column");
  return std::optional<std::string>(std::move(text));
}

Result<Value> ParsePartitionValue(const Field& column, const std::optional<std::string>& text,
                                  const std::string& file) {
  if (!text || text->empty()) return Value();
  Value value = Parse(column.type, *text);
  if (value.is_null())
    return Error(ErrorCode::kDeltaCorrupt,
                 fmt::format("the partition value {} of column {} is no {}", *text, column.name,
                             ToText(column.type)),
                 file);
  return value;
}

}  // namespace codeanatomy::storage
