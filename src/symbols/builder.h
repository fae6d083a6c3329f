// SymbolTableBuilder: the two passes over a module and what they share. Private to symbols/.
//
// Pass 1 (collect*.cpp) walks the tree in CPython's order of visits, opens scopes and notes for
// each name what occurs (flags). Pass 2 (analyze.cpp) walks the scopes and decides where each
// name's binding lives. Freeze (freeze.cpp) renumbers scopes to a preorder and symbols to
// contiguous ranges.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/line_index.h"
#include "symbols/name_table.h"
#include "symbols/symbol_table.h"

namespace codeanatomy::symbols {

enum class Comprehension : uint8_t { kNo, kList, kSet, kDict, kGenerator };

class SymbolTableBuilder {
 public:
  explicit SymbolTableBuilder(const parse::SyntaxTree& tree);
  SymbolTable Build();
  std::vector<parse::Diagnostic> FutureFeatureErrors();

 private:
  struct Scope {
    ScopeType type = ScopeType::kModule;
    Comprehension comprehension = Comprehension::kNo;
    NameId name;
    NodeId node;
    ScopeId parent;
    uint32_t offset = 0;  // of the position that gives the line
    ByteSpan span;
    NameId private_class;        // prefix of class-private names
    int32_t mangled_names = -1;  // index of the only names to mangle; -1: all
    std::string_view purpose;    // of a type variable scope, for messages
    bool nested = false;
    bool sees_class = false;  // CPython's ste_can_see_class_scope
    bool listed = true;
    bool inlined = false;
    bool coroutine = false;
    bool in_target = false;      // inside the target of a comprehension's for
    int16_t iterable_depth = 0;  // inside so many comprehension iterables
    bool unevaluated = false;    // inside the annotation of a local variable (3.14)
    bool has_conditional_annotations = false;
    ScopeId annotation_scope;  // of a module's, class's or function's variables (3.14)
    SymbolId first_symbol, last_symbol;
    ScopeId first_child, last_child, next_sibling;
  };
  struct Symbol {
    NameId name;
    ScopeId scope;
    uint16_t flags = 0;
    Resolution resolution = Resolution::kNone;
    bool is_namespace = false;
    SymbolId next;        // in the scope, by first occurrence
    SymbolId definition;  // while analyzing
  };
  struct Directive {  // of a global or nonlocal statement, or of an assignment expression that acts
                      // as one
    ScopeId scope;
    NameId name;
    NodeId node;
  };

  // What is still to be done, innermost last. See collect.cpp.
  enum class Op : uint8_t {
    kScan,  // nodes [begin, end)
    kExit,
    kFunction,
    kComprehension,
    kComprehensionEnd,
    kClass,
    kTypeParameters,
    kTypeAlias,
    kTypeVariable,
    kSignatureAnnotations,
    kReturnAnnotation,
    kVariableAnnotation,
    kTarget,    // begin = 1: into, 0: out of a comprehension's target
    kIterable,  // begin = 1, -1
    kYieldCheck,
  };
  struct Task {
    Op op;
    int32_t begin = 0;
    int32_t end = 0;
    std::string_view text = {};
  };

  bool AtLeast(PythonVersion version) const { return version_ >= version; }
  bool IsFunctionLike(const Scope& scope) const {
    return scope.type != ScopeType::kModule && scope.type != ScopeType::kClass &&
           (AtLeast(PythonVersion::k312) || scope.type == ScopeType::kFunction);
  }
  Scope& current() { return scopes_[current_.index()]; }
  const Scope& current() const { return scopes_[current_.index()]; }

  // collect.cpp: the walk
  void Collect();
  void Scan(int32_t begin, int32_t end);
  bool Visit(NodeId n);  // true: the node's parts are planned
  void VisitSimple(NodeId n);
  void Run(const Task& task);
  void Plan(std::initializer_list<Task> tasks);
  Task ScanNode(NodeId n) const;
  Task ScanList(NodeId n, AstField field) const;

