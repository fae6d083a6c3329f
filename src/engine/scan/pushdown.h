// The pushdown contract: what becomes of a predicate on its way down to the input that it is about.
//
// A predicate that reaches the scan of an input is used there to leave files and row groups out. An
// input answers for what it takes over (the status), and what it does not answer for in full has to
// be judged again above it (the residual). Views, splitting of outputs and pruning work on the tree
// between the two; this checks that none of them loses a predicate, by comparing what the plan says
// of a scan with the statement that is executed. Where explanations are captured the engine is
// asked as well: its own plan says which filters stand in its scans and which above them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/plan/relation.h"
#include "engine/scan/scan_pruner.h"

namespace codeanatomy::engine {

struct EngineOperator;

enum class PushdownStatus : uint8_t {
  kUnsupported,  // the scan makes no use of it
  kInexact,      // files and row groups without a matching row are left out
  kExact,        // every row of the files that are left fulfils it
};
inline constexpr std::string_view kPushdownStatusNames[] = {"unsupported", "inexact", "exact"};

enum class PushdownAssertion : uint8_t {
  kSatisfied,
  kInexactWithoutResidual,
  kExactWithRedundantResidual,
  kUnsupportedPredicateLost,
};
inline constexpr std::string_view kPushdownAssertionNames[] = {
    "Satisfied", "InexactWithoutResidual", "ExactWithRedundantResidual",
    "UnsupportedPredicateLost"};

/// What the contract says of a predicate with this status; `residual`: whether it is judged above
/// the scan.
PushdownAssertion AssertionOf(PushdownStatus status, bool residual);

/// One predicate and one input that it reaches.
struct PushdownProbe {
  std::string reader, dataset;  // output or view whose statement this is; input
  expr::Expr predicate;         // in terms of the input's columns
  PushdownStatus status = PushdownStatus::kUnsupported;
  bool residual = false;
  PushdownAssertion assertion = PushdownAssertion::kSatisfied;
  /// Filters of the engine's plan that name the predicate's columns; empty where it was not asked.
  std::vector<std::string> scan_filters, row_filters;
};

/// The predicates that must hold for the rows of one scan.
struct ExpectedScan {
  std::string dataset;
  std::vector<expr::Expr> predicates;
};

class PushdownContract {
 public:
  /// `pushes_filters`: whether the engine moves filters to scans at all. `pruner` outlives it.
  PushdownContract(const ScanPruner& pruner, bool pushes_filters)
      : pruner_(pruner), pushes_filters_(pushes_filters) {}

  /// What the scans of an expanded relation must keep to. Cost as FindScans.
  std::vector<ExpectedScan> Expect(Relation& relation) const;

  /// The probes of a statement: what was expected of it against the relations that are rendered;
  /// `asked` is the engine's plan, empty where it was not asked.
  /// Cost linear in scans and predicates.
  std::vector<PushdownProbe> Check(std::string_view reader,
                                   const std::vector<ExpectedScan>& expected,
                                   std::span<Relation* const> rendered,
                                   const std::vector<EngineOperator>& asked) const;

 private:
  PushdownStatus StatusOf(const std::string& dataset, const expr::Expr& predicate) const;

  const ScanPruner& pruner_;
  bool pushes_filters_;
};

/// The first violation as an error, naming predicate, input and reader; success: all satisfied.
/// Errors PushdownContractViolation: a defect of ours, not of the spec.
Result<void> CheckSatisfied(const std::vector<PushdownProbe>& probes);

}  // namespace codeanatomy::engine
