// Python's repr of literals.
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <openssl/bn.h>

#include "lex/unicode/unicode.h"
#include "parse/ast_dump.h"

namespace codeanatomy::parse {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void AppendHexEscape(std::string& out, char letter, uint32_t value, int digits) {
  out += '\\';
  out += letter;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHex[value >> shift & 15];
}

// The code point at `at` of well-formed UTF-8 or three-byte surrogates, and its length.
uint32_t DecodeAt(std::string_view text, size_t at, size_t& length) {
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) & 63u : 0u;
  };
  const auto lead = static_cast<uint8_t>(text[at]);
  if (lead < 0xe0) {
    length = 2;
    return (lead & 31u) << 6 | byte(1);
  }
  if (lead < 0xf0) {
    length = 3;
    return (lead & 15u) << 12 | byte(1) << 6 | byte(2);
  }
  length = 4;
  return (lead & 7u) << 18 | byte(1) << 12 | byte(2) << 6 | byte(3);
}

// Python takes double quotes only where they save escapes.
char ChooseQuote(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  return has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
}

// Escapes common to str and bytes; false for a character that needs none.
bool AppendAsciiEscape(std::string& out, char c, char quote) {
  const auto byte = static_cast<uint8_t>(c);
  if (c == quote || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (byte < 0x20 || byte == 0x7f) {
    AppendHexEscape(out, 'x', byte, 2);
  } else {
    return false;
  }
  return true;
}

bool NeedsAsciiEscape(char c, char quote) {
  const auto byte = static_cast<uint8_t>(c);
  return c == quote || c == '\\' || byte < 0x20 || byte == 0x7f;
}

// CPython refuses to convert longer integers to text (sys.int_info.default_max_str_digits), which
// also bounds the quadratic conversion below.
constexpr size_t kMaxIntDigits = 4300;

int Radix(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  switch (digits[1] | 0x20) {
    case 'x':
      return 16;
    case 'o':
      return 8;
    case 'b':
      return 2;
    default:
      return 10;
  }
}

int DigitValue(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

void AppendBigInt(std::string& out, std::string_view digits, int radix, std::string_view source) {
  const double bits = static_cast<double>(digits.size()) * std::log2(radix);
  if (bits > kMaxIntDigits * 3.33) {
    out += source;
    return;
  }
  BIGNUM* number = BN_new();
  for (const char c : digits) {
    BN_mul_word(number, static_cast<BN_ULONG>(radix));
    BN_add_word(number, static_cast<BN_ULONG>(DigitValue(c)));
  }
  char* decimal = BN_bn2dec(number);
  out += decimal;
  OPENSSL_free(decimal);
  BN_free(number);
}

void AppendInt(std::string& out, std::string_view source) {
  const int radix = Radix(source);
  std::string_view digits = source.substr(radix == 10 ? 0 : 2);
  const size_t zeros = digits.find_first_not_of('0');
  if (zeros == std::string_view::npos) {
    out += '0';
    return;
  }
  digits.remove_prefix(zeros);
  uint64_t value = 0;
  if (radix == 10) {
    out += digits;
  } else if (std::from_chars(digits.data(), digits.data() + digits.size(), value, radix).ec ==
             std::errc()) {
    char text[24];
    out.append(text, std::to_chars(text, text + sizeof(text), value).ptr);
  } else {
    AppendBigInt(out, digits, radix, source);
  }
}

double ParseFloat(std::string_view text) {
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc())
    return value;
  return std::strtod(std::string(text).c_str(), nullptr);  // infinite or denormal
}

}  // namespace

void AppendStrRepr(std::string& out, std::string_view text, PythonVersion version) {
  const char quote = ChooseQuote(text);
  out += quote;
  size_t i = 0;
  while (i < text.size()) {
    size_t run = i;
    while (run < text.size() && static_cast<uint8_t>(text[run]) < 0x80 &&
           !NeedsAsciiEscape(text[run], quote))
      ++run;
    out.append(text.data() + i, run - i);
    i = run;
    if (i == text.size()) break;
    if (static_cast<uint8_t>(text[i]) < 0x80) {
      AppendAsciiEscape(out, text[i++], quote);
      continue;
    }
    size_t length = 0;
    const uint32_t c = DecodeAt(text, i, length);
    if (lex::unicode::IsPrintable(c, version)) {
      out.append(text.substr(i, length));
    } else if (c <= 0xff) {
      AppendHexEscape(out, 'x', c, 2);
    } else if (c <= 0xffff) {
      AppendHexEscape(out, 'u', c, 4);
    } else {
      AppendHexEscape(out, 'U', c, 8);
    }
    i += length;
  }
  out += quote;
}

void AppendBytesRepr(std::string& out, std::string_view bytes) {
  const char quote = ChooseQuote(bytes);
  out += 'b';
  out += quote;
  for (const char c : bytes) {
    if (static_cast<uint8_t>(c) >= 0x80) {
      AppendHexEscape(out, 'x', static_cast<uint8_t>(c), 2);
    } else if (!AppendAsciiEscape(out, c, quote)) {
      out += c;
    }
  }
  out += quote;
}

void AppendFloatRepr(std::string& out, double value, bool add_point) {
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  // Shortest digits as d.ddde±xx, then placed as Python does: exponents from -4 to 15 without e.
  char text[32];
  const char* end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  const std::string_view all(text, static_cast<size_t>(end - text));
  const size_t e = all.find('e');
  std::string digits(all.substr(0, e));
  if (digits.size() > 1) digits.erase(1, 1);
  const bool negative_exponent = all[e + 1] == '-';
  int exponent = 0;
  std::from_chars(all.data() + e + 2, end, exponent);
  if (negative_exponent) exponent = -exponent;

  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (digits.size() > 1) out.append(1, '.').append(digits, 1);
    out += all.substr(e);  // std::to_chars also writes at least two exponent digits
  } else if (exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-exponent - 1), '0').append(digits);
  } else {
    const auto whole = static_cast<size_t>(exponent) + 1;
    if (digits.size() <= whole) {
      out.append(digits).append(whole - digits.size(), '0');
      if (add_point) out += ".0";
    } else {
      out.append(digits, 0, whole).append(1, '.').append(digits, whole);
    }
  }
}

std::string ConstantRepr(const Constant& constant, PythonVersion version) {
  std::string out;
  std::string_view text = constant.text;
  switch (constant.kind) {
    case ConstantKind::kNone:
      return "None";
    case ConstantKind::kTrue:
      return "True";
    case ConstantKind::kFalse:
      return "False";
    case ConstantKind::kEllipsis:
      return "Ellipsis";
    case ConstantKind::kInt:
      AppendInt(out, text);
      break;
    case ConstantKind::kFloat:
      AppendFloatRepr(out, ParseFloat(text), true);
      break;
    case ConstantKind::kImaginary:
      if (!text.empty() && (text.back() | 0x20) == 'j') text.remove_suffix(1);
      AppendFloatRepr(out, ParseFloat(text), false);
      out += 'j';
      break;
    case ConstantKind::kStr:
      AppendStrRepr(out, text, version);
      break;
    case ConstantKind::kBytes:
      AppendBytesRepr(out, text);
      break;
  }
  return out;
}

}  // namespace codeanatomy::parse
