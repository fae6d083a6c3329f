// FileContext: what the row producers of one file share. Lives while the rows are made.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/column_batch.h"
#include "evidence/batch_builder.h"
#include "evidence/extract.h"
#include "evidence/file_ids.h"
#include "evidence/position_index.h"
#include "parse/syntax_tree.h"
#include "resolve/declarations.h"
#include "symbols/symbol_table.h"

namespace codeanatomy::evidence {

struct FileFlow;

struct FileContext {
  FileContext(const source::SourceFile& source_file, const ExtractOptions& extract_options,
              const parse::SyntaxTree& syntax_tree, const symbols::SymbolTable& symbol_table);

  const source::SourceFile& file;
  const ExtractOptions& options;
  const parse::SyntaxTree& tree;
  const symbols::SymbolTable& symbols;
  IdScheme scheme;
  std::shared_ptr<TextArena> arena;
  FileIds ids;
  PositionIndex positions;
  resolve::Declarations declarations;
  std::string_view module_name;               // dotted
  std::vector<std::string_view> names;        // per NameId; outlive the tree
  std::vector<int64_t> scope_ids;             // per ScopeId
  std::vector<int32_t> scope_containers;      // per ScopeId: container of ids whose path names it
  std::vector<std::string_view> scope_paths;  // per ScopeId: qualified path
  std::vector<std::string_view> qualnames;    // per container: Python's __qualname__
  std::vector<std::string_view>
      dotted;  // per node: `a.b.c` of Name and Attribute chains, else null

  /// Text that outlives tree and symbol table: views into the source are kept, others copied.
  std::string_view Keep(std::string_view text) const;
  /// UTF-8 for sure: WTF-8 surrogates and other invalid bytes become U+FFFD.
  std::string_view KeepValid(std::string_view text) const;
  /// The name a node bears (def, arg, attribute, alias, Name …); null data() where it bears none.
  std::string_view NameOf(parse::NodeId n) const;
  /// The name in a field, null data() where there is none.
  std::string_view NameIn(parse::NodeId n, AstField field) const;
  /// Source text of a span.
  std::string_view SourceOf(ByteSpan span) const;
  /// The same, cut after kMaxText bytes at a character's end.
  std::string_view ShortSourceOf(parse::NodeId n) const;
  static constexpr size_t kMaxText = 1000;

  /// End of the identifier that begins at an offset: as written, not as normalized.
  uint32_t IdentifierEnd(uint32_t begin) const;
  int64_t Disk(uint32_t offset) const { return file.ToDisk(offset); }
  /// binding_id of a symbol in its own scope, or of a name in a scope.
  int64_t BindingId(symbols::SymbolId symbol) const;
  int64_t BindingId(symbols::ScopeId scope, std::string_view name) const;
  /// base(0) of the scope declaration that opens the scope or around it.
  int64_t InteriorBase(symbols::ScopeId scope) const {
    return ids.InteriorBase(symbols.node(scope));
  }
  /// Node id of a declaration.
  int64_t DeclarationId(const resolve::Declaration& declaration) const;
  /// The METHOD or TYPE_DECL whose scope, or annotation or type parameter scope, this is; for a
  /// comprehension the one around it.
  int64_t OwnerId(symbols::ScopeId scope) const;
  /// Innermost function or class around a node; none at module level. Lambdas are passed over.
  parse::NodeId EnclosingDef(parse::NodeId n) const;

  /// What LibCST calls the prefix of names in a container: "", `A.`, `f.<locals>.`.
  std::string QualifiedPrefix(int32_t container) const;

  /// A builder with file_id and path set.
  BatchBuilder Begin(std::string_view table, size_t rows = 0) const;

 private:
  void NameContainers();
  void FindDottedNames();
};

/// The columns of a flat span, with or without lines, filled together.
class SpanColumns {
 public:
  explicit SpanColumns(BatchBuilder& builder, std::string_view begin = "bstart",
                       std::string_view end = "bend")
      : begin_(builder.Longs(begin)), end_(builder.Longs(end)) {}
  void Append(const FileContext& context, ByteSpan span) {
    begin_.Append(context.Disk(span.begin));
    end_.Append(context.Disk(span.end));
  }
  void AppendNull() {
    begin_.AppendNull();
    end_.AppendNull();
  }

