// CompileChecker: the walk behind FindCompileErrors. Private to symbols/.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "symbols/compile_errors.h"

namespace codeanatomy::symbols {

class CompileChecker {
 public:
  CompileChecker(const parse::SyntaxTree& tree, const SymbolTable& table);
  std::vector<parse::Diagnostic> Run();
  std::vector<parse::Diagnostic> RunOnTree();

 private:
  // What a `break`, `continue` or `return` leaves on its way out.
  enum class BlockKind : uint8_t { kScope, kLoop, kGroupHandler, kOther };
  struct Block {
    NodeId end;
    BlockKind kind;
    NodeId with;  // the statement, if it is one
  };
  struct Found {
    NodeId node;
    bool after;       // raised behind the node's children
    bool tree_error;  // raised by ast.parse before 3.9
    ByteSpan where;
    std::string message;
    parse::ShownLine shown = parse::ShownLine::kOfSpan;
  };

  bool AtLeast(PythonVersion version) const { return version_ >= version; }
  bool IsFunctionLike(ScopeId scope) const;
  AstKind ScopeKind(ScopeId scope) const { return tree_.kind(table_.node(scope)); }
  void Report(NodeId n, std::string message) { ReportAt(n, tree_.span(n), std::move(message)); }
  void ReportAt(NodeId n, ByteSpan where, std::string message, bool after = false,
                bool tree_error = false);

  // compile_checker.cpp: the walk, and blocks
  void Scan();
  bool IsUnevaluated(NodeId n) const;
  void CheckUnevaluated(NodeId n);
  void OpenBlocks(NodeId n);
  void OpenBlock(NodeId statement, NodeId end, BlockKind kind, NodeId place = {});
  void CheckJump(NodeId n);
  ByteSpan JumpSpan(NodeId n) const;
  ByteSpan UnplacedJumpSpan(NodeId n) const;
  NodeId EndOfList(NodeId n, AstField field) const;
  std::vector<parse::Diagnostic> Finish();
  size_t FirstRaised() const;
  NodeId OutermostIterable(NodeId comprehension) const;
  bool IterableComesLast(NodeId n) const;
  bool IsTreeOrder() const;
  void PushChildren(NodeId n, std::vector<int32_t>& stack) const;

  // compile_checks.cpp: single statements and expressions
  void Check(NodeId n);
  void CheckReturn(NodeId n);
  void CheckYield(NodeId n);
  void CheckAwait(NodeId n);
  void CheckAsyncStatement(NodeId n);
  void CheckStarred(NodeId n);
  void CheckStarredTargets(NodeId n);
  void CheckKeywords(NodeId n);
  void CheckBareExcept(NodeId n);
  void CheckTypeParameters(NodeId n);
  void CheckFutureImport(NodeId n);
  void CheckWritable(NodeId n, parse::NameId name, ByteSpan where, ExprContext context);
  void CheckWritableNames(NodeId n);
  void NoteComprehension(NodeId n);
  void FinishComprehensions();
  void FinishReturns();

  // compile_patterns.cpp
  void CheckPattern(NodeId n);
  void CheckIrrefutable(NodeId n);
  void CheckValuePattern(NodeId n);
  void CheckSequencePattern(NodeId n);
  void CheckMappingPattern(NodeId n);
  void CheckClassPattern(NodeId n);
  void CheckCaptures(NodeId match_case);
  ByteSpan PatternSpan(NodeId n, NodeId inside) const;
  struct Alternatives;
  bool CollectCaptures(NodeId pattern, Alternatives& known, std::vector<parse::NameId>& names);

  const parse::SyntaxTree& tree_;
  const SymbolTable& table_;
  const PythonVersion version_;
  const LineIndex lines_;
  parse::NameId debug_;
  std::vector<Block> blocks_;
  std::vector<uint8_t> awaits_;  // by scope: asynchronous, as CPython's ste_coroutine
  std::vector<uint8_t> yields_;  // by scope
  std::vector<NodeId> comprehensions_;
  std::vector<NodeId> returns_;  // with a value, in asynchronous functions
  std::vector<Found> found_;
  int64_t last_future_place_ = -1;  // of the last future statement that stands right; 0: none
};

}  // namespace codeanatomy::symbols
