// Matching. Order matters everywhere: which rule is tried when decides which token is the last one
// read, and that token is where a plain "invalid syntax" stands.
//
// An error that is raised ends both passes; `stopped_` makes every rule above it fail without
// reading further.
#include "parse/peg/recognizer.h"

#include <algorithm>

#include "source/encoding.h"

namespace codeanatomy::parse::peg {

using lex::TokenKind;

Recognizer::Recognizer(std::string_view text, PythonVersion version, const Grammar& grammar,
                       const lex::TokenBuffer& tokens, const StringCheck& check_strings,
                       uint32_t valid_until, const FieldPlace* field)
    : text_(text),
      version_(version),
      counts_bytes_(version <= PythonVersion::k312 &&
                    source::FindEncoding(text).cookie.size() == 0),
      grammar_(grammar),
      tokens_(tokens),
      check_strings_(check_strings),
      field_(field),
      error_token_(static_cast<uint32_t>(tokens.size())),
      steps_left_(kMaxRuleTrials) {
  start_ = FindStart(valid_until);
  mark_ = read_ = start_;
  for (uint32_t token = 0; token < start_; ++token) levels_.push_back(0);
  if (tokens.errors.empty()) return;
  for (error_token_ = static_cast<uint32_t>(tokens.size()) - 1;
       error_token_ > 0 && tokens.kinds[error_token_] != TokenKind::kError;) {
    --error_token_;
  }
}

/// The last token before `valid_until` that surely begins a statement of the module, 0 in short
/// texts. Clauses and decorated definitions belong to what stands before them.
uint32_t Recognizer::FindStart(uint32_t valid_until) const {
  uint32_t start = 0, brackets = 0, blocks = 0;
  bool decorated = false;
  for (uint32_t token = 0; token < tokens_.size(); ++token) {
    if (tokens_.spans[token].begin > valid_until) break;
    const TokenKind kind = tokens_.kinds[token];
    brackets += kind == TokenKind::kLeftParen || kind == TokenKind::kLeftBracket ||
                kind == TokenKind::kLeftBrace;
    brackets -=
        brackets > 0 && (kind == TokenKind::kRightParen || kind == TokenKind::kRightBracket ||
                         kind == TokenKind::kRightBrace);
    blocks += kind == TokenKind::kIndent;
    blocks -= blocks > 0 && kind == TokenKind::kDedent;
    const bool begins_line = token > 0 && (tokens_.kinds[token - 1] == TokenKind::kNewline ||
                                           tokens_.kinds[token - 1] == TokenKind::kDedent);
    if (!begins_line || brackets > 0 || blocks > 0 || kind == TokenKind::kDedent) continue;
    const bool clause = kind == TokenKind::kElse || kind == TokenKind::kElif ||
                        kind == TokenKind::kExcept || kind == TokenKind::kFinally ||
                        kind == TokenKind::kEndMarker || kind == TokenKind::kError;
    if (!clause && !decorated) start = token;
    decorated = kind == TokenKind::kAt;
  }
  return start >= kLongText ? start : 0;
}

std::optional<Diagnostic> Recognizer::Run() {
  if (RunPass()) return std::nullopt;
  const uint32_t last_read = read_ - 1;
  if (!stopped_) {
    mark_ = start_;
    second_pass_ = with_errors_ = true;
    RunPass();
  }
  if (stopped_ && !error_) return std::nullopt;
  FinishErrors(last_read);
  return std::move(error_);
}

std::optional<Diagnostic> Recognizer::RunPredictive() {
  if (RunPass()) return std::nullopt;
  if (!stopped_) FinishPredictive();
  return std::move(error_);
}

/// Statements up to the end of the text; false if one does not match.
bool Recognizer::RunPass() {
  kept_from_ = 0;
  if (field_ != nullptr) {
    ForgetResults();
    return MatchRule(grammar_.expression) != kFailed;
  }
  do {
    ForgetResults();
  } while (MatchRule(grammar_.statement) != kFailed);
  if (stopped_) return false;
  return Read() && tokens_.kinds[mark_] == TokenKind::kEndMarker;
}

/// No way leads back into statements that matched.
void Recognizer::ForgetResults() {
  nodes_.assign(1, Node{});
  elements_.Truncate(0);
  pending_.Truncate(0);
  kept_.clear();
  first_kept_.Truncate(0);
  kept_from_ = mark_;
}

bool Recognizer::ReadNext() {
  const uint32_t last = static_cast<uint32_t>(tokens_.size()) - 1;
  if (read_ > last) {
    mark_ = std::min(mark_, last);
    return true;
  }
  const uint32_t token = read_++;
  uint32_t level = token == 0 ? 0 : levels_[token - 1];
  switch (tokens_.kinds[token]) {
    case TokenKind::kLeftParen:
    case TokenKind::kLeftBracket:
    case TokenKind::kLeftBrace:
      ++level;
      break;
    case TokenKind::kRightParen:
    case TokenKind::kRightBracket:
    case TokenKind::kRightBrace:
      level -= level > 0;
      break;
    default:
      break;
  }
  levels_.push_back(static_cast<uint16_t>(level));
  if (token != error_token_) return true;
  RaiseLexError();
  return false;
}

Recognizer::Kept* Recognizer::FindKept(uint16_t rule) {
  const uint32_t at = mark_ - kept_from_;
  if (at >= first_kept_.size()) return nullptr;
  for (int32_t i = first_kept_[at]; i >= 0; i = kept_[static_cast<size_t>(i)].next) {
    if (kept_[static_cast<size_t>(i)].rule == rule) return &kept_[static_cast<size_t>(i)];
  }
  return nullptr;
}

void Recognizer::Keep(uint32_t at, uint16_t rule, Value value) {
  at -= kept_from_;
  while (first_kept_.size() <= at) first_kept_.push_back(-1);
  kept_.push_back({rule, mark_, value, first_kept_[at]});
  first_kept_[at] = static_cast<int32_t>(kept_.size()) - 1;
}

Value Recognizer::MatchRule(uint16_t id) {
  if (stopped_ || !Read()) return kFailed;
  if (--steps_left_ == 0 || depth_ >= kMaxRuleDepth) {
    stopped_ = true;
    return kFailed;
  }
  const Rule& rule = grammar_.rules[id];
  if (rule.keeps_results) {
    if (const Kept* kept = FindKept(id)) {
      mark_ = kept->mark;
      return kept->value;
    }
  }
  ++depth_;
  const bool with_errors = with_errors_;
  if (rule.without_errors) with_errors_ = false;
  Value value;
  if (rule.left_recursive) {
    value = GrowLeftRecursion(id, rule);
  } else {
    const uint32_t start = mark_;
    value = MatchAlternatives(rule);
    if (rule.keeps_results && !stopped_) Keep(start, id, value);
  }
  with_errors_ = with_errors;
  --depth_;
  return value;
}

/// The rule's own result is its left operand, longer with every round (Warth et al. 2008).
Value Recognizer::GrowLeftRecursion(uint16_t id, const Rule& rule) {
  const uint32_t start = mark_;
  Keep(start, id, kFailed);
  const size_t slot = kept_.size() - 1;
  kept_[slot].mark = start;
  while (true) {
    mark_ = start;
    const Value value = MatchAlternatives(rule);
    if (stopped_) return kFailed;
    if (value == kFailed || mark_ <= kept_[slot].mark) break;
    kept_[slot].mark = mark_;
    kept_[slot].value = value;
  }
  mark_ = kept_[slot].mark;
  return kept_[slot].value;
}

Value Recognizer::MatchAlternatives(const Rule& rule) {
  const uint32_t start = mark_;
  for (const Alternative& alternative : grammar_.Of(rule)) {
    if (alternative.second_pass_only && !with_errors_) continue;
    Value labels[5] = {kMatched, kMatched, kMatched, kMatched, kMatched};
    Value value = kMatched;
    bool committed = false, matched = true;
    for (const Element& element : grammar_.Of(alternative)) {
      if (MatchElement(element, labels, value, committed)) continue;
      matched = false;
      break;
    }
    if (stopped_) return kFailed;
    if (matched) {
      return Act(alternative.action, labels, alternative.has_one_value ? value : kMatched, start);
    }
    mark_ = start;
    if (committed) return kFailed;
  }
  return kFailed;
}

bool Recognizer::MatchElement(const Element& element, Value* labels, Value& value,
                              bool& committed) {
  switch (element.op) {
    case Op::kMatch:
      value = MatchOperand(element);
      break;
    case Op::kOptional: {
      const uint32_t start = mark_;
      value = MatchOperand(element);
      if (stopped_) return false;
      if (value == kFailed) {
        mark_ = start;
        value = kMatched;
      }
      break;
    }
    case Op::kRepeat:
      value = MatchMany(element, false);
      break;
    case Op::kRepeatOnce:
      value = MatchMany(element, true);
      break;
    case Op::kList:
      value = MatchList(element);
      break;
    case Op::kAhead:
    case Op::kNotAhead: {
      const uint32_t start = mark_;
      const bool found = MatchOperand(element) != kFailed;
      mark_ = start;
      return !stopped_ && found == (element.op == Op::kAhead);
    }
    case Op::kCut:
      committed = true;
      return true;
    case Op::kDemand:
      return Demand(element);
  }
  if (element.label != 0) labels[element.label] = value;
  return value != kFailed;
}

Value Recognizer::MatchOperand(const Element& element) {
  if (element.operand == Operand::kRule) return MatchRule(element.id);
  return MatchToken(element);
}

Value Recognizer::MatchToken(const Element& element) {
  if (!Read()) return kFailed;
  const TokenKind kind = tokens_.kinds[mark_];
  bool matches = false;
  switch (element.operand) {
    case Operand::kToken:
      matches = kind == element.token;
      break;
    case Operand::kString:
      matches = kind == TokenKind::kString || kind == TokenKind::kBytes ||
                kind == TokenKind::kFormatString;
      break;
    case Operand::kNumber:
      matches =
          kind == TokenKind::kInteger || kind == TokenKind::kFloat || kind == TokenKind::kImaginary;
      break;
    case Operand::kSoftKeyword: {
      constexpr std::string_view kWords[] = {"_", "case", "match", "type"};
      matches = kind == TokenKind::kName && AtWord(mark_, kWords[element.id]);
      break;
    }
    case Operand::kAnySoftKeyword:
      matches = kind == TokenKind::kName && IsSoftKeyword(mark_);
      break;
    case Operand::kRule:
      break;
  }
  return matches ? TokenValue(mark_++) : kFailed;
}

/// CPython before 3.14 compares only as many letters as the name has: `m` counts as `match`.
bool Recognizer::IsSoftKeyword(uint32_t token) const {
  const std::string_view word = TextOf(token);
  return std::any_of(
      grammar_.soft_keywords.begin(), grammar_.soft_keywords.end(), [&](std::string_view keyword) {
        return version_ < PythonVersion::k314 ? keyword.starts_with(word) : keyword == word;
      });
}

Value Recognizer::MatchMany(const Element& element, bool once) {
  const size_t mark = pending_.size();
  while (true) {
    const uint32_t start = mark_;
    const Value value = MatchOperand(element);
    if (value == kFailed || mark_ == start) {
      mark_ = start;
      break;
    }
    pending_.push_back(value);
  }
  if (stopped_ || (once && pending_.size() == mark)) {
    pending_.Truncate(mark);
    return kFailed;
  }
  return TakeElements(mark);
}

Value Recognizer::MatchList(const Element& element) {
  const size_t mark = pending_.size();
  const Value first = MatchOperand(element);
  if (first == kFailed) return kFailed;
  pending_.push_back(first);
  while (!stopped_) {
    const uint32_t start = mark_;
    if (!Read()) break;
    Value value = kFailed;
    if (tokens_.kinds[mark_] == element.separator) {
      ++mark_;
      value = MatchOperand(element);
    }
    if (value == kFailed) {
      mark_ = start;
      break;
    }
    pending_.push_back(value);
  }
  if (stopped_) {
    pending_.Truncate(mark);
    return kFailed;
  }
  return TakeElements(mark);
}

/// A node of what was pending; a mere match if nothing in it has a value.
Value Recognizer::TakeElements(size_t mark) {
  const auto from = static_cast<uint32_t>(elements_.size());
  for (size_t i = mark; i < pending_.size(); ++i) {
    if (pending_[i] != kMatched) elements_.push_back(pending_[i]);
  }
  pending_.Truncate(mark);
  const auto count = static_cast<uint32_t>(elements_.size()) - from;
  if (count == 0) return kMatched;
  nodes_.push_back(
      {NodeKind::kItems, FirstToken(elements_[from]), LastToken(elements_.back()), from, count});
  return static_cast<Value>(nodes_.size()) - 1;
}

bool Recognizer::Demand(const Element& element) {
  if (!Read()) return false;
  if (tokens_.kinds[mark_] == element.token) {
    ++mark_;
    return true;
  }
  std::string message = "expected '";
  message.append(lex::TokenText(element.token)).append("'");
  RaiseRange(mark_, mark_, std::move(message));
  return false;
}

std::optional<Diagnostic> FindFirstError(std::string_view text, PythonVersion version,
                                         const lex::TokenBuffer& tokens,
                                         const StringCheck& check_strings, uint32_t valid_until,
                                         const FieldPlace* field) {
  if (version == PythonVersion::k38) {
    // Fields are texts of their own to that parser; errors found in the tree are moved.
    constexpr FieldPlace kAlone{1, 0};
    auto error = Recognizer(text, version, PredictiveGrammar(), tokens, check_strings, valid_until,
                            field != nullptr ? &kAlone : nullptr)
                     .RunPredictive();
    if (error) return error;
  }
  return Recognizer(text, version, GrammarOf(version), tokens, check_strings, valid_until, field)
      .Run();
}

}  // namespace codeanatomy::parse::peg