 private:
  Int64Column& begin_;
  Int64Column& end_;
};

/// An id of 0 as null.
inline void AppendId(Int64Column& column, int64_t id) {
  if (id != 0) {
    column.Append(id);
  } else {
    column.AppendNull();
  }
}

/// The id of a node, null for none.
inline void AppendNodeId(const FileContext& context, Int64Column& column, parse::NodeId n) {
  AppendId(column, n.valid() ? context.ids.id(n) : 0);
}

/// Text with null data() as null.
inline void AppendOptional(TextColumn& column, std::string_view text) {
  if (text.data() != nullptr) {
    column.Append(text);
  } else {
    column.AppendNull();
  }
}

class FullSpanColumns {
 public:
  explicit FullSpanColumns(BatchBuilder& builder)
      : bytes_(builder),
        line_(builder.Ints("line")),
        col_(builder.Ints("col")),
        end_line_(builder.Ints("end_line")),
        end_col_(builder.Ints("end_col")) {}
  void Append(const FileContext& context, ByteSpan span);
  void AppendNull();

 private:
  SpanColumns bytes_;
  Int32Column& line_;
  Int32Column& col_;
  Int32Column& end_line_;
  Int32Column& end_col_;
};

/// Rows of the tables, each from a frozen context. Producers add nothing where there are no rows.
using TableList = std::vector<TableRows>;
void AddTable(TableList& tables, const FileContext& context, BatchBuilder& builder, size_t rows);

void AddFileRows(const source::SourceFile& file, const ExtractOptions& options, int64_t file_id,
                 TableList& tables);                               // repo_files
void AddCellRows(const FileContext& context, TableList& tables);   // notebook_cells
void AddLineRows(const FileContext& context, TableList& tables);   // file_line_index
void AddParseRows(const FileContext& context, TableList& tables);  // cst_parse_*
void AddNodeRows(const FileContext& context, const FileFlow& flow,
                 TableList& tables);                                   // ast_nodes
void AddCstRows(const FileContext& context, TableList& tables);        // cst_nodes, cst_tokens
void AddDefRows(const FileContext& context, TableList& tables);        // ast_defs, cst_defs
void AddReferenceRows(const FileContext& context, TableList& tables);  // cst_refs
void AddImportRows(const FileContext& context, TableList& tables);     // cst_imports
void AddCallRows(const FileContext& context, TableList& tables);  // cst_callsites, cst_call_args
void AddDocstringRows(const FileContext& context, TableList& tables);       // cst_docstrings
void AddDecoratorRows(const FileContext& context, TableList& tables);       // cst_decorators
void AddTypeExpressionRows(const FileContext& context, TableList& tables);  // cst_type_exprs
/// symtable_scopes and symtable_symbols; adds the ids of LOCAL and MEMBER to `records`.
void AddScopeRows(const FileContext& context, TableList& tables, std::vector<IdRecord>& records);
void AddBindingRows(const FileContext& context, TableList& tables);  // resolve_bindings
/// Blocks, edges, dominators, dependences, edges between nodes.
void AddFlowRows(const FileContext& context, const FileFlow& flow, TableList& tables);
/// flow_defs, flow_uses, flow_phis, flow_narrowings, flow_reaching_defs; adds the limits that the
/// last one meets.
void AddDefinitionRows(const FileContext& context, FileFlow& flow, TableList& tables);
void AddCaptureRows(const FileContext& context, TableList& tables);  // flow_captures
/// Also without a tree: problems of the file itself.
void AddDiagnosticRows(const source::SourceFile& file, const ExtractOptions& options,
                       const FileContext* context, const FileFlow* flow,
                       TableList& tables);  // diagnostics

/// Nodes by (begin, end), then preorder: the order of tables by span.
void SortBySpan(const parse::SyntaxTree& tree, std::vector<parse::NodeId>& nodes);

resolve::FileInterface MakeInterface(const FileContext& context);

}  // namespace codeanatomy::evidence
