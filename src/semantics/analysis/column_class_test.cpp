#include "semantics/analysis/column_class.h"

#include <doctest/doctest.h>

#include "semantics/analysis/join_strategy.h"

namespace codeanatomy::semantics {
namespace {

using expr::Field;
using expr::Schema;
using expr::Type;
using expr::TypeKind;

ColumnClass ClassOf(std::string_view name, const Model& model = CatalogueModel()) {
  return ClassifyColumn("t", {std::string(name), TypeKind::kInt64}, model);
}

TEST_CASE("exact names win over patterns, and the first pattern over later ones") {
  CHECK(ClassOf("file_id") == ColumnClass::kFileId);
  CHECK(ClassOf("target_file_id") == ColumnClass::kFileId);
  CHECK(ClassOf("document_path") == ColumnClass::kPath);
  CHECK(ClassOf("def_id") == ColumnClass::kEntityId);
  for (const char* name : {"scope_id", "binding_id", "block_id", "type_id", "code_unit_id"})
    CHECK(ClassOf(name) == ColumnClass::kUnknown);
  CHECK(ClassOf("callee_bstart") == ColumnClass::kSpanStart);
  CHECK(ClassOf("byte_len") == ColumnClass::kSpanEnd);
  CHECK(ClassOf("symbol_roles") == ColumnClass::kSymbol);
  CHECK(ClassOf("Qualified_Name") == ColumnClass::kQname);
  CHECK(ClassOf("arg_text") == ColumnClass::kText);
  CHECK(ClassOf("line_no") == ColumnClass::kLineNo);
  CHECK(ClassOf("avg_score") == ColumnClass::kConfidence);
  CHECK(ClassOf("is_star") == ColumnClass::kUnknown);
  CHECK(ClassifyColumn("t", {"path", Type::List(TypeKind::kUtf8)}, CatalogueModel()) ==
        ColumnClass::kNested);
}

TEST_CASE("a declared class wins") {
  Model model = CatalogueModel();
  model.column_classes.push_back({"t", "moniker", "SYMBOL"});
  CHECK(ClassOf("moniker", model) == ColumnClass::kSymbol);
  CHECK(ClassifyColumn("u", {"moniker", TypeKind::kUtf8}, model) == ColumnClass::kUnknown);
}

TEST_CASE("columns join within their group") {
  CHECK(Joinable(ColumnClass::kFileId, ColumnClass::kPath));
  CHECK(Joinable(ColumnClass::kSymbol, ColumnClass::kQname));
  CHECK_FALSE(Joinable(ColumnClass::kPath, ColumnClass::kSpanStart));
  CHECK_FALSE(Joinable(ColumnClass::kUnknown, ColumnClass::kUnknown));
}

Schema Columns(std::initializer_list<const char*> names) {
  Schema schema;
  for (const char* name : names) schema.fields.push_back({name, TypeKind::kInt64});
  return schema;
}

TEST_CASE("tables are what their columns allow") {
  const Model model = CatalogueModel();
  const auto type = [&](const Schema& schema) {
    return TableType(CapabilitiesOf("t", schema, model));
  };
  CHECK(type(Columns({"entity_id", "symbol"})) == "RELATION");
  CHECK(type(Columns({"entity_id", "path", "bstart", "bend"})) == "ENTITY");
  CHECK(type(Columns({"path", "bstart", "bend"})) == "EVIDENCE");
  CHECK(type(Columns({"qname"})) == "SYMBOL_SOURCE");
  CHECK(type(Columns({"count"})) == "RAW");
  const Schema spans = Columns({"callee_bstart", "callee_bend", "bstart", "bend"});
  const Capabilities primary = CapabilitiesOf("t", spans, model);
  CHECK(primary.span_start == "bstart");
  CHECK(primary.span_end == "bend");
}

JoinInference Infer(const Schema& left, const Schema& right, std::vector<spec::JoinKey> equalities,
                    std::string_view hint, bool& failed) {
  const Model model = CatalogueModel();
  const Capabilities l = CapabilitiesOf("l", left, model), r = CapabilitiesOf("r", right, model);
  auto join = InferJoin({l, r, std::move(equalities), hint});
  failed = !join.has_value();
  return failed ? JoinInference{} : *std::move(join);
}

TEST_CASE("strategies are tried in their order, with their confidence") {
  const Schema spans = Columns({"file_id", "path", "bstart", "bend"});
  bool failed = false;
  const JoinInference overlap = Infer(spans, spans, {{"bend", "bend"}}, "", failed);
  CHECK(overlap.strategy == JoinStrategy::kSpanOverlap);
  CHECK(overlap.keys.size() == 3);
  CHECK(overlap.confidence_score == 0.95);
  CHECK(overlap.is_high());
  const JoinInference contains = Infer(spans, spans, {{"bend", "bend"}}, "span_contains", failed);
  CHECK(contains.strategy == JoinStrategy::kSpanContains);
  const JoinInference foreign = Infer(Columns({"def_id"}), Columns({"entity_id"}), {}, "", failed);
  CHECK(foreign.strategy == JoinStrategy::kForeignKey);
  CHECK(foreign.keys[0].left_key == "def_id");
  const JoinInference symbol = Infer(Columns({"symbol"}), Columns({"qname"}), {}, "", failed);
  CHECK(symbol.strategy == JoinStrategy::kSymbolMatch);
  CHECK(symbol.fallback_reason == "weak_schema_evidence");
  const JoinInference equal = Infer(spans, Columns({"path"}), {}, "", failed);
  CHECK(equal.strategy == JoinStrategy::kEquiJoin);
  CHECK_FALSE(equal.is_high());
  CHECK_FALSE(failed);
}

TEST_CASE("spans alone never join, and nothing is guessed") {
  const Schema spans = Columns({"path", "bstart", "bend"});
  bool failed = false;
  Infer(spans, spans, {}, "span_overlap", failed);
  CHECK(failed);
  Infer(Columns({"a"}), Columns({"a"}), {}, "", failed);
  CHECK(failed);
  Infer(spans, spans, {}, "by_magic", failed);
  CHECK(failed);
}

}  // namespace
}  // namespace codeanatomy::semantics
