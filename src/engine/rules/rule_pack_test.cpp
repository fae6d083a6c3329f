#include "engine/rules/rule_pack.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "engine/plan/portable.h"
#include "engine/render/duckdb_sql.h"
#include "engine/session/session.h"
#include "expr/expr_text.h"
#include "spec/spec.h"

namespace codeanatomy::engine {
namespace {

using spec::RuleClass;
using spec::RulepackProfile;

spec::Spec Example() {
  const char* root = std::getenv("CODEANATOMY_SOURCE_DIR");
  REQUIRE(root != nullptr);
  std::ifstream in(fmt::format("{}/tests/data/spec/transforms.json", root));
  std::stringstream text;
  text << in.rdbuf();
  auto spec = spec::ParseSpec(text.str());
  REQUIRE(spec.has_value());
  spec->rule_intents = {{"semantic_integrity", RuleClass::kSemanticIntegrity, "{}"},
                        {"span_containment_rewrite", RuleClass::kSemanticIntegrity, "{}"},
                        {"cpg_physical", RuleClass::kSemanticIntegrity, "{}"},
                        {"delta_scan_aware", RuleClass::kDeltaScanAware, "{}"},
                        {"cost_shape", RuleClass::kCostShape, "{}"},
                        {"strict_safety", RuleClass::kSafety, "{}"}};
  return *std::move(spec);
}

std::vector<std::string> Names(const spec::Spec& spec) {
  const auto pack = MakeRulePack(spec);
  REQUIRE(pack.has_value());
  std::vector<std::string> names;
  for (const Rule& rule : pack->rules) names.emplace_back(rule.info->name);
  return names;
}

TEST_CASE("a profile activates classes of intents, kinds run in order") {
  spec::Spec spec = Example();
  CHECK(Names(spec) == std::vector<std::string>{"semantic_integrity", "simplify",
                                                "span_containment_rewrite", "delta_scan_aware",
                                                "cpg_physical_rule", "cost_shape_rule"});
  spec.rulepack_profile = RulepackProfile::kLowLatency;
  CHECK(Names(spec) == std::vector<std::string>{"semantic_integrity", "strict_safety_rule",
                                                "simplify", "span_containment_rewrite",
                                                "cpg_physical_rule"});
  for (const auto profile : {RulepackProfile::kStrict, RulepackProfile::kReplay}) {
    spec.rulepack_profile = profile;
    CHECK(Names(spec).size() == 7);
  }
}

TEST_CASE("the fingerprint follows rules and parameters, and nothing else") {
  const spec::Spec base = Example();
  const std::string fingerprint = MakeRulePack(base)->fingerprint;
  CHECK(fingerprint.size() == 64);
  spec::Spec other = base;
  other.rule_intents.push_back({"cost_shape", RuleClass::kCostShape, "{\"target_partitions\":1}"});
  other.output_targets.pop_back();
  CHECK(MakeRulePack(other)->fingerprint == fingerprint);  // the repeated intent is not taken
  other.rule_intents[4].params = "{\"target_partitions\":1}";
  CHECK(MakeRulePack(other)->fingerprint != fingerprint);
  other = base;
  other.rulepack_profile = RulepackProfile::kStrict;
  CHECK(MakeRulePack(other)->fingerprint != fingerprint);
  other = base;
  other.rule_overlay = spec::RuleOverlay{.exclude_rules = {"simplify"}};
  CHECK(MakeRulePack(other)->fingerprint != fingerprint);
}

TEST_CASE("an overlay adds, excludes and orders") {
  spec::Spec spec = Example();
  spec.rule_overlay =
      spec::RuleOverlay{.additional_intents = {{"safety", RuleClass::kSafety, "{}"}},
                        .exclude_rules = {"cpg_physical_rule"},
                        .priority_overrides = {{"delta_scan_aware", 1}}};
  CHECK(Names(spec) == std::vector<std::string>{"semantic_integrity", "delta_scan_aware",
                                                "simplify", "span_containment_rewrite",
                                                "cost_shape_rule"});
  spec.rulepack_profile = RulepackProfile::kStrict;
  CHECK(Names(spec)[0] == "safety_rule");
  spec.rule_overlay->exclude_rules = {"nothing"};
  CHECK(MakeRulePack(spec).error().code() == ErrorCode::kInvalidPlan);
  spec.rule_overlay.reset();
  spec.rule_intents.push_back({"safety", RuleClass::kCostShape, "{}"});
  CHECK(MakeRulePack(spec).error().code() == ErrorCode::kInvalidPlan);
}

Result<RuleReport> Apply(const spec::Spec& spec, Plan& plan) {
  CA_ASSIGN_OR_RETURN(plan, MakePlan(spec));
  CA_ASSIGN_OR_RETURN(const RulePack pack, MakeRulePack(spec));
  return ApplyRules(pack, plan, 4);
}

TEST_CASE("rules leave a trace, and the plan that runs has the last digest") {
  Plan plan;
  spec::Spec spec = Example();
  std::get<spec::Filter>(spec.view_definitions[2].transform).predicate =
      *expr::ParseExprText("coalesce(eq(kind, 'Call'))");
  const auto report = Apply(spec, plan);
  REQUIRE(report.has_value());
  CHECK(report->p0 != report->p1);
  // The text that was kept up to date is that of the plan as it is now, in both its forms.
  const std::string text = PlanText(plan).Canonical();
  CHECK(report->plan.Canonical() == text);
  CHECK(report->p1 == Hex(Sha256::Of(text)));
  CHECK(nlohmann::json::parse(text).dump() == text);
  CHECK(nlohmann::json::parse(report->plan.Lines()).dump() == text);
  CHECK(report->passes.front().before == report->p0);
  for (size_t i = 1; i < report->passes.size(); ++i)
    CHECK(report->passes[i].before == report->passes[i - 1].after);
  CHECK_FALSE(report->width.has_value());
}

TEST_CASE("physical rules shape the width and refuse nonsense") {
  spec::Spec spec = Example();
  Plan plan;
  spec.rule_intents[4].params = "{\"target_partitions\":3}";
  CHECK(Apply(spec, plan)->width == 3);
  spec.rule_intents[2].params = "{\"hash_join_memory_hint\":1048576}";
  CHECK(Apply(spec, plan)->width == 3);  // cost_shape comes last
  spec.rule_intents[4].params = "{}";
  CHECK(Apply(spec, plan)->width == 2);
  spec.rule_intents[4].params = "{\"target_partitions\":0}";
  CHECK(Apply(spec, plan).error().code() == ErrorCode::kInvalidPlan);
}

TEST_CASE("safety refuses what differs between two runs") {
  spec::Spec spec = Example();
  spec.rulepack_profile = RulepackProfile::kStrict;
  spec.rule_overlay = spec::RuleOverlay{.exclude_rules = {"semantic_integrity"}};
  auto plan = MakePlan(spec);
  const auto pack = MakeRulePack(spec);
  REQUIRE(plan.has_value());
  REQUIRE(pack.has_value());
  for (const char* function : {"random", "uuidv7", "now", "current_date"}) {
    Plan changed = *plan;
    changed.views[0].relation.columns.push_back({"x", expr::Call(function, {})});
    CHECK(ApplyRules(*pack, changed, 2).error().code() == ErrorCode::kInvalidPlan);
  }
  CHECK(ApplyRules(*pack, *plan, 2).has_value());
}

/// The expression after the rules, as text.
std::string Simplified(std::string_view text) {
  spec::Spec spec = Example();
  auto plan = MakePlan(spec);
  REQUIRE(plan.has_value());
  Relation& relation = plan->views[0].relation;
  relation.columns = {{"x", *expr::ParseExprText(text)}};
  spec.rule_intents.clear();
  REQUIRE(ApplyRules(*MakeRulePack(spec), *plan, 2).has_value());
  return expr::ToText(relation.columns[0].expr);
}

struct Rewrite {
  std::string_view from, to;
};
constexpr Rewrite kRewrites[] = {
    {"span_len(span_make(a, b))", "sub(b, a)"},
    {"span_contains(span_make(a, b), span_make(c, d))", "and(le(a, c), le(d, b))"},
    {"span_overlaps(span_make(a, b), span_make(c, d))", "and(lt(a, d), lt(c, b))"},
    {"field(span_make(a, b), 'bend')", "b"},
    {"field(struct('x', a, 'y', b), 'y')", "b"},
    {"coalesce(coalesce(a))", "a"},
    {"not(not(eq(a, b)))", "eq(a, b)"},
    {"add(span_len(span_make(a, b)), span_len(span_make(c, d)))", "add(sub(b, a), sub(d, c))"},
    {"nfc(nfc(t))", "nfc(t)"}};

TEST_CASE("each rewrite makes the plan that is meant") {
  for (const Rewrite& rewrite : kRewrites) CHECK(Simplified(rewrite.from) == rewrite.to);
  CHECK(Simplified("coalesce(a, b)") == "coalesce(a, b)");
  CHECK(Simplified("span_contains(s, span_make(c, d))") == "span_contains(s, span_make(c, d))");
}

TEST_CASE("each rewrite gives the rows of what it replaces, nulls and extremes too") {
  auto session = Session::Create({});
  REQUIRE(session);
  expr::Schema schema;
  for (const char* name : {"a", "b", "c", "d"})
    schema.fields.push_back({name, expr::TypeKind::kInt64});
  schema.fields.push_back({"t", expr::TypeKind::kUtf8});
  const std::string values = "(VALUES (NULL::BIGINT), (0), (1), (5), (1000000000000)) ";
  const std::string from = fmt::format(
      "{0} q(a), {0} r(b), {0} s(c), {0} u(d), "
      "(VALUES ('e' || chr(769)), (NULL)) v(t)",
      values);
  for (const Rewrite& rewrite : kRewrites) {
    auto result = (*session)->connection().Query(
        fmt::format("SELECT count(*) FROM {} WHERE ({}) IS DISTINCT FROM ({})", from,
                    RenderDuckdb(*expr::ParseExprText(rewrite.from), schema),
                    RenderDuckdb(*expr::ParseExprText(rewrite.to), schema)));
    REQUIRE_MESSAGE(result.has_value(), std::string(rewrite.from));
    CHECK_MESSAGE(*result->SingleInteger() == 0, std::string(rewrite.from));
  }
}

}  // namespace
}  // namespace codeanatomy::engine
