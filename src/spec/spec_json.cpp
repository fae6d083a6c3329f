// The JSON form of a spec, each member named once: Describe serves decoding and the canonical form.
#include "base/ascii.h"
#include "base/hash.h"
#include "spec/spec.h"
#include "spec/spec_describe.h"

namespace codeanatomy::spec {
namespace {

using expr::Json;
using expr::JsonReader;
using expr::ObjectReader;
using expr::ObjectWriter;
using expr::Type;
using expr::TypeKind;

}  // namespace

void Read(JsonReader& r, const Json& json, const std::string& path, Transform& out) {
  const std::string kind = json.is_object() && json.contains("kind") && json["kind"].is_string()
                               ? json["kind"].get<std::string>()
                               : "";
  const auto at = std::ranges::find(kTransformNames, kind);
  if (at == kTransformNames.end()) return r.Fail(path + ".kind", "a transform kind is expected");
  out = MakeTransform(static_cast<size_t>(at - kTransformNames.begin()));
  std::visit(
      [&](auto& transform) {
        ObjectReader object(r, json, path);
        object.Known("kind");
        Describe(object, transform);
        object.Finish();
      },
      out);
}

Json Write(const Transform& transform) {
  return std::visit(
      [&](const auto& alternative) {
        ObjectWriter object;
        Describe(object, alternative);
        object.Set("kind", TransformName(transform));
        return std::move(object).Take();
      },
      transform);
}

void Read(JsonReader& r, const Json& json, const std::string& path, ViewDefinition& x) {
  ObjectReader v(r, json, path);
  v.Required("name", x.name);
  v.Required("view_kind", x.view_kind);
  v.Required("view_dependencies", x.view_dependencies);
  v.Known("transform");
  v.Known("output_schema");
  v.Finish();
  if (r.error) return;
  for (const char* member : {"transform", "output_schema"}) {
    if (!json.contains(member))
      return r.Fail(path, std::string("member \"") + member + "\" is missing");
  }
  Read(r, json["transform"], path + ".transform", x.transform);
  ObjectReader schema(r, json["output_schema"], path + ".output_schema");
  schema.Required("columns", x.output_columns);
  schema.Finish();
}

Json Write(const ViewDefinition& x) {
  ObjectWriter v, schema;
  v.Required("name", x.name);
  v.Required("view_kind", x.view_kind);
  v.Required("view_dependencies", x.view_dependencies);
  v.Set("transform", Write(x.transform));
  schema.Required("columns", x.output_columns);
  v.Set("output_schema", std::move(schema).Take());
  return std::move(v).Take();
}

void Read(JsonReader& r, const Json& json, const std::string& path, RuleIntent& x) {
  ObjectReader v(r, json, path);
  v.Required("name", x.name);
  v.Required("class", x.rule_class);
  v.Known("params");
  v.Finish();
  if (r.error) return;
  if (!json.contains("params")) return r.Fail(path, "member \"params\" is missing");
  x.params = expr::CanonicalText(json["params"]);
}
Json Write(const RuleIntent& x) {
  return {
      {"name", x.name}, {"class", expr::Write(x.rule_class)}, {"params", Json::parse(x.params)}};
}

namespace {

/// The types a Null parameter may name, with their long forms.
std::optional<Type> NullType(std::string_view name) {
  static constexpr std::pair<std::string_view, TypeKind> kNames[] = {
      {"utf8", TypeKind::kUtf8},          {"string", TypeKind::kUtf8},
      {"int64", TypeKind::kInt64},        {"long", TypeKind::kInt64},
      {"int32", TypeKind::kInt32},        {"int", TypeKind::kInt32},
      {"float64", TypeKind::kFloat64},    {"double", TypeKind::kFloat64},
      {"float32", TypeKind::kFloat64},    {"float", TypeKind::kFloat64},
      {"boolean", TypeKind::kBoolean},    {"bool", TypeKind::kBoolean},
      {"date32", TypeKind::kDate},        {"date", TypeKind::kDate},
      {"timestamp", TypeKind::kTimestamp}};
  for (const auto& [text, kind] : kNames) {
    if (text == name) return Type(kind);
  }
  return std::nullopt;
}

/// YYYY-MM-DD, and for timestamps a time with optional fraction and no zone.
bool IsIsoText(std::string_view text, bool timestamp) {
  const std::string_view shape = timestamp ? "dddd-dd-ddTdd:dd:dd" : "dddd-dd-dd";
  if (text.size() < shape.size()) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool fits = shape[i] == 'd'   ? digit(text[i])
                      : shape[i] == 'T' ? text[i] == 'T' || text[i] == ' '
                                        : text[i] == shape[i];
    if (!fits) return false;
  }
  std::string_view rest = text.substr(shape.size());
  if (rest.empty()) return true;
  if (!timestamp || rest[0] != '.' || rest.size() < 2 || rest.size() > 7) return false;
  return std::ranges::all_of(rest.substr(1), digit);
}

void ReadParameterValue(JsonReader& r, const Json& json, const std::string& path,
                        TypedParameter& x) {
  std::string type;
  ObjectReader v(r, json, path);
  v.Required("type", type);
  v.Known("value");
  v.Known("data_type");
  v.Finish();
  if (r.error) return;
  if (type == "Null") {
    const Json* name = json.contains("value") ? &json["value"] : nullptr;
    if (name != nullptr && name->is_object() && name->contains("data_type"))
      name = &(*name)["data_type"];
    const auto named =
        name != nullptr && name->is_string() ? NullType(name->get<std::string>()) : std::nullopt;
    if (!named) return r.Fail(path + ".value", "the data type of the null is expected");
    x.type = *named;
    x.value = std::monostate{};
    return;
  }
  Read(r, json["type"], path + ".type", x.type);
  static constexpr TypeKind kAllowed[] = {TypeKind::kUtf8,    TypeKind::kInt64,
                                          TypeKind::kFloat64, TypeKind::kBoolean,
                                          TypeKind::kDate,    TypeKind::kTimestamp};
  if (r.error || std::ranges::find(kAllowed, x.type.kind) == std::end(kAllowed)) {
    return r.Fail(path + ".type", "not a parameter type");
  }
  if (!json.contains("value") || json["value"].is_null())
    return r.Fail(path + ".value", "a value is expected");
  expr::ReadLiteral(r, json["value"], path + ".value", x.type, x.value);
  if (r.error) return;
  const bool timestamp = x.type.kind == TypeKind::kTimestamp;
  if ((timestamp || x.type.kind == TypeKind::kDate) &&
      !IsIsoText(std::get<std::string>(x.value), timestamp)) {
    r.Fail(path + ".value", "not an ISO date or timestamp");
  }
}

}  // namespace

