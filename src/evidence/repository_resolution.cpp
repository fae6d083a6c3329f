// Facts that need all files: modules, import targets, unique ids.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "evidence/batch_builder.h"
#include "evidence/diagnostic_writer.h"
#include "evidence/extract.h"
#include "evidence/file_context.h"
#include "resolve/import_resolver.h"

namespace codeanatomy::evidence {
namespace {

using resolve::FileInterface;
using resolve::ImportResolver;
using resolve::ImportTarget;
using resolve::ImportTargetKind;
using resolve::ModuleName;

struct FileIdRecords {
  std::string path;
  std::vector<IdRecord> records;
};

std::string Describe(const FileIdRecords& file, const IdRecord& record, std::string_view repo) {
  return fmt::format("{{recipe: {}, kind: {}, repo: {}, path: {}, span: [{}, {})}}",
                     record.is_base ? "R2 base" : "R1", NodeKindName(record.kind),
                     repo.empty() ? "null" : repo, file.path, record.begin, record.end);
}

/// Every logical id and every base of the build must be one identity's only.
Result<void> CheckCollisions(const std::vector<FileIdRecords>& files, std::string_view repo) {
  size_t count = 0;
  for (const FileIdRecords& file : files) count += file.records.size();
  std::vector<int64_t> ids;
  ids.reserve(count);
  for (const FileIdRecords& file : files) {
    for (const IdRecord& record : file.records) ids.push_back(record.id);
  }
  std::ranges::sort(ids);
  const auto twice = std::ranges::adjacent_find(ids);
  if (twice == ids.end()) return {};
  std::string identities;
  for (const FileIdRecords& file : files) {
    for (const IdRecord& record : file.records) {
      if (record.id != *twice) continue;
      if (!identities.empty()) identities += " and ";
      identities += Describe(file, record, repo);
    }
  }
  return Error(ErrorCode::kIdCollision, fmt::format("id {} belongs to {}", *twice, identities),
               fmt::format("{}", *twice), "build with another --id-salt");
}

}  // namespace

struct RepositoryResolution::State {
  ExtractOptions options;
  std::vector<FileInterface> files;
  std::vector<FileIdRecords> ids;
  uint64_t held_bytes = 0;
};

namespace {

/// Rows of one file in the tables of resolution; text lives in `arena`.
class ResolutionWriter {
 public:
  ResolutionWriter(const ExtractOptions& options, std::span<const FileInterface> files,
                   const ImportResolver& resolver, std::span<const int64_t> module_ids)
      : scheme_{options.repo, options.id_salt},
        files_(files),
        resolver_(resolver),
        module_ids_(module_ids),
        arena_(std::make_shared<TextArena>()) {}

  void AddModule(int32_t f, std::vector<TableRows>& tables) {
    const FileInterface& file = files_[static_cast<size_t>(f)];
    if (!file.is_parsed) return;
    const ModuleName& name = resolver_.name(f);
    const int32_t winner = resolver_.WinnerOf(f);
    BatchBuilder builder = Begin("resolve_modules", file);
    builder.SetConstant("module_id", module_ids_[static_cast<size_t>(f)]);
    builder.SetConstant("body_id", file.body_id);
    builder.SetConstant("module", arena_->Copy(name.dotted));
    if (!name.package.empty()) builder.SetConstant("package", arena_->Copy(name.package));
    builder.SetConstant("search_root", arena_->Copy(name.search_root));
    builder.Bools("is_package").Append(name.is_package);
    builder.Bools("is_namespace_package").Append(false);
    builder.Bools("is_stub").Append(file.path.ends_with(".pyi"));
    if (winner != f) builder.SetConstant("shadowed_by", module_ids_[static_cast<size_t>(winner)]);
    ListColumn& exports = builder.Lists<TextColumn>("exports");
    for (std::string_view text : resolver_.StarNames(f)) {
      Elements<TextColumn>(exports).Append(arena_->Copy(text));
    }
    exports.CloseRow();
    builder.SetConstant("exports_kind",
                        resolve::kExportsKindNames[static_cast<size_t>(file.exports_kind)]);
    Finish(builder, 1, tables);
    const bool hides_code = winner != f && !file.path.ends_with(".pyi") &&
                            !files_[static_cast<size_t>(winner)].path.ends_with(".pyi");
    if (!hides_code) return;
    DiagnosticWriter writer(scheme_);
    writer.Add({.stage = DiagnosticStage::kResolve,
                .code = "MODULE_SHADOWED",
                .message = fmt::format("module {} is also defined by {}, which imports find first",
                                       name.dotted, files_[static_cast<size_t>(winner)].path),
                .type = {}});
    writer.Finish(file.path, file.file_id, tables);
  }

