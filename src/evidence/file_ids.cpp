// Numbering the nodes of a file (recipes R1 and R2 of docs/formats/ids.md).
//
// Example:                        containers          names in source order
//   class A:                      <module>
//     @property                     A                 A
//     def x(self): ...                A::x            x, self
//     @x.setter                       A::x~setter     x~setter, self, v
//     def x(self, v): ...
//
// Step 1 walks the preorder and finds the containers (scope declarations and comprehensions) and
// for every node the innermost one. Step 2 names what has a name; equal names of one container and
// group get #n in source order, which differs from the preorder where decorators follow a body.
// Step 3 hashes each declaration's own text, in which nested declarations shrink to two bytes, and
// counts the other nodes below it. All steps are loops over the flat tree.
#include "evidence/file_ids.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/check.h"

namespace codeanatomy::evidence {
namespace {

using parse::NameId;
using parse::NodeId;
using parse::SyntaxTree;

bool IsComprehension(AstKind kind) {
  return kind == AstKind::kListComp || kind == AstKind::kSetComp || kind == AstKind::kDictComp ||
         kind == AstKind::kGeneratorExp;
}

/// Siblings of one group share the numbers of equal names.
enum class NameGroup : uint8_t { kDeclaration, kComprehension, kParameter, kImport, kTypeAlias };

struct NamedNode {
  NodeId node;
  int32_t container = 0;  // the one around it
  NameGroup group = NameGroup::kDeclaration;
  uint32_t begin = 0;
  std::string_view name = {};
  std::string_view role = {};  // "~setter", …; empty: none
};

std::string_view NodeName(const SyntaxTree& tree, NodeId n, AstField field) {
  const NameId name = tree.Name(n, field);
  return name.valid() ? tree.name_text(name) : std::string_view("");
}

/// Last component of a decorator's name and whether something stands before it.
struct DecoratorName {
  std::string_view last;
  bool is_dotted = false;
};

DecoratorName NameOfDecorator(const SyntaxTree& tree, NodeId decorator) {
  NodeId n = decorator;
  while (n.valid() && tree.kind(n) == AstKind::kCall) n = tree.Child(n, AstField::kFunc);
  if (!n.valid()) return {};
  if (tree.kind(n) == AstKind::kName) return {NodeName(tree, n, AstField::kId), false};
  if (tree.kind(n) == AstKind::kAttribute) return {NodeName(tree, n, AstField::kAttr), true};
  return {};
}

std::string_view RoleOf(const SyntaxTree& tree, NodeId function) {
  struct Role {
    std::string_view last, suffix;
    bool needs_dot;
  };
  static constexpr Role kRoles[] = {{"overload", "~overload", false},
                                    {"register", "~register", true},
                                    {"getter", "~getter", true},
                                    {"setter", "~setter", true},
                                    {"deleter", "~deleter", true}};
  const auto decorators = tree.Children(function, AstField::kDecoratorList);
  if (decorators.empty()) return {};
  for (const Role& role : kRoles) {
    for (NodeId decorator : decorators) {
      if (!decorator.valid()) continue;
      const DecoratorName name = NameOfDecorator(tree, decorator);
      if (name.last == role.last && (name.is_dotted || !role.needs_dot)) return role.suffix;
    }
  }
  return {};
}

/// Every named node in source order.
std::vector<NamedNode> CollectNamed(const SyntaxTree& tree,
                                    const std::vector<int32_t>& containers_of) {
  std::vector<NamedNode> named;
  for (NodeId n{1}; n.value < tree.size(); ++n.value) {
    NamedNode entry{.node = n, .container = containers_of[n.index()], .begin = tree.span(n).begin};
    switch (tree.kind(n)) {
      case AstKind::kFunctionDef:
      case AstKind::kAsyncFunctionDef:
        entry.name = NodeName(tree, n, AstField::kName);
        entry.role = RoleOf(tree, n);
        break;
      case AstKind::kClassDef:
        entry.name = NodeName(tree, n, AstField::kName);
        break;
      case AstKind::kLambda:
        entry.name = "<lambda>";
        break;
      case AstKind::kListComp:
      case AstKind::kSetComp:
      case AstKind::kDictComp:
      case AstKind::kGeneratorExp:
        entry.group = NameGroup::kComprehension;
        entry.name = "<comp>";
        break;
      case AstKind::kArg:
        entry.group = NameGroup::kParameter;
        entry.name = NodeName(tree, n, AstField::kArg);
        break;
      case AstKind::kAlias:
        entry.group = NameGroup::kImport;
        entry.name = AliasLocalName(tree, n);
        break;
      case AstKind::kTypeAlias: {
        entry.group = NameGroup::kTypeAlias;
        const NodeId name = tree.Child(n, AstField::kName);
        entry.name = name.valid() && tree.kind(name) == AstKind::kName
                         ? NodeName(tree, name, AstField::kId)
                         : std::string_view("");
        break;
      }
      default:
        continue;
    }
    named.push_back(entry);
  }
  std::ranges::stable_sort(named, {}, &NamedNode::begin);
  return named;
}

/// Counts the earlier siblings of equal name; names differ by text, not by where they are stored.
class SiblingCounter {
 public:
  int32_t CountAndAdd(const NamedNode& node, std::string_view role) {
    const uint64_t key = Hash64()
                             .Add(int64_t{node.container} << 8 | static_cast<int64_t>(node.group))
                             .Add(node.name)
                             .Add(role)
                             .Finish();
    auto [begin, end] = counts_.equal_range(key);
    for (auto at = begin; at != end; ++at) {
      Entry& entry = at->second;
      if (entry.container == node.container && entry.group == node.group &&
          entry.name == node.name && entry.role == role) {
        return entry.count++;
      }
    }
    counts_.emplace(key, Entry{node.container, node.group, node.name, role, 1});
    return 0;
  }

