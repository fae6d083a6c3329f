// symtable_scopes and symtable_symbols, with the LOCAL or MEMBER node that a plain name declares.
#include <algorithm>

#include "evidence/file_context.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;
using symbols::ScopeId;
using symbols::ScopeType;
using symbols::SymbolId;
namespace flag = symbols::symbol_flag;

constexpr std::string_view kScopeRoles[] = {"runtime", "type_meta"};
constexpr std::string_view kDeclKinds[] = {"LOCAL", "MEMBER"};

bool IsMeta(ScopeType type) {
  return type != ScopeType::kModule && type != ScopeType::kFunction && type != ScopeType::kClass;
}

/// Symbols that only an inlined comprehension added belong to the comprehension's own row.
bool IsShown(const symbols::SymbolTable& symbols, SymbolId y) {
  return !symbols.has(y, flag::kMerged);
}

class NameLists {
 public:
  NameLists(const FileContext& context, BatchBuilder& builder)
      : context_(context),
        parameters_(builder.Lists<TextColumn>("parameters")),
        locals_(builder.Lists<TextColumn>("locals")),
        globals_(builder.Lists<TextColumn>("globals")),
        nonlocals_(builder.Lists<TextColumn>("nonlocals")),
        frees_(builder.Lists<TextColumn>("frees")),
        methods_(builder.Lists<TextColumn>("class_methods")) {}

  void Append(ScopeId scope) {
    const symbols::SymbolTable& symbols = context_.symbols;
    const ScopeType type = symbols.type(scope);
    if (type == ScopeType::kFunction) {
      Fill(scope, parameters_, [&](SymbolId y) { return symbols.has(y, flag::kParameter); });
      Fill(scope, locals_, [&](SymbolId y) { return symbols.is_local(y); });
      Fill(scope, globals_, [&](SymbolId y) { return symbols.is_global(y); });
      Fill(scope, nonlocals_, [&](SymbolId y) { return symbols.has(y, flag::kNonlocal); });
      Fill(scope, frees_, [&](SymbolId y) { return symbols.is_free(y); });
    } else {
      for (ListColumn* list : {&parameters_, &locals_, &globals_, &nonlocals_, &frees_}) {
        list->AppendNull();
      }
    }
    if (type == ScopeType::kClass) {
      TextColumn& methods = Elements<TextColumn>(methods_);
      for (ScopeId c = symbols.first_child(scope); c != symbols.subtree_end(scope);
           c = symbols.subtree_end(c)) {
        const AstKind kind = context_.tree.kind(symbols.node(c));
        if (kind != AstKind::kFunctionDef && kind != AstKind::kAsyncFunctionDef) continue;
        if (symbols.type(c) == ScopeType::kAnnotation) continue;
        methods.Append(context_.NameOf(symbols.node(c)));
      }
      methods_.CloseRow();
    } else {
      methods_.AppendNull();
    }
  }

 private:
  template <typename Predicate>
  void Fill(ScopeId scope, ListColumn& list, Predicate matches) {
    const symbols::SymbolTable& symbols = context_.symbols;
    TextColumn& names = Elements<TextColumn>(list);
    for (SymbolId y = symbols.symbols_begin(scope); y < symbols.symbols_end(scope); ++y.value) {
      if (IsShown(symbols, y) && matches(y)) names.Append(context_.Keep(symbols.name(y)));
    }
    list.CloseRow();
  }

  const FileContext& context_;
  ListColumn& parameters_;
  ListColumn& locals_;
  ListColumn& globals_;
  ListColumn& nonlocals_;
  ListColumn& frees_;
  ListColumn& methods_;
};

void AddScopes(const FileContext& context, TableList& tables) {
  const symbols::SymbolTable& symbols = context.symbols;
  BatchBuilder builder = context.Begin("symtable_scopes");
  Int64Column& scope_id = builder.Longs("scope_id");
  Int64Column& parent_id = builder.Longs("parent_scope_id");
  Int64Column& owner_id = builder.Longs("owner_id");
  Int64Column& block_id = builder.Longs("block_id");
  Int64Column& parent_block = builder.Longs("parent_block_id");
  CodeColumn& block_type = builder.Codes("block_type", symbols::kScopeTypeNames);
  BoolColumn& is_meta = builder.Bools("is_meta_scope");
  CodeColumn& role = builder.Codes("scope_role", kScopeRoles);
  TextColumn& name = builder.Texts("name");
  TextColumn& qualpath = builder.Texts("qualpath");
  FullSpanColumns span(builder);
  BoolColumn& is_nested = builder.Bools("is_nested");
  BoolColumn& is_optimized = builder.Bools("is_optimized");
  BoolColumn& has_children = builder.Bools("has_children");
  NameLists lists(context, builder);
  for (ScopeId s{0}; s.value < symbols.scope_count(); ++s.value) {
    const ScopeId parent = symbols.parent(s);
    const ScopeType type = symbols.type(s);
    scope_id.Append(context.scope_ids[s.index()]);
    if (parent.valid()) {
      parent_id.Append(context.scope_ids[parent.index()]);
      parent_block.Append(int64_t{parent.value} + 1);
    } else {
      parent_id.AppendNull();
      parent_block.AppendNull();
    }
    owner_id.Append(context.OwnerId(s));
    block_id.Append(int64_t{s.value} + 1);
    block_type.Append(static_cast<uint16_t>(type));
    is_meta.Append(IsMeta(type));
    role.Append(IsMeta(type) ? 1 : 0);
    name.Append(context.Keep(symbols.name(s)));
    qualpath.Append(context.scope_paths[s.index()]);
    span.Append(context, context.tree.span(symbols.node(s)));
    is_nested.Append(symbols.is_nested(s));
    is_optimized.Append(symbols.is_optimized(s));
    has_children.Append(symbols.first_child(s) != symbols.subtree_end(s));
    lists.Append(s);
  }
  AddTable(tables, context, builder, static_cast<size_t>(symbols.scope_count()));
}

