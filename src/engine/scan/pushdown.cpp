#include "engine/scan/pushdown.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/duckdb/engine_plan.h"
#include "engine/plan/conditions.h"
#include "expr/expr_text.h"
#include "expr/json_reader.h"

namespace codeanatomy::engine {
namespace {

using Texts = std::set<std::string>;

std::string TextOf(const expr::Expr& predicate) {
  return expr::CanonicalText(expr::Write(predicate));
}

/// By input: the conditions of each of its scans that is executed.
std::map<std::string, std::vector<Texts>, std::less<>> RenderedScans(
    const ScanPruner& pruner, std::span<Relation* const> rendered) {
  std::map<std::string, std::vector<Texts>, std::less<>> scans;
  for (Relation* relation : rendered) {
    for (const ConditionedScan& scan : FindScans(*relation)) {
      if (pruner.FilesOf(scan.scan->name) == nullptr) continue;
      Texts& texts = scans[std::string(ScanPruner::InputOf(scan.scan->name))].emplace_back();
      for (const expr::Expr& condition : scan.conditions) texts.insert(TextOf(condition));
    }
  }
  return scans;
}

/// The executed scan that keeps most of what is wanted of it.
const Texts* ClosestTo(const Texts& wanted, const std::vector<Texts>& scans) {
  const Texts* closest = nullptr;
  size_t most = 0;
  for (const Texts& scan : scans) {
    const auto kept = static_cast<size_t>(std::ranges::count_if(
        wanted, [&](const std::string& text) { return scan.contains(text); }));
    if (closest != nullptr && kept <= most) continue;
    closest = &scan;
    most = kept;
    if (most == wanted.size()) break;
  }
  return closest;
}

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool Names(std::string_view text, std::string_view column) {
  for (size_t at = text.find(column); at != std::string_view::npos;
       at = text.find(column, at + 1)) {
    const size_t end = at + column.size();
    const bool begins = at == 0 || !IsWordCharacter(text[at - 1]);
    if (begins && (end == text.size() || !IsWordCharacter(text[end]))) return true;
  }
  return false;
}

/// A filter as the engine writes it, but for its text literals: their words name no column.
std::string WithoutLiterals(std::string_view filter) {
  std::string text;
  bool in_literal = false;
  for (const char c : filter) {
    if (c == '\'') in_literal = !in_literal;
    if (!in_literal) text += c;
  }
  return text;
}

/// Whether one of the conditions that a filter joins is over these of the judged columns and no
/// other: one over further columns is another predicate.
bool IsOver(const Texts& wanted, const Texts& judged, std::string_view filter) {
  constexpr std::string_view kAnd = " AND ";
  const std::string text = WithoutLiterals(filter);
  for (std::string_view rest = text;;) {
    const size_t end = rest.find(kAnd);
    const std::string_view one = rest.substr(0, end);
    if (std::ranges::all_of(judged, [&](const std::string& column) {
          return Names(one, column) == wanted.contains(column);
        }))
      return true;
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + kAnd.size());
  }
}

/// Filters of the engine's plan over the columns of the predicate.
void AddEvidence(const std::vector<EngineOperator>& asked, const Texts& judged,
                 PushdownProbe& probe) {
  const auto columns = expr::ReferencedColumns(probe.predicate);
  const Texts wanted(columns.begin(), columns.end());
  for (const EngineOperator& one : asked) {
    for (const std::string& filter : one.filters) {
      if (IsOver(wanted, judged, filter))
        (one.is_scan ? probe.scan_filters : probe.row_filters).push_back(filter);
    }
  }
}

}  // namespace

PushdownAssertion AssertionOf(PushdownStatus status, bool residual) {
  switch (status) {
    case PushdownStatus::kExact:
      return residual ? PushdownAssertion::kExactWithRedundantResidual
                      : PushdownAssertion::kSatisfied;
    case PushdownStatus::kInexact:
      return residual ? PushdownAssertion::kSatisfied : PushdownAssertion::kInexactWithoutResidual;
    case PushdownStatus::kUnsupported:
      return residual ? PushdownAssertion::kSatisfied
                      : PushdownAssertion::kUnsupportedPredicateLost;
  }
  return PushdownAssertion::kSatisfied;
}

