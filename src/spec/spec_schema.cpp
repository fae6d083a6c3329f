#include "spec/spec_schema.h"

#include "spec/spec_describe.h"

namespace codeanatomy::spec {
namespace {

using expr::Json;

Json Of(const bool&) { return {{"type", "boolean"}}; }
Json Of(const int64_t&) { return {{"type", "integer"}}; }
Json Of(const std::string&) { return {{"type", "string"}}; }
Json Of(const expr::Type&) { return {{"$ref", "#/$defs/type"}}; }
Json Of(const expr::Expr&) { return {{"$ref", "#/$defs/expression"}}; }
Json Of(const Transform&);
Json Of(const ViewDefinition&);
Json Of(const RuleIntent&);
Json Of(const TypedParameter&);
template <typename E>
  requires std::is_enum_v<E>
Json Of(const E&) {
  return {{"enum", expr::EnumNames<E>::names}};
}
class Members;
template <typename T>
Json Of(const std::optional<T>&);
template <typename T>
Json Of(const std::vector<T>&);
template <typename T>
Json Of(const std::map<std::string, T>&);
template <typename T>
  requires requires(Members& v, const T& x) { Describe(v, x); }
Json Of(const T& x);

template <typename T>
Json Of(const std::optional<T>&) {
  return {{"anyOf", {Of(T()), {{"type", "null"}}}}};
}
template <typename T>
Json Of(const std::vector<T>&) {
  return {{"type", "array"}, {"items", Of(T())}};
}
template <typename T>
Json Of(const std::map<std::string, T>&) {
  return {{"type", "object"}, {"additionalProperties", Of(T())}};
}

/// A visitor of Describe that collects members instead of values.
class Members {
 public:
  template <typename T>
  void Required(const char* name, const T& field) {
    Add(name, Of(field));
  }
  template <typename T>
  void Default(const char* name, const T& field) {
    properties_[name] = Of(field);
  }
  void Known(const char*) {}
  void Add(const char* name, Json schema) {
    properties_[name] = std::move(schema);
    required_.push_back(name);
  }
  void Optional(const char* name, Json schema) { properties_[name] = std::move(schema); }
  Json Take() && {
    return {{"type", "object"},
            {"properties", std::move(properties_)},
            {"required", std::move(required_)},
            {"additionalProperties", false}};
  }

 private:
  Json properties_ = Json::object(), required_ = Json::array();
};

template <typename T>
  requires requires(Members& v, const T& x) { Describe(v, x); }
Json Of(const T& x) {
  Members members;
  Describe(members, x);
  return std::move(members).Take();
}

Json Tagged(const char* tag, std::string_view value, Json object) {
  object["properties"][tag] = {{"const", value}};
  object["required"].push_back(tag);
  return object;
}

template <size_t... I>
Json AllTransforms(std::index_sequence<I...>) {
  return Json::array(
      {Tagged("kind", kTransformNames[I], Of(std::variant_alternative_t<I, Transform>()))...});
}

Json Of(const Transform&) { return {{"$ref", "#/$defs/transform"}}; }

Json Of(const ViewDefinition&) {
  const ViewDefinition view;
  Members columns, members;
  columns.Required("columns", view.output_columns);
  members.Required("name", view.name);
  members.Required("view_kind", view.view_kind);
  members.Required("view_dependencies", view.view_dependencies);
  members.Required("transform", view.transform);
  members.Add("output_schema", std::move(columns).Take());
  return std::move(members).Take();
}

Json Of(const RuleIntent&) {
  const RuleIntent intent;
  Members members;
  members.Required("name", intent.name);
  members.Required("class", intent.rule_class);
  members.Add("params", Json::object());
  return std::move(members).Take();
}

Json Of(const TypedParameter&) {
  Members value, members;
  value.Add("type",
            {{"enum", {"Utf8", "Int64", "Float64", "Boolean", "Date", "Timestamp", "Null"}}});
  value.Optional("value", Json::object());
  value.Optional("data_type", {{"type", "string"}});
  members.Default("label", std::optional<std::string>());
  members.Add("target", {{"oneOf",
                          {Tagged("kind", "PlaceholderPos", Of(PlaceholderPos())),
                           Tagged("kind", "FilterEq", Of(FilterEq()))}}});
  members.Add("value", std::move(value).Take());
  return std::move(members).Take();
}

Json Node(std::initializer_list<std::pair<const char*, Json>> required,
          std::initializer_list<std::pair<const char*, Json>> optional = {}) {
  Members members;
  for (const auto& [name, schema] : required) members.Add(name, schema);
  for (const auto& [name, schema] : optional) members.Optional(name, schema);
  return std::move(members).Take();
}

/// The nodes of an expression tree, as docs/formats/spec.md lists them.
Json Expressions() {
  const Json self = {{"$ref", "#/$defs/expression"}}, text = {{"type", "string"}},
             type = {{"$ref", "#/$defs/type"}};
  const Json branch = Node({{"when", self}, {"then", self}});
  Json nodes = Json::array();
  nodes.push_back(Node({{"col", text}}));
  nodes.push_back(Node({{"lit", Json::object()}}, {{"type", type}}));
  nodes.push_back(Node({{"fn", text}, {"args", {{"type", "array"}, {"items", self}}}}));
  nodes.push_back(Node({{"cast", self}, {"to", type}}, {{"try", {{"type", "boolean"}}}}));
  nodes.push_back(Node({{"case", {{"type", "array"}, {"items", branch}}}},
                       {{"else", {{"anyOf", {self, {{"type", "null"}}}}}}}));
  nodes.push_back(Node({{"is_null", self}}));
  nodes.push_back(Node({{"param", {{"type", "integer"}}}}));
  return {{"oneOf", std::move(nodes)}};
}

}  // namespace

std::string SpecJsonSchema() {
  Json schema = Of(Spec());
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "SemanticExecutionSpec, version 4";
  schema["properties"]["version"] = {{"const", kSpecVersion}};
  schema["$defs"] = {
      {"expression", Expressions()},
      {"type",
       {{"type", "string"}, {"description", "Utf8, Int64, List<T>, Struct<a:T,…>, Span …"}}},
      {"transform",
       {{"oneOf", AllTransforms(std::make_index_sequence<std::variant_size_v<Transform>>())}}}};
  return schema.dump(2) + "\n";
}

}  // namespace codeanatomy::spec