/// (symbol, scope it names), by symbol and then scope.
std::vector<std::pair<SymbolId, ScopeId>> FindNamespaces(const FileContext& context) {
  const symbols::SymbolTable& symbols = context.symbols;
  std::vector<std::pair<SymbolId, ScopeId>> found;
  for (ScopeId s{1}; s.value < symbols.scope_count(); ++s.value) {
    if (symbols.type(s) == ScopeType::kAnnotation) continue;
    const SymbolId named = symbols.symbol_of(symbols.node(s));
    if (named.valid() && symbols.scope(named) == symbols.parent(s)) found.emplace_back(named, s);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

void AddScopeRows(const FileContext& context, TableList& tables, std::vector<IdRecord>& records) {
  AddScopes(context, tables);
  const symbols::SymbolTable& symbols = context.symbols;
  BatchBuilder builder = context.Begin("symtable_symbols");
  Int64Column& scope_id = builder.Longs("scope_id");
  Int64Column& binding_id = builder.Longs("binding_id");
  TextColumn& name = builder.Texts("name");
  struct FlagColumn {
    BoolColumn* column;
    uint16_t mask;
  };
  const FlagColumn flags[] = {{&builder.Bools("is_referenced"), flag::kReferenced},
                              {&builder.Bools("is_imported"), flag::kImported},
                              {&builder.Bools("is_parameter"), flag::kParameter},
                              {&builder.Bools("is_type_parameter"), flag::kTypeParameter},
                              {&builder.Bools("is_nonlocal"), flag::kNonlocal},
                              {&builder.Bools("is_annotated"), flag::kAnnotated},
                              {&builder.Bools("is_assigned"), flag::kAssigned}};
  BoolColumn& is_global = builder.Bools("is_global");
  BoolColumn& is_declared_global = builder.Bools("is_declared_global");
  BoolColumn& is_local = builder.Bools("is_local");
  BoolColumn& is_free = builder.Bools("is_free");
  BoolColumn& is_namespace = builder.Bools("is_namespace");
  Int32Column& namespace_count = builder.Ints("namespace_count");
  ListColumn& namespace_ids = builder.Lists<Int64Column>("namespace_scope_ids");
  Int64Column& decl_id = builder.Longs("decl_id");
  CodeColumn& decl_kind = builder.Codes("decl_kind", kDeclKinds);
  Int64Column& decl_owner = builder.Longs("decl_owner_id");
  FullSpanColumns span(builder);
  const auto namespaces = FindNamespaces(context);
  size_t next_namespace = 0;
  size_t rows = 0;
  for (SymbolId y{0}; y.value < symbols.symbol_count(); ++y.value) {
    const size_t first = next_namespace;
    while (next_namespace < namespaces.size() && namespaces[next_namespace].first == y)
      ++next_namespace;
    if (!IsShown(symbols, y)) continue;
    ++rows;
    scope_id.Append(context.scope_ids[symbols.scope(y).index()]);
    binding_id.Append(context.BindingId(y));
    name.Append(context.Keep(symbols.name(y)));
    for (const FlagColumn& f : flags) f.column->Append(symbols.has(y, f.mask));
    is_global.Append(symbols.is_global(y));
    is_declared_global.Append(symbols.is_declared_global(y));
    is_local.Append(symbols.is_local(y));
    is_free.Append(symbols.is_free(y));
    is_namespace.Append(symbols.is_namespace(y));
    namespace_count.Append(static_cast<int32_t>(next_namespace - first));
    for (size_t i = first; i < next_namespace; ++i) {
      Elements<Int64Column>(namespace_ids).Append(context.scope_ids[namespaces[i].second.index()]);
    }
    namespace_ids.CloseRow();
    const bool is_binding = context.declarations.BindingOf(y) == y;
    const resolve::Declaration* plain = is_binding ? context.declarations.PlainOf(y) : nullptr;
    if (plain == nullptr) {
      decl_id.AppendNull();
      decl_kind.AppendNull();
      decl_owner.AppendNull();
      span.AppendNull();
      continue;
    }
    const uint32_t begin = context.tree.name_begin(plain->node);
    const ByteSpan where{begin, context.IdentifierEnd(begin)};
    const int64_t id = context.DeclarationId(*plain);
    decl_id.Append(id);
    decl_kind.Append(plain->kind == NodeKind::kMember ? 1 : 0);
    decl_owner.Append(context.OwnerId(context.declarations.OwnerOf(y)));
    span.Append(context, where);
    records.push_back({id, static_cast<uint32_t>(context.Disk(where.begin)),
                       static_cast<uint32_t>(context.Disk(where.end)), plain->kind, false});
  }
  AddTable(tables, context, builder, rows);
}

}  // namespace codeanatomy::evidence
