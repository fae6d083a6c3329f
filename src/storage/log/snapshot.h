// Snapshot: the state of a Delta table at one version, from its log alone.
//
//   CA_ASSIGN_OR_RETURN(Snapshot nodes, Snapshot::Load(environment, out + "/cpg/cpg_nodes",
//   version)); … "SELECT … FROM read_parquet([" + nodes.LocalPaths() + "])" …
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/environment.h"
#include "storage/log/action.h"

namespace codeanatomy::storage {

struct LogListing;

class Snapshot {
 public:
  /// Reads the newest usable checkpoint and the commits after it, up to `version` (latest without).
  /// `root` is the table's folder.
  /// Errors NotFound: no table there, or no such version. DeltaCorrupt: a log file is missing or
  /// not
  ///        readable; it is named. DeltaFeatureUnsupported: the table needs a reader feature we
  ///        lack.
  /// Cost   one listing and one read per commit since the checkpoint, about 0.1 ms.
  static Result<Snapshot> Load(const Environment& environment, const std::string& root,
                               std::optional<int64_t> version = {});
  /// The state that `actions`, committed as `version`, make of `base` (null: of nothing).
  static Result<Snapshot> After(const Snapshot* base, const std::string& root,
                                std::vector<Action> actions, int64_t version);
  /// The latest version; nothing where `root` holds no Delta log with a commit or checkpoint.
  static Result<std::optional<Snapshot>> LoadIfExists(const Environment& environment,
                                                      const std::string& root);

  const std::string& root() const { return root_; }
  int64_t version() const { return version_; }
  const Protocol& protocol() const { return protocol_; }
  const Metadata& metadata() const { return metadata_; }
  const Schema& schema() const { return schema_; }
  /// Live files, in the order in which they were (last) added: the order of the table's rows.
  const std::vector<AddFile>& files() const { return files_; }
  /// Removed files that other readers may still use, for checkpoints.
  const std::vector<RemoveFile>& tombstones() const { return tombstones_; }
  const std::map<std::string, AppTransaction>& app_transactions() const { return transactions_; }
  const std::map<std::string, DomainMetadata>& domains() const { return domains_; }
  /// Version of the checkpoint it was read from; nothing: from commits alone.
  std::optional<int64_t> checkpoint_version() const { return checkpoint_version_; }

  /// Rows of the live files; nothing where a file's statistics do not tell.
  std::optional<int64_t> CountRows() const;
  /// Where the live files lie on disk, in order.
  std::vector<std::string> LocalPaths() const;
  /// SHA-256 over the schema and the live files' content hashes in order: equal for equal builds.
  std::string ContentDigest() const;

 private:
  friend class LogReplay;
  static Result<Snapshot> LoadListed(const Environment& environment, const std::string& root,
                                     const LogListing& log, int64_t target);

  std::string root_;
  int64_t version_ = -1;
  Protocol protocol_;
  Metadata metadata_;
  Schema schema_;
  std::vector<AddFile> files_;
  std::vector<RemoveFile> tombstones_;
  std::map<std::string, AppTransaction> transactions_;
  std::map<std::string, DomainMetadata> domains_;
  std::optional<int64_t> checkpoint_version_;
};

/// Where an add action's file lies.
/// Errors DeltaCorrupt: the path leads out of the table. DeltaFeatureUnsupported: not a local file.
Result<std::string> LocalPath(const std::string& root, const AddFile& file);

}  // namespace codeanatomy::storage
