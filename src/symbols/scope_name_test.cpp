#include <doctest/doctest.h>

#include "symbols/symbol_table.h"

namespace codeanatomy::symbols {
namespace {

std::string ScopeNames(std::string_view text) {
  const parse::SyntaxTree tree = parse::ParseModule(text, {});
  const SymbolTable table = BuildSymbolTable(tree);
  std::string names;
  for (int32_t i = 0; i < table.scope_count(); ++i) {
    names.append(i == 0 ? "" : " ").append(table.name(ScopeId{i}));
  }
  return names;
}

TEST_CASE("scopes that no identifier names have the names symtable gives them") {
  CHECK(ScopeNames("f(lambda: g('a'))\n") == "top lambda");
  CHECK(ScopeNames("setattr(u, 'time_low', lambda x: x)\nlambda: 0\n") == "top lambda lambda");
  CHECK(ScopeNames("[a for a in b]\n(a for a in b)\n") == "top listcomp genexpr");
}

}  // namespace
}  // namespace codeanatomy::symbols
