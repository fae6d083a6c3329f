// Plan: a spec resolved against the declared inputs. Views in dependency order, each a type-checked
// relation with its fan-out; outputs with the table they fill. Nothing has run yet.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/table.h"
#include "engine/plan/log_read.h"
#include "engine/plan/relation.h"
#include "engine/plan/row_estimates.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

/// The column of an input's scan that names the file of each row, where the spec requires it: the
/// path below the table's folder.
inline constexpr std::string_view kSourceFileColumn = "__source_file";

/// How a view reaches those that read it.
enum class Placement : uint8_t {
  kInline,     // as part of its only reader, or of several cheap ones
  kTemporary,  // computed once into a temporary table
  kOutput,     // read back from the files of the output
};
inline constexpr std::string_view kPlacementNames[] = {"inline", "temporary", "output"};

/// A plan is refused where views that are put in place would stand deeper inside one another, or
/// come to more scans: relations are followed by recursion, and doubling them is cheap to write
/// down.
inline constexpr size_t kMaxViewDepth = 100;
inline constexpr size_t kMaxViewScans = 10'000;

/// Why a view has its placement.
enum class PlacementReason : uint8_t {
  kStored,
  kOverride,
  kRepeatedWork,
  kCheap,
  kReadOnce,
  kFewRows,
  kOverBudget
};
inline constexpr std::string_view kPlacementReasonNames[] = {
    "an output stores all of its rows",
    "the spec's cache policy says so",
    "several scans would repeat its work",
    "a scan of it is a scan of its sources",
    "it is scanned too seldom",
    "it has fewer rows than are worth keeping",
    "what is kept before it fills the budget"};

struct PlannedView {
  std::string name, kind;
  std::string_view transform;             // e.g. "Relate"
  std::vector<std::string> dependencies;  // views, sorted
  std::vector<std::string> inputs;        // input relations, sorted
  Relation relation;
  size_t fan_out = 0;      // readers among the views that outputs need, and outputs
  bool is_needed = false;  // by an output; the others are relations of sessions
  Placement placement = Placement::kInline;
  PlacementReason reason = PlacementReason::kReadOnce;
  size_t scans = 0;  // by readers, through views that are no work themselves
  /// Where rows or bytes had a say in the placement.
  std::optional<RowEstimate> estimate = {};
};

struct PlannedOutput {
  spec::OutputTarget target;
  std::string location;              // below the build's folder
  const TableInfo* table = nullptr;  // declared table of that name, if any
  expr::Schema schema;               // after the column projection
  std::vector<std::string> order;    // rows are sorted by these, NULLS LAST
  std::vector<expr::Expr> filters;   // parameters: rows that do not fulfil all are left out

  /// Whether the files hold all rows and columns of the view, so that others can read them instead.
  bool is_whole() const { return target.columns.empty() && filters.empty(); }
};

struct Plan {
  std::map<std::string, expr::Schema, std::less<>> inputs;
  std::vector<PlannedView> views;      // each after those it reads, ties by name
  std::vector<PlannedOutput> outputs;  // likewise
  std::vector<LogRead> log_reads;      // of views that outputs need, each once

  const PlannedView* FindView(std::string_view name) const;
};

/// Schemas of inputs that no catalogue declares, by logical name: evidence a user brought.
using InputSchemas = std::map<std::string, expr::Schema, std::less<>>;

/// Order of validation: names and graph, then every view's transform against its sources, then
/// outputs. Errors InvalidPlan: duplicate or unknown name, cycle, wrong dependency list, unknown
/// source_view, views beyond the limits above;
///        ExpressionTypeError: an expression does not fit its source; OutputContractViolation: a
///        column of an output or contract is missing or of another type. Subject: the view or
///        output.
/// `known` decides where views are kept as far as the spec's cache policy asks for rows, and
/// nothing else. Cost   microseconds per view.
Result<Plan> MakePlan(const spec::Spec& spec, const InputSchemas& foreign = {},
                      const KnownRows& known = {});

}  // namespace codeanatomy::engine
