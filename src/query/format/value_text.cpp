#include "query/format/value_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "storage/scalar_text.h"

namespace codeanatomy::query {
namespace {

using engine::LogicalType;
using engine::VectorView;

/// How a scalar stands in JSON: as it is, or as text in quotes.
struct ScalarText {
  std::string text;
  bool bare = false;
};

std::string TimeText(int64_t micros) {
  const std::string stamp = storage::FormatTimestamp(micros);
  return stamp.substr(stamp.find('T') + 1);
}

std::string UuidText(__int128 bits) {
  // The engine stores the number with its top bit flipped, so that it sorts.
  const auto value =
      static_cast<unsigned __int128>(bits) ^ (static_cast<unsigned __int128>(1) << 127);
  const auto high = static_cast<uint64_t>(value >> 64);
  const auto low = static_cast<uint64_t>(value);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffff);
}

int64_t FloorDivide(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

ScalarText FloatText(double value, bool is_double) {
  std::string text =
      is_double ? storage::FormatFloat(value) : storage::FormatFloat(static_cast<float>(value));
  return {std::move(text), std::isfinite(value)};
}

ScalarText TextOf(const VectorView& column, size_t row) {
  switch (column.type().id) {
    case DUCKDB_TYPE_BOOLEAN:
      return {column.Boolean(row) ? "true" : "false", true};
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
      return {fmt::format("{}", column.Integer(row)), true};
    case DUCKDB_TYPE_UBIGINT:
      return {fmt::format("{}", static_cast<uint64_t>(column.Integer(row))), true};
    case DUCKDB_TYPE_HUGEINT:
      return {fmt::format("{}", column.Wide(row)), true};
    case DUCKDB_TYPE_UHUGEINT:
      return {fmt::format("{}", static_cast<unsigned __int128>(column.Wide(row))), true};
    case DUCKDB_TYPE_FLOAT:
      return FloatText(column.Float(row), false);
    case DUCKDB_TYPE_DOUBLE:
      return FloatText(column.Float(row), true);
    case DUCKDB_TYPE_DECIMAL:
      return {storage::FormatDecimal(column.Wide(row), column.type().scale)};
    case DUCKDB_TYPE_DATE:
      return {storage::FormatDate(column.Integer(row))};
    case DUCKDB_TYPE_TIME:
      return {TimeText(column.Integer(row))};
    case DUCKDB_TYPE_TIMESTAMP:
      return {storage::FormatTimestamp(column.Integer(row))};
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return {storage::FormatTimestamp(column.Integer(row)) + "Z"};
    case DUCKDB_TYPE_TIMESTAMP_S:
      return {storage::FormatTimestamp(column.Integer(row) * 1000000)};
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return {storage::FormatTimestamp(column.Integer(row) * 1000)};
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return {storage::FormatTimestamp(FloorDivide(column.Integer(row), 1000))};
    case DUCKDB_TYPE_INTERVAL: {
      const duckdb_interval interval = column.Interval(row);
      return {
          fmt::format("{} months {} days {} us", interval.months, interval.days, interval.micros)};
    }
    case DUCKDB_TYPE_UUID:
      return {UuidText(column.Wide(row))};
    case DUCKDB_TYPE_BLOB:
      return {storage::EncodeBase64(column.Text(row))};
    default:
      return {std::string(column.Text(row))};
  }
}

void AppendObject(const VectorView& column, size_t row, std::string& out) {
  out += '{';
  for (size_t i = 0; i < column.child_count(); ++i) {
    if (i > 0) out += ',';
    AppendJsonString(column.type().children[i].first, out);
    out += ':';
    AppendJson(column.child(i), row, out);
  }
  out += '}';
}

void AppendPairs(const VectorView& column, size_t row, std::string& out) {
  const auto [first, count] = column.Elements(row);
  std::vector<std::pair<std::string, size_t>> keys;
  for (size_t i = first; i < first + count; ++i) {
    std::string key;
    AppendJson(column.child(0), i, key);
    keys.emplace_back(std::move(key), i);
  }
  std::sort(keys.begin(), keys.end());
  out += '[';
  for (size_t i = 0; i < keys.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}[{},", i > 0 ? "," : "", keys[i].first);
    AppendJson(column.child(1), keys[i].second, out);
    out += ']';
  }
  out += ']';
}

void AppendList(const VectorView& column, size_t row, std::string& out) {
  const auto [first, count] = column.Elements(row);
  out += '[';
  for (size_t i = first; i < first + count; ++i) {
    if (i > first) out += ',';
    AppendJson(column.child(0), i, out);
  }
  out += ']';
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void AppendJson(const VectorView& column, size_t row, std::string& out) {
  if (column.type().id == DUCKDB_TYPE_SQLNULL || column.is_null(row)) {
    out += "null";
    return;
  }
  switch (column.type().id) {
    case DUCKDB_TYPE_STRUCT:
      return AppendObject(column, row, out);
    case DUCKDB_TYPE_MAP:
      return AppendPairs(column, row, out);
    case DUCKDB_TYPE_LIST:
      return AppendList(column, row, out);
    default: {
      const ScalarText scalar = TextOf(column, row);
      if (scalar.bare) {
        out += scalar.text;
      } else {
        AppendJsonString(scalar.text, out);
      }
    }
  }
}

void AppendPlain(const VectorView& column, size_t row, std::string& out) {
  if (column.type().id == DUCKDB_TYPE_SQLNULL || column.is_null(row)) return;
  if (column.child_count() > 0) {
    AppendJson(column, row, out);
  } else if (column.type().id == DUCKDB_TYPE_VARCHAR) {
    out += column.Text(row);
  } else {
    out += TextOf(column, row).text;
  }
}

}  // namespace codeanatomy::query
