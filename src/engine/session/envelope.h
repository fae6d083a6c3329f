// Envelope: everything beside the spec that can change what a build publishes, as one hash.
//
// Equal (spec_hash, envelope_hash, rulepack_fingerprint) mean equal rows. So threads, memory, paths
// and Delta versions are not in it; the run bundle records them beside it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/duckdb/connection.h"
#include "engine/plan/plan.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {

struct Envelope {
  std::string engine_version, program_version;
  std::string content_settings;            // canonical JSON of the settings that can change content
  std::vector<std::string> registrations;  // canonical JSON per input, sorted by name
  std::vector<std::string> functions;      // names, sorted
  std::string spec_hash, rulepack_fingerprint, planning_surface_hash, provider_identity_hash;

  /// SHA-256 over the fields in the order above, each (of a list each element) after its length as
  /// 4 little-endian bytes.
  std::string Hash() const;
};

/// SHA-256 of the registry's canonical JSON: names, kinds, forms, parameters, bodies, results,
/// tags.
std::string FunctionRegistryHash();

/// SHA-256 of what decides how statements are planned: engine release, its planning settings as
/// they are in the session (null order, collation, time zone, division, disabled rules …), function
/// registry, plugins. Errors those of Connection.
Result<std::string> PlanningSurfaceHash(Session& session);

/// Inputs of a plan as the envelope has them: name, content digest, schema hash, provider identity.
struct Registrations {
  std::vector<std::string> entries;
  std::string provider_identity_hash;
};
Registrations RegisterInputs(
    const Plan& plan, const std::map<std::string, std::string, std::less<>>& content_digests);

}  // namespace codeanatomy::engine
