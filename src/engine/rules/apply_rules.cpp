// Rewrites keep the rows of every view: each replaces an expression by one of equal value for every
// row, nulls included. The relations themselves are not touched.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "engine/rules/rule_pack.h"
#include "engine/rules/rule_spans.h"
#include "expr/json_reader.h"
#include "expr/type_check.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;
using expr::ExprKind;

bool IsCall(const Expr& e, std::string_view name, size_t arguments) {
  return e.kind == ExprKind::kCall && e.name == name && e.args.size() == arguments;
}

/// The bounds of a span that is made here, half-open by construction.
bool IsMadeSpan(const Expr& e) { return IsCall(e, "span_make", 2); }

Expr Ordered(const Expr& a, const Expr& b) { return expr::Call("le", {a, b}); }

/// One step at this node; false where nothing applies.
bool SimplifyNode(Expr& e) {
  if (IsCall(e, "coalesce", 1)) {
    e = Expr(e.args[0]);
  } else if (IsCall(e, "not", 1) && IsCall(e.args[0], "not", 1)) {
    e = Expr(e.args[0].args[0]);
  } else if (IsCall(e, "nfc", 1) && IsCall(e.args[0], "nfc", 1)) {
    e = Expr(e.args[0]);
  } else if (IsCall(e, "span_len", 1) && IsMadeSpan(e.args[0])) {
    e = expr::Call("sub", {e.args[0].args[1], e.args[0].args[0]});
  } else if (IsCall(e, "span_contains", 2) && IsMadeSpan(e.args[0]) && IsMadeSpan(e.args[1])) {
    const Expr &a = e.args[0], &b = e.args[1];
    e = expr::Call("and", {Ordered(a.args[0], b.args[0]), Ordered(b.args[1], a.args[1])});
  } else if (IsCall(e, "span_overlaps", 2) && IsMadeSpan(e.args[0]) && IsMadeSpan(e.args[1])) {
    const Expr &a = e.args[0], &b = e.args[1];
    e = expr::Call("and", {expr::Call("lt", {a.args[0], b.args[1]}),
                           expr::Call("lt", {b.args[0], a.args[1]})});
  } else if (IsCall(e, "field", 2) && IsMadeSpan(e.args[0]) &&
             (e.args[1] == expr::Text("bstart") || e.args[1] == expr::Text("bend"))) {
    e = Expr(e.args[0].args[e.args[1] == expr::Text("bstart") ? 0 : 1]);
  } else if (e.kind == ExprKind::kCall && e.name == "field" && e.args[0].kind == ExprKind::kCall &&
             e.args[0].name == "struct") {
    const std::vector<Expr>& pairs = e.args[0].args;
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
      if (pairs[i] != e.args[1]) continue;
      e = Expr(pairs[i + 1]);
      return true;
    }
    return false;
  } else {
    return false;
  }
  return true;
}

/// From the leaves up, so that what a step uncovers is seen by the next one.
size_t Simplify(Expr& root) {
  std::vector<Expr*> order{&root};
  for (size_t i = 0; i < order.size(); ++i) {
    for (Expr& child : order[i]->args) order.push_back(&child);
  }
  size_t rewrites = 0;
  // Children of a replaced node move with it, so only nodes not yet replaced may be visited: the
  // list is walked from the deepest, and a step replaces nothing above itself.
  for (auto node = order.rbegin(); node != order.rend(); ++node) rewrites += SimplifyNode(**node);
  return rewrites;
}

std::string Text(const Expr& e) { return expr::CanonicalText(expr::Write(e)); }

/// Sorts by `key`; whether the order changed.
template <typename Key>
bool SortBy(std::vector<Expr>& exprs, Key key) {
  if (std::ranges::is_sorted(exprs, {}, key)) return false;
  std::ranges::stable_sort(exprs, {}, key);
  return true;
}

