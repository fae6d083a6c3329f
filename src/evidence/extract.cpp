#include "evidence/extract.h"

#include <algorithm>
#include <map>

#include "base/parallel_for.h"
#include "evidence/diagnostic_writer.h"
#include "evidence/file_flow.h"
#include "resolve/module_name.h"

namespace codeanatomy::evidence {
namespace {

/// Moves tables of equal name together, in the order they come.
class TableCollector {
 public:
  void Add(TableRows&& rows) {
    TableBatches& batches = by_name_[rows.table->name];
    batches.table = rows.table;
    batches.rows += rows.rows.rows;
    batches.batches.push_back(std::move(rows.rows));
  }
  std::vector<TableBatches> Take() {
    std::vector<TableBatches> tables;
    tables.reserve(by_name_.size());
    for (auto& [name, batches] : by_name_) tables.push_back(std::move(batches));
    return tables;
  }

 private:
  std::map<std::string_view, TableBatches> by_name_;
};

uint64_t CountRows(const std::vector<TableRows>& tables, std::string_view name) {
  for (const TableRows& rows : tables) {
    if (rows.table->name == name) return rows.rows.rows;
  }
  return 0;
}

void AddParsed(const source::SourceFile& file, const ExtractOptions& options,
               FileEvidence& evidence) {
  const parse::SyntaxTree tree = parse::ParseModule(
      file.text(), {.version = options.version, .type_comments = options.type_comments});
  const symbols::SymbolTable symbols = symbols::BuildSymbolTable(tree);
  FileContext context(file, options, tree, symbols);
  FileFlow flow(context);
  TableList& tables = evidence.tables;
  AddLineRows(context, tables);
  AddCellRows(context, tables);
  AddParseRows(context, tables);
  AddNodeRows(context, flow, tables);
  if (options.include_cst) AddCstRows(context, tables);
  AddDefRows(context, tables);
  AddReferenceRows(context, tables);
  AddImportRows(context, tables);
  AddCallRows(context, tables);
  AddDocstringRows(context, tables);
  AddDecoratorRows(context, tables);
  AddTypeExpressionRows(context, tables);
  evidence.ids = context.ids.TakeRecords();
  AddScopeRows(context, tables, evidence.ids);
  AddBindingRows(context, tables);
  AddFlowRows(context, flow, tables);
  AddDefinitionRows(context, flow, tables);
  AddCaptureRows(context, tables);
  AddDiagnosticRows(file, options, &context, &flow, tables);
  evidence.interface = MakeInterface(context);
  evidence.counts.nodes = static_cast<uint64_t>(tree.size());
}

}  // namespace

FileEvidence ExtractFile(const source::SourceFile& file, const ExtractOptions& options) {
  FileEvidence evidence;
  const IdScheme scheme{options.repo, options.id_salt};
  const int64_t file_id = scheme.Logical("FILE", file.path);
  AddFileRows(file, options, file_id, evidence.tables);
  if (file.is_readable) {
    AddParsed(file, options, evidence);
  } else {
    AddDiagnosticRows(file, options, nullptr, nullptr, evidence.tables);
    evidence.interface.path = file.path;
    evidence.interface.file_id = file_id;
    evidence.ids.push_back({file_id, 0, 0, NodeKind::kFile, false});
  }
  evidence.counts.bytes = file.bytes.size();
  evidence.counts.lines = CountRows(evidence.tables, "file_line_index");
  evidence.counts.diagnostics = CountRows(evidence.tables, "diagnostics");
  std::ranges::sort(evidence.tables, {}, [](const TableRows& rows) { return rows.table->name; });
  return evidence;
}

ShardEvidence ExtractShard(std::span<const source::SourceFile> files, const ExtractOptions& options,
                           int threads, const CancelFlag& cancel) {
  std::vector<FileEvidence> extracted(files.size());
  ParallelFor(files.size(), threads, [&](size_t i) {
    if (!cancel.cancelled()) extracted[i] = ExtractFile(files[i], options);
  });
  ShardEvidence shard;
  TableCollector collector;
  for (FileEvidence& file : extracted) {
    for (TableRows& rows : file.tables) collector.Add(std::move(rows));
    shard.interfaces.push_back(std::move(file.interface));
    shard.ids.push_back(std::move(file.ids));
    shard.counts.bytes += file.counts.bytes;
    shard.counts.lines += file.counts.lines;
    shard.counts.nodes += file.counts.nodes;
    shard.counts.diagnostics += file.counts.diagnostics;
  }
  shard.tables = collector.Take();
  return shard;
}

std::vector<TableBatches> ScanEvidence(const source::ScanResult& scan,
                                       const ExtractOptions& options) {
  TableCollector collector;
  auto arena = std::make_shared<TextArena>();
  BatchBuilder builder("scope_manifest");
  TextColumn& path = builder.Texts("path");
  BoolColumn& included = builder.Bools("included");
  BoolColumn& ignored = builder.Bools("ignored_by_git");
  Int32Column& include_index = builder.Ints("include_index");
  Int32Column& exclude_index = builder.Ints("exclude_index");
  CodeColumn& scope_kind = builder.Codes("scope_kind", source::kScopeKindNames);
  BoolColumn& is_untracked = builder.Bools("is_untracked");
  // Absolute paths belong to run artifacts: the root is the repository itself.
  builder.SetConstant("repo_root", ".");
  const auto append_index = [](Int32Column& column, int32_t index) {
    if (index >= 0) {
      column.Append(index);
    } else {
      column.AppendNull();
    }
  };
  for (const source::ScannedFile& file : scan.files) {
    path.Append(arena->Copy(file.path));
    included.Append(file.included);
    ignored.Append(file.ignored_by_git);
    append_index(include_index, file.include_index);
    append_index(exclude_index, file.exclude_index);
    scope_kind.Append(static_cast<uint16_t>(file.scope));
    is_untracked.Append(file.is_untracked);
  }
  if (!scan.files.empty()) {
    const TableInfo* table = builder.table();
    collector.Add({table, builder.Finish(scan.files.size(), arena)});
  }
  const IdScheme scheme{options.repo, options.id_salt};
  std::map<std::string_view, std::vector<const source::SourceProblem*>> by_path;
  for (const source::ScanProblem& problem : scan.problems) {
    by_path[problem.path].push_back(&problem.problem);
  }
  for (const auto& [where, problems] : by_path) {
    DiagnosticWriter writer(scheme);
    for (const source::SourceProblem* problem : problems) {
      writer.Add({.stage = DiagnosticStage::kSource,
                  .code = std::string(problem->code),
                  .message = problem->message,
                  .type = {},
                  .begin = problem->span.begin,
                  .end = problem->span.end,
                  .limit_name = problem->limit_name,
                  .limit_value = problem->limit_value});
    }
    std::vector<TableRows> tables;
    writer.Finish(where, scheme.Logical("FILE", where), tables);
    for (TableRows& rows : tables) collector.Add(std::move(rows));
  }
  return collector.Take();
}

std::vector<TableBatches> CatalogEvidence() {
  TableCollector collector;
  BatchBuilder builder("cpg_mapping");
  TextColumn& ast_kind = builder.Texts("ast_kind");
  TextColumn& op = builder.Texts("op");
  TextColumn& label = builder.Texts("label");
  TextColumn& name = builder.Texts("name");
  const auto text_or_null = [](std::string_view text) {
    return text.empty() ? std::string_view() : text;
  };
  std::vector<const CpgMapping*> sorted;
  for (const CpgMapping& mapping : CpgMappings()) sorted.push_back(&mapping);
  std::ranges::stable_sort(sorted, {}, [](const CpgMapping* mapping) {
    return std::pair(AstKindName(mapping->ast_kind), mapping->op);
  });
  for (const CpgMapping* mapping : sorted) {
    ast_kind.Append(AstKindName(mapping->ast_kind));
    AppendOptional(op, text_or_null(mapping->op));
    label.Append(NodeKindName(mapping->label));
    AppendOptional(name, text_or_null(mapping->name));
  }
  const TableInfo* table = builder.table();
  collector.Add({table, builder.Finish(sorted.size(), nullptr)});
  return collector.Take();
}

}  // namespace codeanatomy::evidence
