// The default spec: what `codeanatomy build` executes, compiled from the declarations of the
// catalogue.
#pragma once

#include <string>

#include "base/result.h"
#include "spec/spec.h"

namespace codeanatomy::semantics {

struct DefaultSpecRequest {
  bool edges_full = false;  // store the derived edge kinds and edge_id as well
  bool props_full = false;  // store the long property form and cpg_props_map
  int64_t id_salt = 0;      // of every derived id
  std::string rulepack_profile =
      "Default";  // case-insensitive: default, low_latency, replay, strict
};

/// Compiles entities, relationships and the graph mapping into a spec. A pure function of the
/// declarations and the request; delta_location of an input is `<group>/<table>`.
/// Errors InvalidArgument: unknown rulepack profile; those of EmitSpec.
Result<spec::Spec> BuildDefaultSpec(const DefaultSpecRequest& request);

}  // namespace codeanatomy::semantics
