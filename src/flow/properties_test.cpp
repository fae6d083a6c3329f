// Flow of Python programs, random ones and files, against the definitions of its parts.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <doctest/doctest.h>

#include "flow/flow_properties.h"
#include "flow/ssa_fixpoint.h"

namespace codeanatomy::flow {
namespace {

// A function of nested statements of all kinds over few names, so that they often meet.
class RandomProgram {
 public:
  explicit RandomProgram(uint32_t seed) : random_(seed) {}

  std::string Write() {
    Line("def f(a, b, s, *c):");
    ++depth_;
    if (Chance(2)) Line("a = b = 0");
    if (Chance(3)) {
      Line("def g():");
      Line("  nonlocal a");
      Line("  a = b");
    }
    Suite();
    return std::move(text_);
  }

 private:
  bool Chance(uint32_t n) { return random_() % n == 0; }
  template <size_t n>
  std::string Pick(const char* const (&choices)[n]) {
    return choices[random_() % n];
  }
  std::string Name() { return Pick({"a", "b", "c", "d", "s.n", "s[0]"}); }
  std::string Simple() { return Pick({"a", "b", "c", "d"}); }

  std::string Expression() {
    switch (random_() % 14) {
      case 0:
        return Name() + " and " + Name() + " or g()";
      case 1:
        return "(" + Simple() + " := " + Name() + ")";
      case 2:
        return "isinstance(" + Name() + ", int)";
      case 3:
        return Name() + " is not None";
      case 4:
        return Name() + " < " + Name() + " < g()";
      case 5:
        return "[(" + Simple() + " := i) for i in " + Name() + " if i]";
      case 6:
        return "(" + Name() + " if " + Name() + " else " + Name() + ")";
      case 7:
        return "lambda: " + Simple();
      case 8:
        return "not " + Name();
      case 9:
      case 10:
        return "g(" + Name() + ")";
      default:
        return Name();
    }
  }

  void Line(const std::string& text) { text_ += std::string(depth_, ' ') + text + "\n"; }
  void Suite() {
    ++depth_;
    for (uint32_t n = 1 + random_() % 3; n > 0; --n) Statement();
    --depth_;
  }
  void Compound(const std::string& head) {
    Line(head);
    Suite();
  }

  void Statement() {
    switch (depth_ > 6 ? random_() % 8 : random_() % 17) {
      case 0:
      case 1:
        return Line(Name() + " = " + Expression());
      case 2:
        return Line(Simple() + " += " + Expression());
      case 3:
        return Line("del " + Name());
      case 4:
        return Line(Pick({"return a", "raise b", "assert a, b", "pass"}));
      case 5:
        return Line(loops_ > 0 ? Pick({"break", "continue"}) : "c, d = d, c");
      case 6:
      case 7:
        return Line(Expression());
      case 8:
      case 9:
        Compound("if " + Expression() + ":");
        if (Chance(3)) Compound("elif " + Expression() + ":");
        if (Chance(2)) Compound("else:");
        return;
      case 10:
      case 11:
        ++loops_;
        Compound(Chance(2) ? "while " + Expression() + ":"
                           : "for " + Simple() + " in " + Name() + ":");
        --loops_;
        if (Chance(3)) Compound("else:");
        return;
      case 12:
      case 13:
        return Try();
      case 14:
        return Compound("with " + Name() + " as " + Simple() + ":");
      case 15:
        Line("match " + Name() + ":");
        ++depth_;
        Compound("case [" + Simple() + ", *_] if " + Expression() + ":");
        if (Chance(2)) Compound("case int() as " + Simple() + ":");
        if (Chance(2)) Compound("case _:");
        --depth_;
        return;
      default:
        Line(Pick({"class A:", "def h():"}));
        return Line("  b = " + Expression());
    }
  }

  void Try() {
    Compound("try:");
    const bool has_clause = !Chance(3);
    if (has_clause) Compound("except A as " + Simple() + ":");
    if (has_clause && Chance(2)) Compound("except b:");
    if (has_clause && Chance(3)) Compound("else:");
    const int loops = std::exchange(loops_, 0);
    if (!has_clause || Chance(3)) Compound("finally:");
    loops_ = loops;
  }

  std::mt19937 random_;
  std::string text_;
  size_t depth_ = 0;
  int loops_ = 0;
};

struct Compared {
  size_t uses = 0, scopes = 0;
};

// Empty if all properties hold: of the graphs, the trees, control dependence and definitions.
std::string Broken(const std::string& text, Compared& compared) {
  const parse::SyntaxTree tree = parse::ParseModule(text, {});
  const symbols::SymbolTable symbols = symbols::BuildSymbolTable(tree);
  const std::string broken = BrokenFlow(BuildControlFlow(tree, symbols), 200, compared.scopes);
  return broken.empty() ? CompareWithFixpoint(tree, symbols, 2000, compared.uses) : broken;
}

TEST_CASE("flow of random programs has its properties") {
  Compared compared;
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    const std::string text = RandomProgram(seed).Write();
    REQUIRE_MESSAGE(Broken(text, compared) == "", text);
  }
  CHECK(compared.uses > 20000);
  CHECK(compared.scopes > 3000);
}

// Files of the golden cases; with CODEANATOMY_TEST_FULL=1 also the pinned inputs of benchmarks.
TEST_CASE("flow of files has its properties") {
  namespace fs = std::filesystem;
  const char* root = std::getenv("CODEANATOMY_SOURCE_DIR");
  REQUIRE(root != nullptr);
  std::vector<fs::path> folders = {fs::path(root) / "tests" / "golden",
                                   fs::path(root) / "tests" / "oracle"};
  if (std::getenv("CODEANATOMY_TEST_FULL") != nullptr) {
    folders.push_back(fs::path(root) / ".deps" / "inputs");
  }
  Compared compared;
  size_t files = 0;
  for (const fs::path& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file() || entry.path().extension() != ".py") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      ++files;
      REQUIRE_MESSAGE(Broken(text.str(), compared) == "", entry.path().string());
    }
  }
  MESSAGE(files, " files, ", compared.scopes, " scopes, ", compared.uses, " uses");
  CHECK(compared.uses > 2000);
}

}  // namespace
}  // namespace codeanatomy::flow
