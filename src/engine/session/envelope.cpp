#include "engine/session/envelope.h"

#include <algorithm>

#include "base/hash.h"
#include "catalog/function.h"
#include "catalog/planner.h"
#include "engine/duckdb/library.h"
#include "engine/session/introspection.h"
#include "expr/json_reader.h"
#include "spec/runtime_json.h"

namespace codeanatomy::engine {
namespace {

using expr::Json;

std::string Digest(const Json& json) { return Hex(Sha256::Of(expr::CanonicalText(json))); }

void AddField(Sha256& hash, std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  char prefix[4];
  for (int i = 0; i < 4; ++i) prefix[i] = static_cast<char>(size >> (8 * i) & 0xff);
  hash.Update(std::string_view(prefix, sizeof prefix)).Update(text);
}

void AddList(Sha256& hash, const std::vector<std::string>& texts) {
  AddField(hash, std::to_string(texts.size()));
  for (const std::string& text : texts) AddField(hash, text);
}

}  // namespace

std::string Envelope::Hash() const {
  Sha256 hash;
  AddField(hash, engine_version);
  AddField(hash, program_version);
  AddField(hash, content_settings);
  AddList(hash, registrations);
  AddList(hash, functions);
  for (const std::string* field :
       {&spec_hash, &rulepack_fingerprint, &planning_surface_hash, &provider_identity_hash}) {
    AddField(hash, *field);
  }
  return Hex(hash.Finish());
}

std::string FunctionRegistryHash() {
  Json functions = Json::array();
  for (const FunctionInfo& info : kFunctions) {
    functions.push_back({{"name", info.name},
                         {"kind", kFunctionKindNames[static_cast<size_t>(info.kind)]},
                         {"form", kFunctionFormNames[static_cast<size_t>(info.form)]},
                         {"volatility", kFunctionVolatility},
                         {"parameters", info.parameters},
                         {"variadic", info.variadic},
                         {"body", info.body},
                         {"returns", info.returns},
                         {"clauses", info.clauses},
                         {"rewrite_tags", info.tags}});
  }
  return Digest(functions);
}

Result<std::string> PlanningSurfaceHash(Session& session) {
  std::string names;
  for (const std::string_view name : PlanningSettings())
    names += (names.empty() ? "" : ", ") + QuoteLiteral(name);
  CA_ASSIGN_OR_RETURN(
      QueryResult rows,
      session.connection().Query("SELECT name, value FROM duckdb_settings() WHERE name IN (" +
                                 names + ") ORDER BY name"));
  Json settings = Json::object();
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
    if (chunk == nullptr) break;
    for (size_t row = 0; row < chunk->rows(); ++row) {
      const VectorView& value = chunk->column(1);
      settings[std::string(chunk->column(0).Text(row))] =
          value.is_null(row) ? Json(nullptr) : Json(std::string(value.Text(row)));
    }
  }
  Json surface{
      {"engine", kDuckdbVersion},
      {"settings", std::move(settings)},
      {"function_registry", FunctionRegistryHash()},
      {"extension_policy",
       expr::EnumNames<spec::GovernanceMode>::names[static_cast<size_t>(session.governance())]}};
  for (const PlannerInfo& planner : kPlanners) surface["planners"].push_back(planner.name);
  for (const ExtensionDescriptor& extension : session.extensions()) {
    surface["extensions"].push_back({extension.name, extension.version, extension.build_id,
                                     extension.digest, extension.options});
  }
  return Digest(surface);
}

Registrations RegisterInputs(
    const Plan& plan, const std::map<std::string, std::string, std::less<>>& content_digests) {
  Registrations registrations;
  Json identities = Json::array();
  for (const auto& [name, schema] : plan.inputs) {
    Json columns = Json::array();
    for (const expr::Field& field : schema.fields)
      columns.push_back({field.name, field.type.ToString()});
    const auto at = content_digests.find(name);
    const std::string content = at == content_digests.end() ? "" : at->second;
    std::string provider = std::string(name).append(1, '\0').append(content);
    if (schema.Find(kSourceFileColumn) != nullptr)
      provider.append(1, '\0').append(kSourceFileColumn);
    const std::string identity = Hex(Sha256::Of(provider));
    identities.push_back({name, identity});
    registrations.entries.push_back(expr::CanonicalText({{"name", name},
                                                         {"content_digest", content},
                                                         {"schema_hash", Digest(columns)},
                                                         {"provider_identity", identity}}));
  }
  registrations.provider_identity_hash = Digest(identities);
  return registrations;
}

}  // namespace codeanatomy::engine
