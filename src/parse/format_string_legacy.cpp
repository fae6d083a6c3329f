// Format strings before Python 3.12. There they are one token; CPython cuts the replacement fields
// out of its text, puts each in parentheses and compiles it with a second tokenizer. So a field
// `{a, b}` is a parenthesized tuple that spans the braces, and all literal pieces, fields and
// format specifications have the span of the whole literal.
//
// Positions inside fields are those of the text with exceptions, which come from how CPython shifts
// the second tokenizer's columns. Only tokens that end on the field's first line are shifted, so a
// string that begins there and ends on a later line keeps its column within the field, and the
// fields of such a string inherit the difference. A field that begins with a line end is not
// shifted at all, which shows in the begin of the parenthesis. `ShiftFieldTokens` reproduces that;
// hence tokens have a reported and a text span.
#include <algorithm>

#include "parse/parser.h"
#include "parse/string_literal.h"

namespace codeanatomy::parse {

/// One format string, or the format specification of one of its fields, while it is taken apart.
struct Parser::LegacyFormat {
  uint32_t token;  // of the string literal
  ByteSpan whole;  // span of all concatenated tokens
  bool raw;
  int32_t kind;           // Constant.kind of literal pieces
  uint32_t begin, end;    // the body, in the text
  std::string literal{};  // pending literal text
  // Is there a line end between the begin of the token and the field at hand? Sought as fields
  // come.
  uint32_t newlines_sought_to = 0;
  bool on_later_line = false;
};

namespace {

/// CPython's isspace for what may stand between `=` and `!`, `:` or `}`.
bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Where the expression of a field ends, and why it is no expression.
struct FieldEnd {
  uint32_t at;
  std::string error{};
};

char CloserOf(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

/// Scans from behind `{`: to the `!`, `:`, `=` or `}` that ends the expression.
FieldEnd FindFieldEnd(std::string_view text, uint32_t at, uint32_t end) {
  char quote = 0;
  bool triple = false;
  std::string open;
  for (; at < end; ++at) {
    const char c = text[at];
    const auto next_is = [&](uint32_t n, char wanted) {
      return at + n < end && text[at + n] == wanted;
    };
    if (c == '\\') return {at, "f-string expression part cannot include a backslash"};
    if (quote != 0) {
      if (c != quote) continue;
      if (triple && !(next_is(1, c) && next_is(2, c))) continue;
      if (triple) at += 2;
      quote = 0;
      continue;
    }
    switch (c) {
      case '\'':
      case '"':
        triple = next_is(1, c) && next_is(2, c);
        if (triple) at += 2;
        quote = c;
        continue;
      case '(':
      case '[':
      case '{':
        if (open.size() >= lex::kMaxBracketDepth)
          return {at, "f-string: too many nested parenthesis"};
        open += c;
        continue;
      case '#':
        return {at, "f-string expression part cannot include '#'"};
      default:
        break;
    }
    if (open.empty() && std::string_view("!:}=<>").find(c) != std::string_view::npos) {
      if (next_is(1, '=') && (c == '!' || c == '=' || c == '<' || c == '>')) {
        ++at;
        continue;
      }
      if (c == '<' || c == '>') continue;
      break;
    }
    if (c == ')' || c == ']' || c == '}') {
      if (open.empty()) return {at, Message("f-string: unmatched '", c, "'")};
      if (CloserOf(open.back()) != c) {
        return {at, Message("f-string: closing parenthesis '", c,
                            "' does not match opening parenthesis '", open.back(), "'")};
      }
      open.pop_back();
    }
  }
  if (quote != 0) return {at, "f-string: unterminated string"};
  if (!open.empty()) return {at, Message("f-string: unmatched '", open.back(), "'")};
  if (at >= end) return {at, "f-string: expecting '}'"};
  return {at};
}

}  // namespace

NodeRef Parser::ParseLegacyStrings(uint32_t first, uint32_t last) {
  const ByteSpan whole{spans_[first].begin, spans_[last - 1].end};
  const bool unicode = SplitString(TokenTextAt(first)).unicode;
  const int32_t kind = unicode ? tree_.AddConstant(ConstantKind::kStr, "u") : kNoNode;
  const size_t mark = stack_.size();
  LegacyFormat format{first, whole, false, kind, 0, 0};
  for (uint32_t token = first; token < last && !failed_; ++token) {
    const StringParts parts = SplitString(TokenTextAt(token));
    format.token = token;
    format.raw = parts.raw;
    format.begin = text_spans_[token].begin + parts.body_begin;
    format.end = text_spans_[token].begin + parts.body_end;
    format.newlines_sought_to = text_spans_[token].begin;
    format.on_later_line = false;
    if (parts.format) {
      uint32_t at = format.begin;
      ParseLegacyPieces(format, at, 0);
    } else {
      decoded_.clear();
      AppendLiteral(token);
      format.literal += decoded_;
    }
  }
  FlushLegacyLiteral(format);
  if (failed_) return kNoNode;
  pos_ = last;
  const ListRef values = TakeList(stack_, mark);
  return Add<AstKind::kJoinedStr>(whole, values);
}

void Parser::FlushLegacyLiteral(LegacyFormat& format) {
  if (format.literal.empty()) return;
  const int32_t value = tree_.AddConstant(ConstantKind::kStr, tree_.Keep(format.literal));
  stack_.push_back(Add<AstKind::kConstant>(format.whole, value, format.kind));
  format.literal.clear();
}

/// Literal pieces and fields from `at`; in a format specification (level > 0) up to its `}`.
void Parser::ParseLegacyPieces(LegacyFormat& format, uint32_t& at, int level) {
  while (at < format.end && !failed_) {
    const uint32_t from = at;
    uint32_t literal_end = format.end, resume = format.end;
    bool field = false;
    while (at < format.end) {
      char c = text_[at++];
      if (!format.raw && c == '\\' && at < format.end) {
        c = text_[at++];
        if (c == 'N') {
          if (at < format.end && text_[at++] == '{') {
            while (at < format.end && text_[at++] != '}') {
            }
          }
          continue;
        }
      }
      if (c != '{' && c != '}') continue;
      literal_end = at - 1;
      resume = at;
      if (level == 0 && at < format.end && text_[at] == c) {
        literal_end = at;
        resume = at + 1;
      } else if (level == 0 && c == '}') {
        Fail(format.whole, "f-string: single '}' is not allowed");
        return;
      } else {
        field = c == '{';
        resume = at - 1;
      }
      break;
    }
    std::string error = AppendStr(text_.substr(from, literal_end - from), format.raw, false,
                                  options_.version, format.literal);
    if (!error.empty()) {
      Fail(format.whole, std::move(error));
      return;
    }
    at = resume;
    if (field) {
      ParseLegacyField(format, at, level);
    } else if (at < format.end && text_[at] == '}' && level > 0) {
      return;
    }
  }
}

/// A replacement field from its `{`; leaves `at` behind its `}`.
void Parser::ParseLegacyField(LegacyFormat& format, uint32_t& at, int level) {
  const auto fail = [&](std::string message) { Fail(format.whole, std::move(message)); };
  if (level >= 2) return fail("f-string: expressions nested too deeply");
  const uint32_t from = ++at;
  FieldEnd field = FindFieldEnd(text_, from, format.end);
  if (!field.error.empty()) return fail(std::move(field.error));
  at = field.at;
  const NodeRef value = ParseLegacyExpression(format, from, at);
  if (failed_) return;
  const auto at_end = [&] { return at >= format.end; };
  int conversion = -1;
  bool debug = false;
  if (text_[at] == '=') {
    debug = true;
    ++at;
    while (!at_end() && IsSpace(text_[at])) ++at;
    AppendStr(text_.substr(from, at - from), true, false, options_.version, format.literal);
  }
  if (!at_end() && text_[at] == '!') {
    ++at;
    if (!at_end()) conversion = static_cast<uint8_t>(text_[at++]);
    if (conversion != 's' && conversion != 'r' && conversion != 'a') {
      return fail("f-string: invalid conversion character: expected 's', 'r', or 'a'");
    }
  }
  NodeRef spec = kNoNode;
  FlushLegacyLiteral(format);
  if (!at_end() && text_[at] == ':') {
    ++at;
    LegacyFormat inner{format.token, format.whole, format.raw, format.kind, at, format.end};
    inner.newlines_sought_to = format.newlines_sought_to;
    inner.on_later_line = format.on_later_line;
    const size_t mark = stack_.size();
    ParseLegacyPieces(inner, at, level + 1);
    // What CPython finishes at the end of a specification has the span of its token alone.
    inner.whole = spans_[format.token];
    inner.kind = kNoNode;
    FlushLegacyLiteral(inner);
    const ListRef values = TakeList(stack_, mark);
    spec = Add<AstKind::kJoinedStr>(inner.whole, values);
  }
  if (failed_) return;
  if (at_end() || text_[at] != '}') return fail("f-string: expecting '}'");
  ++at;
  if (debug && spec < 0 && conversion < 0) conversion = 'r';
  stack_.push_back(Add<AstKind::kFormattedValue>(format.whole, value, conversion, spec));
}

/// The expression text[from, to) of a field, parsed from tokens of its own, in parentheses.
NodeRef Parser::ParseLegacyExpression(LegacyFormat& format, uint32_t from, uint32_t to) {
  const std::string_view expression = text_.substr(from, to - from);
  if (std::all_of(expression.begin(), expression.end(),
                  [](char c) { return IsSpace(c) && c != '\v'; })) {
    return Fail(format.whole, "f-string: empty expression not allowed");
  }
  if (!EnterDepth()) return kNoNode;
  if (field_tokens_.size() <= field_depth_)
    field_tokens_.push_back(std::make_unique<lex::TokenBuffer>());
  lex::TokenBuffer& tokens = *field_tokens_[field_depth_++];
  tokens.Clear();
  tokens.Add(TokenKind::kLeftParen, from - 1, from);
  lex::LexOptions lex_options;
  lex_options.version = options_.version;
  lex::LexExpression(text_, from, to, lex_options, tokens);
  tokens.Add(TokenKind::kRightParen, to, to + 1);
  tokens.Add(TokenKind::kEndMarker, to + 1, to + 1);
  const std::vector<ByteSpan> reported = ShiftFieldTokens(format, tokens);

  const auto outer = std::tuple(kinds_, spans_, text_spans_, pos_, last_);
  kinds_ = tokens.kinds.data();
  text_spans_ = tokens.spans.data();
  spans_ = reported.empty() ? text_spans_ : reported.data();
  pos_ = 0;
  last_ = static_cast<uint32_t>(tokens.size() - 1);
  const NodeRef value = ParseStarExpressions();
  if (!At(TokenKind::kEndMarker)) FailHere("f-string: invalid syntax");
  std::tie(kinds_, spans_, text_spans_, pos_, last_) = outer;
  --depth_;
  --field_depth_;
  if (!failed_) return value;
  if (!tokens.errors.empty()) {
    const lex::LexError& error = tokens.errors.front();
    error_ = {error.span, "SYNTAX_ERROR", "SyntaxError", Message("f-string: ", error.message)};
  }
  fail_pos_ = pos_;
  pos_ = last_;
  return kNoNode;
}

/// Spans as CPython 3.11 computes them (see the head of the file); empty if they are those of the
/// text.
std::vector<ByteSpan> Parser::ShiftFieldTokens(LegacyFormat& format,
                                               const lex::TokenBuffer& tokens) const {
  const auto is_line_end = [this](uint32_t at) { return text_[at] == '\n' || text_[at] == '\r'; };
  const uint32_t brace = tokens.spans[0].begin;
  while (!format.on_later_line && format.newlines_sought_to < brace) {
    format.on_later_line = is_line_end(format.newlines_sought_to++);
  }
  uint32_t line_end = brace;  // of the field's first line
  const uint32_t to = tokens.spans.back().end;
  while (line_end < to && !is_line_end(line_end)) ++line_end;
  const ByteSpan string = spans_[format.token];
  const uint32_t string_shift = string.begin - text_spans_[format.token].begin;
  const bool breaks_at_once =
      text_.substr(brace + 1, line_end - brace - 1).find_first_not_of(" \t\f") ==
          std::string_view::npos &&
      line_end < to;
  const auto spans_lines = [&](ByteSpan span) {
    return span.begin < line_end && span.end > line_end;
  };
  bool plain = (format.on_later_line || string_shift == 0) && !breaks_at_once;
  if (plain && line_end < to)
    plain = std::none_of(tokens.spans.begin(), tokens.spans.end(), spans_lines);
  if (plain) return {};

  const auto line_begin = [&] {
    uint32_t at = brace;
    while (at > 0 && !is_line_end(at - 1)) --at;
    return at;
  };
  const uint32_t shift = format.on_later_line ? 0 : string_shift;
  std::vector<ByteSpan> spans(tokens.spans.begin(), tokens.spans.end());
  for (ByteSpan& span : spans) {
    if (spans_lines(span)) {
      span.begin = line_begin() + (span.begin - brace);
    } else if (span.end <= line_end) {
      span = {span.begin + shift, span.end + shift};
    }
  }
  if (breaks_at_once) {
    const uint32_t at = format.on_later_line ? line_begin() : string.begin;
    spans[0] = {at, at + 1};
  }
  return spans;
}

}  // namespace codeanatomy::parse
