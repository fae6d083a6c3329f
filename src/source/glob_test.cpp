#include "source/glob.h"

#include <doctest/doctest.h>

namespace codeanatomy::source {
namespace {

bool Match(const std::vector<std::string>& patterns, std::string_view path,
           bool is_directory = false) {
  auto list = GlobList::Compile(patterns);
  REQUIRE(list.has_value());
  return list->Matches(path, is_directory);
}

}  // namespace

TEST_CASE("a pattern without slash matches at every level") {
  CHECK(Match({"*.pyi"}, "a/b/c.pyi"));
  CHECK(Match({"tests"}, "pkg/tests/test_a.py"));
  CHECK_FALSE(Match({"tests"}, "pkg/mytests/test_a.py"));
}

TEST_CASE("a slash anchors at the root") {
  CHECK(Match({"/build"}, "build/x.py"));
  CHECK_FALSE(Match({"/build"}, "src/build/x.py"));
  CHECK_FALSE(Match({"src/*.py"}, "src/pkg/x.py"));
}

TEST_CASE("double stars span directories") {
  CHECK(Match({"**/tests/**"}, "a/tests/b/c.py"));
  CHECK(Match({"a/**/z.py"}, "a/z.py"));
  CHECK(Match({"a/**/z.py"}, "a/b/c/z.py"));
  CHECK_FALSE(Match({"a/**"}, "a"));
}

TEST_CASE("the last matching pattern decides") {
  CHECK_FALSE(Match({"*.py", "!keep.py"}, "x/keep.py"));
  CHECK(Match({"!keep.py", "*.py"}, "x/keep.py"));
}

TEST_CASE("a trailing slash matches directories only") {
  CHECK(Match({"out/"}, "out/x.py"));
  CHECK(Match({"out/"}, "out", true));
  CHECK_FALSE(Match({"out/"}, "out", false));
}

TEST_CASE("brackets and escapes") {
  CHECK(Match({"[a-c]?.py"}, "b1.py"));
  CHECK_FALSE(Match({"[!a-c]1.py"}, "b1.py"));
  CHECK(Match({"\\!x.py"}, "!x.py"));
  CHECK(Match({"[.py"}, "[.py"));
}

}  // namespace codeanatomy::source
