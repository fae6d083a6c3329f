// The native stage: source files in, rows of the evidence tables out.
//
// Work per file is a pure function of (file, options): parse, symbols, structural ids, rows. Files
// of a shard run in parallel; the outcome does not depend on the number of threads. What needs the
// whole repository (modules, import targets, id collisions) is done by RepositoryResolution from
// small per-file interfaces that outlive sources and trees.
//
//   RepositoryResolution resolution(options);
//   for (shard of source files in path order) {
//     ShardEvidence evidence = ExtractShard(files, options, threads, cancel);
//     … write evidence.tables; `files` must stay alive until then …
//     resolution.Add(std::move(evidence));
//   }
//   CA_ASSIGN_OR_RETURN(auto tables, resolution.Finish());
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/column_batch.h"
#include "base/observe.h"
#include "base/result.h"
#include "catalog/python_version.h"
#include "catalog/table.h"
#include "evidence/ids.h"
#include "resolve/file_interface.h"
#include "source/repository_scan.h"
#include "source/source_file.h"

namespace codeanatomy::evidence {

struct ExtractOptions {
  std::string repo;  // repository id, part of every id; empty: single-repository build
  PythonVersion version = kNewestPythonVersion;
  bool type_comments = false;
  bool include_cst = false;  // also cst_nodes and cst_tokens
  /// Also post-dominance and control dependence over all exceptional edges.
  bool exceptional_dependence = false;
  int64_t id_salt = 0;  // `--id-salt`; 0: none
};

/// Rows of one table; columns as table->columns. Text points into the SourceFile or is owned by the
/// batch.
struct TableRows {
  const TableInfo* table = nullptr;
  ColumnBatch rows;
};

struct FileCounts {
  uint64_t bytes = 0, lines = 0, nodes = 0, diagnostics = 0;
};

struct FileEvidence {
  std::vector<TableRows> tables;  // by table name; tables without rows are left out
  resolve::FileInterface interface;
  std::vector<IdRecord> ids;  // every logical id and base of the file, for the collision check
  FileCounts counts;
};

/// All evidence of one file that needs no other file. `file` must outlive the rows. Never fails: an
/// unreadable file gives its repo_files row and diagnostics, broken Python its partial tree.
FileEvidence ExtractFile(const source::SourceFile& file, const ExtractOptions& options);

/// Batches of one table in the path order of their files.
struct TableBatches {
  const TableInfo* table = nullptr;
  std::vector<ColumnBatch> batches;
  uint64_t rows = 0;
};

struct ShardEvidence {
  std::vector<TableBatches> tables;  // by table name; tables without rows are left out
  std::vector<resolve::FileInterface> interfaces;  // path order
  std::vector<std::vector<IdRecord>> ids;          // parallel to interfaces
  FileCounts counts;                               // sum
};

/// ExtractFile over `files` (in path order) on up to `threads` threads. When `cancel` is set the
/// result is incomplete and must not be used.
ShardEvidence ExtractShard(std::span<const source::SourceFile> files, const ExtractOptions& options,
                           int threads, const CancelFlag& cancel);

/// scope_manifest and the diagnostics of the scan itself.
std::vector<TableBatches> ScanEvidence(const source::ScanResult& scan,
                                       const ExtractOptions& options);

/// Relations that do not depend on the repository: cpg_mapping.
std::vector<TableBatches> CatalogEvidence();

/// Facts that need all files of the build.
class RepositoryResolution {
 public:
  explicit RepositoryResolution(ExtractOptions options);
  ~RepositoryResolution();
  RepositoryResolution(RepositoryResolution&&) noexcept;
  RepositoryResolution& operator=(RepositoryResolution&&) noexcept;

  /// Shards in path order; takes the interfaces and ids, leaves the tables.
  void Add(ShardEvidence&& shard);
  /// Memory of what was added, without the texts of names.
  uint64_t held_bytes() const;
  /// resolve_modules, resolve_imports and their diagnostics. Errors: IdCollision naming both
  /// identities. Cost: near linear in imports and module-level names.
  Result<std::vector<TableBatches>> Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace codeanatomy::evidence
