#include "mutation.h"

#include <algorithm>

namespace codeanatomy::fuzz {
namespace {

constexpr size_t kMostWords = 200;
constexpr size_t kMostRandomBytes = 400;
constexpr size_t kDeepest = 3000;  // beyond every limit of nesting

bool IsWordByte(char byte) {
  const auto c = static_cast<unsigned char>(byte);
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         c >= 0x80;
}

/// [begin, end) of the word or the single other byte at `at`.
std::pair<size_t, size_t> WordAround(const std::string& text, size_t at) {
  size_t begin = at, end = at + 1;
  if (IsWordByte(text[at])) {
    while (begin > 0 && IsWordByte(text[begin - 1])) --begin;
    while (end < text.size() && IsWordByte(text[end])) ++end;
  }
  return {begin, end};
}

void Damage(std::string& text, const std::vector<std::string>& words,
            const std::vector<std::string>& others, Choice& choice) {
  if (text.empty()) {
    text = choice.Of(words);
    return;
  }
  const size_t at = choice.Below(text.size());
  const auto [begin, end] = WordAround(text, at);
  switch (choice.Below(10)) {
    case 0:
      text[at] = static_cast<char>(choice.Below(256));
      break;
    case 1:
      text.erase(at, 1 + choice.Below(std::min<size_t>(text.size() - at, 40)));
      break;
    case 2:
      text.erase(begin, end - begin);
      break;
    case 3:
      text.replace(begin, end - begin, choice.Of(words));
      break;
    case 4:
    case 5:
      text.insert(begin, choice.Of(words));
      break;
    case 6:  // a range again
      text.insert(at, text.substr(choice.Below(text.size()), choice.Below(80)));
      break;
    case 7:  // the rest of another text
    {
      const std::string& other = choice.Of(others);
      text.resize(at);
      if (!other.empty()) text += other.substr(choice.Below(other.size()));
      break;
    }
    case 8:
      text.resize(at);
      break;
    default:  // a line elsewhere
    {
      const size_t line = text.find('\n', at);
      if (line == std::string::npos) break;
      const size_t line_end = std::min(text.find('\n', line + 1), text.size() - 1);
      const std::string moved = text.substr(line + 1, line_end - line);
      text.erase(line + 1, moved.size());
      text.insert(choice.Below(text.size() + 1), moved);
    }
  }
}

std::string DamagedSeed(const std::vector<std::string>& seeds,
                        const std::vector<std::string>& words, Choice& choice) {
  std::string text = choice.Of(seeds);
  const size_t damages = 1 + choice.Below(choice.OneIn(4) ? 8 : 2);
  for (size_t i = 0; i < damages; ++i) Damage(text, words, seeds, choice);
  return text;
}

std::string RandomBytes(Choice& choice) {
  std::string text;
  for (size_t i = choice.Below(kMostRandomBytes); i > 0; --i) {
    text += static_cast<char>(choice.Below(256));
  }
  return text;
}

std::string Words(Choice& choice) {
  std::string text;
  for (size_t i = choice.Below(kMostWords); i > 0; --i) {
    text += choice.Of(PythonWords());
    if (!choice.OneIn(4)) text += ' ';
  }
  return text;
}

std::string Nesting(Choice& choice) {
  std::string text;
  const std::string word = choice.Of(PythonWords()) + (choice.OneIn(2) ? " " : "");
  for (size_t i = choice.Below(kDeepest); i > 0; --i) text += word;
  return text;
}

const std::vector<std::string>& DocumentWords() {
  static const std::vector<std::string> words = {"{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 ":",
                                                 ",",
                                                 "\"",
                                                 "null",
                                                 "true",
                                                 "-1",
                                                 "1e9",
                                                 "1e999",
                                                 "\\u0000",
                                                 "\\ud800",
                                                 "\"\"",
                                                 "\xff",
                                                 "\xc3",
                                                 "'''",
                                                 "=",
                                                 "[[",
                                                 "]]",
                                                 "#",
                                                 "\n",
                                                 "\"kind\"",
                                                 "\"cells\"",
                                                 "\"source\"",
                                                 "\"nbformat\"",
                                                 "9223372036854775808"};
  return words;
}

}  // namespace

std::string MakePython(const Corpus& corpus, Choice& choice) {
  switch (choice.Below(64)) {
    case 0:
      return Nesting(choice);
    case 1:
      return RandomBytes(choice);
    case 2:
    case 3:
    case 4:
      return Words(choice);
    default:
      return DamagedSeed(corpus.python, PythonWords(), choice);
  }
}

std::string MakeDocument(const std::vector<std::string>& seeds, Choice& choice) {
  return DamagedSeed(seeds, DocumentWords(), choice);
}

}  // namespace codeanatomy::fuzz
