// Foreign specs are hostile input: 10,000 documents made from two valid ones by seeded mutations
// give a typed error or a plan whose every statement the engine runs; and each rule of validation
// has a document that breaks it (tests/data/spec/invalid.tsv: JSON pointer, value, code, part of
// the message).
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/duckdb/logical_type.h"
#include "engine/plan/plan.h"
#include "engine/plan/sorted_parts.h"
#include "engine/render/duckdb_sql.h"
#include "engine/session/session.h"
#include "spec/spec.h"

namespace codeanatomy::engine {
namespace {

using Json = nlohmann::json;

std::string ReadData(const std::string& name) {
  const char* root = std::getenv("CODEANATOMY_SOURCE_DIR");
  REQUIRE(root != nullptr);
  std::ifstream in(fmt::format("{}/tests/data/spec/{}", root, name));
  REQUIRE(in.good());
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// All pointers into a document, in document order.
std::vector<std::string> CollectPointers(const Json& json) {
  std::vector<std::string> pointers;
  std::vector<std::pair<const Json*, std::string>> open{{&json, ""}};
  while (!open.empty()) {
    const auto [value, at] = std::move(open.back());
    open.pop_back();
    pointers.push_back(at);
    if (!value->is_structured()) continue;
    const auto below = static_cast<std::ptrdiff_t>(open.size());
    for (const auto& [name, child] : value->items())  // elements are named by their number
      open.emplace_back(&child, fmt::format("{}/{}", at, name));
    std::reverse(open.begin() + below, open.end());
  }
  return pointers;
}

/// Mutates values, members and elements; words come from the document itself, so that many mutants
/// stay well formed and reach the type checker and the engine.
class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  Json Mutate(const Json& document) {
    Json mutant = document;
    const size_t changes = 1 + Pick(3);
    for (size_t i = 0; i < changes; ++i) {
      const std::vector<std::string> pointers = CollectPointers(mutant);
      Json& target = mutant[Json::json_pointer(pointers[Pick(pointers.size())])];
      const Json donor = mutant[Json::json_pointer(pointers[Pick(pointers.size())])];
      Change(target, donor);
    }
    return mutant;
  }

  size_t Pick(size_t count) { return static_cast<size_t>(random_() % count); }

 private:
  void Change(Json& target, const Json& donor) {
    static const Json kValues = {
        nullptr, true,     -1,     0,         1e300,         "",
        "x\"';", "hash64", "span", INT64_MAX, Json::array(), Json::object()};
    switch (Pick(6)) {
      case 0:
        target = kValues[Pick(kValues.size())];
        break;
      case 1:
      case 2:
        if (donor.type() == target.type() || Pick(4) == 0) target = Json(donor);
        break;
      case 3:
        if (!target.empty() && target.is_structured())
          target.erase(std::next(target.begin(), static_cast<long>(Pick(target.size()))));
        break;
      case 4:
        if (target.is_array() && !target.empty())
          target.push_back(Json(target[Pick(target.size())]));
        break;
      default:
        if (target.is_object()) target[std::string(1, static_cast<char>('a' + Pick(26)))] = donor;
        if (target.is_string() && !target.get_ref<std::string&>().empty()) {
          std::string& text = target.get_ref<std::string&>();
          text[Pick(text.size())] = static_cast<char>(32 + Pick(95));
        }
    }
  }

  std::mt19937_64 random_;
};

std::string_view CodeText(const Error& error) { return GetErrorCodeInfo(error.code()).name; }

std::string EmptyScan(const expr::Schema& schema) {
  std::string columns;
  for (const expr::Field& field : schema.fields) {
    columns += fmt::format("{}CAST(NULL AS {}) AS {}", columns.empty() ? "" : ", ",
                           DuckdbType(field.type), QuoteIdentifier(field.name));
  }
  return fmt::format("(SELECT {})", columns);
}

/// Runs the views that outputs need over one row of nulls per input.
Result<void> RunOutputs(Plan& plan, Session& session) {
  for (PlannedView& view : plan.views) view.placement = Placement::kInline;
  const ScanText scan = [&](std::string_view name) {
    return EmptyScan(plan.inputs.find(name)->second);
  };
  for (const PlannedOutput& output : plan.outputs) {
    const Relation relation = Expand(plan.FindView(output.target.source_view)->relation, plan, {});
    auto ran = session.connection().Execute(RenderDuckdb(relation, scan));
    if (!ran) return std::move(ran.error());
  }
  return {};
}

TEST_CASE("10,000 mutated specs give typed errors or run") {
  auto session = Session::Create({});
  REQUIRE(session);
  const Json documents[] = {Json::parse(ReadData("example.json")),
                            Json::parse(ReadData("transforms.json"))};
  Mutator mutator(20250101);
  std::map<std::string_view, size_t> outcomes;
  // Running is what takes time: every fifth plan, all of them with CODEANATOMY_TEST_FULL=1.
  const bool full = std::getenv("CODEANATOMY_TEST_FULL") != nullptr;
  size_t planned = 0, ran = 0;
  for (size_t i = 0; i < 10000; ++i) {
    const std::string text =
        mutator.Mutate(documents[i % 2]).dump(-1, ' ', false, Json::error_handler_t::replace);
    auto spec = spec::ParseSpec(text);
    if (!spec) {
      ++outcomes[CodeText(spec.error())];
      continue;
    }
    // What is accepted has a canonical form that means the same.
    const std::string canonical = spec::CanonicalJson(*spec);
    const auto again = spec::ParseSpec(canonical);
    REQUIRE_MESSAGE(again.has_value(), canonical);
    REQUIRE(spec::CanonicalJson(*again) == canonical);
    auto plan = MakePlan(*spec);
    if (!plan) {
      ++outcomes[CodeText(plan.error())];
      continue;
    }
    if (!full && ++planned % 5 != 0) continue;
    auto run = RunOutputs(*plan, **session);
    if (!run) {
      // A conversion or overflow over the row of nulls is the data's; a statement that does not
      // bind is ours.
      CHECK_MESSAGE(run.error().code() != ErrorCode::kSqlInvalid, run.error().ToString() << "\n"
                                                                                         << text);
      CHECK(run.error().code() != ErrorCode::kInternal);
      ++outcomes[CodeText(run.error())];
    } else {
      ++ran;
    }
  }
  CHECK(ran >= 200);  // the mutations do not only break documents
  CHECK(outcomes.size() >= 4);
}

TEST_CASE("each rule of validation has a spec that breaks it") {
  const Json base = Json::parse(ReadData("transforms.json"));
  REQUIRE(MakePlan(*spec::ParseSpec(base.dump())).has_value());
  std::istringstream lines(ReadData("invalid.tsv"));
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CAPTURE(line);
    std::vector<std::string> fields;
    std::istringstream columns(line);
    for (std::string field; std::getline(columns, field, '\t');) fields.push_back(field);
    REQUIRE(fields.size() == 4);
    Json document = base;
    document[Json::json_pointer(fields[0])] = Json::parse(fields[1]);
    auto spec = spec::ParseSpec(document.dump());
    Result<Plan> plan = spec ? MakePlan(*spec) : Result<Plan>(std::move(spec.error()));
    REQUIRE_FALSE(plan.has_value());
    CHECK(CodeText(plan.error()) == fields[2]);
    CHECK_MESSAGE(plan.error().message().find(fields[3]) != std::string::npos,
                  plan.error().message());
  }
  CHECK(count >= 40);
}

}  // namespace
}  // namespace codeanatomy::engine
