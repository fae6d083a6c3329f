// ByteBlock: sixteen bytes of text compared at once, and FindByte, the search loop over them.
//
// SSE2 belongs to every x86-64, so no dispatch is needed; elsewhere the same questions are answered
// byte by byte. Wider blocks do not pay: most runs in source text are shorter than one block.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace codeanatomy {

/// Answers are bit masks: bit i is byte i of the block.
class ByteBlock {
 public:
  static constexpr size_t kSize = 16;

#ifdef __SSE2__
  /// Reads kSize bytes, at any alignment.
  explicit ByteBlock(const char* p)
      : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))) {}

  uint32_t Equal(char c) const { return Mask(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c))); }
  uint32_t NonAscii() const { return Mask(bytes_); }
  /// ASCII letters, digits, underscore.
  uint32_t Word() const {
    const __m128i letter = InRange(_mm_or_si128(bytes_, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i digit = InRange(bytes_, '0', '9');
    const __m128i underscore = _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('_'));
    return Mask(_mm_or_si128(_mm_or_si128(letter, digit), underscore));
  }

 private:
  static uint32_t Mask(__m128i bytes) { return static_cast<uint32_t>(_mm_movemask_epi8(bytes)); }
  static __m128i InRange(__m128i bytes, char low, char high) {
    const __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    const __m128i width = _mm_set1_epi8(static_cast<char>(high - low));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, width), above);
  }

  __m128i bytes_;
#else
  explicit ByteBlock(const char* p) { std::memcpy(bytes_.data(), p, kSize); }

  uint32_t Equal(char c) const {
    return Mask([c](uint8_t byte) { return byte == static_cast<uint8_t>(c); });
  }
  uint32_t NonAscii() const {
    return Mask([](uint8_t byte) { return byte >= 0x80; });
  }
  uint32_t Word() const {
    return Mask([](uint8_t byte) {
      const uint8_t lower = byte | 0x20;
      return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
    });
  }

 private:
  template <typename Matches>
  uint32_t Mask(Matches matches) const {
    uint32_t mask = 0;
    for (size_t i = 0; i < kSize; ++i) mask |= static_cast<uint32_t>(matches(bytes_[i])) << i;
    return mask;
  }

  std::array<uint8_t, kSize> bytes_;
#endif
};

/// The first byte in [p, end) that `matches` selects, or end. `matches` maps a ByteBlock to a mask.
template <typename Matches>
inline const char* FindByte(const char* p, const char* end, Matches matches) {
  for (; static_cast<size_t>(end - p) >= ByteBlock::kSize; p += ByteBlock::kSize) {
    if (const uint32_t mask = matches(ByteBlock(p))) return p + std::countr_zero(mask);
  }
  // The rest in a block of its own; what follows it is masked out.
  const auto rest = static_cast<size_t>(end - p);
  if (rest == 0) return end;
  std::array<char, ByteBlock::kSize> padded{};
  std::memcpy(padded.data(), p, rest);
  const uint32_t mask = matches(ByteBlock(padded.data())) & ((1u << rest) - 1);
  return mask != 0 ? p + std::countr_zero(mask) : end;
}

}  // namespace codeanatomy
