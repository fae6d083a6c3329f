// CompileModel: declarations to a spec, in four steps.
//
//   compile   each declaration becomes views (transform/compile.h)
//   infer     schemas, column classes, join strategies, place in the graph (analysis/)
//   optimize  joins that several relationships share, views that nothing reads (transform/)
//   emit      the spec (emit/)
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "semantics/ir/model.h"
#include "semantics/ir/view.h"
#include "spec/spec.h"

namespace codeanatomy::semantics {

struct CompileRequest {
  bool edges_full = false;  // store the derived edge kinds and edge_id as well
  bool props_full = false;  // store the long property form and cpg_props_map
  int64_t id_salt = 0;      // of every derived id
  std::string rulepack_profile =
      "Default";              // case-insensitive: default, low_latency, replay, strict
  bool fingerprints = false;  // a build has no use for them
};

struct Compilation {
  spec::Spec spec;
  std::vector<View> views;  // those of the spec, in its order, with what made them and what was
                            // inferred
  std::string model_fingerprint;  // of the declarations; empty unless asked for
  std::string ir_fingerprint;     // of all views before pruning, with rules and inferences
};

/// A pure function of model and request; delta_location of an input is `<group>/<table>`.
/// Errors InvalidArgument: unknown rulepack profile; InvalidPlan, ExpressionTypeError,
///        JoinEdgeDerivationFailed with the declaration, and its place in the user's file, as
///        subject.
/// Cost   milliseconds for the default model.
Result<Compilation> CompileModel(const Model& model, const CompileRequest& request);

/// The spec of the catalogue's declarations alone.
Result<spec::Spec> BuildDefaultSpec(const CompileRequest& request);

}  // namespace codeanatomy::semantics