  // collect_scopes.cpp: what opens scopes
  void PlanFunction(NodeId n);
  void EnterSignatureAnnotations(NodeId n);
  void EnterReturnAnnotation(NodeId n);
  void EnterFunction(NodeId n);
  void DefineParameters(NodeId arguments);
  void PlanLambda(NodeId n);
  void PlanClass(NodeId n);
  void EnterClass(NodeId n);
  void EnterTypeParameters(NodeId n);
  void PlanTypeAlias(NodeId n);
  void EnterTypeAlias(NodeId n, bool in_class);
  void PlanTypeParameter(NodeId n);
  Task TypeVariableTask(NodeId n, AstField field, std::string_view purpose) const;
  void EnterTypeVariable(NodeId n, NodeId expression, std::string_view purpose);
  void PlanComprehension(NodeId n);
  void EnterComprehension(NodeId n);
  void FinishComprehension(NodeId n);
  void EnterVariableAnnotation(NodeId n);
  ScopeId Enter(NameId name, ScopeType type, NodeId node, ByteSpan span);
  void EnterAgain(ScopeId scope);
  void Exit();

  // collect_names.cpp: what binds and uses names
  void VisitName(NodeId n);
  void PlanAnnAssign(NodeId n);
  void PlanNamedExpr(NodeId n);
  void BindAssignmentExpression(NodeId target);
  void VisitAlias(NodeId n);
  void VisitDirective(NodeId n);
  void VisitPatternName(NodeId n, AstField field);
  SymbolId Define(NameId name, uint16_t flag, ByteSpan where);
  SymbolId DefineIn(ScopeId scope, NameId name, uint16_t flag, ByteSpan where);
  SymbolId DefineImplicit(std::string_view text, uint16_t flag);
  NameId MangleFor(ScopeId scope, NameId name);
  SymbolId Lookup(ScopeId scope, NameId mangled);
  uint16_t FlagsOf(ScopeId scope, NameId name);
  SymbolId AddSymbol(ScopeId scope, NameId name);
  void CheckWritable(NameId name, ByteSpan where, ExprContext context);

  // checks.cpp: what CPython refuses on the way
  void CheckFutureImports();
  void CheckFutureFeatures(NodeId n);
  void CheckLateFutureImport(NodeId n);
  bool RefusedInAnnotation(std::string_view what, NodeId n);
  void CheckYield(NodeId n);
  void CheckAwait(NodeId n);
  void CheckAsyncStatement(NodeId n);
  void CheckKeywordPatterns(NodeId n);
  void Report(std::string message, ByteSpan where);
  void ReportInScope(std::string message, ByteSpan where);

  // analyze.cpp
  void Analyze();
  struct Analysis;

  // freeze.cpp
  SymbolTable Freeze();
  std::vector<ScopeId> NumberScopes(SymbolTable& table) const;
  void MarkNamespaces();

  const parse::SyntaxTree& tree_;
  const PythonVersion version_;
  const LineIndex lines_;
  NameTable names_;
  std::vector<Scope> scopes_;
  std::vector<Symbol> symbols_;
  IdMap symbol_ids_;  // (scope, name) → symbol
  struct Recent {
    int32_t scope = -1;
    int32_t symbol = -1;
  };
  std::vector<Recent> recent_;  // by name: where it was last looked up
  std::vector<std::vector<NameId>> mangled_names_;
  std::vector<Directive> directives_;
  std::vector<ScopeId> node_scopes_, opened_;
  std::vector<SymbolId> node_symbols_;
  std::vector<parse::Diagnostic> diagnostics_;
  std::vector<Task> tasks_;
  std::vector<ScopeId> open_;  // the scopes being in, outermost first
  ScopeId current_;
  NameId super_, debug_;
  NodeId last_future_import_;
  bool future_annotations_ = false;
};

}  // namespace codeanatomy::symbols
