// String literals without replacement fields, and implicit concatenation.
#include <algorithm>

#include "parse/parser.h"
#include "parse/string_literal.h"

namespace codeanatomy::parse {

/// Adjacent string tokens are one literal.
NodeRef Parser::ParseStrings() {
  const uint32_t first = pos_;
  bool formatted = false, bytes = false, text = false;
  uint32_t token = pos_;
  while (true) {
    switch (kinds_[token]) {
      case TokenKind::kString:
        text = true;
        ++token;
        continue;
      case TokenKind::kBytes:
        bytes = true;
        ++token;
        continue;
      case TokenKind::kFormatString:
        text = formatted = true;
        ++token;
        continue;
      case TokenKind::kFStringStart:
      case TokenKind::kTStringStart:
        return ParseModernStrings(first);
      default:
        break;
    }
    break;
  }
  if (bytes && text) return FailHere("cannot mix bytes and nonbytes literals");
  if (formatted) return ParseLegacyStrings(first, token);
  return ParsePlainStrings(first, token);
}

std::optional<Diagnostic> Parser::FindStringError(uint32_t first, uint32_t end) {
  failed_ = false;
  pos_ = first;
  const Snapshot start = Save();
  exact_fields_ = !AtLeast(PythonVersion::k312);
  field_error_.reset();
  if (kinds_[first] == TokenKind::kFStringMiddle || kinds_[first] == TokenKind::kTStringMiddle) {
    std::string error = FindMiddleError(TokenTextAt(first));
    Restore(start);
    if (error.empty()) return std::nullopt;
    return Diagnostic{spans_[first], 1, "SYNTAX_ERROR", "SyntaxError", std::move(error)};
  }
  const bool formatted =
      std::find(kinds_ + first, kinds_ + end, TokenKind::kFormatString) != kinds_ + end;
  if (formatted) {
    ParseLegacyStrings(first, end);
  } else {
    for (uint32_t token = first; token < end && !failed_; ++token) AppendLiteral(token);
    decoded_.clear();
  }
  const bool wrong = failed_;
  Restore(start);
  if (!wrong) return std::nullopt;
  if (field_error_) return std::move(field_error_);
  return Diagnostic{error_.span, 1, error_.code, std::string(error_.type),
                    std::move(error_.message)};
}

/// Tokens [first, end) of one kind, str or bytes.
NodeRef Parser::ParsePlainStrings(uint32_t first, uint32_t end) {
  const ByteSpan span{spans_[first].begin, spans_[end - 1].end};
  const bool is_bytes = kinds_[first] == TokenKind::kBytes;
  const ConstantKind constant = is_bytes ? ConstantKind::kBytes : ConstantKind::kStr;
  const StringParts head = SplitString(TokenTextAt(first));
  std::string_view value;
  const std::string_view body =
      TokenTextAt(first).substr(head.body_begin, head.body_end - head.body_begin);
  if (end == first + 1 && !is_bytes && IsVerbatim(body, head.raw, has_carriage_returns_))
      [[likely]] {
    value = body;
  } else {
    decoded_.clear();
    for (uint32_t token = first; token < end; ++token) {
      if (!AppendLiteral(token)) return kNoNode;
    }
    value = tree_.Keep(decoded_);
  }
  pos_ = end;
  const int32_t kind = head.unicode ? tree_.AddConstant(ConstantKind::kStr, "u") : kNoNode;
  return Add<AstKind::kConstant>(span, tree_.AddConstant(constant, value), kind);
}

/// Appends the value of a str or bytes token to `decoded_`.
bool Parser::AppendLiteral(uint32_t token) {
  const std::string_view text = TokenTextAt(token);
  const StringParts parts = SplitString(text);
  const std::string_view body = text.substr(parts.body_begin, parts.body_end - parts.body_begin);
  std::string error = parts.bytes ? AppendBytes(body, parts.raw, decoded_)
                                  : AppendStr(body, parts.raw, false, options_.version, decoded_);
  if (error.empty()) return true;
  Fail(spans_[token], std::move(error));
  return false;
}

}  // namespace codeanatomy::parse
