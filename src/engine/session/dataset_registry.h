// DatasetRegistry: relations of a session that lie elsewhere than its build, each under a name.
//
// Commands and queries are apart. `Register` changes the registry and answers with a receipt, which
// says what was found and under which identity it stands; `Find` and `receipts` look and change
// nothing. A receipt is a pure function of the name, the provider and the content: no clock, no
// path.
//
//   CA_ASSIGN_OR_RETURN(const RegistrationReceipt receipt,
//                       session.datasets().Register({"trace", ProviderKind::kDelta, "/data/trace"},
//                                                   environment, session));
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/environment.h"
#include "storage/log/changes.h"

namespace codeanatomy::engine {

class Session;

/// What serves the rows: a Delta table at one version, the Parquet files of a folder, or what the
/// commits of a Delta table added and removed.
enum class ProviderKind : uint8_t { kDelta, kListing, kDeltaCdf };
inline constexpr std::string_view kProviderKindNames[] = {"delta", "listing", "delta_cdf"};

struct DatasetSpec {
  std::string name;  // lower case letters, digits and _; of no other relation
  ProviderKind kind = ProviderKind::kDelta;
  std::string path;                   // absolute folder
  std::optional<int64_t> version;     // of a Delta table; absent: the latest, then fixed
  storage::ChangeRange changes = {};  // of delta_cdf
  bool overwrite = false;             // replaces a dataset of that name
};

enum class RegistrationOutcome : uint8_t { kRegistered, kUnchanged, kReplaced };
inline constexpr std::string_view kRegistrationOutcomeNames[] = {"registered", "unchanged",
                                                                 "replaced"};

struct RegistrationReceipt {
  std::string name;
  ProviderKind kind = ProviderKind::kDelta;
  RegistrationOutcome outcome = RegistrationOutcome::kRegistered;
  int64_t version = -1;  // of the Delta table, of changes the last; -1: files have none
  std::string content_digest, schema_fingerprint;
  std::string identity;  // SHA-256 of name, kind, content digest and schema fingerprint
};

class DatasetRegistry {
 public:
  /// Command: opens the dataset, fixes its files, and makes its name known. The same identity again
  /// changes nothing.
  /// Errors InvalidArgument: no name, a version of a listing, a version of changes or changes of
  /// another kind. AlreadyExists: another dataset has the name, without `overwrite`. NotFound: no
  /// table, version or Parquet file there; those of Snapshot::Load, RenderChanges and Connection.
  /// Nothing is changed then.
  /// Cost   a log; a listing reads every file once, for its digest.
  Result<RegistrationReceipt> Register(const DatasetSpec& spec,
                                       const storage::Environment& environment, Session& session);

  /// Query: the rows of a dataset as a SELECT; nullptr where none has the name.
  const std::string* Find(std::string_view name) const;
  /// Query: of all datasets, sorted by name.
  std::vector<RegistrationReceipt> receipts() const;

 private:
  struct Dataset {
    RegistrationReceipt receipt;
    std::string select;
  };
  static Result<Dataset> Open(const DatasetSpec& spec, const storage::Environment& environment,
                              Session& session);
  std::map<std::string, Dataset, std::less<>> datasets_;
};

/// `NAME=FOLDER`, `NAME=FOLDER@VERSION` or, of changes, `NAME=FOLDER@FIRST..LAST` (without LAST up
/// to the latest commit); a folder with a Delta log is a Delta table, else its Parquet files are
/// listed. Errors InvalidArgument; NotFound: no such folder.
Result<DatasetSpec> ParseDataset(std::string_view text, storage::FileSystem& files);

/// delta where the folder has a log, else listing. Errors IoError.
Result<ProviderKind> KindOfFolder(const std::string& folder, storage::FileSystem& files);

}  // namespace codeanatomy::engine
