// Decoding keeps a map back to the disk because every span of the system is an offset there.
//
// The map is a list of runs. Within a run decoded and stored bytes advance together (ASCII); a run
// ends where a character has different lengths on both sides. Foreign encodings go through iconv in
// steps of one input character: slow, but such files are rare and the cost stays linear.
#include "source/encoding.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <iconv.h>

#include "base/ascii.h"

namespace codeanatomy::source {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool IsCookieCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

/// Group 1 of PEP 263's `^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`, as a span in `line`.
ByteSpan CookieIn(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\f");
  if (first == std::string_view::npos || line[first] != '#') return {};
  for (size_t at = line.find("coding", first); at != std::string_view::npos;
       at = line.find("coding", at + 1)) {
    size_t p = at + 6;
    if (p >= line.size() || (line[p] != ':' && line[p] != '=')) continue;
    ++p;
    while (p < line.size() && (line[p] == ' ' || line[p] == '\t')) ++p;
    size_t end = p;
    while (end < line.size() && IsCookieCharacter(line[end])) ++end;
    if (end > p) return {static_cast<uint32_t>(p), static_cast<uint32_t>(end)};
  }
  return {};
}

/// get_normal_name of CPython's tokenizer: only the first 12 characters decide.
std::string NormalizeEncodingName(std::string_view name) {
  std::string low;
  for (char c : name.substr(0, 12)) low += c == '_' ? '-' : AsciiLower(c);
  if (low == "utf-8" || low.starts_with("utf-8-")) return "utf-8";
  for (std::string_view latin : {"latin-1", "iso-8859-1", "iso-latin-1"}) {
    if (low == latin || low.starts_with(std::string(latin) + "-")) return "iso-8859-1";
  }
  return std::string(name);
}

bool IsBlankOrComment(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\f\r\n");
  return first == std::string_view::npos || line[first] == '#';
}

size_t LineEnd(std::string_view bytes, size_t from) {
  for (size_t i = from; i < bytes.size(); ++i) {
    if (bytes[i] == '\n') return i + 1;
    if (bytes[i] == '\r') return i + 1 + (i + 1 < bytes.size() && bytes[i + 1] == '\n');
  }
  return bytes.size();
}

/// Length of the well-formed UTF-8 character at `at`, 0 when malformed.
size_t Utf8Length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned a = byte(at);
  if (a < 0x80) return 1;
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  if (a >= 0xC2 && a <= 0xDF) return tail(at + 1) ? 2 : 0;
  if (a >= 0xE0 && a <= 0xEF) {
    const unsigned b = byte(at + 1);
    if ((a == 0xE0 && b < 0xA0) || (a == 0xED && b > 0x9F)) return 0;
    return tail(at + 1) && tail(at + 2) ? 3 : 0;
  }
  if (a >= 0xF0 && a <= 0xF4) {
    const unsigned b = byte(at + 1);
    if ((a == 0xF0 && b < 0x90) || (a == 0xF4 && b > 0x8F)) return 0;
    return tail(at + 1) && tail(at + 2) && tail(at + 3) ? 4 : 0;
  }
  return 0;
}

/// Bytes of the malformed character at `at` that begin a well-formed one: 1 to 3.
size_t Utf8PrefixLength(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(at), second = byte(at + 1);
  const unsigned least = lead == 0xE0 ? 0xA0U : lead == 0xF0 ? 0x90U : 0x80U;
  const unsigned most = lead == 0xED ? 0x9FU : lead == 0xF4 ? 0x8FU : 0xBFU;
  if (lead < 0xE0 || second < least || second > most) return 1;
  return lead >= 0xF0 && (byte(at + 2) & 0xC0U) == 0x80U ? 3 : 2;
}

ByteSpan At(size_t offset) {
  return {static_cast<uint32_t>(offset), static_cast<uint32_t>(offset + 1)};
}

void RepairUtf8(SourceFile& file, size_t invalid_at) {
  file.problems.push_back(
      {"INVALID_ENCODING",
       "(unicode error) 'utf-8' codec " +
           DescribeUtf8Error(std::string_view(file.bytes).substr(file.text_offset),
                             invalid_at - file.text_offset),
       At(invalid_at),
       {},
       0});
  file.is_decoded = true;
  file.offsets.AddRun(0, file.text_offset);
  const std::string_view bytes = file.bytes;
  for (size_t i = file.text_offset; i < bytes.size();) {
    if (const size_t length = Utf8Length(bytes, i); length > 0) {
      file.decoded.append(bytes.substr(i, length));
      i += length;
      continue;
    }
    file.decoded += kReplacement;
    ++i;
    file.offsets.AddRun(static_cast<uint32_t>(file.decoded.size()), static_cast<uint32_t>(i));
  }
}

