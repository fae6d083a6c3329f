// Declarations: what each binding of a file is declared by, and which of them a name refers to by
// the scope rules alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/node_kind.h"
#include "symbols/symbol_table.h"

namespace codeanatomy::resolve {

/// METHOD, TYPE_DECL, METHOD_PARAMETER_IN and IMPORT are declared by their node, once per node. A
/// plain name (assignment, loop target, handler, pattern, type parameter …) is one LOCAL or MEMBER
/// per binding; its `node` is where it is bound first.
struct Declaration {
  NodeKind kind = NodeKind::kLocal;
  parse::NodeId node;
  symbols::SymbolId binding;
};

enum class BindingMethod : uint8_t {
  kLocal,
  kEnclosing,
  kGlobal,
  kNonlocal,
  kBuiltin,
  kImport,
  kStarImport,
  kAttribute,
  kClassMember,
  kInstanceMember,
};
inline constexpr std::string_view kBindingMethodNames[] = {
    "local",  "enclosing",   "global",    "nonlocal",     "builtin",
    "import", "star_import", "attribute", "class_member", "instance_member"};

struct NameBinding {
  symbols::SymbolId symbol;   // in the scope of the name
  symbols::SymbolId binding;  // in the scope that owns the binding
  BindingMethod method = BindingMethod::kLocal;
  int32_t hops = 0;  // scopes between the two
};

class Declarations {
 public:
  /// Linear in nodes and symbols; `tree` and `symbols` must outlive it.
  Declarations(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols);

  /// The symbol that stands for the binding of `symbol`: its definition; for a module-level name
  /// that is bound by `global` statements only, the first symbol so named. None for builtins and
  /// unknown names.
  symbols::SymbolId BindingOf(symbols::SymbolId symbol) const;
  /// The scope that owns a binding returned by BindingOf.
  symbols::ScopeId OwnerOf(symbols::SymbolId binding) const {
    return is_orphan_[binding.index()] ? symbols::ScopeId{0} : symbols_.scope(binding);
  }
  /// Declarations of a binding in source order.
  std::span<const Declaration> Of(symbols::SymbolId binding) const {
    return {declarations_.data() + begins_[binding.index()],
            declarations_.data() + begins_[binding.index() + 1]};
  }
  /// The LOCAL or MEMBER of a binding; nullptr where no plain occurrence binds it.
  const Declaration* PlainOf(symbols::SymbolId binding) const;
  /// All declarations by binding, then source order.
  std::span<const Declaration> all() const { return declarations_; }

  /// What a Name node refers to; nothing for builtins and names the file does not bind.
  std::optional<NameBinding> Bind(parse::NodeId name) const;

 private:
  void FindOrphans();

  const symbols::SymbolTable& symbols_;
  std::vector<Declaration> declarations_;
  std::vector<uint32_t> begins_;    // per symbol
  std::vector<uint8_t> is_orphan_;  // per symbol
  std::vector<symbols::SymbolId>
      orphan_of_;  // per symbol without definition: the orphan that stands for it
};

}  // namespace codeanatomy::resolve
