// FileIds: the structural ids of one file's nodes, and the qualified paths they come from.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/column_batch.h"
#include "evidence/ids.h"
#include "parse/syntax_tree.h"
#include "source/source_file.h"

namespace codeanatomy::evidence {

/// What qualified paths are made of: a scope declaration or a comprehension.
struct Container {
  parse::NodeId node;
  int32_t parent = -1;      // container around it; -1 for the module
  int32_t declaration = 0;  // itself if a scope declaration, else the innermost one around it
  ByteSpan span;            // in text offsets; decorators included
  std::string_view segment =
      {};  // last part of the path: `f`, `f#1`, `x~setter`, `<lambda>`, `<comp>`
  std::string_view qualpath =
      {};  // `A::f`; `<module>` for the module, which is no prefix of others
};

class FileIds {
 public:
  /// Paths are kept in `arena`. Cost: linear, and one SHA-256 over the file.
  FileIds(const source::SourceFile& file, const parse::SyntaxTree& tree, const IdScheme& scheme,
          TextArena& arena);

  int64_t file_id() const { return file_id_; }
  int64_t id(parse::NodeId n) const { return ids_[n.index()]; }
  /// Index of the innermost scope declaration around the node (a declaration belongs to the one
  /// around it); -1 for the module.
  int32_t declaration_of(parse::NodeId n) const { return declarations_[n.index()]; }
  /// The same for containers, comprehensions included.
  int32_t container_of(parse::NodeId n) const { return containers_of_[n.index()]; }
  /// Containers in preorder; the first is the module.
  const std::vector<Container>& containers() const { return containers_; }
  int64_t container_id(int32_t c) const { return id(containers_[static_cast<size_t>(c)].node); }
  /// -1 where the node opens none.
  int32_t ContainerAt(parse::NodeId n) const;

  /// base(0) of the scope declaration that the node is or stands in.
  int64_t InteriorBase(parse::NodeId n) const;

  /// R1 of a plain name (LOCAL, MEMBER) bound in the scope with that qualified path; `<module>` is
  /// no prefix.
  int64_t LocalId(NodeKind kind, std::string_view scope_path, std::string_view name) const;
  /// Qualified path of a TypeAlias statement; empty for other nodes.
  std::string_view TypeAliasPath(parse::NodeId n) const;

  /// True for nodes with a logical id of their own.
  static bool IsLogical(AstKind kind);

  std::vector<IdRecord> TakeRecords() { return std::move(records_); }

 private:
  void FindContainers();
  void NameContainers();
  void NumberInterior();
  std::string OwnTextHex(size_t container, const std::vector<std::vector<int32_t>>& nested) const;
  int64_t Logical(std::string_view kind, std::string_view qualpath) const;
  void Record(int64_t id, ByteSpan text_span, NodeKind kind, bool is_base);

  const source::SourceFile& file_;
  const parse::SyntaxTree& tree_;
  const IdScheme& scheme_;
  TextArena& arena_;
  int64_t file_id_ = 0;
  std::vector<int64_t> ids_;
  std::vector<int32_t> declarations_, containers_of_;
  std::vector<Container> containers_;
  std::vector<int64_t> bases_;  // per container: base(0) of a scope declaration
  std::vector<std::pair<parse::NodeId, std::string_view>> type_aliases_;  // with their paths
  std::vector<IdRecord> records_;
};

/// The name an alias binds: `a` of `import a.b`, the asname where there is one, `*` for a star.
std::string_view AliasLocalName(const parse::SyntaxTree& tree, parse::NodeId alias);

}  // namespace codeanatomy::evidence