 private:
  struct Entry {
    int32_t container;
    NameGroup group;
    std::string_view name, role;
    int32_t count;
  };
  std::unordered_multimap<uint64_t, Entry> counts_;
};

/// From the `@` of its first decorator.
ByteSpan DeclarationSpan(const SyntaxTree& tree, NodeId declaration) {
  ByteSpan span = tree.span(declaration);
  const AstKind kind = tree.kind(declaration);
  if (kind == AstKind::kModule) return {0, static_cast<uint32_t>(tree.text().size())};
  if (kind == AstKind::kLambda) return span;
  uint32_t first = span.begin;
  for (NodeId decorator : tree.Children(declaration, AstField::kDecoratorList)) {
    if (decorator.valid()) first = std::min(first, tree.span(decorator).begin);
  }
  if (first == span.begin) return span;
  // Between `@` and the expression there can only be opening parentheses.
  const auto tokens = tree.tokens();
  auto at = std::ranges::upper_bound(tokens, first, {}, &ByteSpan::begin);
  while (at != tokens.begin()) {
    --at;
    if (at->begin < first && at->size() == 1 && tree.text()[at->begin] == '@') {
      return {at->begin, span.end};
    }
    if (at->begin < first && tree.text()[at->begin] != '(') break;
  }
  return {first, span.end};
}

}  // namespace

std::string_view AliasLocalName(const SyntaxTree& tree, NodeId alias) {
  const std::string_view asname = NodeName(tree, alias, AstField::kAsname);
  if (!asname.empty()) return asname;
  const std::string_view name = NodeName(tree, alias, AstField::kName);
  const NodeId statement = tree.parent(alias);
  if (tree.kind(statement) != AstKind::kImport) return name;
  return name.substr(0, name.find('.'));
}

FileIds::FileIds(const source::SourceFile& file, const SyntaxTree& tree, const IdScheme& scheme,
                 TextArena& arena)
    : file_(file), tree_(tree), scheme_(scheme), arena_(arena) {
  file_id_ = scheme.Logical("FILE", file.path);
  records_.push_back(
      {file_id_, 0, static_cast<uint32_t>(file.bytes.size()), NodeKind::kFile, false});
  FindContainers();
  NameContainers();
  NumberInterior();
}

bool FileIds::IsLogical(AstKind kind) {
  return IsScopeDeclaration(kind) || kind == AstKind::kArg || kind == AstKind::kAlias ||
         kind == AstKind::kTypeAlias;
}

int32_t FileIds::ContainerAt(NodeId n) const {
  const auto at = std::ranges::lower_bound(containers_, n, {}, &Container::node);
  return at != containers_.end() && at->node == n ? static_cast<int32_t>(at - containers_.begin())
                                                  : -1;
}

int64_t FileIds::InteriorBase(NodeId n) const {
  const int32_t declaration =
      IsScopeDeclaration(tree_.kind(n)) ? ContainerAt(n) : declarations_[n.index()];
  return bases_[static_cast<size_t>(declaration)];
}

int64_t FileIds::Logical(std::string_view kind, std::string_view qualpath) const {
  return scheme_.Logical(kind, file_.path, qualpath);
}

int64_t FileIds::LocalId(NodeKind kind, std::string_view scope_path, std::string_view name) const {
  std::string path;
  if (scope_path != containers_[0].qualpath) path.append(scope_path).append("::");
  return Logical(NodeKindName(kind), path.append(name));
}

std::string_view FileIds::TypeAliasPath(NodeId n) const {
  for (const auto& [node, path] : type_aliases_) {
    if (node == n) return path;
  }
  return {};
}

void FileIds::Record(int64_t id, ByteSpan text_span, NodeKind kind, bool is_base) {
  records_.push_back(
      {id, file_.ToDisk(text_span.begin), file_.ToDisk(text_span.end), kind, is_base});
}

void FileIds::FindContainers() {
  const size_t size = static_cast<size_t>(tree_.size());
  declarations_.assign(size, -1);
  containers_of_.assign(size, -1);
  std::vector<int32_t> opened(size, -1);
  for (NodeId n{0}; n.index() < size; ++n.value) {
    const AstKind kind = tree_.kind(n);
    if (n.value > 0) {
      const NodeId parent = tree_.parent(n);
      const int32_t by_parent = opened[parent.index()];
      containers_of_[n.index()] = by_parent >= 0 ? by_parent : containers_of_[parent.index()];
      declarations_[n.index()] =
          containers_[static_cast<size_t>(containers_of_[n.index()])].declaration;
    }
    const bool is_declaration = IsScopeDeclaration(kind);
    if (!is_declaration && !IsComprehension(kind)) continue;
    const auto index = static_cast<int32_t>(containers_.size());
    opened[n.index()] = index;
    containers_.push_back({.node = n,
                           .parent = containers_of_[n.index()],
                           .declaration = is_declaration ? index : declarations_[n.index()],
                           .span = is_declaration ? DeclarationSpan(tree_, n) : tree_.span(n)});
  }
}

void FileIds::NameContainers() {
  ids_.assign(static_cast<size_t>(tree_.size()), 0);
  containers_[0].segment = containers_[0].qualpath = "<module>";
  ids_[0] = Logical("METHOD", "<module>");
  Record(ids_[0], containers_[0].span, NodeKind::kMethod, false);

  // Numbers first, in source order; a path needs its container's path, so paths follow in preorder.
  std::vector<NamedNode> named = CollectNamed(tree_, containers_of_);
  SiblingCounter siblings;
  std::vector<std::string_view> segments(named.size());
  std::string buffer;
  for (size_t i = 0; i < named.size(); ++i) {
    const NamedNode& node = named[i];
    buffer.assign(node.name);
    if (node.role == "~overload" || node.role == "~register") {
      buffer.append(node.role).append(std::to_string(siblings.CountAndAdd(node, node.role) + 1));
    } else {
      const int32_t earlier = siblings.CountAndAdd(node, node.role);
      buffer.append(node.role);
      if (earlier > 0) buffer.append("#").append(std::to_string(earlier));
    }
    segments[i] = buffer.size() == node.name.size() ? node.name : arena_.Copy(buffer);
  }
  std::vector<uint32_t> order(named.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](uint32_t i) { return named[i].node; });
  for (uint32_t i : order) {
    const NamedNode& node = named[i];
    const Container& owner = containers_[static_cast<size_t>(node.container)];
    buffer.clear();
    if (owner.parent >= 0) buffer.append(owner.qualpath).append("::");
    buffer.append(segments[i]);
    const AstKind kind = tree_.kind(node.node);
    if (node.group == NameGroup::kDeclaration || node.group == NameGroup::kComprehension) {
      Container& opened = containers_[static_cast<size_t>(ContainerAt(node.node))];
      opened.segment = segments[i];
      opened.qualpath = arena_.Copy(buffer);
    }
    if (node.group == NameGroup::kComprehension) continue;
    if (kind == AstKind::kTypeAlias) type_aliases_.emplace_back(node.node, arena_.Copy(buffer));
    const std::string_view name_space =
        kind == AstKind::kTypeAlias ? "TYPE_ALIAS" : NodeKindName(CpgLabelOf(kind));
    const int64_t id = Logical(name_space, buffer);
    ids_[node.node.index()] = id;
    Record(id, tree_.span(node.node), CpgLabelOf(kind), false);
  }
}

