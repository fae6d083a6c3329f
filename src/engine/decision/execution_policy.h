// The execution policy of a run: its decisions by what they are about, with what else decides how
// it is executed, under one fingerprint. And the package: everything that a run went by, likewise.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/decision/decision.h"
#include "engine/session/envelope.h"
#include "engine/session/profile.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

struct PolicySource {
  std::span<const DecisionRecord> decisions;
  const spec::Spec& spec;
  const Envelope& envelope;
};

/// A member for each domain of decisions, {name: {type: {value, confidence, fallback_reason}}};
/// `inference_confidence_by_view`, the least confidence of a view's decisions;
/// `materialization_by_table`; `diagnostics_flags`; `validation_mode`; the hashes of the planning
/// surface, rules and providers; `policy_fingerprint`, SHA-256 of the canonical JSON of all others.
/// Cost linear in the decisions.
nlohmann::json ExecutionPolicy(const PolicySource& source);

struct PackageSource {
  std::string spec_hash, envelope_hash, plan_identity, policy_fingerprint;
  std::string capabilities_json;
  const Settings& settings;
  std::vector<std::string> knobs;  // texts of spec::ParseKnobs
};

/// The hashes of a run and `package_fingerprint`, SHA-256 of the canonical JSON of all others: two
/// runs with one are executed alike, over inputs of one content, wherever they spill.
nlohmann::json ExecutionPackage(const PackageSource& source);

}  // namespace codeanatomy::engine
