// SHA256_* are OpenSSL's low-level calls: EVP costs an allocation and a provider fetch per digest,
// which matters where every node of a tree is hashed.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <bit>

#include <openssl/sha.h>
#include <xxhash.h>

namespace codeanatomy {

static_assert(std::endian::native == std::endian::little,
              "ids are defined over little-endian bytes");

Hash64& Hash64::Add(std::string_view text) {
  state_ = XXH64(text.data(), text.size(), state_);
  return *this;
}

Hash64& Hash64::Add(int64_t integer) {
  state_ = XXH64(&integer, sizeof integer, state_);
  return *this;
}

Sha256::Sha256() {
  static_assert(sizeof(SHA256_CTX) <= sizeof(State) && alignof(SHA256_CTX) <= alignof(State));
  SHA256_Init(reinterpret_cast<SHA256_CTX*>(state_.bytes));
}

Sha256& Sha256::Update(std::string_view bytes) {
  SHA256_Update(reinterpret_cast<SHA256_CTX*>(state_.bytes), bytes.data(), bytes.size());
  return *this;
}

Sha256Digest Sha256::Finish() {
  Sha256Digest digest;
  SHA256_Final(digest.data(), reinterpret_cast<SHA256_CTX*>(state_.bytes));
  return digest;
}

Sha256Digest Sha256::Of(std::string_view bytes) { return Sha256().Update(bytes).Finish(); }

std::string Hex(const Sha256Digest& digest, size_t bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes * 2);
  for (size_t i = 0; i < bytes; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

}  // namespace codeanatomy
