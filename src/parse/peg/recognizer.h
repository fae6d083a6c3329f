// Recognizer: decides what CPython's parser says first about a text that it rejects. Private to
// peg/; first_error.h is the way in.
//
// It interprets the tables of a Grammar over the tokens as CPython's generated parser does: two
// passes, the second with the error rules; tokens come one by one, and what reading one does (the
// tokenizer's errors, which token is the last one read) is part of the result. It builds no tree:
// values are tokens or nodes that know what kind of expression they are, which tokens they cover,
// and the elements that actions look at.
//
// Results of rules that keep them hang at their token. A statement that matched at the top level is
// never entered again, so its nodes and results go: memory is linear in the longest statement.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/line_index.h"
#include "base/pod_vector.h"
#include "lex/token.h"
#include "parse/peg/first_error.h"
#include "parse/peg/grammar.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::parse::peg {

/// Rules that may be open at once; about CPython's own limit, beyond which it gives MemoryError.
inline constexpr int kMaxRuleDepth = 4000;

/// Not a value (kFailed), a match without one (0), a node (> 0) or a token (< -1).
using Value = int32_t;
inline constexpr Value kFailed = -1;
inline constexpr Value kMatched = 0;

class Recognizer {
 public:
  Recognizer(std::string_view text, PythonVersion version, const Grammar& grammar,
             const lex::TokenBuffer& tokens, const StringCheck& check_strings, uint32_t valid_until,
             const FieldPlace* field);

  /// What CPython raises; nullopt if it accepts the text or a limit was hit.
  std::optional<Diagnostic> Run();
  /// The same with the predictive grammar: one pass.
  std::optional<Diagnostic> RunPredictive();

 private:
  struct Node {
    NodeKind kind;
    uint32_t first, last;      // tokens
    uint32_t elements, count;  // in elements_
  };
  struct Kept {
    uint16_t rule;
    uint32_t mark;
    Value value;
    int32_t next;
  };
  struct Place {
    uint32_t line = 0, column = 0;  // 1-based line, 0-based byte
    bool has_column = true;         // INDENT, DEDENT and the end of the text have none
  };

  // --- matching (recognizer.cpp) ---
  uint32_t FindStart(uint32_t valid_until) const;
  bool RunPass();
  Value MatchRule(uint16_t id);
  Value GrowLeftRecursion(uint16_t id, const Rule& rule);
  Value MatchAlternatives(const Rule& rule);
  bool MatchElement(const Element& element, Value* labels, Value& value, bool& committed);
  Value MatchOperand(const Element& element);
  Value MatchToken(const Element& element);
  Value MatchMany(const Element& element, bool once);
  Value MatchList(const Element& element);
  Value TakeElements(size_t mark);
  bool Demand(const Element& element);
  Kept* FindKept(uint16_t rule);
  void Keep(uint32_t at, uint16_t rule, Value value);
  void ForgetResults();
  /// Reads the token at `mark_`; false if the tokenizer raises.
  bool Read() { return mark_ < read_ || ReadNext(); }
  bool ReadNext();
  bool IsSoftKeyword(uint32_t token) const;
  bool AtWord(uint32_t token, std::string_view word) const { return TextOf(token) == word; }
  std::string_view TextOf(uint32_t token) const {
    const ByteSpan span = tokens_.spans[token];
    return text_.substr(span.begin, span.size());
  }

  // --- values and actions (actions.cpp) ---
  static Value TokenValue(uint32_t token) { return -2 - static_cast<Value>(token); }
  static bool IsToken(Value v) { return v < kFailed; }
  uint32_t FirstToken(Value v) const {
    return IsToken(v) ? static_cast<uint32_t>(-2 - v) : nodes_[v].first;
  }
  uint32_t LastToken(Value v) const {
    return IsToken(v) ? static_cast<uint32_t>(-2 - v) : nodes_[v].last;
  }
  NodeKind KindOf(Value v) const;
  std::string_view KindName(Value v) const;
  Value Act(const Action& action, const Value* labels, Value only, uint32_t start);
  Value MakeNode(NodeKind kind, Value a, Value b, uint32_t start);
  void AppendElements(Value v);
  Value LastElement(Value v) const;
  Value FindInvalidTarget(Value v, TargetUse use) const;
  Value CheckConversion(Value exclamation, Value name);
  Value CheckLetter(Value name);
  std::string StringKindAt(uint32_t token) const;
  void RaiseAtString(uint32_t first, std::string message);
  Value CheckStrings(Value strings);
  Value CheckMiddles(Value begin);
  Value JoinStrings(Value strings, uint32_t start);
  bool MixesBytes(uint32_t first, uint32_t last);
  Value CheckArgumentOrder(Value call, Value behind);
  Value CheckBareGenerator(Value call, Value clauses);
  bool Holds(Check check, const Value* labels) const;
  std::string Render(const Action& action, const Value* labels) const;

  // --- errors (report.cpp) ---
  void Raise(const Action& action, const Value* labels, Value at);
  void RaiseRange(uint32_t first, uint32_t last, std::string message);
  void RaiseAtLastRead(std::string message, std::string_view type = "SyntaxError");
  void RaiseAt(const Place& begin, const Place& end, int32_t end_offset, std::string message,
               std::string_view type);
  ReportedPosition Shown(uint32_t line, int64_t offset) const;
  int32_t EndOffsetOf(uint32_t token);
  int32_t EndOffset(const Place& place);
  void RaiseLexError();
  int32_t OffsetBehindJoinedLines(const Place& place);
  uint32_t FirstJoinedLine(uint32_t token, uint32_t behind);
  uint32_t CountedLine(const Place& place);
  ReportedPosition ShownEnd(const lex::LexError& error);
  void RaiseNeverClosed(uint32_t bracket);
  void FinishErrors(uint32_t last_read);
  void FinishPredictive();
  bool AtEndOfText() const;
  void PreferTokenizerErrors();
  std::vector<uint32_t> OpenBrackets() const;
  bool InsideFormatString() const;
  Place BeginOf(uint32_t token);
  Place EndOf(uint32_t token);
  Place TokenizerPlace();
  Place PlaceOf(uint32_t offset);
  Place EndOfText();
  uint32_t OffsetOf(const Place& place);
  /// SyntaxError.offset of the character that ends with these bytes.
  uint32_t OffsetAfter(uint32_t line, uint32_t bytes);
  uint32_t CharactersBefore(uint32_t line, uint32_t bytes);
  const LineIndex& Lines();

  std::string_view text_;
  PythonVersion version_;
  bool counts_bytes_;  // offsets: up to 3.12 where the text declares no encoding
  const Grammar& grammar_;
  const lex::TokenBuffer& tokens_;
  const StringCheck& check_strings_;
  const FieldPlace* field_;
  uint32_t start_ = 0;    // token with which both passes begin
  uint32_t error_token_;  // where the tokenizer raises; past the end if nowhere
  uint32_t mark_ = 0, read_ = 0;
  bool second_pass_ = false, with_errors_ = false;
  bool stopped_ = false;  // an error was raised or a limit hit
  bool from_tokenizer_ = false;
  int depth_ = 0;
  uint64_t steps_left_;
  std::vector<Node> nodes_;
  PodVector<Value> elements_, pending_;
  std::vector<Kept> kept_;
  PodVector<int32_t> first_kept_;  // by token - base
  PodVector<uint16_t> levels_;     // open brackets behind each token that was read
  uint32_t kept_from_ = 0;         // first token that has results
  std::optional<Diagnostic> error_;
  std::optional<LineIndex> lines_;
};

}  // namespace codeanatomy::parse::peg
