#include "engine/extension/options_schema.h"

#include <algorithm>

#include <fmt/format.h>

#include "expr/json_reader.h"

namespace codeanatomy::engine {
namespace {

using expr::Json;

constexpr std::string_view kKeywords[] = {"type",  "properties", "required", "items",      "enum",
                                          "title", "minimum",    "maximum",  "description"};

Error Wrong(std::string_view why, const std::string& path) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} at {}", why, path), path);
}

bool HasType(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return type == "null" && value.is_null();
}

struct Open {
  const Json* value;
  const Json* schema;
  std::string path;
};

/// Only a part of JSON Schema is served; what is written otherwise is refused, not misread.
Result<void> CheckKeywords(const Json& schema, const std::string& path) {
  const auto is_served = [](const std::string& keyword, const Json& value) {
    if (keyword == "type") return value.is_string();
    if (keyword == "properties") return value.is_object();
    if (keyword == "minimum" || keyword == "maximum") return value.is_number();
    if (keyword == "enum") return value.is_array();
    if (keyword == "required")
      return value.is_array() &&
             std::ranges::all_of(value, [](const Json& name) { return name.is_string(); });
    return true;
  };
  for (const auto& [keyword, value] : schema.items()) {
    if (!is_served(keyword, value))
      return Wrong(fmt::format("the schema's {} has a form that is not served", keyword), path);
  }
  return {};
}

Result<void> CheckObject(const Open& at, std::vector<Open>& open) {
  const auto properties = at.schema->find("properties");
  for (const Json& name : at.schema->value("required", Json::array())) {
    if (!at.value->contains(name.get<std::string>()))
      return Wrong(fmt::format("member {} is missing", name.get<std::string>()), at.path);
  }
  for (const auto& [name, value] : at.value->items()) {
    const std::string path = at.path + "." + name;
    if (properties == at.schema->end() || !properties->contains(name))
      return Wrong("unknown member", path);
    open.push_back({&value, &properties->at(name), path});
  }
  return {};
}

Result<void> CheckValue(const Open& at, std::vector<Open>& open) {
  const Json& schema = *at.schema;
  if (!schema.is_object()) return Wrong("the schema is no object", at.path);
  for (const auto& [keyword, value] : schema.items()) {
    if (std::ranges::find(kKeywords, keyword) == std::end(kKeywords))
      return Wrong(fmt::format("the schema has the keyword {}, which is not served", keyword),
                   at.path);
  }
  CA_RETURN_IF_ERROR(CheckKeywords(schema, at.path));
  const std::string type = schema.value("type", "");
  if (!type.empty() && !HasType(*at.value, type))
    return Wrong(fmt::format("{} is expected", type), at.path);
  if (const auto values = schema.find("enum"); values != schema.end()) {
    if (std::ranges::find(*values, *at.value) == values->end())
      return Wrong(fmt::format("one of {} is expected", values->dump()), at.path);
  }
  if (at.value->is_number()) {
    const double number = at.value->get<double>();
    if (schema.contains("minimum") && number < schema["minimum"].get<double>())
      return Wrong(fmt::format("at least {} is expected", schema["minimum"].dump()), at.path);
    if (schema.contains("maximum") && number > schema["maximum"].get<double>())
      return Wrong(fmt::format("at most {} is expected", schema["maximum"].dump()), at.path);
  }
  if (at.value->is_object()) return CheckObject(at, open);
  if (const auto items = schema.find("items"); at.value->is_array() && items != schema.end()) {
    for (size_t i = 0; i < at.value->size(); ++i)
      open.push_back({&(*at.value)[i], &*items, fmt::format("{}[{}]", at.path, i)});
  }
  return {};
}

}  // namespace

Result<std::string> CheckOptions(std::string_view options, std::string_view schema) {
  auto value = expr::ParseJson(options);
  if (!value) return Wrong(value.error().message(), "$");
  if (!value->is_object()) return Wrong("an object is expected", "$");
  Json parsed = Json::object();
  if (!schema.empty()) {
    auto known = expr::ParseJson(schema);
    if (!known) return Wrong("the schema is not JSON: " + known.error().message(), "$");
    parsed = *std::move(known);
  }
  std::vector<Open> open{{&*value, &parsed, "$"}};
  while (!open.empty()) {
    const Open at = std::move(open.back());
    open.pop_back();
    CA_RETURN_IF_ERROR(CheckValue(at, open));
  }
  return expr::CanonicalText(*value);
}

}  // namespace codeanatomy::engine
