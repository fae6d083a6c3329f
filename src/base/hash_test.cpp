#include "base/hash.h"

#include <doctest/doctest.h>

namespace codeanatomy {

// Vectors of docs/formats/ids.md; Spark's xxhash64 gives the same numbers.
TEST_CASE("hash64 equals its vectors") {
  CHECK(Hash64().Add("abc").Finish() == 1423657621850124518);
  CHECK(Hash64().Add("").Finish() == 1779300269653747460);
  CHECK(Hash64().Add("FILE").Add("pkg/mod.py").Finish() == 3242800635518020481);
  CHECK(Hash64().Add("FILE").Add("demo").Add("pkg/mod.py").Finish() == 2229180177382661241);
  CHECK(Hash64().Add("METHOD").Add("pkg/mod.py").Add("A::f#1").Finish() == 5136019113826787853);
  CHECK(Hash64().Add(5136019113826787853).Add(7).Finish() == 7456844717545105275);
  CHECK(Hash64().Finish() == 42);
}

TEST_CASE("stable_hash128 equals its vectors") {
  CHECK(StableHash128("abc") == "ba7816bf8f01cfea414140de5dae2223");
  CHECK(StableHash128("a\x1f"
                      "b") == "f04cdced9736a69da6103f08a4daaf8c");
}

TEST_CASE("a copied Sha256 continues from the same prefix") {
  Sha256 prefix;
  prefix.Update("ab");
  Sha256 copy = prefix;
  CHECK(Hex(copy.Update("c").Finish()) == Hex(Sha256::Of("abc")));
  CHECK(Hex(prefix.Finish()) == Hex(Sha256::Of("ab")));
}

}  // namespace codeanatomy
