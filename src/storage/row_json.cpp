// Rows as JSON lines, both ways; the value forms are those of docs/formats/delta.md.
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_text.h"
#include "storage/scalar_text.h"
#include "storage/table_io.h"

namespace codeanatomy::storage {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxDepth = 200;  // of a row's JSON; bounds the recursion below

std::optional<std::string_view> TextOf(const dom::element& element) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

/// One row. The first value that does not fit is remembered with its path.
class RowReader {
 public:
  const std::string& problem() const { return problem_; }

  Values ReadObject(const std::vector<Field>& fields, const dom::element& element,
                    const std::string& path) {
    dom::object object;
    Values values(fields.size());
    if (element.get(object) != simdjson::SUCCESS) {
      Fail(path, "an object");
      return values;
    }
    std::vector<bool> seen(fields.size());
    size_t next = 0;  // most rows have their columns in order
    for (const auto [key, value] : object) {
      size_t at = next < fields.size() && fields[next].name == key ? next : fields.size();
      for (size_t i = 0; at == fields.size() && i < fields.size(); ++i)
        if (fields[i].name == key) at = i;
      if (at == fields.size() || seen[at]) {
        Fail(Join(path, std::string(key)), at == fields.size() ? "no member" : "one member");
        return values;
      }
      seen[at] = true;
      next = at + 1;
      values[at] = ReadValue(fields[at], value, path);
    }
    for (size_t i = 0; i < fields.size(); ++i)
      if (values[i].is_null() && !fields[i].nullable) Fail(Join(path, fields[i].name), "not null");
    return values;
  }

 private:
  static std::string Join(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }
  Value Fail(const std::string& path, std::string_view wanted) {
    if (problem_.empty()) problem_ = fmt::format("{}: {} expected", path, wanted);
    return Value();
  }

  Value ReadValue(const Field& field, const dom::element& element, const std::string& parent) {
    if (element.is_null()) return Value();
    if (field.type.is_nested()) return ReadNested(field, element, Join(parent, field.name));
    Value value = ReadScalar(field.type, element);
    if (value.is_null()) Fail(Join(parent, field.name), ToText(field.type));
    return value;
  }

  /// Null where the JSON does not fit the type.
  static Value ReadScalar(const DataType& type, const dom::element& element) {
    switch (type.kind) {
      case TypeKind::kByte:
        return ReadInteger(element, INT8_MIN, INT8_MAX);
      case TypeKind::kShort:
        return ReadInteger(element, INT16_MIN, INT16_MAX);
      case TypeKind::kInteger:
        return ReadInteger(element, INT32_MIN, INT32_MAX);
      case TypeKind::kLong:
        return ReadInteger(element, INT64_MIN, INT64_MAX);
      case TypeKind::kFloat:
      case TypeKind::kDouble:
        return ReadFloat(type, element);
      case TypeKind::kBoolean: {
        bool value;
        if (element.get(value) != simdjson::SUCCESS) return Value();
        return Value(value);
      }
      case TypeKind::kDecimal:
        return ReadDecimal(type, element);
      default:
        break;
    }
    const std::optional<std::string_view> text = TextOf(element);
    if (!text) return Value();
    std::optional<int64_t> time;
    switch (type.kind) {
      case TypeKind::kBinary: {
        std::optional<std::string> bytes = DecodeBase64(*text);
        return bytes ? Value(*std::move(bytes)) : Value();
      }
      case TypeKind::kDate:
        time = ParseDate(*text);
        break;
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNtz:
        time = ParseTimestamp(*text);
        break;
      default:
        return Value(std::string(*text));
    }
    return time ? Value(*time) : Value();
  }

  static Value ReadInteger(const dom::element& element, int64_t least, int64_t most) {
    int64_t value;
    if (element.get(value) != simdjson::SUCCESS || value < least || value > most) return Value();
    return Value(value);
  }

  static Value ReadFloat(const DataType& type, const dom::element& element) {
    double value;
    if (element.get(value) != simdjson::SUCCESS) {
      const std::optional<std::string_view> text = TextOf(element);
      if (!text || (*text != "NaN" && *text != "Infinity" && *text != "-Infinity")) return Value();
      value = *ParseFloat(*text);
    }
    if (type.kind == TypeKind::kFloat) {
      const auto single = static_cast<float>(value);
      if (std::isinf(single) && !std::isinf(value)) return Value();
      value = single;
    }
    return Value(value);
  }

  static Value ReadDecimal(const DataType& type, const dom::element& element) {
    std::string digits;
    int64_t integer;
    if (const auto text = TextOf(element))
      digits = *text;
    else if (element.get(integer) == simdjson::SUCCESS)
      digits = std::to_string(integer);
    const auto value = ParseDecimal(digits, type.precision, type.scale);
    return value ? Value(*value) : Value();
  }