void Read(JsonReader& r, const Json& json, const std::string& path, TypedParameter& x) {
  ObjectReader v(r, json, path);
  v.Default("label", x.label);
  v.Known("target");
  v.Known("value");
  v.Finish();
  if (r.error) return;
  if (!json.contains("target") || !json["target"].is_object() || !json.contains("value")) {
    return r.Fail(path, "members \"target\" and \"value\" are expected");
  }
  const Json& target = json["target"];
  const std::string kind =
      target.value("kind", Json("")).is_string() ? target.value("kind", "") : "";
  ObjectReader members(r, target, path + ".target");
  members.Known("kind");
  if (kind == "PlaceholderPos") {
    Describe(members, x.target.emplace<PlaceholderPos>());
  } else if (kind == "FilterEq") {
    Describe(members, x.target.emplace<FilterEq>());
  } else {
    return r.Fail(path + ".target.kind", "one of PlaceholderPos, FilterEq is expected");
  }
  members.Finish();
  ReadParameterValue(r, json["value"], path + ".value", x);
}

Json Write(const TypedParameter& x) {
  ObjectWriter v, target;
  v.Required("label", x.label);
  std::visit([&](const auto& t) { Describe(target, t); }, x.target);
  target.Set("kind", std::holds_alternative<FilterEq>(x.target) ? "FilterEq" : "PlaceholderPos");
  v.Set("target", std::move(target).Take());
  if (std::holds_alternative<std::monostate>(x.value)) {
    v.Set("value", {{"type", "Null"}, {"value", {{"data_type", AsciiLower(x.type.ToString())}}}});
  } else {
    v.Set("value", {{"type", x.type.ToString()}, {"value", expr::WriteLiteral(x.value)}});
  }
  return std::move(v).Take();
}

std::string_view TransformName(const Transform& transform) {
  return kTransformNames[transform.index()];
}

Result<Spec> ParseSpec(std::string_view text) {
  CA_ASSIGN_OR_RETURN(const Json json, expr::ParseJson(text));
  // The version decides what the other members mean, so it is judged first.
  if (json.is_object() && json.contains("version") && json["version"].is_number_integer() &&
      json["version"] != kSpecVersion) {
    return Error(ErrorCode::kSpecVersionUnsupported,
                 "spec version " + json["version"].dump() + " is not supported", "$.version",
                 "emit the spec as version 4");
  }
  JsonReader reader;
  Spec spec;
  expr::Read(reader, json, "$", spec);
  if (reader.error) return *std::move(reader.error);
  if (spec.view_definitions.empty()) {
    return Error(ErrorCode::kSpecMissingViewDefinitions, "view_definitions is empty",
                 "$.view_definitions");
  }
  if (spec.output_targets.empty()) {
    return Error(ErrorCode::kSpecMissingOutputTargets, "output_targets is empty",
                 "$.output_targets");
  }
  std::vector<RuleIntent> intents;
  for (RuleIntent& intent : spec.rule_intents) {
    if (std::ranges::find(intents, intent.name, &RuleIntent::name) == intents.end())
      intents.push_back(intent);
  }
  spec.rule_intents = std::move(intents);
  return spec;
}

std::string CanonicalJson(const Spec& spec) { return expr::CanonicalText(expr::Write(spec)); }

std::string SpecHash(const Spec& spec) { return Hex(Sha256::Of(CanonicalJson(spec))); }

}  // namespace codeanatomy::spec
