// Parser: recursive descent over the tokens, private to parse/. Methods are grouped by file as in
// the grammar: statement, compound_statement, expression, atom, argument, pattern, target,
// format_string.
//
// Errors: Fail records the first one and moves the cursor to the EndMarker, where nothing matches,
// so every rule runs out without further checks; what it builds is rolled back by the statement
// loop (recovery.cpp). References may be kNoNode then. The same mechanism serves the bounded
// speculation.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/line_index.h"
#include "lex/lexer.h"
#include "lex/message.h"
#include "lex/token.h"
#include "parse/syntax_tree.h"
#include "parse/tree_builder.h"

namespace codeanatomy::parse {

using lex::Message;
using lex::TokenKind;

/// Binding strength of operators, weakest first.
enum Precedence : uint8_t {
  kNoPrecedence,
  kOrPrecedence,
  kAndPrecedence,
  kNotPrecedence,
  kComparePrecedence,
  kBitOrPrecedence,
  kBitXorPrecedence,
  kBitAndPrecedence,
  kShiftPrecedence,
  kSumPrecedence,
  kTermPrecedence
};

/// Nesting of expressions and patterns that the parser follows. Far above CPython's own limits,
/// which come first for brackets and blocks; bounds the stack to about 1 MB.
inline constexpr int kMaxDepth = 1000;

class Parser {
 public:
  Parser(std::string_view text, const ParseOptions& options, lex::TokenBuffer& tokens,
         TreeBuilder& tree);

  /// The Module node.
  NodeRef ParseFile();
  std::vector<Diagnostic> TakeDiagnostics();
  /// What is wrong with the values of the adjacent string tokens [first, end), if anything. Not
  /// while a file is parsed.
  std::optional<Diagnostic> FindStringError(uint32_t first, uint32_t end);

 private:
  using Scratch = PodVector<int32_t>;
  // Elements of nodes under construction. Rules nest, so each pushes behind a mark and takes its
  // own.
  enum Stack : uint8_t {
    kMain,
    kOperators,
    kKeywords,
    kParams,
    kKwonly,
    kKwDefaults,
    kDefaults,
    kStackCount
  };

  // --- tokens ---
  TokenKind kind() const { return kinds_[pos_]; }
  TokenKind NextKind() const { return kind() == TokenKind::kEndMarker ? kind() : kinds_[pos_ + 1]; }
  bool At(TokenKind k) const { return kinds_[pos_] == k; }
  uint32_t begin() const { return spans_[pos_].begin; }
  uint32_t previous_end() const { return pos_ == 0 ? 0 : spans_[pos_ - 1].end; }
  ByteSpan SpanFrom(uint32_t from) const { return {from, previous_end()}; }
  /// End of the last token that is not layout: where a compound statement ends.
  uint32_t BlockEnd() const;
  void Advance() { ++pos_; }
  bool Accept(TokenKind k) {
    if (!At(k)) return false;
    ++pos_;
    return true;
  }
  bool Expect(TokenKind k) {
    if (At(k)) [[likely]] {
      ++pos_;
      return true;
    }
    Unexpected(k);
    return false;
  }
  std::string_view TokenTextAt(uint32_t token) const {
    const ByteSpan span = text_spans_[token];
    return text_.substr(span.begin, span.size());
  }
  bool AtWord(std::string_view word) const {
    return At(TokenKind::kName) && TokenTextAt(pos_) == word;
  }
  bool AtLeast(PythonVersion v) const { return options_.version >= v; }

  // --- errors (recovery.cpp) ---
  struct PendingError {
    ByteSpan span;
    std::string_view code, type;
    std::string message;
  };
  NodeRef Fail(ByteSpan span, std::string message, std::string_view type = "SyntaxError",
               std::string_view code = "SYNTAX_ERROR");
  NodeRef FailHere(std::string message) { return Fail(spans_[pos_], std::move(message)); }
  NodeRef FailNode(NodeRef n, std::string message);
  NodeRef Unexpected(TokenKind wanted = TokenKind::kEndMarker);
  /// Reports a construct that is newer than the grammar version; the construct itself stays.
  void RequireVersion(PythonVersion v, ByteSpan span, std::string_view what);
  bool EnterDepth();
  void Report(ByteSpan span, std::string message, std::string_view type = "SyntaxError",
              std::string_view code = "SYNTAX_ERROR");
  bool IsKind(NodeRef n, AstKind k) const { return n >= 0 && tree_.kind(n) == k; }

