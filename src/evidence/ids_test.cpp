// The vectors of docs/formats/ids.md that need no syntax tree.
#include "evidence/ids.h"

#include <doctest/doctest.h>

namespace codeanatomy::evidence {

TEST_CASE("hash64 and stable_hash128 vectors") {
  CHECK(Hash64().Add("abc").Finish() == 1423657621850124518);
  CHECK(Hash64().Add("").Finish() == 1779300269653747460);
  CHECK(Hash64().Add(int64_t{5136019113826787853}).Add(int64_t{7}).Finish() == 7456844717545105275);
  const auto edge = [] {
    return Hash64().Add("CALL").Add(int64_t{5136019113826787853}).Add(int64_t{5136019113826787853});
  };
  CHECK(edge().Add(int64_t{0}).Finish() == 8529059027081581135);
  CHECK(edge().Add("").Add(int64_t{0}).Finish() == 5474388847916610261);
  CHECK(StableHash128("abc") == "ba7816bf8f01cfea414140de5dae2223");
  CHECK(StableHash128("a\x1f"
                      "b") == "f04cdced9736a69da6103f08a4daaf8c");
}

TEST_CASE("R1: logical ids") {
  const IdScheme single;
  const IdScheme demo{.repo = "demo"};
  CHECK(single.Logical("FILE", "pkg/mod.py") == 3242800635518020481);
  CHECK(demo.Logical("FILE", "pkg/mod.py") == 2229180177382661241);
  CHECK(single.Logical("METHOD", "pkg/mod.py", "A::f#1") == 5136019113826787853);
  CHECK(single.Logical("METHOD", "pkg/mod.py", "A::x~setter") == 5342373206747246794);
  CHECK(single.Logical("METHOD", "pkg/mod.py", "f") == 946054299144703226);
  const int64_t class_id = single.Logical("TYPE_DECL", "pkg/mod.py", "A");
  CHECK(class_id == 7661923036369381534);
  CHECK(single.Finish(IdScheme::Derived("TYPE", class_id)) == 7512078396190133616);
}

TEST_CASE("R2: bases of interior ids") {
  const IdScheme single;
  const char* own = "bc96c61a9b4e782aed7561cd1d48b4cd81146d0d479361107ad28c58dcb94126";
  const std::string_view own_text("def f(x):\n    return g(\0l)", 26);
  CHECK(Hex(Sha256::Of(own_text)) == own);
  CHECK(single.InteriorBase(946054299144703226, own, 0) == 3710285004860477440);
  CHECK(single.InteriorBase(946054299144703226, own, 1) == 6504216368568786944);
}

TEST_CASE("R4: foreign ids") {
  CHECK(IdScheme().Foreign("SCIP_OCCURRENCE", "pkg/mod.py", 10, 13) == 2181879281404602820);
}

TEST_CASE("a salt is the last part of every recipe and 0 is none") {
  const IdScheme salted{.salt = 7};
  CHECK(salted.Logical("FILE", "a.py") ==
        Hash64().Add("FILE").Add("a.py").Add(int64_t{7}).Finish());
  CHECK(salted.InteriorBase(1, "x", 0) % kInteriorBlock == 0);
  CHECK(salted.InteriorBase(1, "x", 0) != IdScheme().InteriorBase(1, "x", 0));
}

}  // namespace codeanatomy::evidence