struct IconvCloser {
  void operator()(void* converter) const { iconv_close(converter); }
};
using Converter = std::unique_ptr<void, IconvCloser>;

/// A converter that composes letters with marks holds the last letter back.
void FinishDecoding(iconv_t converter, std::string& out) {
  char buffer[32];
  char* to = buffer;
  size_t out_left = sizeof buffer;
  iconv(converter, nullptr, nullptr, &to, &out_left);
  out.append(buffer, sizeof buffer - out_left);
}

/// Decodes one character at `at`; the number of stored bytes it took, 0 when they are invalid.
size_t DecodeCharacter(iconv_t converter, std::string_view bytes, size_t at, std::string& out) {
  constexpr size_t kLongest = 8;
  for (size_t length = 1; length <= std::min(kLongest, bytes.size() - at); ++length) {
    char buffer[32];
    char* in = const_cast<char*>(bytes.data() + at);
    char* to = buffer;
    size_t in_left = length;
    size_t out_left = sizeof buffer;
    const size_t status = iconv(converter, &in, &in_left, &to, &out_left);
    const size_t taken = length - in_left;
    if (status == static_cast<size_t>(-1) && errno == EILSEQ) break;
    if (taken == 0) continue;  // EINVAL: the character is longer
    out.append(buffer, sizeof buffer - out_left);
    return taken;
  }
  iconv(converter, nullptr, nullptr, nullptr, nullptr);
  return 0;
}

struct Codec {
  std::string_view name, iconv, aliases;
};
constexpr Codec kCodecs[] = {
#define CA_CODEC(name, iconv, aliases) {name, iconv, aliases},
#include "source/codec.def"
#undef CA_CODEC
};

/// Codecs are looked up in lower case, each run of other characters than letters, digits and dots
/// as one underscore, none at the ends (encodings.normalize_encoding).
std::string NormalizeCodecName(std::string_view name) {
  std::string normal;
  bool between = false;
  for (const char c : name) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.';
    if (kept && between && !normal.empty()) normal += '_';
    if (kept) normal += AsciiLower(c);
    between = !kept;
  }
  return normal;
}

bool HasWord(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

/// The converter of a Python codec; empty where there is none. A dot may stand for an underscore of
/// an alias, never of the codec's own name.
std::string_view FindConverter(std::string_view name) {
  const std::string normal = NormalizeCodecName(name);
  std::string alias = normal;
  std::replace(alias.begin(), alias.end(), '.', '_');
  for (const Codec& codec : kCodecs) {
    if (codec.name == normal || HasWord(codec.aliases, alias)) return codec.iconv;
  }
  return {};
}

/// In the codec's words where they are its own; CPython names codecs as Python does.
std::string DescribeForeignError(std::string_view name, std::string_view bytes, size_t at) {
  if (name == "utf8") return "'utf-8' codec " + DescribeUtf8Error(bytes, at);
  const auto byte = static_cast<unsigned char>(bytes[at]);
  return fmt::format("'{}' codec can't decode byte 0x{:02x} in position {}{}", name, byte, at,
                     name == "ascii" ? ": ordinal not in range(128)" : "");
}

void DecodeForeign(SourceFile& file, const EncodingDeclaration& declaration) {
  const std::string_view found = FindConverter(declaration.name);
  const iconv_t raw = found.empty() ? nullptr : iconv_open("UTF-8", std::string(found).c_str());
  if (found.empty() || reinterpret_cast<intptr_t>(raw) == -1) {
    file.problems.push_back({"UNKNOWN_ENCODING",
                             fmt::format("unknown encoding: {}", declaration.name),
                             declaration.cookie,
                             {},
                             0});
    file.encoding = "utf-8";
    if (size_t bad = 0; !IsValidUtf8(file.bytes, &bad)) RepairUtf8(file, bad);
    return;
  }
  const Converter converter(raw);
  file.is_decoded = true;
  file.offsets.AddRun(0, 0);
  const std::string_view bytes = file.bytes;
  bool reported = false;
  for (size_t i = 0; i < bytes.size();) {
    const size_t before = file.decoded.size();
    size_t taken = DecodeCharacter(converter.get(), bytes, i, file.decoded);
    if (taken == 0) {
      if (!reported) {
        file.problems.push_back(
            {"INVALID_ENCODING", DescribeForeignError(declaration.name, bytes, i), At(i), {}, 0});
        reported = true;
      }
      file.decoded += kReplacement;
      taken = 1;
    }
    i += taken;
    if (file.decoded.size() - before != taken) {
      file.offsets.AddRun(static_cast<uint32_t>(file.decoded.size()), static_cast<uint32_t>(i));
    }
  }
  FinishDecoding(converter.get(), file.decoded);
}

}  // namespace