std::string FileIds::OwnTextHex(size_t container,
                                const std::vector<std::vector<int32_t>>& nested) const {
  const Container& owner = containers_[container];
  const std::string_view bytes = file_.bytes;
  const uint32_t end =
      container == 0 ? static_cast<uint32_t>(bytes.size())
                     : std::min(file_.ToDisk(owner.span.end), static_cast<uint32_t>(bytes.size()));
  uint32_t at = container == 0 ? 0 : std::min(file_.ToDisk(owner.span.begin), end);
  Sha256 sha;
  for (int32_t child : nested[container]) {
    const Container& inner = containers_[static_cast<size_t>(child)];
    const uint32_t begin = file_.ToDisk(inner.span.begin);
    // Spans of a partial tree may overlap; what was taken out is not taken out again.
    if (begin < at || begin > end) continue;
    const AstKind kind = tree_.kind(inner.node);
    const char letter = kind == AstKind::kClassDef ? 'c' : kind == AstKind::kLambda ? 'l' : 'f';
    const char mark[2] = {'\0', letter};
    sha.Update(bytes.substr(at, begin - at)).Update(std::string_view(mark, 2));
    at = std::clamp(file_.ToDisk(inner.span.end), begin, end);
  }
  return Hex(sha.Update(bytes.substr(at, end - at)).Finish());
}

