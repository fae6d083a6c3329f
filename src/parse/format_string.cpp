// Format strings since Python 3.12 (PEP 701) and template strings of 3.14 (PEP 750). The lexer has
// cut them into literal middles and the tokens of the replacement fields.
//
// Literal text that meets (adjacent strings, doubled braces, the text a `=` field shows) is one
// Constant, from the begin of its first piece to the end of its last; empty text leaves none.
#include "parse/parser.h"
#include "parse/string_literal.h"

namespace codeanatomy::parse {

namespace {

constexpr int kMaxSpecs = 3;  // format specifications in each other, as in CPython

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

/// Literal pieces that become one Constant. The text is a view as long as one verbatim piece makes
/// it.
struct Parser::LiteralRun {
  bool open = false, owned = false;
  ByteSpan span;
  int32_t kind = kNoNode;
  std::string_view view;
  std::string text;

  void Extend(ByteSpan piece, std::string_view value, bool lasting, int32_t piece_kind) {
    if (!open) {
      open = true;
      span = piece;
      kind = piece_kind;
      owned = !lasting;
      if (owned) {
        text.assign(value);
      } else {
        view = value;
      }
      return;
    }
    span.end = piece.end;
    if (!owned) text.assign(view);
    owned = true;
    text += value;
  }
};

void Parser::FlushRun(LiteralRun& run) {
  if (!run.open) return;
  const std::string_view value = run.owned ? std::string_view(run.text) : run.view;
  if (!value.empty()) {
    const int32_t constant =
        tree_.AddConstant(ConstantKind::kStr, run.owned ? tree_.Keep(value) : value);
    stack_.push_back(Add<AstKind::kConstant>(run.span, constant, run.kind));
  }
  run = LiteralRun{};
}

/// Adjacent strings of which at least one is a format or template string.
NodeRef Parser::ParseModernStrings(uint32_t first) {
  const uint32_t from = spans_[first].begin;
  const size_t mark = stack_.size();
  LiteralRun run;
  bool plain = false, format = false, interpolation = false, bytes = false;
  while (!failed_) {
    if (At(TokenKind::kString)) {
      plain = true;
      const StringParts parts = SplitString(TokenTextAt(pos_));
      decoded_.clear();
      if (!AppendLiteral(pos_)) break;
      const int32_t kind = parts.unicode ? tree_.AddConstant(ConstantKind::kStr, "u") : kNoNode;
      run.Extend(spans_[pos_], decoded_, false, kind);
      Advance();
    } else if (At(TokenKind::kBytes)) {
      bytes = true;
      Advance();
    } else if (At(TokenKind::kFStringStart) || At(TokenKind::kTStringStart)) {
      const bool template_string = At(TokenKind::kTStringStart);
      (template_string ? interpolation : format) = true;
      const bool raw = SplitString(TokenTextAt(pos_)).raw;
      Advance();
      ParseFormatParts(run, raw, template_string, 0);
      if (At(TokenKind::kFStringEnd) || At(TokenKind::kTStringEnd)) {
        Advance();
      } else {
        Unexpected();
      }
    } else {
      break;
    }
  }
  if (bytes) FailHere("cannot mix bytes and nonbytes literals");
  if (interpolation && (format || plain))
    FailHere("cannot mix t-string literals with string or bytes literals");
  FlushRun(run);
  const ListRef values = TakeList(stack_, mark);
  return interpolation ? Add<AstKind::kTemplateStr>(SpanFrom(from), values)
                       : Add<AstKind::kJoinedStr>(SpanFrom(from), values);
}

/// Middles and fields up to what ends the string or, with `specs` > 0, the format specification,
/// which is the innermost of so many.
void Parser::ParseFormatParts(LiteralRun& run, bool raw, bool template_string, int specs) {
  const bool in_spec = specs > 0;
  // The tokenizer of 3.12 finds an empty piece behind a nested field, and before two braces.
  const bool keeps_empty = in_spec && options_.version == PythonVersion::k312;
  bool after_middle = false, after_field = false;
  while (true) {
    const ByteSpan here{begin(), begin()};
    if (At(TokenKind::kFStringMiddle) || At(TokenKind::kTStringMiddle)) {
      if (keeps_empty) {
        AddSpecPieces(raw);
      } else {
        AppendMiddle(run, raw, in_spec);
      }
      after_middle = true;
    } else if (At(TokenKind::kLeftBrace)) {
      const bool two_braces = text_.substr(text_spans_[pos_].begin).starts_with("{{");
      if (keeps_empty && two_braces && !after_middle) AddEmptyPiece(here);
      ParseField(run, raw, template_string, specs);
      after_middle = false;
      after_field = true;
    } else {
      if (keeps_empty && after_field && !after_middle && At(TokenKind::kRightBrace))
        AddEmptyPiece(here);
      return;
    }
  }
}

void Parser::AddEmptyPiece(ByteSpan span) {
  stack_.push_back(
      Add<AstKind::kConstant>(span, tree_.AddConstant(ConstantKind::kStr, {}), kNoNode));
}

/// The tokenizer ends a piece behind `\N{…}`. It shows where pieces are not joined: 3.12 keeps
/// those of a specification apart, 3.13 makes several without a field one Constant instead of a
/// JoinedStr.
size_t Parser::FindPieceEnd(std::string_view text, bool raw) const {
  for (size_t i = 0; !raw && i + 1 < text.size(); ++i) {
    if (text[i] != '\\') continue;
    ++i;
    if (text[i] != 'N' || i + 1 >= text.size() || text[i + 1] != '{') continue;
    const size_t close = text.find('}', i);
    if (close != std::string_view::npos) return close + 1;
  }
  return text.size();
}

/// What is wrong with the escapes of a middle that is not raw. Each piece is decoded by itself, and
/// doubled braces end one as well.
std::string Parser::FindMiddleError(std::string_view text) const {
  std::string value, error;
  while (!text.empty() && error.empty()) {
    size_t end = FindPieceEnd(text, false), next = end;
    for (size_t i = 0; i + 1 < end; ++i) {
      if (text[i] == '\\' && text[i + 1] == 'N' && text.substr(i + 2, 1) == "{") {
        break;  // behind it the piece ends
      }
      if (text[i] == '\\' && text[i + 1] != '{' && text[i + 1] != '}') {
        ++i;
      } else if ((text[i] == '{' || text[i] == '}') && text[i + 1] == text[i]) {
        end = i + 1;
        next = i + 2;
      }
    }
    error = AppendStr(text.substr(0, end), false, false, options_.version, value);
    text.remove_prefix(next);
  }
  return error;
}

/// A middle of a 3.12 specification: every piece a Constant of its own.
void Parser::AddSpecPieces(bool raw) {
  std::string_view text = TokenTextAt(pos_);
  uint32_t from = begin();
  while (!failed_) {
    const size_t end = FindPieceEnd(text, raw);
    std::string value;
    std::string error = AppendStr(text.substr(0, end), raw, false, options_.version, value);
    if (!error.empty()) {
      FailHere(std::move(error));
      return;
    }
    const auto to = from + static_cast<uint32_t>(end);
    const int32_t constant = tree_.AddConstant(ConstantKind::kStr, tree_.Keep(value));
    stack_.push_back(Add<AstKind::kConstant>({from, to}, constant, kNoNode));
    if (end == text.size()) {
      const bool named = text.ends_with('}') && FindPieceEnd(text.substr(0, end), raw) == end;
      Advance();
      if (named && At(TokenKind::kRightBrace) && text.find("\\N{") != std::string_view::npos) {
        AddEmptyPiece({to, to});
      }
      return;
    }
    text.remove_prefix(end);
    from = to;
  }
}

void Parser::AppendMiddle(LiteralRun& run, bool raw, bool in_spec) {
  const std::string_view text = TokenTextAt(pos_);
  const ByteSpan span = spans_[pos_];
  const bool braces = text.find_first_of("{}") != std::string_view::npos;
  if (!braces && IsVerbatim(text, raw, has_carriage_returns_)) {
    run.Extend(span, text, true, kNoNode);
    Advance();
    return;
  }
  std::string value;
  std::string error = AppendStr(text, raw, !in_spec, options_.version, value);
  if (!error.empty()) {
    FailHere(std::move(error));
    return;
  }
  if (!value.empty()) run.Extend(span, value, false, kNoNode);
  Advance();
}

/// Is there a colon outside of brackets? The tokenizer takes the first one for the begin of the
/// specification, so no lambda has it.
bool Parser::HasOuterColon(uint32_t first, uint32_t end) const {
  int depth = 0;
  for (uint32_t token = first; token < end; ++token) {
    switch (kinds_[token]) {
      case TokenKind::kLeftParen:
      case TokenKind::kLeftBracket:
      case TokenKind::kLeftBrace:
        ++depth;
        break;
      case TokenKind::kRightParen:
      case TokenKind::kRightBracket:
      case TokenKind::kRightBrace:
        --depth;
        break;
      case TokenKind::kColon:
        if (depth == 0) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

/// A replacement field from its `{`.
void Parser::ParseField(LiteralRun& run, bool raw, bool template_string, int specs) {
  // CPython's column is the one before the brace.
  if (specs >= kMaxSpecs) {
    Fail({begin() - 1, begin()}, "f-string: expressions nested too deeply");
    return;
  }
  const uint32_t from = begin();
  const uint32_t first = pos_ + 1;
  const uint32_t text_from = text_spans_[pos_].end;
  Advance();
  if (At(TokenKind::kRightBrace) || At(TokenKind::kExclamation) || At(TokenKind::kColon) ||
      At(TokenKind::kEqual)) {
    FailHere(Message("f-string: valid expression required before '", TokenTextAt(pos_), "'"));
  }
  if (!EnterDepth()) return;
  const uint32_t lambdas = lambda_count_;
  const NodeRef value = ParseYieldOrStarExpressions();
  if (lambda_count_ != lambdas && !failed_ && HasOuterColon(first, pos_)) {
    FailHere("f-string: lambda expressions are not allowed without parentheses");
  }
  const bool debug = Accept(TokenKind::kEqual);
  const uint32_t text_to = failed_ ? text_from : text_spans_[pos_].begin;
  const ByteSpan shown_span{from + 1, begin()};
  int conversion = -1;
  if (Accept(TokenKind::kExclamation)) {
    const bool adjoins = text_spans_[pos_].begin == text_spans_[pos_ - 1].end;
    const std::string_view name =
        adjoins && At(TokenKind::kName) ? TokenTextAt(pos_) : std::string_view();
    if (name != "s" && name != "r" && name != "a") {
      FailHere("f-string: invalid conversion character: expected 's', 'r', or 'a'");
    } else {
      conversion = static_cast<uint8_t>(name[0]);
      Advance();
    }
  }
  std::string shown;  // the text of the field, without comments
  const bool shows = (debug || template_string) && !failed_;
  const uint32_t shown_to = shows ? FindShownEnd(first, text_to, conversion >= 0) : text_to;
  if (debug) {
    AppendFieldText(text_.substr(text_from, shown_to - text_from), shown);
    // 3.12 and 3.13 decode escapes also here, 3.13 not in specifications.
    const bool verbatim =
        raw || AtLeast(PythonVersion::k314) || (specs > 0 && AtLeast(PythonVersion::k313));
    std::string decoded;
    AppendStr(shown, verbatim, false, options_.version, decoded);
    run.Extend(shown_span, decoded, false, kNoNode);
  }
  NodeRef spec = kNoNode;
  if (At(TokenKind::kColon)) {
    const uint32_t spec_from = begin();
    Advance();
    LiteralRun spec_run;
    const size_t mark = stack_.size();
    const uint32_t spec_first = pos_;
    // Fields of a specification are FormattedValues also in template strings. Before 3.14 escapes
    // of a specification are decoded also in raw strings.
    ParseFormatParts(spec_run, raw && AtLeast(PythonVersion::k314), false, specs + 1);
    FlushRun(spec_run);
    const bool one_middle =
        AtLeast(PythonVersion::k313) && pos_ == spec_first + 1 && stack_.size() == mark + 1;
    if (one_middle && FindPieceEnd(TokenTextAt(spec_first), raw) < TokenTextAt(spec_first).size()) {
      spec = stack_.back();
      if (AtLeast(PythonVersion::k314)) tree_.SetSpan(spec, SpanFrom(spec_from));
      stack_.Truncate(mark);
    } else {
      const ListRef values = TakeList(stack_, mark);
      spec = Add<AstKind::kJoinedStr>(SpanFrom(spec_from), values);
    }
  }
  if (!At(TokenKind::kRightBrace)) FailHere("f-string: expecting '}'");
  Advance();
  --depth_;
  if (failed_) {
    pos_ = last_;
    return;
  }
  if (debug && spec < 0 && conversion < 0) conversion = 'r';
  FlushRun(run);
  if (!template_string) {
    stack_.push_back(Add<AstKind::kFormattedValue>(SpanFrom(from), value, conversion, spec));
    return;
  }
  if (shown.empty()) AppendFieldText(text_.substr(text_from, shown_to - text_from), shown);
  while (!shown.empty() && (IsSpace(shown.back()) || shown.back() == '=')) shown.pop_back();
  const int32_t source = tree_.AddConstant(ConstantKind::kStr, tree_.Keep(shown));
  stack_.push_back(Add<AstKind::kInterpolation>(SpanFrom(from), value, source, conversion, spec));
}

/// Where the text ends that `=` shows of the field whose tokens begin at `first`, as CPython takes
/// a
/// `!` for the end of the expression also where it begins `!=`:
///   3.12  at the first `!=` outside of brackets
///   3.13  there, and once a `=` has been seen at a `!=` or `:` within one bracket (3.13.0)
///   3.14  at the last `!=` outside of brackets, if a specification follows without a conversion
uint32_t Parser::FindShownEnd(uint32_t first, uint32_t text_to, bool converted) const {
  const bool newest = AtLeast(PythonVersion::k314);
  if (newest && (converted || !At(TokenKind::kColon))) return text_to;
  int brackets = 0, strings = 0;
  bool equal = false;
  for (uint32_t token = first; token < pos_; ++token) {
    switch (kinds_[token]) {
      case TokenKind::kFStringStart:
        ++strings;
        break;
      case TokenKind::kFStringEnd:
        --strings;
        break;
      case TokenKind::kLeftParen:
      case TokenKind::kLeftBracket:
      case TokenKind::kLeftBrace:
        brackets += strings == 0;
        break;
      case TokenKind::kRightParen:
      case TokenKind::kRightBracket:
      case TokenKind::kRightBrace:
        brackets -= strings == 0;
        break;
      case TokenKind::kEqual:
        equal = equal || (strings == 0 && options_.version == PythonVersion::k313);
        break;
      case TokenKind::kColon:
        if (strings == 0 && equal && brackets == 1) return text_spans_[token].begin;
        break;
      case TokenKind::kNotEqual:
        if (strings != 0 || (brackets != 0 && !(equal && brackets == 1))) break;
        text_to = text_spans_[token].begin;
        if (!newest) return text_to;
        break;
      default:
        break;
    }
  }
  return text_to;
}

namespace {

/// Does a `#` stand outside of strings?
bool HasComment(std::string_view source) {
  char quote = 0;
  for (size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (c == '\\') {
      ++i;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#') {
      return true;
    }
  }
  return false;
}

}  // namespace

/// The source of a field as `=` shows it: comments are left out. Before 3.14 CPython takes
/// everything behind a `#` for one, in strings as well; since then it knows strings, but escapes
/// only as long as there is no comment.
void Parser::AppendFieldText(std::string_view source, std::string& out) const {
  const bool knows_strings = AtLeast(PythonVersion::k314);
  if (source.find('#') == std::string_view::npos || (knows_strings && !HasComment(source))) {
    AppendStr(source, true, false, options_.version, out);
    return;
  }
  std::string kept;
  char quote = 0;
  for (size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (knows_strings && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '#') {
      while (i < source.size() && source[i] != '\n' && source[i] != '\r') ++i;
      --i;
      continue;
    }
    kept += c;
  }
  AppendStr(kept, true, false, options_.version, out);
}

}  // namespace codeanatomy::parse
