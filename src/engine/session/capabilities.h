// Capabilities: everything that a session has and knows of itself, as one list. The only answer to
// "is it available": stored with each run, and a table function of SQL.
#pragma once

#include <string>
#include <vector>

#include "engine/session/session.h"

namespace codeanatomy::engine {

struct Capability {
  std::string kind;  // version, feature, functions, planner, extension, delta, …
  std::string name, value;
};

/// Sorted by kind and name. Cost microseconds.
std::vector<Capability> Capabilities(const Session& session);
/// {kind: {name: value}}, canonical JSON.
std::string CapabilitiesJson(const Session& session);

/// SHA-256 of the canonical JSON of all settings but the folder of spilling: how a session works,
/// not where.
std::string SettingsHash(const Settings& settings);

}  // namespace codeanatomy::engine
