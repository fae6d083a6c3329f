// The two hash families of the data model (docs/formats/ids.md): chained XXH64 for ids, SHA-256 for
// everything else.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace codeanatomy {

/// hash64(a, b, …): XXH64 with seed 42 for the first part and the unmasked hash so far as seed for
/// every further one; the top bit is cleared once, by Finish. Equals Spark's
/// `xxhash64(a, b, …) & 9223372036854775807`. A null part is skipped: do not Add it.
///
///   int64_t id = Hash64().Add("FILE").Add("pkg/mod.py").Finish();
class Hash64 {
 public:
  Hash64& Add(std::string_view text);  // UTF-8 bytes
  Hash64& Add(const char* text) { return Add(std::string_view(text)); }
  Hash64& Add(int64_t integer);  // 8 little-endian bytes
  int64_t Finish() const { return static_cast<int64_t>(state_ & 0x7fffffffffffffffULL); }

 private:
  uint64_t state_ = 42;
};

using Sha256Digest = std::array<uint8_t, 32>;

/// Incremental SHA-256 (FIPS 180-4). Copyable: a copy continues from the same prefix.
class Sha256 {
 public:
  Sha256();
  Sha256& Update(std::string_view bytes);
  Sha256Digest Finish();
  static Sha256Digest Of(std::string_view bytes);

 private:
  struct State {
    alignas(8) unsigned char bytes[112];  // SHA256_CTX, checked in hash.cpp
  } state_;
};

/// Lower-case hex of the first `bytes` bytes of a digest.
std::string Hex(const Sha256Digest& digest, size_t bytes = 32);

/// stable_hash128 of one part: first 32 hex digits of SHA-256. Parts are joined by U+001F by
/// callers.
inline std::string StableHash128(std::string_view joined) { return Hex(Sha256::Of(joined), 16); }

}  // namespace codeanatomy
