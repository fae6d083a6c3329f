// SyntaxTree: the frozen tree of one file. Nodes are numbered in preorder (fields in ASDL order),
// so a subtree is the contiguous range [node, subtree_end(node)) and NodeId equals `ast_id` of the
// tables.
//
// Storage is struct of arrays: per node its kind, parent, subtree end, byte span and the offset of
// its slots. A slot is 32 bits and holds what catalog/ast_kind.def says of the field: a NodeId, a
// NameId, a ConstantId, an integer or an enumerator; list fields hold an offset into `lists`, where
// a count is followed by the elements. Operators and expression contexts are field values, not
// nodes.
//
// Positions: byte offsets into the text that was lexed (source::SourceFile::text()).
// Ownership: a tree owns its arrays, names and decoded constants; string_views into the text need
// the SourceFile alive. Immutable and safe to read from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/line_index.h"
#include "base/pod_vector.h"
#include "base/span.h"
#include "catalog/ast_kind.h"
#include "catalog/python_version.h"

namespace codeanatomy::parse {

using NodeId = Id<struct NodeTag>;
using NameId = Id<struct NameTag>;          // interned identifier, NFKC-normalized, per tree
using ConstantId = Id<struct ConstantTag>;  // literal value

enum class ConstantKind : uint8_t {
  kNone,
  kTrue,
  kFalse,
  kEllipsis,
  kInt,
  kFloat,
  kImaginary,
  kStr,
  kBytes
};

/// A literal. `text`: for numbers the source text without underscores, prefix (0x, 0o, 0b) and
/// suffix (j) included; for str the decoded value as UTF-8 in which lone surrogates are encoded as
/// three bytes (WTF-8); for bytes the value.
struct Constant {
  ConstantKind kind;
  std::string_view text;
};

/// Where CPython shows an error, or its end, if that is not where its span begins or ends: at
/// tokens without text it counts columns otherwise, ends of many errors are no places at all. Line
/// 0 stands for the begin or end of the span.
struct ReportedPosition {
  uint32_t line = 0;   // 1-based
  int32_t offset = 0;  // SyntaxError.offset or end_offset: 1-based; 0 or less where CPython says so
};

/// Which line CPython names: some errors of 3.8 and 3.9 had none, or line 0.
enum class ShownLine : uint8_t { kOfSpan, kZero, kNone };

struct Diagnostic {
  ByteSpan span;
  uint8_t stage = 0;      // 0 lex, 1 parse, 2 symbols, 3 compile
  std::string_view code;  // a code of catalog/diagnostic_code.def
  std::string type;       // Python's exception class: SyntaxError, IndentationError, TabError
  std::string message;    // Python's wording where it has one
  ReportedPosition reported{}, reported_end{};
  ShownLine shown = ShownLine::kOfSpan;
};

/// Where CPython's attributes put a node, if that is not where its text stands: fields of f-strings
/// before 3.12.
struct ReportedSpan {
  NodeId node;
  LineColumn begin, end;
};

class SyntaxTree {
 public:
  // --- nodes ---
  int32_t size() const { return static_cast<int32_t>(kinds_.size()); }
  NodeId root() const { return NodeId{0}; }  // Module; every tree has one
  AstKind kind(NodeId n) const { return kinds_[n.index()]; }
  NodeId parent(NodeId n) const { return parents_[n.index()]; }  // none for the root
  NodeId subtree_end(NodeId n) const {
    return subtree_ends_[n.index()];
  }  // one past the last descendant
  /// Span as CPython's lineno … end_col_offset; kinds without position have the hull of their
  /// children (the whole text for Module). Always of the text of the node: see FindReportedSpan.
  ByteSpan span(NodeId n) const { return {begins_[n.index()], ends_[n.index()]}; }
  /// CPython's position of a node that it misplaces, null for all others. Logarithmic in their
  /// number.
  const ReportedSpan* FindReportedSpan(NodeId n) const;
  /// Where the node hangs in its parent: field and index in it (0 for scalar fields).
  AstField slot(NodeId n) const { return slots_of_[n.index()]; }
  int32_t slot_index(NodeId n) const { return slot_indexes_[n.index()]; }