/// 1 for a comparison of span ends, 0 for everything else: starts stay before ends.
int ComparesEnds(const Expr& e) {
  if (e.kind != ExprKind::kCall || (e.name != "le" && e.name != "ge")) return 0;
  return std::ranges::all_of(expr::ReferencedColumns(e),
                             [](const std::string& name) { return name.ends_with("bend"); });
}

size_t OrderContainment(Relation& r) {
  size_t changed = r.op == RelationOp::kJoin && SortBy(r.predicates, ComparesEnds);
  for (Expr& predicate : r.predicates) {
    if (predicate.kind == ExprKind::kCall && predicate.name == "and")
      changed += SortBy(predicate.args, ComparesEnds);
  }
  for (Relation& input : r.inputs) changed += OrderContainment(input);
  return changed;
}

size_t OrderScanFilters(Relation& r, const Plan& plan) {
  size_t changed = 0;
  const bool scans = r.op == RelationOp::kFilter && r.inputs[0].op == RelationOp::kScan &&
                     plan.inputs.contains(r.inputs[0].name);
  if (scans) {
    for (Expr& predicate : r.predicates) {
      if (predicate.kind == ExprKind::kCall && predicate.name == "and")
        changed += SortBy(predicate.args, Text);
    }
    changed += SortBy(r.predicates, Text);
  }
  for (Relation& input : r.inputs) changed += OrderScanFilters(input, plan);
  return changed;
}

expr::Schema InputSchema(const Relation& r) {
  if (r.op != RelationOp::kJoin) return r.inputs.empty() ? r.schema : r.inputs[0].schema;
  expr::Schema pairs;
  for (size_t side = 0; side < 2; ++side) {
    for (const expr::Field& field : r.inputs[side].schema.fields)
      pairs.fields.push_back({(side == 0 ? "l." : "r.") + field.name, field.type});
  }
  return pairs;
}

Result<void> CheckTypes(const Relation& r, const std::string& view) {
  const expr::Schema schema = InputSchema(r);
  for (const Expr& predicate : r.predicates)
    CA_RETURN_IF_ERROR(expr::CheckPredicate(predicate, {schema, {}}, view + ".predicates"));
  for (const NamedExpr& column : r.columns) {
    CA_ASSIGN_OR_RETURN([[maybe_unused]] const expr::Type type,
                        expr::CheckExpr(column.expr, {schema, {}}, view + "." + column.name));
  }
  for (const Relation& input : r.inputs) CA_RETURN_IF_ERROR(CheckTypes(input, view));
  return {};
}

/// The first function of a list that the tree calls, if any.
std::string_view FindCall(Relation& relation, std::span<const std::string_view> names) {
  std::string_view found;
  VisitExprs(relation, [&](Expr& root) {
    std::vector<const Expr*> open{&root};
    while (!open.empty()) {
      const Expr* e = open.back();
      open.pop_back();
      for (const Expr& child : e->args) open.push_back(&child);
      if (e->kind != ExprKind::kCall) continue;
      const auto at = std::ranges::find(names, e->name);
      if (at != names.end()) found = *at;
    }
  });
  return found;
}

class Application {
 public:
  Application(const RulePack& pack, Plan& plan, int64_t threads, const RuleObserver& observer)
      : pack_(pack), plan_(plan), threads_(threads), spans_(observer) {}

  Result<RuleReport> Run(int64_t max_passes) {
    report_.plan = PlanText(plan_);
    Digest();
    report_.p0 = digest_;
    bool changed = true;
    for (int64_t pass = 0; pass < max_passes && changed; ++pass) {
      changed = false;
      for (const Rule& rule : pack_.rules) {
        if (rule.info->kind != EngineRuleKind::kOptimizer) continue;
        CA_ASSIGN_OR_RETURN(const size_t rewrites, Apply(rule));
        changed |= rewrites > 0;
      }
    }
    // Analyzers judge the plan that will run; a rewrite that breaks it is found here.
    for (const Rule& rule : pack_.rules) {
      if (rule.info->kind == EngineRuleKind::kOptimizer) continue;
      CA_ASSIGN_OR_RETURN([[maybe_unused]] const size_t none, Apply(rule));
    }
    report_.p1 = digest_;
    return std::move(report_);
  }

