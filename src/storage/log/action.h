// The actions of a Delta log, as structs. Source: the public Delta transaction log protocol.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/data_file.h"

namespace codeanatomy::storage {

struct Protocol {
  int32_t min_reader = 1, min_writer = 2;
  std::vector<std::string> reader_features, writer_features;  // sorted
  bool operator==(const Protocol&) const = default;
};

struct Metadata {
  std::string id;
  std::optional<std::string> name, description;
  std::string schema_json;
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> configuration;
  std::optional<int64_t> created_time;  // ms
};

struct AddFile {
  std::string path;  // as in the log: percent-encoded, relative to the table or an absolute URI
  PartitionValues partition_values;
  int64_t size = 0;
  int64_t modification_time = 0;  // ms
  bool data_change = true;
  std::optional<std::string> stats;         // JSON text
  std::map<std::string, std::string> tags;  // kSha256Tag: digest of the whole file
  bool has_deletion_vector = false;
};
inline constexpr char kSha256Tag[] = "codeanatomy.sha256";

struct RemoveFile {
  std::string path;
  std::optional<int64_t> deletion_timestamp;  // ms
  bool data_change = true;
  PartitionValues partition_values;
  std::optional<int64_t> size;
  bool has_deletion_vector = false;
};

/// `txn`: the last version an application has written.
struct AppTransaction {
  std::string app_id;
  int64_t version = 0;
  std::optional<int64_t> last_updated;  // ms
};

struct CommitInfo {
  std::string json;  // the whole object
};

struct DomainMetadata {
  std::string domain, configuration;
  bool removed = false;
};

/// A change data file; readers of tables do not need it.
struct ChangeFile {
  std::string path;
};

/// A part of a v2 checkpoint (`sidecar`, `checkpointMetadata`), by name.
struct CheckpointPart {
  std::string kind;
};

using Action = std::variant<Protocol, Metadata, AddFile, RemoveFile, AppTransaction, CommitInfo,
                            DomainMetadata, ChangeFile, CheckpointPart>;

/// The actions of one log file, one JSON object per line; actions of unknown kinds are left out.
/// Errors DeltaCorrupt, naming file and line.
Result<std::vector<Action>> ParseActions(std::string_view json_lines, std::string_view path);

/// One line of a log file, with its newline.
void AppendJsonLine(const Action& action, std::string& out);

}  // namespace codeanatomy::storage
