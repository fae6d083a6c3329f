// Explain: for each view of a compilation which declaration made it, by which rules, and what was
// inferred about it.
#pragma once

#include <string>

#include "semantics/compile_model.h"

namespace codeanatomy::semantics {

/// One paragraph per view in the spec's order, after the fingerprints.
std::string ExplainText(const Compilation& compilation, const Model& model);
/// The same as one JSON object: {"spec_hash", "model_fingerprint", "ir_fingerprint", "views": […]}.
std::string ExplainJson(const Compilation& compilation, const Model& model);

}  // namespace codeanatomy::semantics
