// flow_captures: names that a scope takes from an enclosing function, directly or for scopes inside
// it.
#include "evidence/file_context.h"

namespace codeanatomy::evidence {
namespace {

using symbols::ScopeId;
using symbols::SymbolId;

enum class CaptureKind : uint8_t { kClosure, kNonlocal, kClassCell };
constexpr std::string_view kCaptureKindNames[] = {"closure", "nonlocal", "class_cell"};

class CaptureRows {
 public:
  explicit CaptureRows(const FileContext& context)
      : context_(context),
        reads_(static_cast<size_t>(context.symbols.symbol_count()), 0),
        writes_(static_cast<size_t>(context.symbols.symbol_count()), 0) {
    const parse::SyntaxTree& tree = context.tree;
    for (parse::NodeId n{0}; n.value < tree.size(); ++n.value) {
      if (tree.kind(n) != AstKind::kName) continue;
      const SymbolId y = context.symbols.symbol_of(n);
      if (!y.valid()) continue;
      ++(tree.Context(n) == ExprContext::kLoad ? reads_ : writes_)[y.index()];
    }
  }

  void Add(TableList& tables) const {
    const symbols::SymbolTable& symbols = context_.symbols;
    BatchBuilder builder = context_.Begin("flow_captures");
    Int64Column& function_id = builder.Longs("function_id");
    Int64Column& owner_id = builder.Longs("owner_id");
    Int64Column& binding_id = builder.Longs("binding_id");
    Int64Column& outer_function_id = builder.Longs("outer_function_id");
    Int64Column& outer_binding_id = builder.Longs("outer_binding_id");
    Int64Column& decl_id = builder.Longs("decl_id");
    Int64Column& closure_binding_id = builder.Longs("closure_binding_id");
    TextColumn& name = builder.Texts("name");
    CodeColumn& kind = builder.Codes("kind", kCaptureKindNames);
    Int32Column& read_count = builder.Ints("read_count");
    Int32Column& write_count = builder.Ints("write_count");
    Int32Column& depth = builder.Ints("depth");
    size_t rows = 0;
    for (ScopeId s{0}; s.value < symbols.scope_count(); ++s.value) {
      if (!IsFlowScope(s)) continue;
      for (SymbolId y = symbols.symbols_begin(s); y != symbols.symbols_end(s); ++y.value) {
        if (symbols.resolution(y) != symbols::Resolution::kFree) continue;
        if (symbols.has(y, symbols::symbol_flag::kMerged)) continue;
        const SymbolId outer = symbols.definition(y);
        const ScopeId owner = outer.valid() ? symbols.scope(outer) : ClassAround(s);
        if (!owner.valid()) continue;
        ++rows;
        const int64_t function = FunctionId(s);
        const std::string_view text = context_.Keep(symbols.name(y));
        function_id.Append(function);
        owner_id.Append(context_.OwnerId(s));
        binding_id.Append(context_.BindingId(y));
        outer_function_id.Append(FunctionId(owner));
        outer_binding_id.Append(context_.BindingId(owner, text));
        AppendDeclaration(decl_id, outer);
        closure_binding_id.Append(
            context_.scheme.Finish(IdScheme::Derived("CLOSURE_BINDING", function)
                                       .Add(context_.InteriorBase(s))
                                       .Add(text)));
        name.Append(text);
        kind.Append(static_cast<uint16_t>(KindOf(y, outer)));
        read_count.Append(reads_[y.index()]);
        write_count.Append(writes_[y.index()]);
        depth.Append(Depth(s, owner));
      }
    }
    AddTable(tables, context_, builder, rows);
  }

 private:
  bool IsFlowScope(ScopeId s) const {
    const symbols::ScopeType type = context_.symbols.type(s);
    return type == symbols::ScopeType::kFunction || type == symbols::ScopeType::kClass;
  }
  int64_t FunctionId(ScopeId s) const {
    return IsFlowScope(s) ? context_.ids.id(context_.symbols.node(s)) : context_.OwnerId(s);
  }
  // `__class__` is bound by no statement: the cell of the innermost class around.
  ScopeId ClassAround(ScopeId s) const {
    do {
      s = context_.symbols.parent(s);
    } while (s.valid() && context_.symbols.type(s) != symbols::ScopeType::kClass);
    return s;
  }
  CaptureKind KindOf(SymbolId y, SymbolId outer) const {
    if (!outer.valid()) return CaptureKind::kClassCell;
    return context_.symbols.has(y, symbols::symbol_flag::kNonlocal) ? CaptureKind::kNonlocal
                                                                    : CaptureKind::kClosure;
  }
  // What the binding is declared by first.
  void AppendDeclaration(Int64Column& column, SymbolId outer) const {
    const auto found =
        outer.valid() ? context_.declarations.Of(outer) : std::span<const resolve::Declaration>{};
    if (found.empty()) return column.AppendNull();
    column.Append(context_.DeclarationId(found.front()));
  }
  // Scopes from the inner to the owner, the owner counted.
  int32_t Depth(ScopeId s, ScopeId owner) const {
    int32_t depth = 0;
    for (; s.valid() && s != owner; s = context_.symbols.parent(s)) ++depth;
    return depth;
  }

  const FileContext& context_;
  std::vector<int32_t> reads_, writes_;  // by symbol
};

}  // namespace

void AddCaptureRows(const FileContext& context, TableList& tables) {
  CaptureRows(context).Add(tables);
}

}  // namespace codeanatomy::evidence