uint32_t OffsetMap::ToDisk(uint32_t decoded) const {
  auto after =
      std::upper_bound(runs_.begin(), runs_.end(), decoded,
                       [](uint32_t offset, const Run& run) { return offset < run.decoded; });
  if (after == runs_.begin()) return decoded;
  const Run& run = *std::prev(after);
  const uint32_t disk = run.disk + (decoded - run.decoded);
  // Inside a character whose lengths differ the next run's start is the bound.
  return after == runs_.end() ? disk : std::min(disk, after->disk);
}

std::string DescribeUtf8Error(std::string_view bytes, size_t at) {
  const auto lead = static_cast<unsigned char>(bytes[at]);
  const bool begins = lead >= 0xC2 && lead <= 0xF4;
  const size_t length = begins ? Utf8PrefixLength(bytes, at) : 1;
  const std::string_view reason = !begins                       ? "invalid start byte"
                                  : at + length == bytes.size() ? "unexpected end of data"
                                                                : "invalid continuation byte";
  if (length == 1)
    return fmt::format("can't decode byte 0x{:02x} in position {}: {}", lead, at, reason);
  return fmt::format("can't decode bytes in position {}-{}: {}", at, at + length - 1, reason);
}

EncodingDeclaration FindEncoding(std::string_view bytes) {
  EncodingDeclaration found;
  found.has_bom = bytes.starts_with(kBom);
  size_t begin = found.has_bom ? kBom.size() : 0;
  for (int line_number = 0; line_number < 2 && begin < bytes.size(); ++line_number) {
    const size_t end = LineEnd(bytes, begin);
    const std::string_view line = bytes.substr(begin, end - begin);
    if (const ByteSpan cookie = CookieIn(line); cookie.size() > 0) {
      found.name = NormalizeEncodingName(line.substr(cookie.begin, cookie.size()));
      found.cookie = {static_cast<uint32_t>(begin) + cookie.begin,
                      static_cast<uint32_t>(begin) + cookie.end};
      break;
    }
    if (!IsBlankOrComment(line)) break;
    begin = end;
  }
  return found;
}

bool IsValidUtf8(std::string_view text, size_t* invalid_at) {
  for (size_t i = 0; i < text.size();) {
    if (i + 8 <= text.size()) {
      uint64_t word;
      std::memcpy(&word, text.data() + i, 8);
      if ((word & 0x8080808080808080ULL) == 0) {
        i += 8;
        continue;
      }
    }
    const size_t length = Utf8Length(text, i);
    if (length == 0) {
      *invalid_at = i;
      return false;
    }
    i += length;
  }
  return true;
}

void DecodeSource(SourceFile& file) {
  EncodingDeclaration declaration = FindEncoding(file.bytes);
  file.text_offset = declaration.has_bom ? static_cast<uint32_t>(kBom.size()) : 0;
  if (declaration.has_bom && declaration.name != "utf-8") {
    file.problems.push_back({"ENCODING_BOM_CONFLICT",
                             fmt::format("encoding problem: {} with BOM", declaration.name),
                             declaration.cookie,
                             {},
                             0});
    declaration.name = "utf-8";
  }
  file.encoding = declaration.name;
  if (declaration.name == "utf-8") {
    if (size_t bad = 0; !IsValidUtf8(file.bytes, &bad)) RepairUtf8(file, bad);
    return;
  }
  DecodeForeign(file, declaration);
}

}  // namespace codeanatomy::source
