// Format strings before Python 3.12. There they are one token; CPython cuts the replacement fields
// out of its text, puts each in parentheses and compiles it with a second tokenizer. So a field
// `{a, b}` is a parenthesized tuple that spans the braces, and all literal pieces, fields and
// format specifications have the span of the whole literal.
//
// Positions inside fields are what the second tokenizer says, shifted by what CPython takes for the
// place of the field. The tree holds the true spans and, where they differ, those beside them
// (reported_place.h). The field's first line is the text `(a, b)`, so its columns begin at the
// brace:
//
//   3.10, 3.11  where the brace is; but at the begin of the line (of the string, if the brace
//   stands
//               on its first line) when nothing but blanks follow the brace on its line
//   3.9         the same plus the column of the string; on its later lines one more
//   3.8         where the text `{a, b}` occurs first in the first of the concatenated strings, the
//               column of that string added on later lines as well; the begin of that string where
//               it does not occur, as in `{a!r}`
//
// The shift applies to tokens that end on the first line, so a string that begins there and ends on
// a later line keeps its column within the field, and the fields of such a string inherit the
// difference. 3.8 shifts nodes instead (reported_place.cpp).
#include <algorithm>

#include "parse/parser.h"
#include "parse/string_literal.h"

namespace codeanatomy::parse {

/// One format string, or the format specification of one of its fields, while it is taken apart.
struct Parser::LegacyFormat {
  uint32_t first;  // of the concatenated tokens
  uint32_t token;  // of the string literal
  ByteSpan whole;  // span of all concatenated tokens
  bool raw;
  int32_t kind;           // Constant.kind of literal pieces
  uint32_t begin, end;    // the body, in the text
  std::string literal{};  // pending literal text
  // Lines between the begin of the token and the field at hand, and where the last of them begins.
  // Sought as fields come.
  uint32_t lines_sought_to = 0;
  uint32_t lines = 0;
  uint32_t line_begin = 0;

