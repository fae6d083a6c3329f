// The log's `schemaString`: JSON in, JSON out.
#include <charconv>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_text.h"
#include "storage/schema.h"

namespace codeanatomy::storage {
namespace {

namespace dom = simdjson::dom;

struct PlainType {
  std::string_view name;
  TypeKind kind;
};
constexpr PlainType kPlainTypes[] = {
    {"string", TypeKind::kString},       {"long", TypeKind::kLong},
    {"integer", TypeKind::kInteger},     {"short", TypeKind::kShort},
    {"byte", TypeKind::kByte},           {"float", TypeKind::kFloat},
    {"double", TypeKind::kDouble},       {"boolean", TypeKind::kBoolean},
    {"binary", TypeKind::kBinary},       {"date", TypeKind::kDate},
    {"timestamp", TypeKind::kTimestamp}, {"timestamp_ntz", TypeKind::kTimestampNtz},
};

/// Recursion follows the JSON, whose depth the parser bounds at kMaxDepth.
class SchemaReader {
 public:
  explicit SchemaReader(std::string_view subject) : subject_(subject) {}

  Result<std::vector<Field>> ReadFields(const dom::element& type) {
    dom::array list;
    if (type["fields"].get(list) != simdjson::SUCCESS) return Fail("a struct without fields");
    std::vector<Field> fields;
    for (const dom::element element : list) {
      Field field;
      std::string_view name;
      if (element["name"].get(name) != simdjson::SUCCESS) return Fail("a field without a name");
      field.name = name;
      if (element["nullable"].get(field.nullable) != simdjson::SUCCESS) field.nullable = true;
      dom::object metadata;
      if (element["metadata"].get(metadata) == simdjson::SUCCESS) {
        for (const auto [key, value] : metadata)
          field.metadata.emplace_back(std::string(key), simdjson::minify(value));
        std::sort(field.metadata.begin(), field.metadata.end());
      }
      dom::element of;
      if (element["type"].get(of) != simdjson::SUCCESS) return Fail("a field without a type");
      CA_ASSIGN_OR_RETURN(field.type, ReadType(of, field.name));
      fields.push_back(std::move(field));
    }
    return fields;
  }

 private:
  Error Fail(std::string_view why) const {
    return Error(ErrorCode::kDeltaCorrupt, fmt::format("not a Delta schema: {}", why), subject_);
  }

  Result<DataType> ReadPlain(std::string_view name, const std::string& column) {
    for (const PlainType& plain : kPlainTypes)
      if (plain.name == name) return DataType{.kind = plain.kind};
    if (name == "decimal") return DataType{.kind = TypeKind::kDecimal, .precision = 10, .scale = 0};
    unsigned precision = 0, scale = 0;
    const char* end = name.data() + name.size();
    if (name.starts_with("decimal(")) {
      const auto skip = [&](const char* p) { return p < end && *p == ' ' ? p + 1 : p; };
      auto [comma, bad] = std::from_chars(skip(name.data() + 8), end, precision);
      if (bad == std::errc() && comma != end && *comma == ',') {
        const auto [close, wrong] = std::from_chars(skip(comma + 1), end, scale);
        if (wrong == std::errc() && close + 1 == end && *close == ')' && precision >= 1 &&
            precision <= 38 && scale <= precision)
          return DataType{.kind = TypeKind::kDecimal,
                          .precision = static_cast<uint8_t>(precision),
                          .scale = static_cast<uint8_t>(scale)};
      }
    }
    return Error(ErrorCode::kDeltaFeatureUnsupported,
                 fmt::format("column {} has the type {}, which is not supported", column, name),
                 subject_);
  }

