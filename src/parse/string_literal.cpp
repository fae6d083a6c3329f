#include "parse/string_literal.h"

#include "lex/message.h"
#include "lex/unicode/unicode.h"

namespace codeanatomy::parse {

namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

/// The escapes of one character, 0 for none.
char SimpleEscape(char c) {
  switch (c) {
    case '\\':
    case '\'':
    case '"':
      return c;
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return 0;
  }
}

/// Up to three octal digits from body[i]; moves i behind them.
uint32_t ReadOctal(std::string_view body, size_t& i) {
  uint32_t value = 0;
  for (int n = 0; n < 3 && i < body.size() && IsOctal(body[i]); ++n, ++i) {
    value = value * 8 + static_cast<uint32_t>(body[i] - '0');
  }
  return value;
}

/// Exactly `digits` hexadecimal digits from body[i]; false if there are fewer.
bool ReadHex(std::string_view body, size_t digits, size_t& i, uint32_t& value) {
  value = 0;
  for (size_t n = 0; n < digits; ++n, ++i) {
    const int digit = i < body.size() ? HexValue(body[i]) : -1;
    if (digit < 0) return false;
    value = value << 4 | static_cast<uint32_t>(digit);
  }
  return true;
}

std::string UnicodeError(size_t from, size_t to, std::string_view reason) {
  return lex::Message("(unicode error) 'unicodeescape' codec can't decode bytes in position ",
                      std::to_string(from), "-", std::to_string(to), ": ", reason);
}

/// The escape behind the backslash at body[i - 1]; moves i behind it.
std::string AppendEscape(std::string_view body, PythonVersion version, size_t& i,
                         std::string& out) {
  const size_t from = i - 1;
  const char c = body[i++];
  if (const char simple = SimpleEscape(c)) {
    out += simple;
    return {};
  }
  if (c == '\n') return {};
  if (c == '\r') {
    if (i < body.size() && body[i] == '\n') ++i;
    return {};
  }
  if (IsOctal(c)) {
    --i;
    AppendUtf8(ReadOctal(body, i), out);
    return {};
  }
  if (c == 'x' || c == 'u' || c == 'U') {
    const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
    uint32_t value = 0;
    if (!ReadHex(body, digits, i, value)) {
      return UnicodeError(from, i - 1,
                          c == 'x'   ? "truncated \\xXX escape"
                          : c == 'u' ? "truncated \\uXXXX escape"
                                     : "truncated \\UXXXXXXXX escape");
    }
    if (value > 0x10FFFF) return UnicodeError(from, i - 1, "illegal Unicode character");
    AppendUtf8(value, out);
    return {};
  }
  if (c == 'N') {
    if (i >= body.size() || body[i] != '{') {
      return UnicodeError(from, i - 1, "malformed \\N character escape");
    }
    const size_t close = body.find('}', i);
    if (close == std::string_view::npos || close == i + 1) {
      return UnicodeError(from, body.size() - 1, "malformed \\N character escape");
    }
    const auto cp = lex::unicode::LookupName(body.substr(i + 1, close - i - 1), version);
    if (!cp) return UnicodeError(from, close, "unknown Unicode character name");
    AppendUtf8(*cp, out);
    i = close + 1;
    return {};
  }
  out += '\\';  // an unknown escape stays as it is; the character may have several bytes
  --i;
  return {};
}

}  // namespace

StringParts SplitString(std::string_view token) {
  StringParts parts;
  uint32_t i = 0;
  for (; i < token.size() && token[i] != '"' && token[i] != '\''; ++i) {
    switch (token[i] | 0x20) {
      case 'r':
        parts.raw = true;
        break;
      case 'b':
        parts.bytes = true;
        break;
      case 'f':
        parts.format = true;
        break;
      case 't':
        parts.interpolation = true;
        break;
      default:
        parts.unicode = token[i] == 'u';
        break;
    }
  }
  const auto size = static_cast<uint32_t>(token.size());
  const bool triple = size >= i + 3 && token[i + 1] == token[i] && token[i + 2] == token[i];
  parts.quote_size = triple ? 3 : 1;
  parts.body_begin = i + parts.quote_size;
  parts.body_end =
      size >= parts.body_begin + parts.quote_size ? size - parts.quote_size : parts.body_begin;
  return parts;
}

bool IsVerbatim(std::string_view body, bool raw, bool has_carriage_returns) {
  if (!raw && body.find('\\') != std::string_view::npos) return false;
  return !has_carriage_returns || body.find('\r') == std::string_view::npos;
}

void AppendUtf8(char32_t cp, std::string& out) {
  if (cp < 0x80) {
    out += static_cast<char>(cp);
  } else if (cp < 0x800) {
    out += static_cast<char>(0xC0 | cp >> 6);
    out += static_cast<char>(0x80 | (cp & 0x3F));
  } else if (cp < 0x10000) {
    out += static_cast<char>(0xE0 | cp >> 12);
    out += static_cast<char>(0x80 | (cp >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (cp & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | cp >> 18);
    out += static_cast<char>(0x80 | (cp >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (cp >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (cp & 0x3F));
  }
}

std::string AppendStr(std::string_view body, bool raw, bool halve_braces, PythonVersion version,
                      std::string& out) {
  size_t i = 0;
  while (i < body.size()) {
    const char c = body[i++];
    if (c == '\\' && !raw && i < body.size()) {
      if (halve_braces && (body[i] == '{' || body[i] == '}')) {
        out += c;
        continue;
      }
      std::string error = AppendEscape(body, version, i, out);
      if (!error.empty()) return error;
    } else if (c == '\r') {
      out += '\n';
      if (i < body.size() && body[i] == '\n') ++i;
    } else {
      out += c;
      if (halve_braces && (c == '{' || c == '}') && i < body.size() && body[i] == c) ++i;
    }
  }
  return {};
}

std::string AppendBytes(std::string_view body, bool raw, std::string& out) {
  size_t i = 0;
  while (i < body.size()) {
    const char c = body[i++];
    if (static_cast<uint8_t>(c) >= 0x80) return "bytes can only contain ASCII literal characters";
    if (c == '\r') {
      out += '\n';
      if (i < body.size() && body[i] == '\n') ++i;
      continue;
    }
    if (c != '\\' || raw || i >= body.size()) {
      out += c;
      continue;
    }
    const size_t from = i - 1;
    const char escape = body[i++];
    if (const char simple = SimpleEscape(escape)) {
      out += simple;
    } else if (escape == '\n') {
    } else if (escape == '\r') {
      if (i < body.size() && body[i] == '\n') ++i;
    } else if (IsOctal(escape)) {
      --i;
      out += static_cast<char>(ReadOctal(body, i) & 0xFF);
    } else if (escape == 'x') {
      uint32_t value = 0;
      if (!ReadHex(body, 2, i, value)) {
        return lex::Message("(value error) invalid \\x escape at position ", std::to_string(from));
      }
      out += static_cast<char>(value);
    } else {
      out += '\\';
      --i;
    }
  }
  return {};
}

}  // namespace codeanatomy::parse
