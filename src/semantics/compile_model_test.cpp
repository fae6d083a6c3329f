#include "semantics/compile_model.h"

#include <set>

#include <doctest/doctest.h>

#include "catalog/graph.h"
#include "catalog/node_kind.h"

namespace codeanatomy::semantics {
namespace {

TEST_CASE("the default spec is a pure function of the declarations") {
  const auto spec = BuildDefaultSpec({});
  REQUIRE(spec.has_value());
  CHECK(spec::SpecHash(*spec) == spec::SpecHash(*BuildDefaultSpec({})));
  CHECK(spec::SpecHash(*spec) != spec::SpecHash(*BuildDefaultSpec({.edges_full = true})));
  CHECK(spec::SpecHash(*spec) != spec::SpecHash(*BuildDefaultSpec({.id_salt = 1})));
  const auto again = spec::ParseSpec(spec::CanonicalJson(*spec));
  REQUIRE(again.has_value());
  CHECK(spec::SpecHash(*again) == spec::SpecHash(*spec));
  CHECK_FALSE(BuildDefaultSpec({.rulepack_profile = "loose"}).has_value());
}

TEST_CASE("views stand after those they read, and only reached ones are kept") {
  const auto spec = BuildDefaultSpec({});
  REQUIRE(spec.has_value());
  std::set<std::string> seen;
  for (const spec::ViewDefinition& view : spec->view_definitions) {
    for (const std::string& name : view.view_dependencies) {
      CAPTURE(view.name);
      CHECK(seen.contains(name));
    }
    seen.insert(view.name);
  }
  CHECK_FALSE(seen.contains("cpg_edges_by_dst_full"));
  CHECK(spec->FindInput("ast_nodes")->delta_location == "evidence/ast_nodes");
  CHECK(spec->FindInput("diagnostics")->delta_location == "quality/diagnostics");
}

TEST_CASE("operands are the children of every operator of the mapping") {
  std::string rule;
  for (const EdgeRule& edge : EdgeRules()) {
    if (edge.view == "derived_argument_operand") rule = edge.where;
  }
  for (const AstKindInfo& kind : kAstKinds) {
    const bool is_operator =
        CpgLabelOf(kind.kind) == NodeKind::kCall && kind.kind != AstKind::kCall;
    CAPTURE(kind.name);
    CHECK((rule.find("'" + std::string(kind.name) + "'") != std::string::npos) ==
          (is_operator || kind.kind == AstKind::kComprehension));
  }
}

TEST_CASE("every relation states how sure it is") {
  for (const RelationRule& relation : RelationRules()) {
    CAPTURE(relation.name);
    CHECK(std::ranges::count(kConfidenceRows, relation.name, &ConfidenceRow::relation) > 0);
  }
  for (const ConfidenceRow& row : kConfidenceRows) {
    CAPTURE(row.method);
    for (double value : {row.none, row.support, row.weak_dissent, row.strong_dissent}) {
      CHECK(value > 0);
      CHECK(value < 1);
    }
    CHECK(row.strong_dissent <= row.weak_dissent);
    CHECK(row.none <= row.support);
  }
}

}  // namespace
}  // namespace codeanatomy::semantics
