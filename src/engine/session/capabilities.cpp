#include "engine/session/capabilities.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "catalog/function.h"
#include "engine/duckdb/library.h"
#include "engine/plan/portable.h"
#include "engine/session/envelope.h"
#include "engine/session/introspection.h"
#include "expr/json_reader.h"
#include "spec/spec.h"
#include "storage/log/protocol.h"

namespace codeanatomy::engine {

std::vector<Capability> Capabilities(const Session& session) {
  std::vector<Capability> all{
      {"version", "engine", std::string(kDuckdbVersion)},
      {"version", "spec", std::to_string(spec::kSpecVersion)},
      {"version", "portable_plan", std::to_string(kPortableSchemaVersion)},
      {"version", "plugin_abi", fmt::format("{}.{}", CA_PLUGIN_ABI_MAJOR, CA_PLUGIN_ABI_MINOR)},
      {"functions", "registry_hash", FunctionRegistryHash()},
      {"delta", "reader_features", fmt::format("{}", fmt::join(storage::ReaderFeatures(), ","))},
      {"delta", "writer_features", fmt::format("{}", fmt::join(storage::WriterFeatures(), ","))}};
  for (size_t kind = 0; kind < std::size(kFunctionKindNames); ++kind) {
    const auto count =
        std::ranges::count(kFunctions, static_cast<FunctionKind>(kind), &FunctionInfo::kind);
    all.push_back({"functions", std::string(kFunctionKindNames[kind]), std::to_string(count)});
  }
  for (const FeatureState& state : DescribeFeatures(session.features(), FeatureGates()))
    all.push_back({"feature", std::string(state.name), state.is_on ? "on" : "off"});
  for (const std::string_view name : RegisteredPlanners(session.features()))
    all.push_back({"planner", std::string(name), "installed"});
  for (const ExtensionDescriptor& extension : session.extensions()) {
    all.push_back(
        {"extension", extension.name,
         fmt::format("{} {} {}", extension.version, extension.build_id, extension.digest)});
    all.push_back({"extension_features", extension.name,
                   fmt::format("{}", fmt::join(extension.features, ","))});
  }
  all.push_back({"settings", "hash", SettingsHash(session.SettingsSnapshot())});
  std::ranges::sort(all, {}, [](const Capability& one) { return std::tie(one.kind, one.name); });
  return all;
}

std::string SettingsHash(const Settings& settings) {
  nlohmann::json document = nlohmann::json::object();
  for (const auto& [name, value] : settings) {
    if (name != "temp_directory") document[name] = value;
  }
  return Hex(Sha256::Of(expr::CanonicalText(document)));
}

std::string CapabilitiesJson(const Session& session) {
  nlohmann::json document = nlohmann::json::object();
  for (const Capability& one : Capabilities(session)) document[one.kind][one.name] = one.value;
  return expr::CanonicalText(document);
}

}  // namespace codeanatomy::engine
