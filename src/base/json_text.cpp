#include "base/json_text.h"

#include <array>
#include <cstdint>

namespace codeanatomy {
namespace {

constexpr char kHex[] = "0123456789abcdef";

// Bytes that stand for themselves in a JSON string: printable ASCII but quote and backslash.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void AppendEscape(std::string& out, uint32_t unit) {
  const char text[] = {
      '\\',           'u', kHex[unit >> 12 & 15], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15],
      kHex[unit & 15]};
  out.append(text, sizeof(text));
}

void AppendAscii(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      AppendEscape(out, c);
  }
}

struct Sequence {
  int length = 0;  // 0: ill-formed
  bool surrogate = false;
  uint32_t code_point = 0;
};

// The multi-byte sequence at the begin of `text` (RFC 3629, surrogates told apart).
Sequence Decode(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0u; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint32_t lead = byte(0);
  if (lead >= 0xc2 && lead <= 0xdf && continues(1))
    return {2, false, (lead & 31) << 6 | (byte(1) & 63)};
  if (lead >= 0xe0 && lead <= 0xef && continues(1) && continues(2)) {
    const uint32_t c = (lead & 15) << 12 | (byte(1) & 63) << 6 | (byte(2) & 63);
    if (c < 0x800) return {};
    return {3, c >= 0xd800 && c <= 0xdfff, c};
  }
  if (lead >= 0xf0 && lead <= 0xf4 && continues(1) && continues(2) && continues(3)) {
    const uint32_t c =
        (lead & 7) << 18 | (byte(1) & 63) << 12 | (byte(2) & 63) << 6 | (byte(3) & 63);
    if (c < 0x10000 || c > 0x10ffff) return {};
    return {4, false, c};
  }
  return {};
}

template <bool kIsPath>
void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  size_t i = 0;
  while (i < text.size()) {
    size_t run = i;
    while (run < text.size() && kPlain[static_cast<uint8_t>(text[run])]) ++run;
    out.append(text.data() + i, run - i);
    i = run;
    if (i == text.size()) break;
    const auto c = static_cast<uint8_t>(text[i]);
    if (c < 0x80) {
      AppendAscii(out, c);
      ++i;
      continue;
    }
    const Sequence sequence = Decode(text.substr(i));
    const bool broken = sequence.length == 0 || (kIsPath && sequence.surrogate);
    if (broken) {
      if (kIsPath) {
        AppendEscape(out, 0xdc00u | c);
      } else {
        out += "\xef\xbf\xbd";
      }
      ++i;
    } else {
      if (sequence.surrogate) {
        AppendEscape(out, sequence.code_point);
      } else {
        out.append(text.data() + i, sequence.length);
      }
      i += sequence.length;
    }
  }
  out += '"';
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) { AppendQuoted<false>(out, text); }
void AppendJsonPath(std::string& out, std::string_view path) { AppendQuoted<true>(out, path); }

}  // namespace codeanatomy