  Value ReadNested(const Field& field, const dom::element& element, const std::string& path) {
    const std::vector<Field>& parts = field.type.children;
    if (field.type.kind == TypeKind::kStruct) return Value(ReadObject(parts, element, path));
    Values values;
    dom::object object;
    if (field.type.kind == TypeKind::kMap && parts[0].type.kind == TypeKind::kString &&
        element.get(object) == simdjson::SUCCESS) {
      for (const auto [key, value] : object)
        values.emplace_back(Values{Value(std::string(key)), ReadValue(parts[1], value, path)});
      return Value(std::move(values));
    }
    dom::array array;
    if (element.get(array) != simdjson::SUCCESS) return Fail(path, ToText(field.type));
    std::set<std::string> keys;
    for (const dom::element item : array) {
      if (field.type.kind == TypeKind::kArray) {
        values.push_back(ReadValue(parts[0], item, path));
        if (values.back().is_null() && !parts[0].nullable) Fail(path, "no null");
        continue;
      }
      dom::array pair;
      if (item.get(pair) != simdjson::SUCCESS || pair.size() != 2 || pair.at(0).is_null())
        return Fail(path, "a list of [key, value] pairs");
      if (!keys.insert(simdjson::minify(pair.at(0).value_unsafe())).second)
        return Fail(path, "distinct keys");
      values.emplace_back(Values{ReadValue(parts[0], pair.at(0).value_unsafe(), path),
                                 ReadValue(parts[1], pair.at(1).value_unsafe(), path)});
    }
    return Value(std::move(values));
  }

  std::string problem_;
};

// ---- writing ----

void AppendValue(const DataType& type, const Value& value, std::string& out);

void AppendObject(const std::vector<Field>& fields, const Values& values, std::string& out) {
  out += '{';
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) out += ',';
    AppendJsonString(out, fields[i].name);
    out += ':';
    AppendValue(fields[i].type, values[i], out);
  }
  out += '}';
}

/// Pairs sorted by the JSON text of their keys.
void AppendMap(const DataType& type, const Values& pairs, std::string& out) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const Value& pair : pairs) {
    const Values& entry = std::get<Values>(pair);
    std::string key, value;
    AppendValue(type.children[0].type, entry[0], key);
    AppendValue(type.children[1].type, entry[1], value);
    texts.emplace_back(std::move(key), std::move(value));
  }
  std::stable_sort(texts.begin(), texts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  out += '[';
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i != 0) out += ',';
    out += '[';
    out += texts[i].first;
    out += ',';
    out += texts[i].second;
    out += ']';
  }
  out += ']';
}

void AppendFloat(const DataType& type, double value, std::string& out) {
  const std::string text =
      type.kind == TypeKind::kFloat ? FormatFloat(static_cast<float>(value)) : FormatFloat(value);
  if (std::isfinite(value))
    out += text;
  else
    AppendJsonString(out, text);
}

void AppendValue(const DataType& type, const Value& value, std::string& out) {
  if (value.is_null()) {
    out += "null";
    return;
  }
  const auto quoted = [&out](std::string_view text) {
    out += '"';
    out += text;
    out += '"';
  };
  switch (type.kind) {
    case TypeKind::kString:
      AppendJsonString(out, std::get<std::string>(value));
      break;
    case TypeKind::kBinary:
      quoted(EncodeBase64(std::get<std::string>(value)));
      break;
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      fmt::format_to(std::back_inserter(out), "{}", std::get<int64_t>(value));
      break;
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      AppendFloat(type, std::get<double>(value), out);
      break;
    case TypeKind::kDecimal:
      quoted(FormatDecimal(std::get<__int128>(value), type.scale));
      break;
    case TypeKind::kBoolean:
      out += std::get<bool>(value) ? "true" : "false";
      break;
    case TypeKind::kDate:
      quoted(FormatDate(std::get<int64_t>(value)));
      break;
    case TypeKind::kTimestamp:
      quoted(FormatTimestamp(std::get<int64_t>(value)) + "Z");
      break;
    case TypeKind::kTimestampNtz:
      quoted(FormatTimestamp(std::get<int64_t>(value)));
      break;
    case TypeKind::kStruct:
      AppendObject(type.children, std::get<Values>(value), out);
      break;
    case TypeKind::kMap:
      AppendMap(type, std::get<Values>(value), out);
      break;
    case TypeKind::kArray: {
      out += '[';
      bool first = true;
      for (const Value& item : std::get<Values>(value)) {
        if (!std::exchange(first, false)) out += ',';
        AppendValue(type.children[0].type, item, out);
      }
      out += ']';
    }
  }
}

}  // namespace

void AppendRowJson(const Schema& schema, const Row& row, std::string& out) {
  AppendObject(schema.fields, row, out);
}

Result<std::vector<Row>> ParseRows(const Schema& schema, std::string_view json_lines,
                                   std::string_view subject) {
  const simdjson::padded_string padded(json_lines);
  const std::string_view text(padded);
  dom::parser parser;
  std::vector<Row> rows;
  int64_t line = 0;
  for (size_t begin = 0; begin < text.size();) {
    ++line;
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view json = text.substr(begin, end - begin);
    begin = end + 1;
    if (json.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto fail = [&](std::string_view why) {
      return Error(ErrorCode::kDeltaSchemaMismatch, fmt::format("line {}: {}", line, why),
                   std::string(subject));
    };
    dom::element element;
    auto error = simdjson::SUCCESS;
    if (parser.capacity() < json.size() || parser.max_depth() != kMaxDepth)
      error = parser.allocate(std::max(json.size(), 2 * parser.capacity()), kMaxDepth);
    if (!error) error = parser.parse(json.data(), json.size(), false).get(element);
    if (error) return fail(fmt::format("not readable as JSON: {}", simdjson::error_message(error)));
    RowReader reader;
    Values row = reader.ReadObject(schema.fields, element, "");
    if (!reader.problem().empty()) return fail(reader.problem());
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace codeanatomy::storage
