// Session views: the relations of a session that no table stores (cpg_edges with the derived kinds,
// nested and long forms), rendered from the views of a spec.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/plan/plan.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

struct SessionView {
  std::string sql;                        // one SELECT over the names in `dependencies`
  std::vector<std::string> dependencies;  // tables and views it reads, sorted
};

/// Every view of `spec` that a session offers and no output stores, by name. A view may read stored
/// tables (`stored_cpg_edges` for the table `cpg_edges`, which a view of the same name hides) and
/// other session views. The caller creates them on demand, dependencies first.
/// Errors InvalidPlan, ExpressionTypeError: of the spec.
Result<std::map<std::string, SessionView>> RenderSessionViews(const spec::Spec& spec,
                                                              const InputSchemas& foreign = {});

}  // namespace codeanatomy::engine