  void SeekLines(std::string_view text, uint32_t brace);
};

namespace {

// What FindFieldText may look at in a file, so that hostile text does not cost its square.
constexpr uint64_t kFieldSearchMinimum = 1 << 24;
constexpr uint64_t kFieldSearchFactor = 64;

/// Does a line end behind the byte at `at`? As CPython counts: \n, \r\n or a lone \r.
bool EndsLine(std::string_view text, uint32_t at) {
  return text[at] == '\n' || (text[at] == '\r' && (at + 1 == text.size() || text[at + 1] != '\n'));
}

/// Where the first line of a field ends.
uint32_t FindLineEnd(std::string_view text, ByteSpan field) {
  const std::string_view inside = text.substr(0, field.end);
  return static_cast<uint32_t>(
      std::min<size_t>(inside.find_first_of("\r\n", field.begin), field.end));
}

/// Does nothing but blanks stand between the brace of a field and a line end?
bool BreaksAtOnce(std::string_view text, ByteSpan field) {
  const uint32_t line_end = FindLineEnd(text, field);
  return line_end != field.end &&
         text.substr(field.begin + 1, line_end - field.begin - 1).find_first_not_of(" \t\f") ==
             std::string_view::npos;
}

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

void Parser::LegacyFormat::SeekLines(std::string_view text, uint32_t brace) {
  for (uint32_t& at = lines_sought_to; at < brace; ++at) {
    if (!EndsLine(text, at)) continue;
    ++lines;
    line_begin = at + 1;
  }
}

NodeRef Parser::ParseLegacyStrings(uint32_t first, uint32_t last) {
  const ByteSpan whole{spans_[first].begin, spans_[last - 1].end};
  const bool unicode = SplitString(TokenTextAt(first)).unicode;
  const int32_t kind = unicode ? tree_.AddConstant(ConstantKind::kStr, "u") : kNoNode;
  const size_t mark = stack_.size();
  LegacyFormat format{first, first, whole, false, kind, 0, 0};
  for (uint32_t token = first; token < last && !failed_; ++token) {
    const StringParts parts = SplitString(TokenTextAt(token));
    format.token = token;
    format.raw = parts.raw;
    format.begin = text_spans_[token].begin + parts.body_begin;
    format.end = text_spans_[token].begin + parts.body_end;
    format.lines_sought_to = format.line_begin = text_spans_[token].begin;
    format.lines = 0;
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
          const bool is_named = at < format.end && text_[at] == '{';
          at = std::min(at + 1, format.end);
          if (is_named) {
            const size_t close = text_.substr(0, format.end).find('}', at);
            at = close == std::string_view::npos ? format.end : static_cast<uint32_t>(close) + 1;
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
    if (at_end()) return fail("f-string: expecting '}'");
    conversion = static_cast<uint8_t>(text_[at++]);
    if (conversion != 's' && conversion != 'r' && conversion != 'a') {
      return fail("f-string: invalid conversion character: expected 's', 'r', or 'a'");
    }
  }
  NodeRef spec = kNoNode;
  FlushLegacyLiteral(format);
  if (!at_end() && text_[at] == ':') {
    ++at;
    LegacyFormat inner = format;
    inner.begin = at;
    const size_t mark = stack_.size();
    ParseLegacyPieces(inner, at, level + 1);
    // What CPython finishes at the end of a specification has the span of its token alone
    // since 3.9.
    if (AtLeast(PythonVersion::k39)) {
      inner.whole = spans_[format.token];
      inner.kind = kNoNode;
    }
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
    const char after = to < text_.size() ? text_[to] : '\0';
    if (options_.version == PythonVersion::k311 && (after == '!' || after == ':' || after == '=')) {
      return Fail(format.whole, Message("f-string: expression required before '", after, "'"));
    }
    return Fail(format.whole, "f-string: empty expression not allowed");
  }
  if (exact_fields_ && FindFieldError(format, from, to)) {
    CA_CHECK(field_error_.has_value(), "a field's error is kept where one was found");
    return Fail(format.whole, field_error_->message);
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
  const std::vector<ByteSpan> reported = PlaceFieldTokens(format, tokens);

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

/// Line and column of an offset or a place.
LineColumn Parser::ReportedPosition(uint32_t at) {
  if (IsPlace(at)) {
    const ReportedPlace& place = tree_.place(at);
    return {place.line, place.column + place.shift};
  }
  if (lines_ == nullptr) lines_ = std::make_unique<LineIndex>(text_);
  return lines_->Find(at);
}

/// The first occurrence of a field's text, braces included, in the first of the concatenated
/// strings. CPython searches without bound; here the searches of a file may look at as many bytes
/// as keep the cost linear, and find nothing behind that.
bool Parser::FindFieldText(const LegacyFormat& format, ByteSpan field, uint32_t& found) {
  const std::string_view string = TokenTextAt(format.first);
  std::string wanted(text_.substr(field.begin, field.size()));
  wanted.back() = '}';
  const uint64_t budget = kFieldSearchMinimum + kFieldSearchFactor * uint64_t{text_.size()};
  if (field_search_ > budget) return false;
  const size_t at = string.find(wanted);
  field_search_ += at == std::string_view::npos ? string.size() : at;
  if (at == std::string_view::npos) return false;
  found = text_spans_[format.first].begin + static_cast<uint32_t>(at);
  return true;
}

/// Where CPython puts the column 0 of a field's first line: see the head of the file.
LineColumn Parser::FindFieldOrigin(LegacyFormat& format, ByteSpan field) {
  const uint32_t brace = field.begin;
  format.SeekLines(text_, brace);
  const bool breaks_at_once = BreaksAtOnce(text_, field);
  if (AtLeast(PythonVersion::k39)) {
    const LineColumn string = ReportedPosition(spans_[format.token].begin);
    const bool later = format.lines > 0, old = !AtLeast(PythonVersion::k310);
    const uint32_t inside = breaks_at_once ? 0 : brace - format.line_begin + (later && old ? 1 : 0);
    return {string.line + format.lines, inside + (later && !old ? 0 : string.column)};
  }
  const LineColumn string = ReportedPosition(spans_[format.first].begin);
  LineColumn origin{string.line, string.column};
  uint32_t found = 0;
  if (!FindFieldText(format, field, found)) return origin;
  const uint32_t begin = text_spans_[format.first].begin;
  uint32_t line_begin = begin;
  for (uint32_t at = begin; at < found; ++at) {
    if (!EndsLine(text_, at)) continue;
    ++origin.line;
    line_begin = at;  // the line end counts as a column
  }
  origin.column += found - line_begin;
  return origin;
}

/// Spans that hold the reported positions of a field's tokens; empty if those are the text's.
std::vector<ByteSpan> Parser::PlaceFieldTokens(LegacyFormat& format,
                                               const lex::TokenBuffer& tokens) {
  if (text_.size() >= kPlaceBase) return {};
  const ByteSpan field{tokens.spans[0].begin, tokens.spans.back().end};
  const uint32_t brace = field.begin;
  format.SeekLines(text_, brace);
  const uint32_t line_end = FindLineEnd(text_, field);
  const bool one_line = line_end == field.end;
  const bool breaks_at_once = BreaksAtOnce(text_, field);
  const auto spans_lines = [&](ByteSpan span) {
    return span.begin < line_end && span.end > line_end;
  };
  const bool later = format.lines > 0;
  bool plain = !breaks_at_once && !IsPlace(spans_[format.token].begin);
  if (AtLeast(PythonVersion::k310)) plain = !breaks_at_once && (plain || later);
  if (AtLeast(PythonVersion::k39)) {
    plain = plain && (!later || AtLeast(PythonVersion::k310)) &&
            std::none_of(tokens.spans.begin(), tokens.spans.end(), spans_lines);
    if (plain) return {};
  }
  const LineColumn origin = FindFieldOrigin(format, field);
  if (!AtLeast(PythonVersion::k39) && one_line) {
    const LineColumn true_place = ReportedPosition(brace);
    if (origin.line == true_place.line && origin.column == true_place.column) return {};
  }

  const bool old = !AtLeast(PythonVersion::k39);
  std::vector<ByteSpan> spans(tokens.spans.size());
  uint32_t line = origin.line, line_begin = brace, sought_to = brace;
  const auto place = [&](uint32_t at, bool shifted) {
    for (; sought_to < at; ++sought_to) {
      if (!EndsLine(text_, sought_to)) continue;
      ++line;
      line_begin = sought_to + 1;
    }
    return tree_.AddPlace({at, line, at - line_begin, shifted ? origin.column : 0});
  };
  for (size_t i = 0; i < spans.size(); ++i) {
    const ByteSpan span = tokens.spans[i];
    const bool shifted = (old ? span.begin : span.end) <= line_end;
    spans[i].begin = place(span.begin, shifted);
    spans[i].end = place(span.end, shifted);
  }
  return spans;
}

}  // namespace codeanatomy::parse
