#include "symbols/symbol_table.h"

#include "symbols/builder.h"

namespace codeanatomy::symbols {
namespace {

// The module's scope is called "top", and `symtable` tells it by that name; a function called "top"
// is taken for a module too.
constexpr std::string_view kModuleName = "top";

}  // namespace

bool SymbolTable::is_global(SymbolId y) const {
  const Resolution r = resolution(y);
  if (r == Resolution::kGlobalImplicit || r == Resolution::kGlobalExplicit) return true;
  return name(scope(y)) == kModuleName && has(y, symbol_flag::kBound);
}

bool SymbolTable::is_local(SymbolId y) const {
  const Resolution r = resolution(y);
  if (r == Resolution::kLocal || r == Resolution::kCell) return true;
  return name(scope(y)) == kModuleName && has(y, symbol_flag::kBound);
}

SymbolId SymbolTable::Find(ScopeId s, std::string_view text) const {
  for (SymbolId y = symbols_begin(s); y != symbols_end(s); ++y.value) {
    if (name(y) == text) return y;
  }
  return {};
}

SymbolTable BuildSymbolTable(const parse::SyntaxTree& tree) {
  return SymbolTableBuilder(tree).Build();
}

std::vector<parse::Diagnostic> FindFutureFeatureErrors(const parse::SyntaxTree& tree) {
  return SymbolTableBuilder(tree).FutureFeatureErrors();
}

}  // namespace codeanatomy::symbols
