// debug tokens: the lexer's tokens as the tokenize module gives them.
//
// tokenize differs from the lexer in what it shows of layout: it names the encoding first, gives
// the text of line ends, places DEDENT before the next token, and closes a text without a last line
// end by an empty NEWLINE. Columns count characters.
#include <iterator>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/line_index.h"
#include "cli/debug_lines.h"
#include "lex/lexer.h"

namespace codeanatomy::cli {
namespace {

using lex::TokenKind;

class TokenPrinter {
 public:
  TokenPrinter(std::string& out, std::string_view text) : out_(out), text_(text), lines_(text) {}

  void Print(std::string_view type, ByteSpan span, std::string_view string) {
    Position begin = At(span.begin), end = At(span.end);
    Print(type, string, begin, end);
  }

  struct Position {
    uint32_t line, column;
  };
  // A line end belongs to the line that it ends.
  Position At(uint32_t offset) {
    if (offset < last_offset_ || offset >= line_end_) {
      const LineColumn found = lines_.Find(offset);
      line_ = found.line;
      line_end_ = line_ < lines_.line_count() ? lines_.line_start(line_ + 1) : ~uint32_t{0};
      last_offset_ = lines_.line_start(line_);
      last_column_ = 0;
    }
    last_column_ += CharacterColumn(text_, last_offset_, offset);
    last_offset_ = offset;
    return {line_, last_column_};
  }
  void Print(std::string_view type, std::string_view string, Position begin, Position end) {
    out_ += separate_ ? ", [\"" : "[\"";
    separate_ = true;
    out_ += type;
    out_ += "\", ";
    AppendJsonString(out_, string);
    fmt::format_to(std::back_inserter(out_), ", [{}, {}], [{}, {}]]", begin.line, begin.column,
                   end.line, end.column);
  }
  uint32_t line_count() const { return lines_.line_count(); }

 private:
  std::string& out_;
  std::string_view text_;
  LineIndex lines_;
  bool separate_ = false;
  uint32_t line_ = 1, line_end_ = 0, last_offset_ = 0, last_column_ = 0;
};

std::string_view TypeName(TokenKind kind) {
  if (lex::IsKeyword(kind)) return "NAME";
  if (lex::IsOperator(kind)) return "OP";
  return lex::TokenText(kind);
}

void PrintTokens(std::string& out, const source::SourceFile& file, const lex::TokenBuffer& tokens) {
  const std::string_view text = file.text();
  TokenPrinter printer(out, text);
  printer.Print("ENCODING", file.encoding, {0, 0}, {0, 0});
  for (size_t i = 0; i < tokens.size(); ++i) {
    const TokenKind kind = tokens.kinds[i];
    const ByteSpan span = tokens.spans[i];
    const std::string_view string = text.substr(span.begin, span.size());
    switch (kind) {
      case TokenKind::kNewline:
      case TokenKind::kNl: {
        const auto begin = printer.At(span.begin);
        const auto width = static_cast<uint32_t>(
            kind == TokenKind::kNewline && string.empty() ? 1 : string.size());
        printer.Print(TypeName(kind), string, begin, {begin.line, begin.column + width});
        break;
      }
      case TokenKind::kDedent: {
        const bool at_end = span.begin >= text.size();
        const bool ended = text.empty() || text.back() == '\n';
        const uint32_t last = printer.line_count() + (at_end && !ended ? 1 : 0);
        const auto at = at_end ? TokenPrinter::Position{last, 0} : printer.At(span.begin);
        printer.Print("DEDENT", "", at, at);
        break;
      }
      case TokenKind::kEndMarker: {
        const bool ended = text.empty() || text.back() == '\n';
        const uint32_t last = printer.line_count() + (ended ? 0 : 1);
        printer.Print("ENDMARKER", "", {last, 0}, {last, 0});
        break;
      }
      default:
        printer.Print(TypeName(kind), span, string);
    }
  }
}

}  // namespace

std::string TokensLine(const source::SourceFile& file, PythonVersion version) {
  lex::TokenBuffer tokens;
  lex::Lex(file.text(), {.version = version, .trivia = true}, tokens);
  std::string out = "{";
  AppendPath(out, file);
  out += ", \"tokens\": [";
  PrintTokens(out, file, tokens);
  out += "], \"error\": ";
  if (tokens.errors.empty()) {
    out += "null";
  } else {
    parse::Diagnostic problem;
    problem.span = tokens.errors.front().span;
    problem.type = tokens.errors.front().type;
    problem.message = tokens.errors.front().message;
    AppendError(out, file.text(), problem);
  }
  return out + '}';
}

}  // namespace codeanatomy::cli
