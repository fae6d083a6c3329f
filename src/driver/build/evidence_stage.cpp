// Shards are cut by bytes in path order, so that files, and with them tables and digests, depend on
// the sources alone. While a shard is being written the next one is read and extracted.
#include "driver/build/evidence_stage.h"

#include <algorithm>
#include <functional>
#include <memory>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/memory_budget.h"
#include "base/parallel_for.h"
#include "catalog/diagnostic_code.h"
#include "catalog/table.h"
#include "driver/build/evidence_writer.h"
#include "engine/execute/commit_outputs.h"
#include "source/read_file.h"
#include "storage/log/commit_all.h"

namespace codeanatomy::driver {
namespace {

constexpr uint64_t kShardBytes = 1 << 20;

// Bytes of memory per byte of source, measured on the standard library, whole and as one file of
// six megabytes: rows of all tables; trees and analyses of a file while it is being worked on;
// sources and arenas that rows point into.
constexpr uint64_t kRowBytes = 40;
constexpr uint64_t kTreeBytes = 28;
constexpr uint64_t kTextBytes = 2;
// What the engine needs per file that is being written.
constexpr uint64_t kWritingBytes = 32 << 20;

/// Files of a shard, for as long as rows point into them.
struct Shard {
  std::vector<source::SourceFile> files;
  MemoryReservation memory;
};

/// Consecutive ranges of `paths` of about kShardBytes each.
std::vector<std::pair<size_t, size_t>> CutShards(const std::string& root,
                                                 const std::vector<std::string>& paths) {
  std::vector<std::pair<size_t, size_t>> shards;
  size_t begin = 0;
  uint64_t bytes = 0;
  for (size_t i = 0; i < paths.size(); ++i) {
    struct stat info {};
    const uint64_t size = ::stat(fmt::format("{}/{}", root, paths[i]).c_str(), &info) == 0
                              ? static_cast<uint64_t>(info.st_size)
                              : 0;
    if (i > begin && bytes + size > kShardBytes) {
      shards.emplace_back(begin, i);
      begin = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (begin < paths.size()) shards.emplace_back(begin, paths.size());
  return shards;
}

std::shared_ptr<Shard> ReadShard(const std::string& root, std::span<const std::string> paths,
                                 uint64_t max_file_bytes, int threads) {
  auto shard = std::make_shared<Shard>();
  shard->files.resize(paths.size());
  ParallelFor(paths.size(), threads, [&](size_t i) {
    shard->files[i] = source::ReadSourceFile(root, paths[i], max_file_bytes);
  });
  return shard;
}

/// What extracting a shard takes: the rows of all files, and the trees of the `threads` largest.
uint64_t ExtractionBytes(const Shard& shard, int threads) {
  std::vector<uint64_t> sizes;
  for (const source::SourceFile& file : shard.files) sizes.push_back(file.text().size());
  std::ranges::sort(sizes, std::greater<>());
  uint64_t bytes = 0;
  for (size_t i = 0; i < sizes.size(); ++i)
    bytes += sizes[i] * (kRowBytes + (i < static_cast<size_t>(threads) ? kTreeBytes : 0));
  return bytes;
}

class Stage {
 public:
  Stage(const EvidenceStageRequest& request, engine::Session& session,
        const storage::Environment& environment, Recorder& recorder, uint64_t parent_span,
        const CancelFlag& cancel)
      : request_(request),
        session_(session),
        environment_(environment),
        recorder_(recorder),
        span_(recorder, "extraction", parent_span),
        cancel_(cancel),
        writer_(session, request.out, request.spill_folder, session.threads()) {}

  Result<EvidenceStageResult> Run() {
    auto result = RunSteps();
    if (!result) span_.Exception(result.error());
    return result;
  }

 private:
  Result<EvidenceStageResult> RunSteps() {
    CA_ASSIGN_OR_RETURN(source::ScanResult scan, Scan());
    std::vector<std::string> paths;
    for (const source::ScannedFile& file : scan.files) {
      if (file.included) paths.push_back(file.path);
    }
    result_.file_count = paths.size();
    if (paths.empty()) {
      return Error(ErrorCode::kExtractionFailed, "no Python file to analyse", request_.repository,
                   "check the path, --include-glob, --exclude-glob and the ignore rules of git");
    }
    // A file is written by each thread; the rest of the memory is the rows'.
    CA_RETURN_IF_ERROR(
        session_.ShareMemory(kWritingBytes * static_cast<uint64_t>(session_.threads())));
    CA_RETURN_IF_ERROR(Write(evidence::CatalogEvidence(), nullptr));
    CA_RETURN_IF_ERROR(Write(evidence::ScanEvidence(scan, request_.extract), nullptr));
    CA_RETURN_IF_ERROR(ExtractShards(scan.root, paths));
    CA_RETURN_IF_ERROR(Commit());
    return std::move(result_);
  }

  Result<source::ScanResult> Scan() {
    SpanScope span(recorder_, "extraction.repo_scan", span_.id());
    return source::ScanRepository(request_.repository, request_.scan, cancel_);
  }

  Result<void> Write(std::vector<evidence::TableBatches> tables,
                     const std::shared_ptr<const void>& sources) {
    for (const evidence::TableBatches& table : tables) {
      rows_[std::string(table.table->name)] += table.rows;
      if (table.table->name == "diagnostics") CountDiagnostics(table);
    }
    return writer_.Write(std::move(tables), sources);
  }

  /// A batch is one file; the file failed if any of its diagnostics is an error.
  void CountDiagnostics(const evidence::TableBatches& table) {
    size_t code_column = 0;
    while (table.table->columns[code_column].name != "code") ++code_column;
    for (const ColumnBatch& batch : table.batches) {
      bool failed = false;
      const auto count = [&](std::string_view code) {
        ++result_.diagnostics[std::string(code)];
        const DiagnosticCodeInfo* info = FindDiagnosticCode(code);
        failed |= info != nullptr && info->severity == DiagnosticSeverity::kError;
      };
      const Column& column = batch.columns[code_column];
      if (const auto* codes = std::get_if<CodeColumn>(&column)) {
        for (const uint16_t code : codes->codes) count(codes->dictionary[code]);
      } else if (const auto* texts = std::get_if<TextColumn>(&column)) {
        for (const std::string_view code : texts->values) count(code);
      }
      result_.failed_files += failed ? 1 : 0;
    }
  }

  /// What is reserved is not all that is resident: the allocator keeps what trees took, in pages
  /// between rows that wait. So before `bytes` more are taken the kernel is asked, too.
  Result<void> FitResident(uint64_t bytes) {
    const auto fits = [&] { return session_.FitsResident(bytes + writer_.WritingBytes()); };
    while (!fits()) {
      CA_RETURN_IF_ERROR(session_.ReleaseFreed(session_.connection()));
      if (fits()) break;
      CA_ASSIGN_OR_RETURN(const bool has_given, writer_.MakeRoom());
      if (!has_given) break;  // the reservation holds, and what is resident beyond it may be reused
    }
    return {};
  }

  Result<evidence::ShardEvidence> ExtractShard(Shard& shard) {
    MemoryBudget& memory = session_.memory();
    uint64_t text = 0;
    for (const source::SourceFile& file : shard.files) text += file.text().size();
    shard.memory = memory.Hold(MemoryOwner::kExtraction, text * kTextBytes);
    const uint64_t bytes = ExtractionBytes(shard, session_.threads());
    auto reserved =
        memory.Reserve(MemoryOwner::kExtraction, bytes, [this] { return writer_.MakeRoom(); });
    if (!reserved) {
      return std::move(reserved.error())
          .WithFrame(fmt::format("extracting {} files from {} on", shard.files.size(),
                                 shard.files[0].path));
    }
    CA_RETURN_IF_ERROR(FitResident(bytes + bytes / 2));
    return evidence::ExtractShard(shard.files, request_.extract, session_.threads(), cancel_);
  }

  Result<void> ExtractShards(const std::string& root, const std::vector<std::string>& paths) {
    evidence::RepositoryResolution resolution(request_.extract);
    interfaces_ = session_.memory().Hold(MemoryOwner::kExtraction, 0);
    size_t done = 0;
    for (const auto& [begin, end] : CutShards(root, paths)) {
      CA_RETURN_IF_ERROR(session_.CheckCancelled());
      SpanScope span(recorder_, "extract.shard", span_.id());
      auto files = ReadShard(root, std::span(paths).subspan(begin, end - begin),
                             request_.max_file_bytes, session_.threads());
      CA_ASSIGN_OR_RETURN(evidence::ShardEvidence shard, ExtractShard(*files));
      CA_RETURN_IF_ERROR(session_.CheckCancelled());
      result_.counts.bytes += shard.counts.bytes;
      result_.counts.lines += shard.counts.lines;
      result_.counts.nodes += shard.counts.nodes;
      result_.counts.diagnostics += shard.counts.diagnostics;
      std::vector<evidence::TableBatches> tables = std::move(shard.tables);
      resolution.Add(std::move(shard));
      interfaces_.Set(resolution.held_bytes());
      CA_RETURN_IF_ERROR(Write(std::move(tables), std::move(files)));
      done = end;
      recorder_.Progress("extract", "files", done, paths.size());
    }
    SpanScope span(recorder_, "extract.resolve", span_.id());
    CA_ASSIGN_OR_RETURN(auto tables, resolution.Finish());
    // The resolution owns what its rows point into.
    return Write(std::move(tables),
                 std::make_shared<evidence::RepositoryResolution>(std::move(resolution)));
  }

  Result<std::map<std::string, std::vector<storage::DataFile>, std::less<>>> FinishWriting() {
    SpanScope span(recorder_, "extraction.write", span_.id());
    return writer_.Finish();
  }

  Result<void> Commit() {
    CA_ASSIGN_OR_RETURN(auto files, FinishWriting());
    SpanScope span(recorder_, "extraction.commit", span_.id());
    std::vector<const TableInfo*> tables;
    for (const TableInfo& table : Tables()) {
      if (IsSpecOutput(table)) continue;
      tables.push_back(&table);
      auto& live = result_.files[std::string(table.name)];
      for (const storage::DataFile& file : files[std::string(table.name)])
        live.push_back(fmt::format("{}/{}/{}", request_.out, TableLocation(table), file.path));
    }
    std::vector<storage::PreparedCommit> commits;
    for (const TableInfo* table : tables) {
      CA_ASSIGN_OR_RETURN(storage::PreparedCommit commit,
                          PrepareCommit(*table, std::move(files.find(table->name)->second)));
      commits.push_back(std::move(commit));
    }
    CA_ASSIGN_OR_RETURN(const std::vector<storage::CommitOutcome> outcomes,
                        storage::CommitAll(commits));
    for (size_t i = 0; i < tables.size(); ++i) {
      const storage::CommitOutcome& outcome = outcomes[i];
      engine::AddCommitWarning(tables[i]->name, outcome, result_.warnings);
      const auto rows = rows_.find(std::string(tables[i]->name));
      result_.tables.push_back({.name = std::string(tables[i]->name),
                                .path = TableLocation(*tables[i]),
                                .version = outcome.version,
                                .rows = rows == rows_.end() ? 0 : rows->second,
                                .files_added = outcome.files_added,
                                .bytes_written = outcome.bytes_written,
                                .content_digest = outcome.content_digest});
    }
    return {};
  }

  Result<storage::PreparedCommit> PrepareCommit(const TableInfo& table,
                                                std::vector<storage::DataFile> data) {
    const std::string root = fmt::format("{}/{}", request_.out, TableLocation(table));
    CA_RETURN_IF_ERROR(environment_.files.CreateDirectories(root));
    CA_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(
                                              environment_, root,
                                              {.schema = storage::SchemaOf(table),
                                               .mode = storage::WriteMode::kOverwrite,
                                               .schema_mode = storage::SchemaMode::kReplace}));
    transaction.Add(std::move(data));
    return storage::PreparedCommit{
        std::move(transaction), {.metadata = request_.commit_metadata, .skip_if_unchanged = true}};
  }

  const EvidenceStageRequest& request_;
  engine::Session& session_;
  const storage::Environment& environment_;
  Recorder& recorder_;
  SpanScope span_;
  const CancelFlag& cancel_;
  EvidenceWriter writer_;
  EvidenceStageResult result_;
  MemoryReservation interfaces_;  // of all files
  std::map<std::string, uint64_t> rows_;
};

}  // namespace

Result<EvidenceStageResult> RunEvidenceStage(const EvidenceStageRequest& request,
                                             engine::Session& session,
                                             const storage::Environment& environment,
                                             Recorder& recorder, uint64_t parent_span,
                                             const CancelFlag& cancel) {
  return Stage(request, session, environment, recorder, parent_span, cancel).Run();
}

}  // namespace codeanatomy::driver
