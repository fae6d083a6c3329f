#include "storage/scalar_text.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

namespace codeanatomy::storage {
namespace {

TEST_CASE("dates") {
  CHECK_EQ(ParseDate("1970-01-01"), 0);
  CHECK_EQ(ParseDate("2020-02-29"), 18321);
  CHECK_EQ(ParseDate("0001-01-01"), -719162);
  CHECK_FALSE(ParseDate("2021-02-29"));
  CHECK_FALSE(ParseDate("2021-1-1"));
  CHECK_FALSE(ParseDate("2021-01-01x"));
  for (const int64_t days :
       {0L, -1L, 18321L, -719162L, -719163L, 2932896L, 5'000'000L, -5'000'000L})
    CHECK_EQ(ParseDate(FormatDate(days)), days);
  CHECK_EQ(FormatDate(-719163), "0000-12-31");
}

TEST_CASE("timestamps") {
  CHECK_EQ(ParseTimestamp("1970-01-01T00:00:00Z"), 0);
  CHECK_EQ(ParseTimestamp("1970-01-01 00:00:00.000001"), 1);
  CHECK_EQ(ParseTimestamp("1969-12-31T23:59:59.999999Z"), -1);
  CHECK_EQ(ParseTimestamp("1970-01-01T02:30+02:30"), 0);
  CHECK_EQ(ParseTimestamp("2020-01-01 00:00:00.123456+00"), 1577836800123456);
  CHECK_EQ(ParseTimestamp("1970-01-01T00:00:00.1234567Z"), 123456);
  for (const char* wrong : {"1970-01-01", "1970-01-01T24:00:00", "1970-01-01T00:00:60", "",
                            "1970-01-01T00:00:00.", "1970-01-01T00:00:00+99"})
    CHECK_FALSE(ParseTimestamp(wrong));
  CHECK_EQ(FormatTimestamp(-1), "1969-12-31T23:59:59.999999");
  CHECK_EQ(FormatTimestamp(1577836800123456, 3), "2020-01-01T00:00:00.123");
}

TEST_CASE("decimals") {
  CHECK_EQ(FormatDecimal(12345, 2), "123.45");
  CHECK_EQ(FormatDecimal(-5, 4), "-0.0005");
  CHECK_EQ(FormatDecimal(0, 0), "0");
  CHECK(ParseDecimal("123.45", 5, 2) == __int128{12345});
  CHECK(ParseDecimal("-.5", 5, 2) == __int128{-50});
  CHECK(ParseDecimal("1.500", 5, 1) == __int128{15});
  CHECK_FALSE(ParseDecimal("1.55", 5, 1));
  CHECK_FALSE(ParseDecimal("1234.5", 4, 1));
  CHECK_FALSE(ParseDecimal("", 4, 1));
  CHECK_FALSE(ParseDecimal("1e3", 4, 1));
  const std::string most(38, '9');
  REQUIRE(ParseDecimal(most, 38, 0));
  CHECK_EQ(FormatDecimal(ParseDecimal("-" + most, 38, 0).value_or(0), 0), "-" + most);
  CHECK_FALSE(ParseDecimal(most + "9", 38, 0));
  CHECK_FALSE(ParseDecimal(most, 38, 10));
}

TEST_CASE("base64 as in RFC 4648") {
  for (const auto& [bytes, text] : {std::pair<std::string, std::string>{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"}}) {
    CHECK_EQ(EncodeBase64(bytes), text);
    CHECK_EQ(DecodeBase64(text), bytes);
  }
  const std::string all("\xff\x00\xfe", 3);
  CHECK_EQ(DecodeBase64(EncodeBase64(all)), all);
  CHECK_FALSE(DecodeBase64("Zg="));
  CHECK_FALSE(DecodeBase64("Z*=="));
  CHECK_FALSE(DecodeBase64("===="));
}

TEST_CASE("floats stay floats and read back") {
  CHECK_EQ(FormatFloat(1.0), "1.0");
  CHECK_EQ(FormatFloat(-0.0), "-0.0");
  CHECK_EQ(FormatFloat(0.1f), "0.1");
  CHECK_EQ(FormatFloat(1e-300), "1e-300");
  CHECK_EQ(FormatFloat(std::numeric_limits<double>::infinity()), "Infinity");
  CHECK(std::isnan(ParseFloat("NaN").value_or(0)));
  for (const double value : {0.1, 1e22, -3.5e-310, 123456789.123})
    CHECK_EQ(ParseFloat(FormatFloat(value)), value);
}

}  // namespace
}  // namespace codeanatomy::storage
