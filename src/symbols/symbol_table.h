// SymbolTable: the scopes and symbols of one module, as CPython's `symtable` of the tree's version.
//
// Scopes are numbered in the order CPython opens them, which is a preorder: the scopes inside a
// scope are the range (scope, subtree_end(scope)). Each scope owns a contiguous range of symbols in
// the order of first occurrence. A name is one symbol per scope in which it occurs; `resolution`
// says where its binding lives, `definition` leads to the symbol of the scope that owns the
// binding.
//
// Comprehensions always have a scope of their own here. From 3.12 on CPython inlines most of them
// into the enclosing scope and its `symtable` module shows the merged result; such a scope is
// marked is_inlined(), and the symbols it adds to the enclosing scope are marked kMerged. Readers
// that want meaning skip kMerged symbols. Readers that want CPython's picture skip inlined scopes
// (their children belong to the scope around them), scopes that are not listed, and symbols marked
// kUnevaluated.
//
// Ownership: struct of arrays; names are views into the tree or into the table's own buffers, so
// the tree must outlive the table. Immutable and safe to read from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::symbols {

using parse::NodeId;
using ScopeId = Id<struct ScopeTag>;
using SymbolId = Id<struct SymbolTag>;

enum class ScopeType : uint8_t {
  kModule,
  kFunction,  // also lambdas and comprehensions
  kClass,
  kAnnotation,
  kTypeAlias,
  kTypeParameters,
  kTypeVariable,
};
inline constexpr std::string_view kScopeTypeNames[] = {
    "MODULE", "FUNCTION", "CLASS", "ANNOTATION", "TYPE_ALIAS", "TYPE_PARAMETERS", "TYPE_VARIABLE"};

/// What occurred in the scope. The names are those of symtable.Symbol's `is_…` where one exists.
namespace symbol_flag {
inline constexpr uint16_t kGlobalStatement = 1 << 0;  // named by `global`
inline constexpr uint16_t kAssigned = 1 << 1;  // bound, but not as parameter or by import only
inline constexpr uint16_t kParameter = 1 << 2;
inline constexpr uint16_t kNonlocal = 1 << 3;  // named by `nonlocal`
inline constexpr uint16_t kReferenced = 1 << 4;
inline constexpr uint16_t kImported = 1 << 5;
inline constexpr uint16_t kAnnotated = 1 << 6;
inline constexpr uint16_t kTypeParameter = 1 << 7;
inline constexpr uint16_t kComprehensionTarget = 1 << 8;
inline constexpr uint16_t kFreeInClass = 1 << 9;  // free through a class that binds the same name
inline constexpr uint16_t kMerged = 1 << 10;      // added by an inlined comprehension
inline constexpr uint16_t kImplicit = 1
                                      << 11;  // `.0`, `__class__`, …: stands in no source text here
inline constexpr uint16_t kUnevaluated = 1 << 12;  // only in annotations of local variables (3.14)
inline constexpr uint16_t kBound = kAssigned | kParameter | kImported | kTypeParameter;
}  // namespace symbol_flag

enum class Resolution : uint8_t {
  kNone,            // occurred only in a place that binds nothing
  kLocal,           // bound here
  kGlobalExplicit,  // by a `global` statement, here or in an enclosing function
  kGlobalImplicit,  // bound in no enclosing function: module scope or builtins
  kFree,            // bound in an enclosing function (or type parameter, class cell)
  kCell,            // bound here and used by an inner scope
};
inline constexpr std::string_view kResolutionNames[] = {
    "none", "local", "global_explicit", "global_implicit", "free", "cell"};

class SymbolTable {
 public:
  // --- scopes; ScopeId{0} is the module ---
  int32_t scope_count() const { return static_cast<int32_t>(scope_types_.size()); }
  ScopeType type(ScopeId s) const { return scope_types_[s.index()]; }
  /// "top", the function's or class's name, "lambda", "listcomp", "genexpr", ….
  std::string_view name(ScopeId s) const { return scope_names_[s.index()]; }
  /// The node that opens it. Several scopes may share a node: a generic function has a type
  /// parameter scope and a function scope; a type variable a bound and a default.
  NodeId node(ScopeId s) const { return scope_nodes_[s.index()]; }
  ScopeId parent(ScopeId s) const { return scope_parents_[s.index()]; }  // none for the module
  ScopeId subtree_end(ScopeId s) const { return scope_ends_[s.index()]; }
  /// get_lineno(): 0 for the module; the line of `def` or `class`, not of a decorator.
  uint32_t line(ScopeId s) const { return scope_lines_[s.index()]; }
  bool is_nested(ScopeId s) const { return (scope_flags_[s.index()] & kNestedScope) != 0; }
  /// True for functions, lambdas and comprehensions: locals are fast.
  bool is_optimized(ScopeId s) const { return type(s) == ScopeType::kFunction; }
  bool is_comprehension(ScopeId s) const {
    return (scope_flags_[s.index()] & kComprehensionScope) != 0;
  }
  bool is_inlined(ScopeId s) const { return (scope_flags_[s.index()] & kInlinedScope) != 0; }
  /// False for scopes that get_children() leaves out: annotations under `from __future__ import
  /// annotations`. What is below such a scope is left out as well.
  bool is_listed(ScopeId s) const { return (scope_flags_[s.index()] & kUnlistedScope) == 0; }

