#include "base/byte_block.h"

#include <cctype>
#include <string>

#include <doctest/doctest.h>

namespace codeanatomy {
namespace {

TEST_CASE("every byte is classified alike in every lane") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool word = byte < 128 && (std::isalnum(byte) != 0 || byte == '_');
    for (size_t lane = 0; lane < ByteBlock::kSize; ++lane) {
      std::string text(ByteBlock::kSize, byte == ' ' ? '+' : ' ');
      text[lane] = static_cast<char>(byte);
      const ByteBlock block(text.data());
      const uint32_t bit = 1u << lane;
      CHECK(block.Equal(static_cast<char>(byte)) == bit);
      CHECK(block.Word() == (word ? bit : 0u));
      CHECK(block.NonAscii() == (byte >= 128 ? bit : 0u));
    }
  }
}

TEST_CASE("FindByte finds the first match at any distance and nothing beyond the end") {
  const auto matches = [](const ByteBlock& block) { return block.Equal('#'); };
  for (size_t size = 0; size < 50; ++size) {
    std::string text(size, 'a');
    CHECK(FindByte(text.data(), text.data() + size, matches) == text.data() + size);
    for (size_t at = 0; at < size; ++at) {
      text = std::string(size, 'a') + "#";
      text[at] = '#';
      const char* begin = text.data();
      CHECK(FindByte(begin, begin + size, matches) == begin + at);
      CHECK(FindByte(begin, begin + at, matches) == begin + at);
    }
  }
}

}  // namespace
}  // namespace codeanatomy
