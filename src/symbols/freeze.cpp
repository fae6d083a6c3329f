// From what the passes collected to the frozen table: scopes numbered in preorder, symbols
// contiguous.
#include "symbols/builder.h"

namespace codeanatomy::symbols {

// A symbol is a namespace if a child scope, as CPython lists them, bears its name.
void SymbolTableBuilder::MarkNamespaces() {
  for (size_t i = 1; i < scopes_.size(); ++i) {
    const Scope& scope = scopes_[i];
    if (scope.inlined || !scope.listed) continue;
    ScopeId around = scope.parent;
    while (scopes_[around.index()].inlined) around = scopes_[around.index()].parent;
    const SymbolId symbol = Lookup(around, scope.name);
    if (symbol.valid()) symbols_[symbol.index()].is_namespace = true;
  }
}

// 3.14 enters an annotation scope again for each variable, so the order of opening is not always a
// preorder.
std::vector<ScopeId> SymbolTableBuilder::NumberScopes(SymbolTable& table) const {
  std::vector<ScopeId> numbers(scopes_.size());
  std::vector<ScopeId> open;
  int32_t next = 0;
  ScopeId at{0};
  while (true) {
    const Scope& scope = scopes_[at.index()];
    const ScopeId id{next++};
    numbers[at.index()] = id;
    table.scope_types_.push_back(scope.type);
    table.scope_names_.push_back(names_.text(scope.name));
    table.scope_nodes_.push_back(scope.node);
    table.scope_parents_.push_back(scope.parent.valid() ? numbers[scope.parent.index()]
                                                        : ScopeId{});
    table.scope_ends_.push_back({});
    const parse::ReportedSpan* reported = tree_.FindReportedSpan(scope.node);
    const uint32_t line =
        reported != nullptr ? reported->begin.line : lines_.Find(scope.span.begin).line;
    table.scope_lines_.push_back(scope.type == ScopeType::kModule ? 0 : line);
    table.scope_flags_.push_back(static_cast<uint8_t>(
        (scope.nested ? SymbolTable::kNestedScope : 0) |
        (scope.comprehension != Comprehension::kNo ? SymbolTable::kComprehensionScope : 0) |
        (scope.inlined ? SymbolTable::kInlinedScope : 0) |
        (scope.listed ? 0 : SymbolTable::kUnlistedScope)));
    open.push_back(at);
    ScopeId child = scope.first_child;
    while (!child.valid() && !open.empty()) {
      table.scope_ends_[numbers[open.back().index()].index()] = ScopeId{next};
      child = scopes_[open.back().index()].next_sibling;
      open.pop_back();
    }
    if (!child.valid()) return numbers;
    at = child;
  }
}

SymbolTable SymbolTableBuilder::Freeze() {
  MarkNamespaces();
  SymbolTable table;
  const std::vector<ScopeId> scope_numbers = NumberScopes(table);
  std::vector<ScopeId> by_number(scopes_.size());
  for (size_t i = 0; i < scopes_.size(); ++i)
    by_number[scope_numbers[i].index()] = ScopeId{static_cast<int32_t>(i)};

  std::vector<SymbolId> symbol_numbers(symbols_.size());
  for (const ScopeId old : by_number) {
    table.symbol_begins_.push_back(table.symbol_count());
    for (SymbolId y = scopes_[old.index()].first_symbol; y.valid(); y = symbols_[y.index()].next) {
      const Symbol& symbol = symbols_[y.index()];
      symbol_numbers[y.index()] = SymbolId{table.symbol_count()};
      table.symbol_names_.push_back(names_.text(symbol.name));
      table.symbol_scopes_.push_back(scope_numbers[old.index()]);
      table.symbol_flags_.push_back(symbol.flags);
      table.resolutions_.push_back(symbol.resolution);
      table.definitions_.push_back(symbol.definition);
      table.namespace_.push_back(symbol.is_namespace ? 1 : 0);
    }
  }
  table.symbol_begins_.push_back(table.symbol_count());
  const auto renumber = [](auto& ids, const auto& numbers) {
    for (auto& id : ids) {
      if (id.valid()) id = numbers[id.index()];
    }
  };
  renumber(table.definitions_, symbol_numbers);
  renumber(node_scopes_, scope_numbers);
  renumber(opened_, scope_numbers);
  renumber(node_symbols_, symbol_numbers);
  table.node_scopes_ = std::move(node_scopes_);
  table.opened_ = std::move(opened_);
  table.node_symbols_ = std::move(node_symbols_);
  table.diagnostics_ = std::move(diagnostics_);
  table.buffers_ = names_.TakeBuffers();
  table.future_annotations_ = future_annotations_;
  return table;
}

}  // namespace codeanatomy::symbols
