// Message: the text of a diagnostic, put together from pieces.
#pragma once

#include <string>
#include <string_view>

namespace codeanatomy::lex {

namespace internal {
inline void AppendPiece(std::string& out, char piece) { out.push_back(piece); }
inline void AppendPiece(std::string& out, std::string_view piece) { out.append(piece); }
}  // namespace internal

/// Joins characters and texts.
template <typename... Pieces>
std::string Message(Pieces... pieces) {
  std::string out;
  (internal::AppendPiece(out, pieces), ...);
  return out;
}

}  // namespace codeanatomy::lex