 private:
  /// One pass of a rule. Returns how much it rewrote.
  Result<size_t> Apply(const Rule& rule) {
    spans_.Begin(rule, report_.plan);
    size_t rewrites = 0;
    Result<void> judged;
    if (rule.info->kind == EngineRuleKind::kOptimizer) rewrites = Rewrite(rule.info->name);
    if (rule.info->kind == EngineRuleKind::kAnalyzer) judged = Analyze(rule);
    if (rule.info->kind == EngineRuleKind::kPhysical) judged = Shape(rule);
    if (!judged) {
      spans_.Fail(judged.error());
      return std::move(judged.error());
    }
    Trace(rule, rewrites);
    spans_.End(report_.passes.back(), report_.plan);
    return rewrites;
  }

  size_t Rewrite(std::string_view rule) {
    size_t all = 0;
    for (PlannedView& view : plan_.views) {
      size_t rewrites = 0;
      if (rule == "simplify") VisitExprs(view.relation, [&](Expr& e) { rewrites += Simplify(e); });
      if (rule == "span_containment_rewrite") rewrites += OrderContainment(view.relation);
      if (rule == "delta_scan_aware") rewrites += OrderScanFilters(view.relation, plan_);
      if (rewrites > 0) report_.plan.Update(view);
      all += rewrites;
    }
    return all;
  }

  Result<void> Analyze(const Rule& rule) {
    for (PlannedView& view : plan_.views) {
      if (rule.info->name == "semantic_integrity") {
        CA_RETURN_IF_ERROR(CheckTypes(view.relation, view.name));
        continue;
      }
      std::string_view call = FindCall(view.relation, kRandomFunctions);
      if (call.empty() && rule.info->name == "strict_safety_rule")
        call = FindCall(view.relation, kClockFunctions);
      if (call.empty()) continue;
      return Error(ErrorCode::kInvalidPlan,
                   fmt::format("{} refuses {}: two runs would differ", rule.info->name, call),
                   view.name);
    }
    return {};
  }

  Result<void> Shape(const Rule& rule) {
    const auto params = nlohmann::json::parse(rule.params, nullptr, false);
    const bool cost = rule.info->name == "cost_shape_rule";
    const char* member = cost ? "target_partitions" : "hash_join_memory_hint";
    if (!params.is_object() || !params.contains(member)) return {};
    if (!params[member].is_number_integer() || params[member].get<int64_t>() <= 0) {
      return Error(ErrorCode::kInvalidPlan,
                   fmt::format("{}: {} must be a positive integer", rule.info->name, member),
                   std::string(rule.info->name));
    }
    const auto value = params[member].get<int64_t>();
    constexpr int64_t kLittle = int64_t{256} << 20;  // bytes
    if (cost) report_.width = value;
    if (!cost && value < kLittle)
      report_.width = std::max<int64_t>(1, report_.width.value_or(threads_) / 2);
    return {};
  }

  void Digest() { digest_ = Hex(Sha256::Of(report_.plan.Canonical())); }

  void Trace(const Rule& rule, size_t rewrites) {
    const std::string before = digest_;
    if (rewrites > 0) Digest();
    const std::string_view phase =
        rule.info->kind == EngineRuleKind::kPhysical ? "physical" : "logical";
    report_.passes.push_back({fmt::format("{}:step{}", phase, report_.passes.size() + 1),
                              std::string(rule.info->name), rule.info->kind, before, digest_,
                              rewrites});
  }

  const RulePack& pack_;
  Plan& plan_;
  int64_t threads_;
  RuleReport report_;
  std::string digest_;
  RuleSpans spans_;
};

}  // namespace

Result<RuleReport> ApplyRules(const RulePack& pack, Plan& plan, int64_t threads, int64_t max_passes,
                              const RuleObserver& observer) {
  return Application(pack, plan, threads, observer).Run(max_passes);
}

}  // namespace codeanatomy::engine