  /// A point to go back to: everything a rule may have changed.
  struct Snapshot {
    TreeBuilder::Mark tree;
    std::array<uint32_t, kStackCount> stacks;
    uint32_t pos;
    uint32_t diagnostics;
    int depth;
  };
  Snapshot Save() const;
  void Restore(const Snapshot& snapshot);
  void RecoverStatement(const Snapshot& start);
  /// After a failed clause of a compound statement: keeps the statement without the clause.
  void DropClause(const Snapshot& clause);
  void ReportPending(uint32_t first_token, uint32_t last_token);
  uint32_t LineOf(uint32_t offset);

  // --- statement.cpp ---
  void ParseStatements();
  void ParseStatementLine();
  void ParseSimpleStatements();
  NodeRef ParseSimpleStatement();
  NodeRef ParseExpressionStatement();
  NodeRef ParseAssignment(uint32_t begin, NodeRef first);
  NodeRef ParseAnnotatedAssignment(uint32_t begin, NodeRef target, bool simple);
  NodeRef ParseReturn();
  NodeRef ParseRaise();
  NodeRef ParseDelete();
  NodeRef ParseAssert();
  NodeRef ParseGlobal();
  NodeRef ParseTypeAlias();

  // --- import_statement.cpp ---
  NodeRef ParseImport();
  NodeRef ParseImportFrom();
  NodeRef ParseImportedName();
  int32_t ParseDottedName();

  // --- compound_statement.cpp ---
  NodeRef ParseCompoundStatement();
  /// ':' and the statements of a clause; `header` is its first token, `after` names it in messages.
  ListRef ParseBlock(std::string_view after, uint32_t header);
  ListRef ParseElse(std::string_view after);
  NodeRef ParseIf();
  NodeRef ParseWhile();
  NodeRef ParseFor(uint32_t begin, bool is_async);
  NodeRef ParseTry();
  NodeRef ParseExceptHandler();
  void SkipLineAndBlock();
  NodeRef ParseAsync(ListRef decorators);
  NodeRef ParseWith(uint32_t begin, bool is_async);
  bool ParseParenthesizedWithItems();
  NodeRef ParseWithItem();
  uint32_t FindCloser(uint32_t open) const;

  // --- definition.cpp ---
  NodeRef ParseDecorated();
  NodeRef ParseOldDecorator();
  NodeRef ParseFunction(uint32_t begin, bool is_async, ListRef decorators);
  NodeRef ParseClass(ListRef decorators);
  ListRef ParseTypeParams();
  NodeRef ParseTypeParam();
  NodeRef ParseParameters(TokenKind closer);
  NodeRef ParseParameter(bool annotated, bool star);

  // --- pattern.cpp ---
  bool AtMatchStatement() const;
  NodeRef ParseMatch();
  NodeRef ParseCase();
  NodeRef ParseOpenPattern();
  NodeRef ParsePattern();
  NodeRef ParseSequenceItem();
  NodeRef ParseClosedPattern();
  NodeRef ParseStarPattern();
  NodeRef ParseSequencePattern(TokenKind closer);
  NodeRef ParseMappingPattern();
  NodeRef ParseNamePattern();
  NodeRef ParseClassPattern(uint32_t begin, NodeRef cls);
  NodeRef ParseLiteralPatternValue();
  NodeRef ParseSignedNumber();

  // --- expression.cpp ---
  NodeRef ParseStarExpressions();
  NodeRef ParsePlainExpressions();
  void RefuseNamedBefore(PythonVersion v);
  NodeRef ParseStarExpression();
  NodeRef ParseYieldOrStarExpressions();
  NodeRef ParseYield();
  NodeRef ParseStarNamedExpression();
  NodeRef ParseNamedExpression();
  NodeRef ParseExpression();
  NodeRef ParseConditional(uint32_t begin, NodeRef body);
  NodeRef ParseLambda();
  NodeRef ParseBinary(int least);
  NodeRef ParseNot();
  NodeRef ParseBoolOp(uint32_t begin, NodeRef left);
  NodeRef ParseComparison(uint32_t begin, NodeRef left);
  NodeRef ParseUnary();
  NodeRef ParsePower();
  NodeRef ParsePrimary();
  NodeRef ParsePostfix(uint32_t begin, NodeRef value);
  bool AtExpressionStart() const;

  // --- atom.cpp ---
  NodeRef ParseAtom();
  NodeRef ParseName();
  NodeRef ParseNumber();
  NodeRef ParseParenthesized();
  NodeRef ParseListDisplay();
  NodeRef ParseBraces();
  NodeRef ParseDictRest(uint32_t from, size_t mark);
  ListRef ParseComprehensions();
  bool AtComprehension() const;

