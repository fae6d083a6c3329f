#include <doctest/doctest.h>

#include "parse/ast_dump.h"

namespace codeanatomy::parse {
namespace {

std::string Repr(ConstantKind kind, std::string_view text) {
  return ConstantRepr({kind, text}, PythonVersion::k311);
}

TEST_CASE("repr of integers is decimal at any size") {
  CHECK(Repr(ConstantKind::kInt, "0x1F") == "31");
  CHECK(Repr(ConstantKind::kInt, "0b101") == "5");
  CHECK(Repr(ConstantKind::kInt, "0o777") == "511");
  CHECK(Repr(ConstantKind::kInt, "000") == "0");
  CHECK(Repr(ConstantKind::kInt, "0x0") == "0");
  CHECK(Repr(ConstantKind::kInt, "123456789012345678901234567890") ==
        "123456789012345678901234567890");
  CHECK(Repr(ConstantKind::kInt, "0xffffffffffffffffffff") == "1208925819614629174706175");
  CHECK(Repr(ConstantKind::kInt, "0o7777777777777777777777777") == "37778931862957161709567");
  const std::string long_hex = "0x" + std::string(100000, 'f');
  CHECK(Repr(ConstantKind::kInt, long_hex) == long_hex);
}

TEST_CASE("repr of floats is the shortest that reads back") {
  CHECK(Repr(ConstantKind::kFloat, "1.") == "1.0");
  CHECK(Repr(ConstantKind::kFloat, ".5") == "0.5");
  CHECK(Repr(ConstantKind::kFloat, "1e15") == "1000000000000000.0");
  CHECK(Repr(ConstantKind::kFloat, "1e16") == "1e+16");
  CHECK(Repr(ConstantKind::kFloat, "1.5e300") == "1.5e+300");
  CHECK(Repr(ConstantKind::kFloat, "0.0001") == "0.0001");
  CHECK(Repr(ConstantKind::kFloat, "0.00001") == "1e-05");
  CHECK(Repr(ConstantKind::kFloat, "123.456") == "123.456");
  CHECK(Repr(ConstantKind::kFloat, "1e500") == "inf");
  CHECK(Repr(ConstantKind::kFloat, "1e-500") == "0.0");
  CHECK(Repr(ConstantKind::kFloat, "5e-324") == "5e-324");
  CHECK(Repr(ConstantKind::kImaginary, "1j") == "1j");
  CHECK(Repr(ConstantKind::kImaginary, "1.50J") == "1.5j");
  CHECK(Repr(ConstantKind::kImaginary, "1e16j") == "1e+16j");
  CHECK(Repr(ConstantKind::kImaginary, "077j") == "77j");
}

TEST_CASE("repr of text chooses quotes and escapes what does not print") {
  CHECK(Repr(ConstantKind::kStr, "it's") == "\"it's\"");
  CHECK(Repr(ConstantKind::kStr, "'\"") == "'\\'\"'");
  CHECK(Repr(ConstantKind::kStr, "a\\\n\t\r\x01\x7f") == "'a\\\\\\n\\t\\r\\x01\\x7f'");
  CHECK(Repr(ConstantKind::kStr, "é€😀") == "'é€😀'");
  CHECK(Repr(ConstantKind::kStr, "\xc2\xad\xe2\x80\x8b\xed\xa0\x80\xf3\xa0\x80\x81") ==
        "'\\xad\\u200b\\ud800\\U000e0001'");
  CHECK(Repr(ConstantKind::kBytes, std::string_view("a'\0\xff", 4)) == "b\"a'\\x00\\xff\"");
}

}  // namespace
}  // namespace codeanatomy::parse
