#include "source/encoding.h"

#include <doctest/doctest.h>

namespace codeanatomy::source {
namespace {

SourceFile Decode(std::string bytes) {
  SourceFile file;
  file.bytes = std::move(bytes);
  DecodeSource(file);
  return file;
}

}  // namespace

TEST_CASE("the cookie counts in the first two lines only") {
  CHECK(FindEncoding("# -*- coding: latin-1 -*-\n").name == "iso-8859-1");
  CHECK(FindEncoding("#!/usr/bin/python\n# vim: set fileencoding=koi8-r :\n").name == "koi8-r");
  CHECK(FindEncoding("\n\n# coding: latin-1\n").name == "utf-8");
  CHECK(FindEncoding("x = 1\n# coding: latin-1\n").name == "utf-8");
  CHECK(FindEncoding("# coding: UTF_8\n").name == "utf-8");
}

TEST_CASE("a byte order mark is skipped and counted in offsets") {
  const SourceFile file = Decode("\xEF\xBB\xBFx = 1\n");
  CHECK(file.text() == "x = 1\n");
  CHECK(file.ToDisk(0) == 3);
  CHECK(file.problems.empty());
}

TEST_CASE("latin-1 decodes and maps back") {
  const SourceFile file = Decode("# coding: latin-1\ns = '\xE9\xE8' + t\n");
  REQUIRE(file.is_decoded);
  CHECK(file.text() == "# coding: latin-1\ns = '\xC3\xA9\xC3\xA8' + t\n");
  const auto t = static_cast<uint32_t>(file.text().find(" t"));
  CHECK(file.bytes.substr(file.ToDisk(t), 2) == " t");
}

TEST_CASE("malformed UTF-8 is described as Python's decoder does") {
  CHECK(DescribeUtf8Error("ab\xF6", 2) ==
        "can't decode byte 0xf6 in position 2: invalid start byte");
  CHECK(DescribeUtf8Error("\xC3", 0) ==
        "can't decode byte 0xc3 in position 0: unexpected end of data");
  CHECK(DescribeUtf8Error("\xC3z", 0) ==
        "can't decode byte 0xc3 in position 0: invalid continuation byte");
  CHECK(DescribeUtf8Error("\xED\xA0\x80", 0) ==
        "can't decode byte 0xed in position 0: invalid continuation byte");
  CHECK(DescribeUtf8Error("x\xE2\x82z", 1) ==
        "can't decode bytes in position 1-2: invalid continuation byte");
  CHECK(DescribeUtf8Error("\xF0\x9F\x98", 0) ==
        "can't decode bytes in position 0-2: unexpected end of data");
}

TEST_CASE("invalid UTF-8 is one problem with its position, and offsets stay exact") {
  const SourceFile file = Decode("a = '\xFF\xFE'\nb = 1\n");
  REQUIRE(file.problems.size() == 1);
  CHECK(file.problems[0].code == "INVALID_ENCODING");
  CHECK(file.problems[0].span.begin == 5);
  const auto b = static_cast<uint32_t>(file.text().find("b ="));
  CHECK(file.bytes.substr(file.ToDisk(b), 3) == "b =");
}

TEST_CASE("an unknown encoding is a problem and the text is still there") {
  const SourceFile file = Decode("# coding: klingon\nx = 1\n");
  REQUIRE(file.problems.size() == 1);
  CHECK(file.problems[0].code == "UNKNOWN_ENCODING");
  CHECK(file.text().ends_with("x = 1\n"));
}

TEST_CASE("codecs are found by CPython's aliases, not by those of the C library") {
  for (const char* name :
       {"latin-", "LATIN_1", "us.ascii", "l1", "iso8859-15", "windows_1252", "sjis", "us-ascii"}) {
    CAPTURE(name);
    CHECK(Decode(std::string("# coding: ") + name + "\n").problems.empty());
  }
  // A dot is an underscore of an alias only.
  for (const char* name : {"ucs-4", "...latin-1", "latin.1", "ascii.", "koi8.r"}) {
    CAPTURE(name);
    CHECK(Decode(std::string("# coding: ") + name + "\n").problems.size() == 1);
  }
}

TEST_CASE("what Python's syntax is made of survives every codec that extends ASCII") {
  CHECK(Decode("# coding: shift_jis\ns = '\\n~'\n").text() == "# coding: shift_jis\ns = '\\n~'\n");
  CHECK(Decode("# coding: cp1258\nx = y").text() == "# coding: cp1258\nx = y");
  CHECK(Decode("# coding: iso_646.irv_1991\n").problems.empty());
}

TEST_CASE("surrogates and overlong forms are not UTF-8") {
  size_t at = 0;
  CHECK_FALSE(IsValidUtf8("ab\xED\xA0\x80", &at));
  CHECK(at == 2);
  CHECK_FALSE(IsValidUtf8("\xC0\x80", &at));
  CHECK(IsValidUtf8("\xF0\x9F\x98\x80 plain text after it", &at));
}

}  // namespace codeanatomy::source
