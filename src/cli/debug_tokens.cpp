// debug tokens: the lexer's tokens as the tokenize module gives them.
//
// tokenize differs from the lexer in what it shows of layout: it names the encoding first, gives
// the text of line ends, places DEDENT before the next token, and closes a text without a last line
// end by an empty NEWLINE. Columns count characters. Of format strings since 3.12 it cuts the
// literal text behind `{{`, `}}` and `\N{…}`, shows one brace of two, and has an empty text before
// the end of a field whose specification is empty or ends with a field. Before 3.12 it reads names
// as regular expressions do, whose words hold no combining marks.
#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/line_index.h"
#include "cli/debug_lines.h"
#include "lex/lexer.h"
#include "lex/unicode/unicode.h"
#include "lex/utf8.h"

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

// Format strings since 3.12: what of their text tokenize shows as which token.
class FormatStringPrinter {
 public:
  FormatStringPrinter(TokenPrinter& printer, std::string_view text)
      : printer_(printer), text_(text) {}

  void Print(TokenKind kind, ByteSpan span) {
    const std::string_view string = text_.substr(span.begin, span.size());
    switch (kind) {
      case TokenKind::kFStringStart:
      case TokenKind::kTStringStart:
        open_.push_back(string.find_first_of("rR") == string.npos ? kText : kRawText);
        break;
      case TokenKind::kFStringEnd:
      case TokenKind::kTStringEnd:
        if (!open_.empty()) open_.pop_back();
        break;
      case TokenKind::kFStringMiddle:
      case TokenKind::kTStringMiddle:
        return PrintText(kind, span);
      case TokenKind::kLeftBrace:
        open_.push_back(InText() ? kField : kBracket);
        break;
      case TokenKind::kLeftParen:
      case TokenKind::kLeftBracket:
        open_.push_back(kBracket);
        break;
      case TokenKind::kColon:
        if (!open_.empty() && open_.back() == kField) open_.back() = kSpecification;
        break;
      case TokenKind::kRightParen:
      case TokenKind::kRightBracket:
      case TokenKind::kRightBrace:
        if (!open_.empty() && open_.back() == kSpecification && !behind_text_) {
          const auto at = printer_.At(span.begin);
          printer_.Print(InTemplate() ? "TSTRING_MIDDLE" : "FSTRING_MIDDLE", "", at, at);
        }
        if (!open_.empty()) open_.pop_back();
        break;
      default:
        break;
    }
    behind_text_ = false;
    printer_.Print(TypeName(kind), span, string);
    if (kind == TokenKind::kFStringStart || kind == TokenKind::kTStringStart) {
      templates_.push_back(kind == TokenKind::kTStringStart);
    } else if (kind == TokenKind::kFStringEnd || kind == TokenKind::kTStringEnd) {
      if (!templates_.empty()) templates_.pop_back();
    }
  }

 private:
  enum Open : uint8_t { kText, kRawText, kField, kSpecification, kBracket };

  bool InText() const {
    return !open_.empty() && open_.back() < kBracket && open_.back() != kField;
  }
  bool InTemplate() const { return !templates_.empty() && templates_.back(); }
  bool IsRaw() const {
    for (size_t i = open_.size(); i > 0; --i) {
      if (open_[i - 1] <= kRawText) return open_[i - 1] == kRawText;
    }
    return false;
  }

  void PrintText(TokenKind kind, ByteSpan span) {
    const bool raw = IsRaw();
    uint32_t begin = span.begin, at = begin;
    const auto print = [&](uint32_t end) {
      printer_.Print(TypeName(kind), {begin, end}, text_.substr(begin, end - begin));
    };
    while (at < span.end) {
      const char c = text_[at], next = at + 1 < span.end ? text_[at + 1] : '\0';
      behind_text_ = true;
      if (c == '\\' && !raw && next == 'N' && at + 2 < span.end && text_[at + 2] == '{') {
        const auto end = std::min<size_t>(text_.find('}', at), span.end - 1);
        at = static_cast<uint32_t>(end) + 1;
        print(at);
        begin = at;
        behind_text_ = false;
      } else if (c == '\\') {
        at += next == '{' || next == '}' || at + 1 == span.end ? 1 : 2;
      } else if ((c == '{' || c == '}') && next == c) {
        print(at + 1);
        begin = at += 2;
      } else {
        ++at;
      }
    }
    if (begin < span.end) print(span.end);
  }

  TokenPrinter& printer_;
  std::string_view text_;
  std::vector<Open> open_;       // format strings, their fields, brackets
  std::vector<bool> templates_;  // of the open format strings
  bool behind_text_ = false;
};

// The pieces of a name that are words; what lies between them is ERRORTOKEN to tokenize.
void PrintWords(TokenPrinter& printer, ByteSpan span, std::string_view text,
                PythonVersion version) {
  uint32_t begin = span.begin, at = begin;
  const auto print = [&](std::string_view type, uint32_t end) {
    if (begin < end) printer.Print(type, {begin, end}, text.substr(begin, end - begin));
    begin = end;
  };
  while (at < span.end) {
    const lex::DecodedChar decoded = lex::DecodeUtf8(text.data() + at, text.data() + span.end);
    const uint32_t size = std::max<uint32_t>(decoded.size, 1);
    if (!lex::unicode::IsWord(decoded.cp, version)) {
      print("NAME", at);
      print("ERRORTOKEN", at + size);
    }
    at += size;
  }
  print("NAME", span.end);
}

void PrintTokens(std::string& out, const source::SourceFile& file, const lex::TokenBuffer& tokens,
                 PythonVersion version) {
  const std::string_view text = file.text();
  TokenPrinter printer(out, text);
  FormatStringPrinter strings(printer, text);
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
      case TokenKind::kName:
        if (version >= PythonVersion::k312) {
          strings.Print(kind, span);
        } else {
          PrintWords(printer, span, text, version);
        }
        break;
      default:
        strings.Print(kind, span);
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
  PrintTokens(out, file, tokens, version);
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