std::vector<ExpectedScan> PushdownContract::Expect(Relation& relation) const {
  std::vector<ExpectedScan> expected;
  for (ConditionedScan& scan : FindScans(relation)) {
    if (scan.conditions.empty() || pruner_.FilesOf(scan.scan->name) == nullptr) continue;
    expected.push_back(
        {std::string(ScanPruner::InputOf(scan.scan->name)), std::move(scan.conditions)});
  }
  return expected;
}

PushdownStatus PushdownContract::StatusOf(const std::string& dataset,
                                          const expr::Expr& predicate) const {
  if (!pushes_filters_) return PushdownStatus::kUnsupported;
  return pruner_.IsOfPartitions(dataset, predicate) ? PushdownStatus::kExact
                                                    : PushdownStatus::kInexact;
}

std::vector<PushdownProbe> PushdownContract::Check(std::string_view reader,
                                                   const std::vector<ExpectedScan>& expected,
                                                   std::span<Relation* const> rendered,
                                                   const std::vector<EngineOperator>& asked) const {
  if (expected.empty()) return {};
  const auto scans = RenderedScans(pruner_, rendered);
  std::map<std::pair<std::string, std::string>, PushdownProbe> probes;  // by input and predicate
  for (const ExpectedScan& scan : expected) {
    Texts wanted, judged;
    for (const expr::Expr& predicate : scan.predicates) {
      wanted.insert(TextOf(predicate));
      const auto columns = expr::ReferencedColumns(predicate);
      judged.insert(columns.begin(), columns.end());
    }
    const auto executed = scans.find(scan.dataset);
    const Texts* closest = executed == scans.end() ? nullptr : ClosestTo(wanted, executed->second);
    for (const expr::Expr& predicate : scan.predicates) {
      const std::string text = TextOf(predicate);
      PushdownProbe probe{.reader = std::string(reader),
                          .dataset = scan.dataset,
                          .predicate = predicate,
                          .status = StatusOf(scan.dataset, predicate)};
      AddEvidence(asked, judged, probe);
      // Values of partition columns are constants of a file's scan: the engine judges a predicate
      // over them once, when it plans. What it kept of one can be told from its plan where no other
      // input is read.
      const bool exact = probe.status == PushdownStatus::kExact;
      const bool was_kept = !probe.scan_filters.empty() || !probe.row_filters.empty();
      probe.residual =
          exact ? scans.size() == 1 && was_kept : closest != nullptr && closest->contains(text);
      probe.assertion = AssertionOf(probe.status, probe.residual);
      auto [known, is_new] = probes.try_emplace({scan.dataset, text}, probe);
      if (!is_new && probe.assertion != PushdownAssertion::kSatisfied)
        known->second = std::move(probe);
    }
  }
  std::vector<PushdownProbe> sorted;
  sorted.reserve(probes.size());
  for (auto& [key, probe] : probes) sorted.push_back(std::move(probe));
  return sorted;
}

Result<void> CheckSatisfied(const std::vector<PushdownProbe>& probes) {
  for (const PushdownProbe& probe : probes) {
    if (probe.assertion == PushdownAssertion::kSatisfied) continue;
    return Error(ErrorCode::kPushdownContractViolation,
                 fmt::format("{}: the predicate {} over {} is {} and {} above its scan",
                             kPushdownAssertionNames[static_cast<size_t>(probe.assertion)],
                             expr::ToText(probe.predicate), probe.dataset,
                             kPushdownStatusNames[static_cast<size_t>(probe.status)],
                             probe.residual ? "is judged again" : "is not judged"),
                 probe.reader, "runtime.pushdown_enforcement_mode warn executes it all the same");
  }
  return {};
}

}  // namespace codeanatomy::engine