  // --- fields; asking a kind for a field it lacks is a bug of the caller ---
  int32_t Raw(NodeId n, AstField f) const {
    return slots_[slot_begins_[n.index()] + AstFieldSlot(kind(n), f)];
  }
  NodeId Child(NodeId n, AstField f) const { return NodeId{Raw(n, f)}; }
  NameId Name(NodeId n, AstField f) const { return NameId{Raw(n, f)}; }
  ConstantId ConstantAt(NodeId n, AstField f) const { return ConstantId{Raw(n, f)}; }
  int32_t Int(NodeId n, AstField f) const { return Raw(n, f); }
  ExprContext Context(NodeId n) const { return static_cast<ExprContext>(Raw(n, AstField::kCtx)); }
  AstOperator Operator(NodeId n) const { return static_cast<AstOperator>(Raw(n, AstField::kOp)); }
  /// Elements of a list field: values of NodeId, NameId or AstOperator; -1 for an absent element.
  std::span<const int32_t> RawList(NodeId n, AstField f) const {
    const int32_t at = Raw(n, f);
    return {lists_.data() + at + 1, static_cast<size_t>(lists_[at])};
  }
  std::span<const NodeId> Children(NodeId n, AstField f) const {
    auto raw = RawList(n, f);
    return {reinterpret_cast<const NodeId*>(raw.data()), raw.size()};
  }

  // --- names and constants ---
  std::string_view name_text(NameId id) const { return names_[id.index()]; }
  int32_t name_count() const { return static_cast<int32_t>(names_.size()); }
  const Constant& constant(ConstantId id) const { return constants_[id.index()]; }
  /// Byte offset where the node's identifier token begins: def and class names, Attribute.attr,
  /// alias names, arg, keyword, handler names, Name. 0xffffffff where the kind carries none.
  uint32_t name_begin(NodeId n) const { return name_begins_[n.index()]; }

  // --- lexical layer ---
  /// Significant tokens in text order, for anchors and round trips: spans of all tokens but
  /// comments, NEWLINE, NL, INDENT and DEDENT. What lies between them is trivia.
  std::span<const ByteSpan> tokens() const { return {tokens_.data(), tokens_.size()}; }
  std::string_view text() const { return text_; }
  PythonVersion version() const { return version_; }
  /// How the text was cut into tokens, for who cuts it again (LexOptions::stray_quotes).
  uint32_t stray_quotes() const { return stray_quotes_; }

  /// Lexer and parser findings in text order. Empty iff the text is valid for the grammar version.
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  friend class TreeBuilder;
  std::string_view text_;
  PythonVersion version_ = kNewestPythonVersion;
  uint32_t stray_quotes_ = 0xffffffff;  // none
  PodVector<AstKind> kinds_;
  PodVector<NodeId> parents_;
  PodVector<NodeId> subtree_ends_;
  PodVector<uint32_t> begins_, ends_, name_begins_, slot_begins_;
  PodVector<AstField> slots_of_;
  PodVector<int32_t> slot_indexes_;
  PodVector<int32_t> slots_, lists_;
  std::vector<std::string_view> names_;
  PodVector<Constant> constants_;
  PodVector<ByteSpan> tokens_;
  std::vector<ReportedSpan> reported_spans_;  // by node
  std::vector<Diagnostic> diagnostics_;
  std::vector<std::unique_ptr<char[]>>
      buffers_;  // decoded text that names_ and constants_ refer to
};

struct ParseOptions {
  PythonVersion version = kNewestPythonVersion;
  bool type_comments = false;
};

/// Lexes and parses a module. Total: any bytes give a tree; broken code gives a partial one plus
/// diagnostics. `text` must outlive the tree. Cost: linear in the text. Depth is guarded.
SyntaxTree ParseModule(std::string_view text, const ParseOptions& options);

}  // namespace codeanatomy::parse
