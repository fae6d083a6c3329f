#include "evidence/file_context.h"

#include <algorithm>
#include <map>

#include "resolve/module_name.h"

namespace codeanatomy::evidence {
namespace {

using parse::NameId;
using parse::NodeId;
using symbols::ScopeId;
using symbols::ScopeType;

/// The field that holds a kind's identifier: what the `name` column shows.
constexpr auto kNameFields = [] {
  std::array<int, kAstKinds.size()> fields{};
  for (size_t k = 0; k < kAstKinds.size(); ++k) {
    fields[k] = -1;
    for (const AstFieldInfo& info : kAstKinds[k].fields()) {
      const bool is_name = info.type == AstFieldType::kName || info.type == AstFieldType::kOptName;
      if (is_name && info.field != AstField::kAsname && info.field != AstField::kModule) {
        fields[k] = static_cast<int>(info.field);
        break;
      }
    }
  }
  return fields;
}();

/// Length of the valid UTF-8 sequence at `at`, 0 where there is none.
size_t SequenceLength(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;
  if (lead == 0xed && byte(1) > 0x9f) return 0;  // a surrogate
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

}  // namespace

FileContext::FileContext(const source::SourceFile& source_file,
                         const ExtractOptions& extract_options,
                         const parse::SyntaxTree& syntax_tree,
                         const symbols::SymbolTable& symbol_table)
    : file(source_file),
      options(extract_options),
      tree(syntax_tree),
      symbols(symbol_table),
      scheme{extract_options.repo, extract_options.id_salt},
      arena(std::make_shared<TextArena>()),
      ids(source_file, syntax_tree, scheme, *arena),
      positions(source_file.text()),
      declarations(syntax_tree, symbol_table) {
  module_name = arena->Copy(resolve::ModuleNameOf(file.path).dotted);
  names.resize(static_cast<size_t>(tree.name_count()));
  for (NameId name{0}; name.index() < names.size(); ++name.value) {
    names[name.index()] = Keep(tree.name_text(name));
  }
  // Comprehensions and declarations are their own scopes; annotation, type alias and type parameter
  // scopes hang on a node that has or may have another scope, so they get ids of their own.
  const auto scopes = static_cast<size_t>(symbols.scope_count());
  scope_ids.resize(scopes);
  scope_containers.resize(scopes);
  scope_paths.resize(scopes);
  std::map<std::pair<int64_t, ScopeType>, int64_t> ordinals;
  for (ScopeId s{0}; s.index() < scopes; ++s.value) {
    const NodeId node = symbols.node(s);
    const ScopeType type = symbols.type(s);
    const int64_t owner = ids.id(node);
    const int32_t opened = ids.ContainerAt(node);
    scope_containers[s.index()] = opened >= 0 ? opened : ids.container_of(node);
    const Container& container = ids.containers()[static_cast<size_t>(scope_containers[s.index()])];
    if (type == ScopeType::kModule || type == ScopeType::kFunction || type == ScopeType::kClass) {
      scope_ids[s.index()] = owner;
      scope_paths[s.index()] = container.qualpath;
      continue;
    }
    const std::string_view role = symbols::kScopeTypeNames[static_cast<size_t>(type)];
    const int64_t ordinal = ordinals[{owner, type}]++;
    scope_ids[s.index()] = scheme.Finish(IdScheme::Derived("SCOPE", owner).Add(role).Add(ordinal));
    const std::string_view alias = ids.TypeAliasPath(node);
    std::string path(alias.empty() ? container.qualpath : alias);
    path.append(type == ScopeType::kTypeParameters ? "::<type_params>" : "::<annotation>");
    scope_paths[s.index()] = arena->Copy(path);
  }
  NameContainers();
  FindDottedNames();
}

/// `a.b.c` for every Name and every Attribute whose value is such a chain. A chain written without
/// spaces is a view of the source, so long chains cost nothing; one of more than kMaxChain names is
/// none.
void FileContext::FindDottedNames() {
  constexpr uint8_t kMaxChain = 32;
  const auto size = static_cast<size_t>(tree.size());
  dotted.assign(size, {});
  std::vector<uint8_t> lengths(size, 0);
  for (size_t i = size; i-- > 0;) {  // children before parents
    const NodeId n{static_cast<int32_t>(i)};
    if (tree.kind(n) == AstKind::kName) {
      dotted[i] = NameIn(n, AstField::kId);
      lengths[i] = 1;
      continue;
    }
    if (tree.kind(n) != AstKind::kAttribute) continue;
    const NodeId value = tree.Child(n, AstField::kValue);
    if (!value.valid() || lengths[value.index()] == 0 || lengths[value.index()] == kMaxChain)
      continue;
    const std::string_view attribute = NameIn(n, AstField::kAttr);
    const std::string_view before = dotted[value.index()];
    const std::string_view source = SourceOf(tree.span(n));
    lengths[i] = static_cast<uint8_t>(lengths[value.index()] + 1);
    if (source.size() == before.size() + 1 + attribute.size() && source.starts_with(before) &&
        source[before.size()] == '.' && source.ends_with(attribute)) {
      dotted[i] = source;
    } else {
      std::string joined(before);
      dotted[i] = arena->Copy(joined.append(".").append(attribute));
    }
  }
}

void FileContext::NameContainers() {
  qualnames.resize(ids.containers().size());
  for (size_t c = 0; c < qualnames.size(); ++c) {
    const Container& container = ids.containers()[c];
    if (container.parent < 0) continue;
    std::string name = QualifiedPrefix(container.parent);
    const std::string_view own = NameOf(container.node);
    name.append(own.data() != nullptr ? own
                                      : container.segment.substr(0, container.segment.find('#')));
    qualnames[c] = arena->Copy(name);
  }
}

std::string FileContext::QualifiedPrefix(int32_t container) const {
  const auto c = static_cast<size_t>(container);
  if (ids.containers()[c].parent < 0) return {};
  const bool is_class = tree.kind(ids.containers()[c].node) == AstKind::kClassDef;
  std::string prefix(qualnames[c]);
  return prefix.append(is_class ? "." : ".<locals>.");
}

std::string_view FileContext::Keep(std::string_view text) const {
  const std::string_view source = file.text();
  const auto at = reinterpret_cast<uintptr_t>(text.data());
  const auto begin = reinterpret_cast<uintptr_t>(source.data());
  if (at >= begin && at + text.size() <= begin + source.size()) return text;
  return arena->Copy(text);
}

std::string_view FileContext::KeepValid(std::string_view text) const {
  size_t valid = 0;
  while (valid < text.size()) {
    const size_t length = SequenceLength(text, valid);
    if (length == 0) break;
    valid += length;
  }
  if (valid == text.size()) return Keep(text);
  std::string repaired(text.substr(0, valid));
  while (valid < text.size()) {
    const size_t length = SequenceLength(text, valid);
    if (length > 0) {
      repaired.append(text.substr(valid, length));
      valid += length;
      continue;
    }
    repaired.append("\xef\xbf\xbd");
    ++valid;
    while (valid < text.size() && (static_cast<uint8_t>(text[valid]) & 0xc0) == 0x80) ++valid;
  }
  return arena->Copy(repaired);
}

std::string_view FileContext::NameIn(NodeId n, AstField field) const {
  const NameId name = tree.Name(n, field);
  return name.valid() ? names[name.index()] : std::string_view();
}

std::string_view FileContext::NameOf(NodeId n) const {
  const int field = kNameFields[static_cast<size_t>(tree.kind(n))];
  return field < 0 ? std::string_view() : NameIn(n, static_cast<AstField>(field));
}

std::string_view FileContext::SourceOf(ByteSpan span) const {
  const std::string_view text = file.text();
  if (span.begin >= span.end || span.end > text.size()) return "";
  return text.substr(span.begin, span.size());
}

std::string_view FileContext::ShortSourceOf(NodeId n) const {
  std::string_view text = SourceOf(tree.span(n));
  if (text.size() <= kMaxText) return text;
  size_t end = kMaxText;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

uint32_t FileContext::IdentifierEnd(uint32_t begin) const {
  const std::string_view text = file.text();
  uint32_t end = begin;
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<uint8_t>(c) >= 0x80;
  };
  while (end < text.size() && is_part(text[end])) ++end;
  return end;
}

int64_t FileContext::BindingId(symbols::SymbolId symbol) const {
  return BindingId(symbols.scope(symbol), symbols.name(symbol));
}

int64_t FileContext::BindingId(symbols::ScopeId scope, std::string_view name) const {
  return scheme.Finish(IdScheme::Derived("BINDING", scope_ids[scope.index()]).Add(name));
}

int64_t FileContext::DeclarationId(const resolve::Declaration& declaration) const {
  if (declaration.kind != NodeKind::kLocal && declaration.kind != NodeKind::kMember) {
    return ids.id(declaration.node);
  }
  const ScopeId owner = declarations.OwnerOf(declaration.binding);
  return ids.LocalId(declaration.kind, scope_paths[owner.index()],
                     symbols.name(declaration.binding));
}

int64_t FileContext::OwnerId(ScopeId scope) const {
  const int32_t container = scope_containers[scope.index()];
  return ids.container_id(ids.containers()[static_cast<size_t>(container)].declaration);
}

NodeId FileContext::EnclosingDef(NodeId n) const {
  int32_t c = ids.declaration_of(n);
  while (c > 0) {
    const Container& container = ids.containers()[static_cast<size_t>(c)];
    if (tree.kind(container.node) != AstKind::kLambda) return container.node;
    c = ids.declaration_of(container.node);
  }
  return NodeId{};
}

BatchBuilder FileContext::Begin(std::string_view table, size_t rows) const {
  BatchBuilder builder(table, rows);
  builder.SetConstant("file_id", ids.file_id());
  builder.SetConstant("path", file.path);
  return builder;
}

void FullSpanColumns::Append(const FileContext& context, ByteSpan span) {
  bytes_.Append(context, span);
  const LineColumn begin = context.positions.Find(span.begin);
  const LineColumn end = context.positions.Find(span.end);
  line_.Append(static_cast<int32_t>(begin.line));
  col_.Append(static_cast<int32_t>(begin.column));
  end_line_.Append(static_cast<int32_t>(end.line));
  end_col_.Append(static_cast<int32_t>(end.column));
}

void FullSpanColumns::AppendNull() {
  bytes_.AppendNull();
  line_.AppendNull();
  col_.AppendNull();
  end_line_.AppendNull();
  end_col_.AppendNull();
}

void SortBySpan(const parse::SyntaxTree& tree, std::vector<NodeId>& nodes) {
  const auto before = [&](NodeId a, NodeId b) {
    const ByteSpan x = tree.span(a), y = tree.span(b);
    if (x.begin != y.begin) return x.begin < y.begin;
    if (x.end != y.end) return x.end < y.end;
    return a < b;
  };
  if (!std::ranges::is_sorted(nodes, before)) std::ranges::sort(nodes, before);
}

void AddTable(TableList& tables, const FileContext& context, BatchBuilder& builder, size_t rows) {
  if (rows == 0) return;
  const TableInfo* table = builder.table();
  tables.push_back({table, builder.Finish(rows, context.arena)});
}

}  // namespace codeanatomy::evidence
