// What happens where the text is not Python.
//
// A failed rule leaves the cursor at the EndMarker, so that all rules above it end at once
// (parser.h). The innermost statement loop then drops what the statement built, puts an ERROR node
// over the logical lines it had begun, and goes on behind them. If an indented block follows a
// damaged header, its statements join the surrounding block: functions below a broken `class` line
// stay in the tree. Clauses behind the first (`else`, `except`, `case` …) are dropped alone, the
// blocks before them stay. So blocks are never parsed twice, only single lines are, and the cost
// stays linear. Quotes that turn the text inside out are dealt with above all this
// (parse_module.cpp).
#include <algorithm>

#include "parse/parser.h"

namespace codeanatomy::parse {

NodeRef Parser::Fail(ByteSpan span, std::string message, std::string_view type,
                     std::string_view code) {
  if (failed_) return kNoNode;
  failed_ = true;
  fail_pos_ = pos_;
  error_ = {tree_.TextSpan(span), code, type, std::move(message)};
  pos_ = last_;
  return kNoNode;
}

NodeRef Parser::FailNode(NodeRef n, std::string message) {
  return Fail(n < 0 ? spans_[pos_] : tree_.span(n), std::move(message));
}

NodeRef Parser::Unexpected(TokenKind wanted) {
  if (failed_) return kNoNode;
  switch (kind()) {
    case TokenKind::kIndent:
      return Fail(spans_[pos_], "unexpected indent", "IndentationError", "INDENTATION_ERROR");
    case TokenKind::kDedent:
      return Fail(spans_[pos_], "unexpected unindent", "IndentationError", "INDENTATION_ERROR");
    default:
      break;
  }
  if (wanted == TokenKind::kColon) return FailHere("expected ':'");
  return FailHere("invalid syntax");
}

void Parser::RequireVersion(PythonVersion v, ByteSpan span, std::string_view what) {
  if (AtLeast(v) || failed_) return;
  Report(span, Message(what, " only supported in Python ", PythonVersionName(v), " and greater"));
}

bool Parser::EnterDepth() {
  if (++depth_ <= kMaxDepth) [[likely]]
    return true;
  Fail(spans_[pos_],
       Message("expression nests deeper than the limit of ", std::to_string(kMaxDepth)),
       "SyntaxError", "NESTING_TOO_DEEP");
  return false;
}

void Parser::Report(ByteSpan span, std::string message, std::string_view type,
                    std::string_view code) {
  diagnostics_.push_back({tree_.TextSpan(span), 1, code, std::string(type), std::move(message)});
}

Parser::Snapshot Parser::Save() const {
  Snapshot snapshot;
  snapshot.tree = tree_.mark();
  for (size_t i = 0; i < kStackCount; ++i)
    snapshot.stacks[i] = static_cast<uint32_t>(stacks_[i].size());
  snapshot.pos = pos_;
  snapshot.diagnostics = static_cast<uint32_t>(diagnostics_.size());
  snapshot.depth = depth_;
  return snapshot;
}

void Parser::Restore(const Snapshot& snapshot) {
  tree_.RollBack(snapshot.tree);
  for (size_t i = 0; i < kStackCount; ++i) stacks_[i].Truncate(snapshot.stacks[i]);
  pos_ = snapshot.pos;
  diagnostics_.resize(snapshot.diagnostics);
  depth_ = snapshot.depth;
  failed_ = false;
}

/// The lexer knows better what is wrong with tokens [first, last), and an echo of an error is none.
void Parser::ReportPending(uint32_t first, uint32_t last) {
  const auto& errors = tokens_.errors;
  const auto found =
      std::lower_bound(errors.begin(), errors.end(), spans_[first].begin,
                       [](const lex::LexError& error, uint32_t at) { return error.span.end < at; });
  const bool lexical = found != errors.end() && found->span.begin <= spans_[last].end;
  if (!lexical && static_cast<int64_t>(error_.span.begin) > reported_to_) {
    Report(error_.span, std::move(error_.message), error_.type, error_.code);
  }
  reported_to_ = std::max<int64_t>(reported_to_, error_.span.begin);
}

void Parser::RecoverStatement(const Snapshot& start) {
  const uint32_t failed_at = std::max(fail_pos_, start.pos);
  Restore(start);
  pos_ = failed_at;
  while (!At(TokenKind::kNewline) && !At(TokenKind::kEndMarker) && !At(TokenKind::kIndent) &&
         !At(TokenKind::kDedent)) {
    Advance();
  }
  const uint32_t from = spans_[start.pos].begin;
  const uint32_t line_end = pos_;
  const uint32_t end = std::max(from, spans_[pos_ > start.pos ? pos_ - 1 : pos_].end);
  Accept(TokenKind::kNewline);
  ReportPending(start.pos, line_end);
  stack_.push_back(Add<AstKind::kError>({from, end}));
}

void Parser::DropClause(const Snapshot& clause) {
  const uint32_t failed_at = std::max(fail_pos_, clause.pos);
  Restore(clause);
  ReportPending(clause.pos, failed_at);
}

uint32_t Parser::BlockEnd() const {
  uint32_t token = pos_;
  while (token > 0 && lex::IsLayout(kinds_[token - 1])) --token;
  // In 3.8 a block ends with its last statement, since then with the line.
  const bool skip = !AtLeast(PythonVersion::k39);
  if (skip && token > 0 && kinds_[token - 1] == TokenKind::kSemicolon) --token;
  return token == 0 ? 0 : spans_[token - 1].end;
}

std::vector<Diagnostic> Parser::TakeDiagnostics() {
  std::vector<Diagnostic> all = std::move(diagnostics_);
  for (auto& error : tokens_.errors) {
    const std::string_view code = error.is_limit                     ? "NESTING_TOO_DEEP"
                                  : error.type == "TabError"         ? "TAB_ERROR"
                                  : error.type == "IndentationError" ? "INDENTATION_ERROR"
                                                                     : "SYNTAX_ERROR";
    all.push_back({error.span, 0, code, std::string(error.type), std::move(error.message)});
  }
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.span.begin < b.span.begin;
  });
  return all;
}

}  // namespace codeanatomy::parse
