#include "semantics/ir/model_file.h"

#include <doctest/doctest.h>

#include "semantics/compile_model.h"
#include "semantics/emit/explain.h"

namespace codeanatomy::semantics {
namespace {

constexpr std::string_view kSources = R"(
version = 1
[[source]]
name = "one"
bit = 32
[[source]]
name = "two"
bit = 64
[[table]]
name = "seen"
location = "seen.parquet"
columns = { path = "Utf8!", bend = "Int64!", def_id = "Int64!" }
[[confidence]]
relationship = "rel_call_target"
method = "one"
tier = "inferred"
alone = 0.8
[[confidence]]
relationship = "rel_ref_decl"
method = "two"
tier = "inferred"
alone = 0.8
)";

std::string Provider(std::string_view relation, std::string_view source, std::string_view more) {
  return "[[provider]]\nrelationship = \"" + std::string(relation) + "\"\nsource = \"" +
         std::string(source) + "\"\nleft = \"cst_calls_norm\"\nright = \"seen\"\n" +
         "keys = [\"path\", \"callee_bend=bend\"]\n" + std::string(more) +
         "columns = { src = \"l.call_id\", dst = \"r.def_id\" }\n";
}

Result<Compilation> CompileText(const std::string& text) {
  Model model = CatalogueModel();
  CA_RETURN_IF_ERROR(AddDeclarations(text, "semantics.toml", "/data", model));
  return CompileModel(model, {.fingerprints = true});
}

TEST_CASE("relationships with equal joins share one") {
  const std::string text =
      std::string(kSources) +
      Provider("rel_call_target", "one", "predicates = [\"gt(r.bend, 0)\"]\n") +
      Provider("rel_ref_decl", "two", "");
  const auto compiled = CompileText(text);
  REQUIRE(compiled.has_value());
  size_t shared = 0;
  for (const View& view : compiled->views) {
    if (!view.name.starts_with("join_cst_calls_norm__seen__")) continue;
    ++shared;
    CHECK(view.why == "2 relationships share this join");
    CHECK(view.schema.Find("l__call_id") != nullptr);
    CHECK(view.schema.Find("r__bend") != nullptr);
  }
  CHECK(shared == 1);
  for (const View& view : compiled->views) {
    if (view.name == "rel_call_target__one_pairs_hard" || view.name == "rel_ref_decl__two_pairs")
      CHECK(std::holds_alternative<spec::Relate>(view.transform) == false);
  }
}

TEST_CASE("the default model shares no join") {
  const auto compiled = CompileModel(CatalogueModel(), {});
  REQUIRE(compiled.has_value());
  for (const View& view : compiled->views) CHECK_FALSE(view.name.starts_with("join_"));
}

TEST_CASE("fingerprints follow the declarations, not the file") {
  const std::string text = std::string(kSources) + Provider("rel_call_target", "one", "");
  const auto first = CompileText(text);
  const auto commented = CompileText("# a comment\n" + text);
  const auto other =
      CompileText(std::string(kSources) + Provider("rel_call_target", "one", "base_score = 1.0\n"));
  REQUIRE(first.has_value());
  REQUIRE(commented.has_value());
  REQUIRE(other.has_value());
  CHECK(first->model_fingerprint == commented->model_fingerprint);
  CHECK(first->ir_fingerprint == commented->ir_fingerprint);
  CHECK(first->model_fingerprint != other->model_fingerprint);
  CHECK(first->ir_fingerprint != other->ir_fingerprint);
}

TEST_CASE("every view of the default model says what made it") {
  const auto compiled = CompileModel(CatalogueModel(), {.fingerprints = true});
  REQUIRE(compiled.has_value());
  for (const View& view : compiled->views) {
    CAPTURE(view.name);
    CHECK_FALSE(view.declaration.empty());
    CHECK((!view.why.empty() || !view.rules.empty()));
    CHECK_FALSE(view.schema.fields.empty());
    CHECK_FALSE(view.inferred.table_type.empty());
  }
  CHECK(ExplainText(*compiled, CatalogueModel()).find("made by   entity cst_ref\n") !=
        std::string::npos);
}

TEST_CASE("what compilation may rely on is checked when the file is read") {
  const auto refused = [](const std::string& text, std::string_view where) {
    const auto compiled = CompileText(text);
    REQUIRE_FALSE(compiled.has_value());
    CHECK(compiled.error().code() == ErrorCode::kSemanticModelInvalid);
    CAPTURE(compiled.error().ToString());
    CHECK(compiled.error().subject().find(where) != std::string::npos);
  };
  refused("version = 1\nversion = 2\n", "semantics.toml:2:");
  refused("version = 1\n[[relationship]]\nname = \"rel_x\"\nkind = \"CALL\"\n", "relationship");
  refused("version = 1\n[[entity]]\nname = \"a b\"\n", "semantics.toml:3:8: entity.name");
  refused("version = 1\n[[view]]\nname = \"v\"\nsource = \"ast_nodes\"\nkind = \"picture\"\n",
          "semantics.toml:5:8: view.kind");
  refused("version = 1\n[[view]]\nname = \"cst_x\"\nop = \"join\"\nsource = \"a\"\nright = \"b\"\n",
          "view.keys");
  refused(std::string(kSources) + Provider("rel_call_target", "nobody", ""), "provider.source");
  refused(std::string(kSources) + Provider("rel_nothing", "one", ""), "provider.relationship");
  refused(std::string(kSources) + Provider("rel_call_target", "one", "") +
              Provider("rel_call_target", "one", ""),
          "provider.source");
}

}  // namespace
}  // namespace codeanatomy::semantics