  void AddImports(int32_t f, std::vector<TableRows>& tables) {
    const FileInterface& file = files_[static_cast<size_t>(f)];
    if (file.imports.empty()) return;
    BatchBuilder builder = Begin("resolve_imports", file);
    Int64Column& import_id = builder.Longs("import_id");
    Int32Column& ordinal = builder.Ints("ordinal");
    TextColumn& module = builder.Texts("module");
    TextColumn& name = builder.Texts("name");
    Int32Column& level = builder.Ints("level");
    TextColumn& resolved = builder.Texts("resolved_module");
    CodeColumn& kind = builder.Codes("target_kind", resolve::kImportTargetKindNames);
    Int64Column& target_id = builder.Longs("target_id");
    Int64Column& target_file = builder.Longs("target_file_id");
    ListColumn& via = builder.Lists<Int64Column>("via");
    ListColumn& star_names = builder.Lists<TextColumn>("star_names");
    BoolColumn& is_conditional = builder.Bools("is_conditional");
    BoolColumn& is_type_checking = builder.Bools("is_type_checking");
    CodeColumn& reason = builder.Codes("reason", resolve::kImportReasonNames);
    size_t rows = 0;
    for (const resolve::ImportRecord& import : file.imports) {
      int32_t position = 0;
      for (const ImportTarget& target : resolver_.Resolve(f, import)) {
        ++rows;
        import_id.Append(import.import_id);
        ordinal.Append(position++);
        AppendOptional(module, OrNull(import.module));
        AppendOptional(name, OrNull(import.name));
        level.Append(import.level);
        AppendOptional(resolved, OrNull(target.resolved_module));
        kind.Append(static_cast<uint16_t>(target.kind));
        AppendTarget(target, target_id, target_file);
        for (int64_t passed : target.via) Elements<Int64Column>(via).Append(passed);
        via.CloseRow();
        if (target.kind == ImportTargetKind::kStar && target.module >= 0) {
          for (std::string_view text : resolver_.StarNames(target.module)) {
            Elements<TextColumn>(star_names).Append(arena_->Copy(text));
          }
          star_names.CloseRow();
        } else {
          star_names.AppendNull();
        }
        is_conditional.Append(import.is_conditional);
        is_type_checking.Append(import.is_type_checking);
        reason.Append(target.reason == resolve::ImportReason::kNone
                          ? CodeColumn::kNull
                          : static_cast<uint16_t>(target.reason));
      }
    }
    Finish(builder, rows, tables);
  }

 private:
  BatchBuilder Begin(std::string_view table, const FileInterface& file) {
    BatchBuilder builder(table);
    builder.SetConstant("file_id", file.file_id);
    builder.SetConstant("path", arena_->Copy(file.path));
    return builder;
  }
  void Finish(BatchBuilder& builder, size_t rows, std::vector<TableRows>& tables) {
    const TableInfo* table = builder.table();
    tables.push_back({table, builder.Finish(rows, arena_)});
  }
  std::string_view OrNull(std::string_view text) {
    return text.empty() ? std::string_view() : arena_->Copy(text);
  }
  /// A module is its NAMESPACE_BLOCK; a file without a tree has none.
  void AppendTarget(const ImportTarget& target, Int64Column& id, Int64Column& file) {
    const auto module = static_cast<size_t>(std::max(target.module, 0));
    if (target.target_id != 0) {
      id.Append(target.target_id);
    } else if (target.module >= 0 && files_[module].is_parsed) {
      id.Append(module_ids_[module]);
    } else {
      id.AppendNull();
    }
    if (target.module >= 0) {
      file.Append(files_[module].file_id);
    } else {
      file.AppendNull();
    }
  }

  IdScheme scheme_;
  std::span<const FileInterface> files_;
  const ImportResolver& resolver_;
  std::span<const int64_t> module_ids_;
  std::shared_ptr<TextArena> arena_;
};

}  // namespace

RepositoryResolution::RepositoryResolution(ExtractOptions options)
    : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
}
RepositoryResolution::~RepositoryResolution() = default;
RepositoryResolution::RepositoryResolution(RepositoryResolution&&) noexcept = default;
RepositoryResolution& RepositoryResolution::operator=(RepositoryResolution&&) noexcept = default;

void RepositoryResolution::Add(ShardEvidence&& shard) {
  for (size_t i = 0; i < shard.interfaces.size(); ++i) {
    state_->held_bytes += shard.ids[i].capacity() * sizeof(IdRecord) +
                          shard.interfaces[i].exports.capacity() * sizeof(resolve::Export) +
                          shard.interfaces[i].imports.capacity() * sizeof(resolve::ImportRecord);
    state_->ids.push_back({shard.interfaces[i].path, std::move(shard.ids[i])});
    state_->files.push_back(std::move(shard.interfaces[i]));
  }
  shard.interfaces.clear();
  shard.ids.clear();
}

uint64_t RepositoryResolution::held_bytes() const { return state_->held_bytes; }

Result<std::vector<TableBatches>> RepositoryResolution::Finish() {
  const ExtractOptions& options = state_->options;
  const IdScheme scheme{options.repo, options.id_salt};
  const ImportResolver resolver(state_->files);
  std::vector<int64_t> module_ids;
  for (size_t f = 0; f < state_->files.size(); ++f) {
    const FileInterface& file = state_->files[f];
    const std::string& name = resolver.name(static_cast<int32_t>(f)).dotted;
    module_ids.push_back(scheme.Logical("NAMESPACE_BLOCK", file.path, name));
    state_->ids[f].records.push_back({module_ids.back(), 0, 0, NodeKind::kNamespaceBlock, false});
  }
  CA_RETURN_IF_ERROR(CheckCollisions(state_->ids, options.repo));
  ResolutionWriter writer(options, state_->files, resolver, module_ids);
  std::map<std::string_view, TableBatches> by_name;
  for (size_t f = 0; f < state_->files.size(); ++f) {
    std::vector<TableRows> tables;
    writer.AddModule(static_cast<int32_t>(f), tables);
    writer.AddImports(static_cast<int32_t>(f), tables);
    for (TableRows& rows : tables) {
      TableBatches& batches = by_name[rows.table->name];
      batches.table = rows.table;
      batches.rows += rows.rows.rows;
      batches.batches.push_back(std::move(rows.rows));
    }
  }
  std::vector<TableBatches> result;
  result.reserve(by_name.size());
  for (auto& [name, batches] : by_name) result.push_back(std::move(batches));
  return result;
}

}  // namespace codeanatomy::evidence
