// JsonText: a JSON string literal, for the few columns that hold JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace codeanatomy::evidence {

/// `text` must be valid UTF-8; it is quoted, with only what JSON demands escaped.
inline std::string JsonText(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string json(1, '"');
  for (char c : text) {
    switch (c) {
      case '"':
        json += "\\\"";
        break;
      case '\\':
        json += "\\\\";
        break;
      case '\n':
        json += "\\n";
        break;
      case '\r':
        json += "\\r";
        break;
      case '\t':
        json += "\\t";
        break;
      default:
        if (static_cast<uint8_t>(c) < 0x20) {
          json += "\\u00";
          json += kDigits[static_cast<uint8_t>(c) >> 4];
          json += kDigits[static_cast<uint8_t>(c) & 15];
        } else {
          json += c;
        }
    }
  }
  json.push_back('"');
  return json;
}

}  // namespace codeanatomy::evidence
