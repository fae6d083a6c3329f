#include "resolve/declarations.h"

#include <algorithm>
#include <unordered_map>

namespace codeanatomy::resolve {
namespace {

using parse::NodeId;
using parse::SyntaxTree;
using symbols::Resolution;
using symbols::ScopeId;
using symbols::ScopeType;
using symbols::SymbolId;
using symbols::SymbolTable;

struct Found {
  uint32_t begin = 0;
  Declaration declaration;
  bool is_plain = false;
};

/// The declaration a node makes of the symbol it names; nothing for nodes that only use it.
std::optional<Found> DeclarationAt(const SyntaxTree& tree, NodeId n) {
  const auto declared = [&](NodeKind kind, NodeId node) {
    return Found{tree.name_begin(n), {kind, node, {}}, false};
  };
  switch (tree.kind(n)) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
      return declared(NodeKind::kMethod, n);
    case AstKind::kClassDef:
      return declared(NodeKind::kTypeDecl, n);
    case AstKind::kArg:
      return declared(NodeKind::kMethodParameterIn, n);
    case AstKind::kAlias:
      return declared(NodeKind::kImport, n);
    case AstKind::kName:
      if (tree.Context(n) != ExprContext::kStore) return std::nullopt;
      if (tree.kind(tree.parent(n)) == AstKind::kTypeAlias && tree.slot(n) == AstField::kName) {
        return declared(NodeKind::kTypeDecl, tree.parent(n));
      }
      [[fallthrough]];
    case AstKind::kExceptHandler:
    case AstKind::kMatchAs:
    case AstKind::kMatchStar:
    case AstKind::kMatchMapping:
    case AstKind::kTypeVar:
    case AstKind::kParamSpec:
    case AstKind::kTypeVarTuple:
      return Found{tree.name_begin(n), {NodeKind::kLocal, n, {}}, true};
    default:
      return std::nullopt;
  }
}

}  // namespace

Declarations::Declarations(const SyntaxTree& tree, const SymbolTable& symbols) : symbols_(symbols) {
  const auto symbol_count = static_cast<size_t>(symbols.symbol_count());
  FindOrphans();
  std::vector<Found> found;
  std::vector<int32_t> plain(symbol_count, -1);  // index into found
  begins_.assign(symbol_count + 1, 0);
  for (NodeId n{0}; n.value < tree.size(); ++n.value) {
    const SymbolId symbol = symbols.symbol_of(n);
    if (!symbol.valid()) continue;
    std::optional<Found> made = DeclarationAt(tree, n);
    if (!made) continue;
    const SymbolId binding = BindingOf(symbol);
    if (!binding.valid()) continue;
    made->declaration.binding = binding;
    if (made->is_plain) {
      if (symbols.type(OwnerOf(binding)) == ScopeType::kClass) {
        made->declaration.kind = NodeKind::kMember;
      }
      int32_t& first = plain[binding.index()];
      if (first >= 0) {
        Found& earlier = found[static_cast<size_t>(first)];
        if (made->begin < earlier.begin) earlier = *made;
        continue;
      }
      first = static_cast<int32_t>(found.size());
    }
    found.push_back(*made);
    ++begins_[binding.index() + 1];
  }
  for (size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  std::vector<uint32_t> at(begins_.begin(), begins_.end() - 1);
  std::vector<uint32_t> order(found.size());
  for (uint32_t i = 0; i < found.size(); ++i) {
    order[at[found[i].declaration.binding.index()]++] = i;
  }
  for (size_t s = 0; s < symbol_count; ++s) {
    if (begins_[s + 1] - begins_[s] < 2) continue;
    std::stable_sort(order.begin() + begins_[s], order.begin() + begins_[s + 1],
                     [&](uint32_t a, uint32_t b) { return found[a].begin < found[b].begin; });
  }
  declarations_.reserve(found.size());
  for (uint32_t i : order) declarations_.push_back(found[i].declaration);
}

void Declarations::FindOrphans() {
  const auto symbol_count = static_cast<size_t>(symbols_.symbol_count());
  is_orphan_.assign(symbol_count, 0);
  orphan_of_.assign(symbol_count, SymbolId{});
  std::unordered_map<std::string_view, SymbolId> orphans;
  const auto is_global = [&](SymbolId y) {
    return symbols_.resolution(y) == Resolution::kGlobalExplicit ||
           symbols_.resolution(y) == Resolution::kGlobalImplicit;
  };
  for (SymbolId y{0}; y.index() < symbol_count; ++y.value) {
    if (symbols_.definition(y).valid() || symbols_.has(y, symbols::symbol_flag::kMerged)) continue;
    if (symbols_.resolution(y) == Resolution::kGlobalExplicit &&
        symbols_.has(y, symbols::symbol_flag::kBound)) {
      orphans.emplace(symbols_.name(y), y);
    }
  }
  if (orphans.empty()) return;
  for (SymbolId y{0}; y.index() < symbol_count; ++y.value) {
    if (symbols_.definition(y).valid() || !is_global(y)) continue;
    const auto at = orphans.find(symbols_.name(y));
    if (at == orphans.end()) continue;
    orphan_of_[y.index()] = at->second;
    is_orphan_[at->second.index()] = 1;
  }
}

SymbolId Declarations::BindingOf(SymbolId symbol) const {
  const SymbolId definition = symbols_.definition(symbol);
  return definition.valid() ? definition : orphan_of_[symbol.index()];
}

const Declaration* Declarations::PlainOf(SymbolId binding) const {
  for (const Declaration& declaration : Of(binding)) {
    if (declaration.kind == NodeKind::kLocal || declaration.kind == NodeKind::kMember) {
      return &declaration;
    }
  }
  return nullptr;
}

std::optional<NameBinding> Declarations::Bind(NodeId name) const {
  const SymbolId symbol = symbols_.symbol_of(name);
  if (!symbol.valid()) return std::nullopt;
  const SymbolId binding = BindingOf(symbol);
  if (!binding.valid() || Of(binding).empty()) return std::nullopt;
  const ScopeId owner = OwnerOf(binding);
  NameBinding result{symbol, binding, BindingMethod::kLocal, 0};
  for (ScopeId s = symbols_.scope(symbol); s.valid() && s != owner; s = symbols_.parent(s)) {
    ++result.hops;
  }
  if (result.hops == 0) return result;
  if (symbols_.type(owner) == ScopeType::kModule) {
    result.method = BindingMethod::kGlobal;
  } else if (symbols_.has(symbol, symbols::symbol_flag::kNonlocal)) {
    result.method = BindingMethod::kNonlocal;
  } else {
    result.method = BindingMethod::kEnclosing;
  }
  return result;
}

}  // namespace codeanatomy::resolve