  // --- argument.cpp ---
  struct Arguments {
    ListRef args, keywords;
  };
  Arguments ParseArguments(bool of_class = false);
  NodeRef ParseSlices();
  NodeRef ParseSlice();

  // --- target.cpp ---
  NodeRef ParseTargets();
  NodeRef ParseTarget();
  /// Turns an expression into a target; fails where it is none. `what`: "assign to", "delete".
  void MakeTarget(NodeRef n, ExprContext context);
  std::string_view Describe(NodeRef n) const;

  // --- literal.cpp, format_string.cpp, format_string_legacy.cpp ---
  NodeRef ParseStrings();
  NodeRef ParsePlainStrings(uint32_t first, uint32_t end);
  bool AppendLiteral(uint32_t token);
  struct LegacyFormat;
  NodeRef ParseLegacyStrings(uint32_t first, uint32_t last);
  void ParseLegacyPieces(LegacyFormat& format, uint32_t& at, int level);
  void ParseLegacyField(LegacyFormat& format, uint32_t& at, int level);
  NodeRef ParseLegacyExpression(LegacyFormat& format, uint32_t from, uint32_t to);
  void FlushLegacyLiteral(LegacyFormat& format);
  bool FindFieldError(LegacyFormat& format, uint32_t from, uint32_t to);
  std::vector<ByteSpan> PlaceFieldTokens(LegacyFormat& format, const lex::TokenBuffer& tokens);
  LineColumn FindFieldOrigin(LegacyFormat& format, ByteSpan field);
  bool FindFieldText(const LegacyFormat& format, ByteSpan field, uint32_t& found);
  LineColumn ReportedPosition(uint32_t at);
  NodeRef ParseModernStrings(uint32_t first);
  struct LiteralRun;
  void FlushRun(LiteralRun& run);
  void AddEmptyPiece(ByteSpan span);
  std::string FindMiddleError(std::string_view text) const;
  size_t FindPieceEnd(std::string_view text, bool raw) const;
  void AddSpecPieces(bool raw);
  void ParseFormatParts(LiteralRun& run, bool raw, bool template_string, int specs);
  void AppendMiddle(LiteralRun& run, bool raw, bool in_spec);
  bool HasOuterColon(uint32_t first, uint32_t end) const;
  void ParseField(LiteralRun& run, bool raw, bool template_string, int specs);
  uint32_t FindShownEnd(uint32_t first, uint32_t text_to, bool converted) const;
  void AppendFieldText(std::string_view source, std::string& out) const;

  // --- names and lists ---
  int32_t InternToken(uint32_t token);
  /// The identifier at the cursor; consumes it.
  int32_t ParseIdentifier();
  ListRef TakeList(Scratch& scratch, size_t from) {
    const ListRef list = tree_.AddList({scratch.data() + from, scratch.size() - from});
    scratch.Truncate(from);
    return list;
  }
  template <AstKind kKind, typename... Slots>
  NodeRef Add(ByteSpan span, Slots... slots) {
    return tree_.Add<kKind>(span, slots...);
  }
  uint32_t BeginOf(NodeRef n) const { return n < 0 ? begin() : tree_.span(n).begin; }
  uint32_t EndOf(NodeRef n) const { return n < 0 ? begin() : tree_.span(n).end; }

  std::string_view text_;
  const ParseOptions& options_;
  lex::TokenBuffer& tokens_;
  TreeBuilder& tree_;
  const TokenKind* kinds_;
  const ByteSpan* spans_;       // positions for the tree: offsets, or places (reported_place.h)
  const ByteSpan* text_spans_;  // where the text stands
  uint32_t pos_ = 0;
  uint32_t last_ = 0;  // index of the EndMarker
  bool failed_ = false;
  bool has_carriage_returns_ = false;
  bool is_ascii_ = false;
  int depth_ = 0;
  uint32_t lambda_count_ = 0;  // read so far
  std::array<Scratch, kStackCount> stacks_;
  Scratch& stack_ = stacks_[kMain];
  PendingError error_;
  bool exact_fields_ = false;  // fields of f-strings are judged by FindFieldError
  std::optional<Diagnostic> field_error_;
  uint32_t fail_pos_ = 0;     // token at which it failed
  int64_t reported_to_ = -1;  // later failures before this offset are echoes of the last one
  std::unique_ptr<LineIndex> lines_;  // made when a message needs a line number
  uint64_t field_search_ = 0;         // bytes that FindFieldText has looked at
  std::string decoded_;               // reused buffer of string literals
  std::vector<std::unique_ptr<lex::TokenBuffer>> field_tokens_;  // by nesting of replacement fields
  size_t field_depth_ = 0;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace codeanatomy::parse