  /// Direct children in order: for (ScopeId c = t.first_child(s); c != t.subtree_end(s); c =
  /// t.subtree_end(c)).
  ScopeId first_child(ScopeId s) const { return ScopeId{s.value + 1}; }

  // --- symbols: those of scope s are the ids [symbols_begin(s), symbols_end(s)) ---
  int32_t symbol_count() const { return static_cast<int32_t>(symbol_names_.size()); }
  SymbolId symbols_begin(ScopeId s) const { return SymbolId{symbol_begins_[s.index()]}; }
  SymbolId symbols_end(ScopeId s) const { return SymbolId{symbol_begins_[s.index() + 1]}; }
  /// As symtable writes it: class-private names are mangled (`_C__x`).
  std::string_view name(SymbolId y) const { return symbol_names_[y.index()]; }
  ScopeId scope(SymbolId y) const { return symbol_scopes_[y.index()]; }
  uint16_t flags(SymbolId y) const { return symbol_flags_[y.index()]; }
  bool has(SymbolId y, uint16_t flag) const { return (flags(y) & flag) != 0; }
  Resolution resolution(SymbolId y) const { return resolutions_[y.index()]; }
  /// The symbol of the scope that owns the binding: itself for kLocal and kCell; the defining
  /// scope's symbol for kFree; the module's for globals; the class's for a name that a type or
  /// annotation scope looks up in its class first. None where no scope binds the name (builtins,
  /// names made at run time) and for the implicit `__class__`.
  SymbolId definition(SymbolId y) const { return definitions_[y.index()]; }

  // symtable.Symbol's predicates that are not one flag.
  bool is_global(SymbolId y) const;
  bool is_declared_global(SymbolId y) const { return resolution(y) == Resolution::kGlobalExplicit; }
  bool is_local(SymbolId y) const;
  bool is_free(SymbolId y) const { return resolution(y) == Resolution::kFree; }
  /// A child scope bears the symbol's name.
  bool is_namespace(SymbolId y) const { return namespace_[y.index()] != 0; }

  /// The symbol of that (mangled) name in the scope; none if it does not occur there. Linear in the
  /// scope's symbols.
  SymbolId Find(ScopeId s, std::string_view name) const;

  // --- nodes ---
  /// The scope whose code evaluates the node. A def, class or comprehension belongs to the scope
  /// around it, its decorators, defaults and first iterable too; parameters belong to the function.
  ScopeId scope_of(NodeId n) const { return node_scopes_[n.index()]; }
  /// The scope of the node's own body: Module, FunctionDef, AsyncFunctionDef, ClassDef, Lambda,
  /// comprehensions, TypeAlias (its value), TypeVar (its bound). None for every other node.
  ScopeId opened_by(NodeId n) const { return opened_[n.index()]; }
  /// The symbol a node reads, binds or deletes in scope_of(node): Name, arg, alias (none for `*`),
  /// FunctionDef, AsyncFunctionDef, ClassDef, ExceptHandler, MatchAs, MatchStar, MatchMapping, type
  /// parameters. None for every other node.
  SymbolId symbol_of(NodeId n) const { return node_symbols_[n.index()]; }

  /// SyntaxErrors that CPython raises while it builds the symbol table. The first is the one it
  /// raises; `span` begins at its position.
  const std::vector<parse::Diagnostic>& diagnostics() const { return diagnostics_; }
  bool has_future_annotations() const { return future_annotations_; }

 private:
  friend class SymbolTableBuilder;
  static constexpr uint8_t kNestedScope = 1, kComprehensionScope = 2, kInlinedScope = 4,
                           kUnlistedScope = 8;
  std::vector<ScopeType> scope_types_;
  std::vector<std::string_view> scope_names_;
  std::vector<NodeId> scope_nodes_;
  std::vector<ScopeId> scope_parents_, scope_ends_;
  std::vector<uint32_t> scope_lines_;
  std::vector<uint8_t> scope_flags_;
  std::vector<int32_t> symbol_begins_;  // scope_count() + 1 elements
  std::vector<std::string_view> symbol_names_;
  std::vector<ScopeId> symbol_scopes_;
  std::vector<uint16_t> symbol_flags_;
  std::vector<Resolution> resolutions_;
  std::vector<SymbolId> definitions_;
  std::vector<uint8_t> namespace_;
  std::vector<ScopeId> node_scopes_, opened_;
  std::vector<SymbolId> node_symbols_;
  std::vector<parse::Diagnostic> diagnostics_;
  std::vector<std::unique_ptr<char[]>> buffers_;  // mangled names
  bool future_annotations_ = false;
};

/// Scopes and symbols of a module. Total: partial trees give what they hold.
/// Cost: linear in nodes and symbols. Iterative: depth of the tree does not matter.
SymbolTable BuildSymbolTable(const parse::SyntaxTree& tree);

/// Only what is wrong with the module's `from __future__` statements, which 3.14 checks while it
/// parses. Cost: linear in names and in the statements up to the first that is none.
std::vector<parse::Diagnostic> FindFutureFeatureErrors(const parse::SyntaxTree& tree);

}  // namespace codeanatomy::symbols
