// The JSON form of a spec, each member named once: Describe serves decoding and the canonical form.
#include "base/hash.h"
#include "spec/runtime_json.h"
#include "spec/spec.h"

namespace codeanatomy::expr {

CA_ENUM_NAMES(spec::JoinType, "Inner", "Left", "Right", "Full", "Semi", "Anti");
CA_ENUM_NAMES(spec::CpgOutputKind, "Nodes", "Edges", "EdgesByDst", "Calls", "Props", "EdgesBySrc",
              "PropsMap");
CA_ENUM_NAMES(spec::MaterializationMode, "Append", "Overwrite", "ReplaceByFile");
#undef CA_ENUM_NAMES

}  // namespace codeanatomy::expr

namespace codeanatomy::spec {
namespace {

using expr::Json;
using expr::JsonReader;
using expr::ObjectReader;
using expr::ObjectWriter;
using expr::Type;
using expr::TypeKind;

}  // namespace

CA_DESCRIBE(ComputedColumn) {
  v.Required("name", x.name);
  v.Required("expr", x.expr);
}
CA_DESCRIBE(JoinKey) {
  v.Required("left_key", x.left_key);
  v.Required("right_key", x.right_key);
}
CA_DESCRIBE(SortKey) {
  v.Required("expr", x.expr);
  v.Default("descending", x.descending);
}
CA_DESCRIBE(UnpivotColumn) {
  v.Required("column", x.column);
  v.Required("key", x.key);
}
CA_DESCRIBE(Aggregation) {
  v.Required("column", x.column);
  v.Required("function", x.function);
  v.Required("alias", x.alias);
  v.Default("order_by", x.order_by);
}

CA_DESCRIBE(Normalize) {
  v.Required("source", x.source);
  v.Required("id_column", x.id_column);
  v.Default("namespace", x.namespace_);
  v.Default("span_columns", x.span_columns);
  v.Default("text_columns", x.text_columns);
}
CA_DESCRIBE(Relate) {
  v.Required("left", x.left);
  v.Required("right", x.right);
  v.Required("join_type", x.join_type);
  v.Required("join_keys", x.join_keys);
  v.Default("predicates", x.predicates);
  v.Default("computed", x.computed);
}
CA_DESCRIBE(Union) {
  v.Required("sources", x.sources);
  v.Default("discriminator_column", x.discriminator_column);
  v.Default("distinct", x.distinct);
}
CA_DESCRIBE(Project) {
  v.Required("source", x.source);
  v.Default("columns", x.columns);
  v.Default("computed", x.computed);
}
CA_DESCRIBE(Rank) {
  v.Required("source", x.source);
  v.Required("partition_by", x.partition_by);
  v.Required("order_by", x.order_by);
  v.Required("keep", x.keep);
  v.Default("rank_column", x.rank_column);
}
CA_DESCRIBE(Unnest) {
  v.Required("source", x.source);
  v.Required("column", x.column);
  v.Required("element", x.element);
  v.Default("fields", x.fields);
  v.Default("ordinal_column", x.ordinal_column);
  v.Default("keep_empty", x.keep_empty);
}
CA_DESCRIBE(Unpivot) {
  v.Required("source", x.source);
  v.Required("id_columns", x.id_columns);
  v.Required("columns", x.columns);
  v.Required("key_column", x.key_column);
  v.Required("value_column", x.value_column);
}
CA_DESCRIBE(Nest) {
  v.Required("source", x.source);
  v.Required("group_by", x.group_by);
  v.Required("fields", x.fields);
  v.Required("order_by", x.order_by);
  v.Required("alias", x.alias);
}
CA_DESCRIBE(Filter) {
  v.Required("source", x.source);
  v.Required("predicate", x.predicate);
}
CA_DESCRIBE(Aggregate) {
  v.Required("source", x.source);
  v.Required("group_by", x.group_by);
  v.Required("aggregations", x.aggregations);
}
CA_DESCRIBE(IncrementalCdf) {
  v.Required("source", x.source);
  v.Default("starting_version", x.starting_version);
  v.Default("ending_version", x.ending_version);
  v.Default("starting_timestamp", x.starting_timestamp);
  v.Default("ending_timestamp", x.ending_timestamp);
}
CA_DESCRIBE(Metadata) { v.Required("source", x.source); }
CA_DESCRIBE(FileManifest) { v.Required("source", x.source); }
CA_DESCRIBE(CpgEmit) {
  v.Required("output_kind", x.output_kind);
  v.Required("sources", x.sources);
  v.Default("full", x.full);
}

namespace {

constexpr std::array<std::string_view, std::variant_size_v<Transform>> kTransformNames = {
    "Normalize", "Relate", "Union",     "Project",        "Rank",     "Unnest",       "Unpivot",
    "Nest",      "Filter", "Aggregate", "IncrementalCdf", "Metadata", "FileManifest", "CpgEmit"};

/// The alternative of `index`, default-constructed.
template <size_t I = 0>
Transform MakeTransform(size_t index) {
  if constexpr (I + 1 < std::variant_size_v<Transform>) {
    if (index != I) return MakeTransform<I + 1>(index);
  }
  return Transform(std::in_place_index<I>);
}

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

CA_DESCRIBE(InputRelation) {
  v.Required("logical_name", x.logical_name);
  v.Required("delta_location", x.delta_location);
  v.Default("requires_lineage", x.requires_lineage);
  v.Default("content_digest", x.content_digest);
  v.Default("version_pin", x.version_pin);
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

CA_DESCRIBE(JoinEdge) {
  v.Required("left_relation", x.left_relation);
  v.Required("right_relation", x.right_relation);
  v.Required("join_type", x.join_type);
  v.Required("left_keys", x.left_keys);
  v.Required("right_keys", x.right_keys);
}
CA_DESCRIBE(JoinConstraint) {
  v.Required("name", x.name);
  v.Required("constraint_type", x.constraint_type);
  v.Required("relations", x.relations);
  v.Required("columns", x.columns);
}
CA_DESCRIBE(JoinGraph) {
  v.Required("edges", x.edges);
  v.Required("constraints", x.constraints);
}
CA_DESCRIBE(OutputTarget) {
  v.Required("table_name", x.table_name);
  v.Required("source_view", x.source_view);
  v.Default("delta_location", x.delta_location);
  v.Default("columns", x.columns);
  v.Default("materialization_mode", x.materialization_mode);
  v.Default("partition_by", x.partition_by);
  v.Default("write_metadata", x.write_metadata);
  v.Default("max_commit_retries", x.max_commit_retries);
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

CA_DESCRIBE(PlaceholderPos) { v.Required("position", x.position); }
CA_DESCRIBE(FilterEq) {
  v.Default("base_table", x.base_table);
  v.Required("filter_column", x.filter_column);
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

std::string LowerTypeName(const Type& type) {
  std::string name = type.ToString();
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return name;
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
    v.Set("value", {{"type", "Null"}, {"value", {{"data_type", LowerTypeName(x.type)}}}});
  } else {
    v.Set("value", {{"type", x.type.ToString()}, {"value", expr::WriteLiteral(x.value)}});
  }
  return std::move(v).Take();
}

CA_DESCRIBE(Spec) {
  v.Required("version", x.version);
  v.Required("input_relations", x.input_relations);
  v.Required("view_definitions", x.view_definitions);
  v.Required("join_graph", x.join_graph);
  v.Required("output_targets", x.output_targets);
  v.Required("rule_intents", x.rule_intents);
  v.Required("rulepack_profile", x.rulepack_profile);
  v.Default("typed_parameters", x.typed_parameters);
  v.Default("runtime", x.runtime);
  v.Default("rule_overlay", x.rule_overlay);
  v.Default("runtime_profile", x.runtime_profile);
  v.Default("cache_policy", x.cache_policy);
  v.Default("maintenance", x.maintenance);
}
#undef CA_DESCRIBE

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
