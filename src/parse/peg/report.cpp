// Where errors stand, and which of several wins.
//
// CPython reports lines from 1 and columns from 1 in characters. Tokens of the layout have no
// column; an error at one stands where the tokenizer had got to. After both passes the rest of the
// text is tokenized: an error found there, or a bracket that an earlier line left open, is a better
// explanation than what the parser found.
#include <algorithm>

#include "lex/lexer.h"
#include "parse/peg/recognizer.h"

namespace codeanatomy::parse::peg {

using lex::TokenKind;

namespace {

bool HasNoColumn(TokenKind kind) {
  return kind == TokenKind::kIndent || kind == TokenKind::kDedent || kind == TokenKind::kEndMarker;
}

constexpr std::string_view kEndOfFile = "unexpected EOF while parsing";

/// Errors that CPython's tokenizer leaves to the parser to report; the others raise by themselves.
bool IsStatus(const lex::LexError& error) {
  return error.type != "SyntaxError" || error.message.starts_with("unexpected ") ||
         error.message.ends_with("was never closed");
}

/// Errors whose place the tokenizer tells itself.
bool IsKnownRange(const lex::LexError& error) {
  return error.message.starts_with("leading zeros") ||
         error.message.ends_with("prefixes are incompatible");
}

}  // namespace

const LineIndex& Recognizer::Lines() {
  if (!lines_) lines_.emplace(text_);
  return *lines_;
}

Recognizer::Place Recognizer::PlaceOf(uint32_t offset) {
  const LineColumn at = Lines().Find(offset);
  return {at.line, at.column};
}

/// Behind the line end of the last line, which the tokenizer adds where it is missing.
Recognizer::Place Recognizer::EndOfText() {
  const LineColumn at = Lines().Find(static_cast<uint32_t>(text_.size()));
  if (at.column > 0 || at.line == 1 || lex::HasAddedLine(text_, version_)) {
    return {at.line, at.column + 1};
  }
  uint32_t end = Lines().line_start(at.line) - 1;
  if (end > 0 && text_[end] == '\n' && text_[end - 1] == '\r') --end;
  return {at.line - 1, end - Lines().line_start(at.line - 1) + 1};
}

Recognizer::Place Recognizer::BeginOf(uint32_t token) {
  const TokenKind kind = tokens_.kinds[token];
  const ByteSpan span = tokens_.spans[token];
  if (HasNoColumn(kind)) {
    Place place = span.end >= text_.size() ? EndOfText() : PlaceOf(span.end);
    place.has_column = false;
    return place;
  }
  if (kind != TokenKind::kNewline || token == 0) return PlaceOf(span.begin);
  // The line end begins with the comment before it.
  for (uint32_t at = tokens_.spans[token - 1].end; at < span.begin; ++at) {
    if (text_[at] == '#') return PlaceOf(at);
  }
  return PlaceOf(span.begin);
}

Recognizer::Place Recognizer::EndOf(uint32_t token) {
  const TokenKind kind = tokens_.kinds[token];
  if (HasNoColumn(kind)) return BeginOf(token);
  return PlaceOf(kind == TokenKind::kNewline ? tokens_.spans[token].begin
                                             : tokens_.spans[token].end);
}

Recognizer::Place Recognizer::TokenizerPlace() {
  const uint32_t token = read_ - 1;
  Place place = EndOf(token);
  place.has_column = true;
  if (tokens_.kinds[token] == TokenKind::kNewline) ++place.column;
  return place;
}

uint32_t Recognizer::OffsetAfter(uint32_t line, uint32_t bytes) {
  return counts_bytes_ ? bytes : CharactersBefore(line, bytes);
}

uint32_t Recognizer::CharactersBefore(uint32_t line, uint32_t bytes) {
  const uint32_t start = Lines().line_start(line);
  uint32_t count = 0;
  for (uint32_t i = 0; i < bytes; ++i) {
    const bool inside = start + i < text_.size();
    count += !inside || (static_cast<uint8_t>(text_[start + i]) & 0xC0) != 0x80;
  }
  return count;
}

uint32_t Recognizer::OffsetOf(const Place& place) {
  return std::min<uint32_t>(Lines().line_start(place.line) + place.column,
                            static_cast<uint32_t>(text_.size()));
}

/// On later lines of a field CPython takes off the column that it had only added on the first.
ReportedPosition Recognizer::Shown(uint32_t line, int64_t offset) const {
  if (field_ == nullptr) return {line, static_cast<int32_t>(offset)};
  if (line > 1) offset -= field_->column;
  return {line + field_->first_line - 1, static_cast<int32_t>(offset)};
}

int32_t Recognizer::EndOffset(const Place& place) {
  if (!place.has_column) return -1;
  return static_cast<int32_t>(OffsetAfter(place.line, place.column + 1));
}

/// Since 3.12 a line end covers a column.
int32_t Recognizer::EndOffsetOf(uint32_t token) {
  const bool wide = tokens_.kinds[token] == TokenKind::kNewline && version_ >= PythonVersion::k312;
  return EndOffset(EndOf(token)) + (wide ? 1 : 0);
}

void Recognizer::RaiseAt(const Place& begin, const Place& end, int32_t end_offset,
                         std::string message, std::string_view type) {
  if (stopped_) return;
  stopped_ = true;
  Diagnostic error;
  error.stage = 1;
  error.code = type == "IndentationError" ? "INDENTATION_ERROR" : "SYNTAX_ERROR";
  error.type = type;
  const bool named = field_ != nullptr && version_ >= PythonVersion::k39;
  error.message = named ? "f-string: " + message : std::move(message);
  error.span.begin = OffsetOf(begin);
  error.span.end = std::max(error.span.begin, OffsetOf(end));
  const uint32_t counted = CountedLine(begin);
  if (counted != begin.line && end.line == begin.line && end_offset > 0) {
    end_offset += static_cast<int32_t>(CharactersBefore(counted, end.column + 1)) -
                  static_cast<int32_t>(CharactersBefore(end.line, end.column + 1));
  }
  const uint32_t offset = begin.has_column ? OffsetAfter(counted, begin.column + 1) : begin.column;
  const Place shown = PlaceOf(error.span.begin);
  if (field_ != nullptr || shown.line != begin.line ||
      CharactersBefore(shown.line, shown.column) + 1 != offset) {
    error.reported = Shown(begin.line, offset);
  }
  if (end.line != begin.line && end_offset > 0 && !counts_bytes_) {
    // CPython counts the end's bytes in the line of the begin.
    const uint32_t from = Lines().line_start(begin.line);
    const size_t length = std::min(text_.find_first_of("\r\n", from), text_.size()) - from;
    const auto bytes = static_cast<uint32_t>(std::min<size_t>(end.column, length)) + 1;
    end_offset = static_cast<int32_t>(CharactersBefore(begin.line, bytes));
  }
  error.reported_end = Shown(end.line, end_offset);
  error_ = std::move(error);
}

void Recognizer::RaiseRange(uint32_t first, uint32_t last, std::string message) {
  Place begin = BeginOf(first);
  if (!begin.has_column) begin.column = 0;
  RaiseAt(begin, EndOf(last), std::max(EndOffsetOf(last), 0), std::move(message), "SyntaxError");
}

void Recognizer::RaiseAtLastRead(std::string message, std::string_view type) {
  const uint32_t token = read_ - 1;
  Place begin = BeginOf(token);
  if (!begin.has_column) begin.column = OffsetAfter(begin.line, begin.column);
  RaiseAt(begin, EndOf(token), EndOffsetOf(token), std::move(message), type);
}

void Recognizer::Raise(const Action& action, const Value* labels, Value at) {
  std::string message = Render(action, labels);
  if (action.indentation) {
    return RaiseAtLastRead(std::move(message), "IndentationError");
  }
  switch (action.where) {
    case Where::kNode:
    case Where::kStart:
      return RaiseRange(FirstToken(at), LastToken(at), std::move(message));
    case Where::kRange:
      return RaiseRange(FirstToken(at), LastToken(labels[action.b]), std::move(message));
    case Where::kLastItemRange:
      return RaiseRange(FirstToken(LastElement(at)), LastToken(labels[action.b]),
                        std::move(message));
    case Where::kToTokenizer: {
      const Place end = TokenizerPlace();
      return RaiseAt(BeginOf(FirstToken(at)), end, EndOffset(end) - 1, std::move(message),
                     "SyntaxError");
    }
    case Where::kLastByte: {
      const Place end = EndOf(LastToken(at));
      const Place begin{BeginOf(FirstToken(at)).line, end.column - 1};
      return RaiseAt(begin, end, 0, std::move(message), "SyntaxError");
    }
    case Where::kLastToken:
      return RaiseAtLastRead(std::move(message));
    case Where::kNextToken:
      if (!Read()) return;
      Place begin = BeginOf(mark_);
      if (!begin.has_column) begin.column = OffsetAfter(begin.line, begin.column);
      return RaiseAt(begin, EndOf(mark_), EndOffsetOf(mark_), std::move(message), "SyntaxError");
  }
}

/// The first of the lines that strings and continuations join with that of the offset `behind`,
/// which is behind the tokens before `token`.
uint32_t Recognizer::FirstJoinedLine(uint32_t token, uint32_t behind) {
  uint32_t first = PlaceOf(behind).line;
  for (; token > 0; --token) {
    const ByteSpan span = tokens_.spans[token - 1];
    const std::string_view between = text_.substr(span.end, behind - span.end);
    // One backslash for each line end, and no comment.
    const bool joined = std::ranges::count(between, '\n') == std::ranges::count(between, '\\') &&
                        between.find('#') == std::string_view::npos;
    if (lex::IsLayout(tokens_.kinds[token - 1]) || !joined) break;
    behind = span.begin;
    first = PlaceOf(behind).line;
  }
  return first;
}

/// The line in which CPython counts the characters before a place. Up to 3.13 that is the begin of
/// what the tokenizer holds of the text, if it still is in the line of the place.
uint32_t Recognizer::CountedLine(const Place& place) {
  if (counts_bytes_ || version_ >= PythonVersion::k314 || version_ < PythonVersion::k310 ||
      field_ != nullptr || !place.has_column || EndOf(read_ - 1).line > place.line) {
    return place.line;
  }
  const uint32_t offset = OffsetOf(place);
  uint32_t token = read_;
  while (token > 0 && tokens_.spans[token - 1].begin >= offset) --token;
  if (token > 0 && tokens_.spans[token - 1].end > offset) return place.line;
  return FirstJoinedLine(token, offset);
}

/// Offset of a place whose column the tokenizer counts in what it holds of the text: from the line
/// that strings and continuations join with this one. Since 3.14 on the line alone, and to its end.
int32_t Recognizer::OffsetBehindJoinedLines(const Place& place) {
  const uint32_t backslash = OffsetOf(place) - 1;
  const uint32_t first = FirstJoinedLine(error_token_, backslash);
  const uint32_t start = Lines().line_start(place.line);
  uint32_t bytes = start + place.column - Lines().line_start(first) + 1;
  if (version_ < PythonVersion::k314) return static_cast<int32_t>(OffsetAfter(first, bytes));
  const size_t end = std::min(text_.find_first_of("\r\n", start), text_.size());
  bytes = std::min(bytes, static_cast<uint32_t>(end) - start + 2);
  return static_cast<int32_t>(CharactersBefore(place.line, bytes));
}

void Recognizer::RaiseLexError() {
  if (stopped_) return;
  const lex::LexError& error = tokens_.errors.front();
  const std::vector<uint32_t> open = OpenBrackets();
  if (version_ >= PythonVersion::k310 && error.message == kEndOfFile && !open.empty()) {
    from_tokenizer_ = true;
    return RaiseNeverClosed(open.back());
  }
  stopped_ = from_tokenizer_ = true;
  const std::string_view code = error.is_limit                     ? "NESTING_TOO_DEEP"
                                : error.type == "TabError"         ? "TAB_ERROR"
                                : error.type == "IndentationError" ? "INDENTATION_ERROR"
                                                                   : "SYNTAX_ERROR";
  error_ = Diagnostic{error.span, 0, code, std::string(error.type), error.message};
  ReportedPosition& shown = error_->reported;
  const Place end = EndOfText(), begin = PlaceOf(error.span.begin);
  if (version_ < PythonVersion::k310 && error.message.ends_with("was never closed")) {
    error_->message = kEndOfFile;
    shown = {end.line, static_cast<int32_t>(end.column)};
  } else if (error.message == kEndOfFile) {
    shown = {end.line, static_cast<int32_t>(OffsetAfter(end.line, end.column))};
  } else if (error.message.starts_with("EOF while ") || error.message.starts_with("EOL while ")) {
    // The tokenizer's place, its column from the begin of the line where the string begins.
    const bool at_end = error.span.end >= text_.size();
    const uint32_t bytes = error.span.end - Lines().line_start(begin.line);
    const uint32_t line_end = at_end && text_.ends_with('\n') ? 0 : 1;  // the one taken, or added
    shown = {at_end ? end.line : PlaceOf(error.span.end).line,
             static_cast<int32_t>(OffsetAfter(begin.line, bytes + line_end))};
  } else if (error.message.starts_with("unexpected character after line ")) {
    shown = {begin.line, OffsetBehindJoinedLines(begin)};
  } else if (error.message.starts_with("unindent ")) {
    // The tokenizer has read the whole line by then.
    const uint32_t line = PlaceOf(error.span.end).line;
    const size_t line_end = std::min(text_.find_first_of("\r\n", error.span.end), text_.size());
    const auto length = static_cast<uint32_t>(line_end) - Lines().line_start(line);
    shown = {line, static_cast<int32_t>(OffsetAfter(line, length + 1))};
  } else if (IsKnownRange(error)) {
    shown = {begin.line, static_cast<int32_t>(begin.column) + 1};  // in bytes, always
  } else if (field_ != nullptr) {
    const auto column = static_cast<int32_t>(CharactersBefore(begin.line, begin.column));
    shown = {begin.line, column + 1};
  } else if (error.message.ends_with("was never closed")) {
    shown = {begin.line, static_cast<int32_t>(OffsetAfter(begin.line, begin.column + 1))};
  }
  // Before 3.10 the tokenizer did not know where the field stands.
  const bool shifts = version_ >= PythonVersion::k310 || (IsStatus(error) && shown.line != 0);
  if (field_ != nullptr && shifts) shown.line += field_->first_line - 1;
  error_->reported_end = ShownEnd(error);
}

/// Most errors of the tokenizer end where they begin; those that it leaves to the parser have no
/// end.
ReportedPosition Recognizer::ShownEnd(const lex::LexError& error) {
  const Place begin = PlaceOf(error.span.begin);
  CA_CHECK(error_.has_value(), "only the end of an error that was raised is asked for");
  const ReportedPosition& shown = error_->reported;
  const uint32_t line = shown.line != 0 ? shown.line : begin.line;
  if (error.message == kEndOfFile || error.message.starts_with("unindent ")) return {line, -1};
  if (IsStatus(error)) return {line, 0};
  uint32_t last = error.span.begin;
  if (error.message.starts_with("leading zeros")) {
    while (text_[last] == '0' || text_[last] == '_') ++last;
  }
  if (error.message.ends_with("prefixes are incompatible")) last = error.span.end;
  const uint32_t behind = last - error.span.begin;
  const int32_t offset = shown.line != 0
                             ? shown.offset
                             : static_cast<int32_t>(CharactersBefore(begin.line, begin.column)) + 1;
  return {line, offset + static_cast<int32_t>(behind)};
}

void Recognizer::RaiseNeverClosed(uint32_t bracket) {
  std::string message = "'";
  message.append(TextOf(bracket)).append("' was never closed");
  stopped_ = false;
  RaiseRange(bracket, bracket, std::move(message));
  CA_CHECK(error_.has_value(),
           "an error that is raised is kept, as the first or the one before it");
  error_->stage = 0;
  error_->reported_end.offset = 0;
}

/// The brackets that are open where the tokenizer stops, outermost first.
std::vector<uint32_t> Recognizer::OpenBrackets() const {
  std::vector<uint32_t> open;
  const auto end = std::min(error_token_, static_cast<uint32_t>(tokens_.size()));
  for (uint32_t token = 0; token < end; ++token) {
    switch (tokens_.kinds[token]) {
      case TokenKind::kLeftParen:
      case TokenKind::kLeftBracket:
      case TokenKind::kLeftBrace:
        open.push_back(token);
        break;
      case TokenKind::kRightParen:
      case TokenKind::kRightBracket:
      case TokenKind::kRightBrace:
        if (!open.empty()) open.pop_back();
        break;
      default:
        break;
    }
  }
  return open;
}

bool Recognizer::InsideFormatString() const {
  int depth = 0;
  for (uint32_t token = 0; token < error_token_; ++token) {
    const TokenKind kind = tokens_.kinds[token];
    depth += kind == TokenKind::kFStringStart || kind == TokenKind::kTStringStart;
    depth -= kind == TokenKind::kFStringEnd || kind == TokenKind::kTStringEnd;
  }
  return depth > 0;
}

/// Whether the last token read is one that the end of the text gives.
bool Recognizer::AtEndOfText() const {
  return HasNoColumn(tokens_.kinds[read_ - 1]) && tokens_.spans[read_ - 1].begin >= text_.size();
}

/// The one token that a parser with one token of lookahead did not expect. Of a string that spans
/// lines it gives the last one.
void Recognizer::FinishPredictive() {
  const uint32_t token = read_ - 1;
  const TokenKind kind = tokens_.kinds[token];
  if (AtEndOfText()) return RaiseAtLastRead(std::string(kEndOfFile));
  const bool begins_block = token > 1 && tokens_.kinds[token - 1] == TokenKind::kNewline &&
                            tokens_.kinds[token - 2] == TokenKind::kColon;
  if (begins_block && kind != TokenKind::kIndent) {
    return RaiseAtLastRead("expected an indented block", "IndentationError");
  }
  if (kind == TokenKind::kIndent) return RaiseAtLastRead("unexpected indent", "IndentationError");
  if (kind == TokenKind::kDedent) return RaiseAtLastRead("unexpected unindent", "IndentationError");
  RaiseRange(token, token, "invalid syntax");
  const Place begin = BeginOf(token), end = EndOf(token);
  if (end.line != begin.line) {
    error_->reported = Shown(end.line, OffsetAfter(begin.line, begin.column + 1));
  }
}

/// `last_read`: the last token of the first pass.
void Recognizer::FinishErrors(uint32_t last_read) {
  const bool prefers_tokenizer = version_ >= PythonVersion::k310;
  if (error_) {
    if (!from_tokenizer_ && prefers_tokenizer) PreferTokenizerErrors();
    return;
  }
  if (!prefers_tokenizer && AtEndOfText()) return RaiseAtLastRead(std::string(kEndOfFile));
  const bool of_second_pass = version_ <= PythonVersion::k310;
  if (!prefers_tokenizer) last_read = read_ - 1;
  const TokenKind kind = tokens_.kinds[of_second_pass ? read_ - 1 : last_read];
  if (kind == TokenKind::kIndent || kind == TokenKind::kDedent) {
    RaiseAtLastRead(kind == TokenKind::kIndent ? "unexpected indent" : "unexpected unindent",
                    "IndentationError");
    return;
  }
  RaiseRange(last_read, last_read, "invalid syntax");
  if (prefers_tokenizer) PreferTokenizerErrors();
}

void Recognizer::PreferTokenizerErrors() {
  if (error_token_ >= tokens_.size() || error_token_ < read_) return;
  if (version_ >= PythonVersion::k312 && InsideFormatString()) return;
  const lex::LexError& error = tokens_.errors.front();
  const uint32_t line = BeginOf(read_ - 1).line;
  const std::vector<uint32_t> open = OpenBrackets();
  if (IsStatus(error)) {
    if (!open.empty() && line > BeginOf(open.back()).line) RaiseNeverClosed(open.back());
    return;
  }
  stopped_ = false;
  RaiseLexError();
}

}  // namespace codeanatomy::parse::peg