  Result<DataType> ReadType(const dom::element& element, const std::string& column) {
    std::string_view name;
    if (element.get(name) == simdjson::SUCCESS) return ReadPlain(name, column);
    if (element["type"].get(name) != simdjson::SUCCESS) return Fail("a type without a name");
    DataType type;
    if (name == "struct") {
      type.kind = TypeKind::kStruct;
      CA_ASSIGN_OR_RETURN(type.children, ReadFields(element));
    } else if (name == "array") {
      type.kind = TypeKind::kArray;
      CA_RETURN_IF_ERROR(
          ReadChild(element, column, "element", "elementType", "containsNull", type));
    } else if (name == "map") {
      type.kind = TypeKind::kMap;
      CA_RETURN_IF_ERROR(ReadChild(element, column, "key", "keyType", "", type));
      CA_RETURN_IF_ERROR(
          ReadChild(element, column, "value", "valueType", "valueContainsNull", type));
    } else {
      return ReadPlain(name, column);
    }
    return type;
  }

  Result<void> ReadChild(const dom::element& element, const std::string& column,
                         std::string_view name, std::string_view type_key,
                         std::string_view null_key, DataType& type) {
    Field child;
    child.name = name;
    dom::element of;
    if (element[type_key].get(of) != simdjson::SUCCESS)
      return Fail("a nested type without its parts");
    CA_ASSIGN_OR_RETURN(child.type, ReadType(of, column));
    if (null_key.empty())
      child.nullable = false;
    else if (element[null_key].get(child.nullable) != simdjson::SUCCESS)
      child.nullable = true;
    type.children.push_back(std::move(child));
    return {};
  }

  std::string subject_;
};

void AppendFields(const std::vector<Field>& fields, std::string& out);

void AppendType(const DataType& type, std::string& out) {
  const auto flag = [](bool value) { return value ? "true" : "false"; };
  switch (type.kind) {
    case TypeKind::kStruct:
      AppendFields(type.children, out);
      break;
    case TypeKind::kArray:
      out += R"({"type":"array","elementType":)";
      AppendType(type.children[0].type, out);
      out += fmt::format(R"(,"containsNull":{}}})", flag(type.children[0].nullable));
      break;
    case TypeKind::kMap:
      out += R"({"type":"map","keyType":)";
      AppendType(type.children[0].type, out);
      out += R"(,"valueType":)";
      AppendType(type.children[1].type, out);
      out += fmt::format(R"(,"valueContainsNull":{}}})", flag(type.children[1].nullable));
      break;
    default:
      out += fmt::format("\"{}\"", ToText(type));
  }
}

void AppendFields(const std::vector<Field>& fields, std::string& out) {
  out += R"({"type":"struct","fields":[)";
  bool first = true;
  for (const Field& field : fields) {
    if (!std::exchange(first, false)) out += ',';
    out += R"({"name":)";
    AppendJsonString(out, field.name);
    out += R"(,"type":)";
    AppendType(field.type, out);
    out += fmt::format(R"(,"nullable":{},"metadata":{{)", field.nullable ? "true" : "false");
    for (size_t i = 0; i < field.metadata.size(); ++i) {
      if (i != 0) out += ',';
      AppendJsonString(out, field.metadata[i].first);
      out += ':';
      out += field.metadata[i].second;
    }
    out += "}}";
  }
  out += "]}";
}

}  // namespace

Result<Schema> ParseSchema(std::string_view json, std::string_view subject) {
  static constexpr size_t kMaxDepth = 200;
  dom::parser parser;
  dom::element root;
  std::string_view kind;
  auto error = parser.allocate(std::max<size_t>(json.size(), 64), kMaxDepth);
  if (error == simdjson::SUCCESS) error = parser.parse(json.data(), json.size()).get(root);
  if (error == simdjson::SUCCESS) error = root["type"].get(kind);
  if (error != simdjson::SUCCESS || kind != "struct")
    return Error(ErrorCode::kDeltaCorrupt, "not a Delta schema", std::string(subject));
  Schema schema;
  CA_ASSIGN_OR_RETURN(schema.fields, SchemaReader(subject).ReadFields(root));
  return schema;
}

std::string ToJson(const Schema& schema) {
  std::string json;
  AppendFields(schema.fields, json);
  return json;
}

}  // namespace codeanatomy::storage
