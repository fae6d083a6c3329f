// Line ends and indentation: NEWLINE, INDENT, DEDENT as CPython's tokenizer produces them.
//
// A line's indentation is measured twice, with tabs to multiples of 8 and with tabs as 1; where the
// two measures order a line differently against the open blocks, the text depends on the tab size
// and is a TabError. Blank and comment lines count for nothing. A form feed restarts the measure.
#include <string>

#include "base/byte_block.h"
#include "lex/lexer_state.h"

namespace codeanatomy::lex {

namespace {
bool IsTypeComment(std::string_view comment) {
  size_t i = 1;
  while (i < comment.size() && (comment[i] == ' ' || comment[i] == '\t')) ++i;
  return comment.substr(i).starts_with("type: ");
}
}  // namespace

void Lexer::SkipLineEnd() {
  if (*p_ == '\r' && p_ + 1 < end_ && p_[1] == '\n') ++p_;
  ++p_;
}

void Lexer::LexComment() {
  const char* begin = p_;
  p_ = FindByte(p_, end_,
                [](const ByteBlock& block) { return block.Equal('\n') | block.Equal('\r'); });
  if (options_.type_comments && IsTypeComment({begin, static_cast<size_t>(p_ - begin)})) {
    Emit(TokenKind::kTypeComment, begin);
  } else if (options_.trivia) {
    Emit(TokenKind::kComment, begin);
  }
}

void Lexer::LexNewline() {
  const char* begin = p_;
  SkipLineEnd();
  if (expression_only_) return;
  if (!brackets_.empty() || !line_has_tokens_) {
    if (options_.trivia) Emit(TokenKind::kNl, begin);
    if (brackets_.empty()) LexLineStart();
    return;
  }
  Emit(TokenKind::kNewline, begin);
  line_has_tokens_ = false;
  error_reported_ = false;
  excess_brackets_ = 0;
  LexLineStart();
}

/// From the begin of a line to its first token: skips blank lines, then sets the indentation.
void Lexer::LexLineStart() {
  while (true) {
    const char* line = p_;
    uint32_t column = 0, alternative = 0, continued = 0;
    while (true) {
      const char* spaces = p_;
      p_ = FindByte(p_, end_, [](const ByteBlock& block) { return ~block.Equal(' ') & 0xFFFF; });
      column += static_cast<uint32_t>(p_ - spaces);
      alternative += static_cast<uint32_t>(p_ - spaces);
      if (p_ == end_) return;
      const char c = *p_;
      if (c == '\t') {
        column = (column / 8 + 1) * 8;
        ++alternative;
      } else if (c == '\f') {
        column = alternative = 0;
      } else if (c == '\\' && p_ + 1 < end_ && ClassOf(p_[1]) == CharClass::kNewline) {
        // The first physical line decides the indentation of a continued one: in 3.8 since that is
        // text, later because it comes first. 3.9 takes such a line to have no indentation.
        if (options_.version == PythonVersion::k38) break;
        if (options_.version == PythonVersion::k39) return;
        if (continued == 0) continued = column;
        const char* backslash = p_++;
        SkipLineEnd();
        if (p_ == end_) {
          if (HasAddedLine()) return;
          Report({offset(backslash), offset(p_)}, "unexpected EOF while parsing");
          return;
        }
        continue;
      } else if (c == '\\' && !options_.recover && AtOrAfter(PythonVersion::k39)) {
        return;  // that no line end follows is found before the indentation is
      } else {
        break;
      }
      ++p_;
    }
    if (*p_ == '#') {
      LexComment();
      if (p_ == end_) return;
    }
    if (*p_ == '\n' || *p_ == '\r') {
      const char* begin = p_;
      SkipLineEnd();
      if (options_.trivia) Emit(TokenKind::kNl, begin);
      continue;
    }
    SetIndentation(continued != 0 ? continued : column, continued != 0 ? continued : alternative,
                   line);
    return;
  }
}

/// Without recovery, the tokens of the line's layout from `first_token` on do not come to be.
void Lexer::FailIndentation(size_t first_token, const char* line, std::string_view message,
                            std::string_view type) {
  if (!options_.recover) {
    out_.kinds.Truncate(first_token);
    out_.spans.Truncate(first_token);
  }
  Report({offset(line), offset(p_)}, std::string(message), type);
}

void Lexer::SetIndentation(uint32_t column, uint32_t alternative, const char* line) {
  constexpr std::string_view kTabs = "inconsistent use of tabs and spaces in indentation";
  const size_t first_token = out_.size();
  if (column == indents_.back().column) [[likely]] {
    if (alternative != indents_.back().alternative) {
      FailIndentation(first_token, line, kTabs, "TabError");
    }
    return;
  }
  if (column > indents_.back().column) {
    if (alternative <= indents_.back().alternative) {
      FailIndentation(first_token, line, kTabs, "TabError");
    }
    if (indents_.size() >= kMaxIndentDepth) {
      Emit(TokenKind::kError, p_);
      Report({offset(line), offset(p_)}, "too many levels of indentation", "IndentationError",
             true);
      return;
    }
    indents_.push_back({column, alternative});
    Emit(TokenKind::kIndent, line);
    return;
  }
  const auto belongs_outside = [&] {
    const uint32_t outer = indents_[indents_.size() - 2].column, inner = indents_.back().column;
    return column <= outer || column - outer < inner - column;
  };
  while (indents_.size() > 1 && column < indents_.back().column && belongs_outside()) {
    indents_.pop_back();
    Emit(TokenKind::kDedent, p_);
  }
  if (column == indents_.back().column) {
    if (alternative != indents_.back().alternative) {
      FailIndentation(first_token, line, kTabs, "TabError");
    }
    return;
  }
  // Between two levels: the line belongs to the nearer one, as where a word was lost at its begin.
  FailIndentation(first_token, line, "unindent does not match any outer indentation level",
                  "IndentationError");
  if (column < indents_.back().column) indents_.back() = {column, alternative};
}

void Lexer::FinishLayout() {
  const uint32_t end = offset(end_);
  p_ = end_;
  if (!brackets_.empty() && !stopped_) {
    const Bracket open = brackets_.back();
    Report({open.at, open.at + 1}, Message("'", open.open, "' was never closed"));
  }
  if (stopped_) {
    out_.Add(TokenKind::kEndMarker, end, end);
    return;
  }
  if (line_has_tokens_) out_.Add(TokenKind::kNewline, end, end);
  for (; indents_.size() > 1; indents_.pop_back()) out_.Add(TokenKind::kDedent, end, end);
  out_.Add(TokenKind::kEndMarker, end, end);
}

}  // namespace codeanatomy::lex