void FileIds::NumberInterior() {
  std::vector<std::vector<int32_t>> nested(containers_.size());
  for (size_t c = 1; c < containers_.size(); ++c) {
    if (containers_[c].declaration != static_cast<int32_t>(c)) continue;  // a comprehension
    const int32_t outer = declarations_[containers_[c].node.index()];
    nested[static_cast<size_t>(outer)].push_back(static_cast<int32_t>(c));
  }
  struct Interval {
    std::string hex;
    int64_t base = 0;     // of the current block
    int64_t ordinal = 0;  // of the last node numbered
  };
  std::vector<Interval> intervals(containers_.size());
  bases_.assign(containers_.size(), 0);
  for (size_t c = 0; c < containers_.size(); ++c) {
    if (containers_[c].declaration != static_cast<int32_t>(c)) continue;
    std::ranges::stable_sort(nested[c], {}, [&](int32_t child) {
      return containers_[static_cast<size_t>(child)].span.begin;
    });
    intervals[c].hex = OwnTextHex(c, nested);
    intervals[c].base = scheme_.InteriorBase(id(containers_[c].node), intervals[c].hex, 0);
    bases_[c] = intervals[c].base;
    Record(intervals[c].base, containers_[c].span, CpgLabelOf(tree_.kind(containers_[c].node)),
           true);
  }
  for (NodeId n{1}; n.value < tree_.size(); ++n.value) {
    const AstKind kind = tree_.kind(n);
    if (IsScopeDeclaration(kind)) continue;
    const auto d = static_cast<size_t>(declarations_[n.index()]);
    Interval& interval = intervals[d];
    if (++interval.ordinal % kInteriorBlock == 0) {
      const Container& declaration = containers_[d];
      interval.base = scheme_.InteriorBase(id(declaration.node), interval.hex,
                                           interval.ordinal / kInteriorBlock);
      Record(interval.base, declaration.span, CpgLabelOf(tree_.kind(declaration.node)), true);
    }
    if (IsLogical(kind)) continue;
    ids_[n.index()] = interval.base + interval.ordinal % kInteriorBlock;
  }
}

}  // namespace codeanatomy::evidence
