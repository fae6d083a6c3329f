// Inputs out of a seed and a number: the same pair gives the same bytes on every machine, so a
// report is two numbers.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "corpus.h"

namespace codeanatomy::fuzz {

/// Uniform choices that do not depend on the standard library's distributions.
class Choice {
 public:
  Choice(uint64_t seed, uint64_t number) : engine_(seed * 0x9e3779b97f4a7c15U + number) {}
  /// In [0, limit); limit > 0.
  size_t Below(size_t limit) { return static_cast<size_t>(engine_() % limit); }
  bool OneIn(size_t n) { return Below(n) == 0; }
  template <typename T>
  const T& Of(const std::vector<T>& values) {
    return values[Below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

/// A chunk with one to eight damages, a concatenation of words, random bytes, or nesting beyond
/// every limit. At most a few times kLongestChunk long, but for the nesting.
std::string MakePython(const Corpus& corpus, Choice& choice);

/// One of `seeds` with damages of bytes and of the words of JSON and TOML.
std::string MakeDocument(const std::vector<std::string>& seeds, Choice& choice);

}  // namespace codeanatomy::fuzz
