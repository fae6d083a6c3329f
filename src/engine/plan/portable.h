// PortableJson: the relational trees of a plan as canonical JSON, the same for every engine.
//
// Plans are compared and fingerprinted in this form; an engine's EXPLAIN text names internal things
// and changes with its release.
#pragma once

#include <string>

#include "engine/plan/plan.h"

namespace codeanatomy::engine {

inline constexpr int kPortableSchemaVersion = 1;

std::string PortableJson(const Relation& relation);
/// {"schema_version", "views": {name: tree}, "outputs": [{table, view, filters, order}]}, the views
/// that outputs need. Cost linear in the plan.
std::string PortableJson(const Plan& plan);

}  // namespace codeanatomy::engine
