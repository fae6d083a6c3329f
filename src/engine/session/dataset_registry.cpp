#include "engine/session/dataset_registry.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/hash.h"
#include "engine/render/duckdb_sql.h"
#include "engine/session/session.h"
#include "engine/session/table_functions.h"
#include "storage/log/snapshot.h"

namespace codeanatomy::engine {
namespace {

bool IsName(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, fits) && (name[0] < '0' || name[0] > '9');
}

/// Parts that hold no NUL, each behind one.
std::string Fingerprint(std::initializer_list<std::string_view> parts) {
  Sha256 hash;
  for (const std::string_view part : parts) hash.Update(part).Update(std::string_view("\0", 1));
  return Hex(hash.Finish());
}

struct Listing {
  std::vector<std::string> paths;  // sorted
  std::string digest;              // of names and bytes
};

Result<Listing> ListParquet(const std::string& folder, storage::FileSystem& files) {
  Listing listing;
  Sha256 digest;
  CA_ASSIGN_OR_RETURN(const auto entries, files.List(folder));
  for (const storage::DirectoryEntry& entry : entries) {
    if (entry.is_directory || !entry.name.ends_with(".parquet")) continue;
    listing.paths.push_back(storage::JoinPath(folder, entry.name));
    CA_ASSIGN_OR_RETURN(const std::string bytes, files.ReadFile(listing.paths.back()));
    digest.Update(Fingerprint({entry.name, Hex(Sha256::Of(bytes))}));
  }
  if (listing.paths.empty())
    return Error(ErrorCode::kNotFound, "neither a Delta table nor a Parquet file there", folder);
  listing.digest = Hex(digest.Finish());
  return listing;
}

/// Names and types of a query's columns, as the engine describes them.
Result<std::string> SchemaFingerprint(const std::string& select, Connection& connection) {
  CA_ASSIGN_OR_RETURN(
      QueryResult rows,
      connection.Query(fmt::format("SELECT column_name, column_type FROM (DESCRIBE {})", select)));
  std::string text;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
    if (chunk == nullptr) return Fingerprint({text});
    for (size_t row = 0; row < chunk->rows(); ++row)
      text += fmt::format("{} {}\n", chunk->column(0).Text(row), chunk->column(1).Text(row));
  }
}

}  // namespace

Result<DatasetRegistry::Dataset> DatasetRegistry::Open(const DatasetSpec& spec,
                                                       const storage::Environment& environment,
                                                       Session& session) {
  Dataset dataset;
  RegistrationReceipt& receipt = dataset.receipt;
  receipt.name = spec.name;
  receipt.kind = spec.kind;
  if (spec.kind == ProviderKind::kListing) {
    CA_ASSIGN_OR_RETURN(const Listing listing, ListParquet(spec.path, environment.files));
    receipt.content_digest = listing.digest;
    std::vector<std::string> literals;
    for (const std::string& path : listing.paths) literals.push_back(QuoteLiteral(path));
    dataset.select = fmt::format("SELECT * FROM read_parquet([{}], union_by_name = true)",
                                 fmt::join(literals, ", "));
  } else {
    CA_ASSIGN_OR_RETURN(const auto snapshot,
                        session.caches().snapshots.Load(environment, spec.path, spec.version));
    receipt.version = snapshot->version();
    if (spec.kind == ProviderKind::kDelta) {
      receipt.content_digest = snapshot->ContentDigest();
      CA_ASSIGN_OR_RETURN(dataset.select, RenderSnapshotScan(*snapshot, session));
    } else {
      storage::ChangeRange range = spec.changes;
      // What is committed later is no part of the dataset.
      if (!range.last && !range.until) range.last = snapshot->version();
      if (range.last) receipt.version = *range.last;
      CA_ASSIGN_OR_RETURN(ChangeRows rows, RenderChanges(*snapshot, range, environment, session));
      receipt.content_digest = std::move(rows.digest);
      dataset.select = std::move(rows.select);
    }
  }
  CA_ASSIGN_OR_RETURN(receipt.schema_fingerprint,
                      SchemaFingerprint(dataset.select, session.connection()));
  receipt.identity =
      Fingerprint({receipt.name, kProviderKindNames[static_cast<size_t>(receipt.kind)],
                   receipt.content_digest, receipt.schema_fingerprint});
  return dataset;
}

Result<RegistrationReceipt> DatasetRegistry::Register(const DatasetSpec& spec,
                                                      const storage::Environment& environment,
                                                      Session& session) {
  if (!IsName(spec.name)) {
    return Error(ErrorCode::kInvalidArgument,
                 "a dataset's name has lower case letters, digits and _", spec.name);
  }
  if (spec.kind == ProviderKind::kListing && spec.version)
    return Error(ErrorCode::kInvalidArgument, "Parquet files have no versions", spec.path);
  if (spec.kind == ProviderKind::kDeltaCdf && spec.version) {
    return Error(ErrorCode::kInvalidArgument, "changes have a range, not a version", spec.path,
                 "say from which commit to which one");
  }
  const auto& [first, last, since, until] = spec.changes;
  if (spec.kind != ProviderKind::kDeltaCdf && (first || last || since || until)) {
    return Error(ErrorCode::kInvalidArgument, "a range of commits is of delta_cdf alone", spec.path,
                 "ask for the provider delta_cdf");
  }
  auto opened = Open(spec, environment, session);
  if (!opened) return std::move(opened.error()).WithFrame("registering the dataset " + spec.name);
  const auto known = datasets_.find(spec.name);
  if (known != datasets_.end()) {
    if (known->second.receipt.identity == opened->receipt.identity) {
      RegistrationReceipt receipt = known->second.receipt;
      receipt.outcome = RegistrationOutcome::kUnchanged;
      return receipt;
    }
    if (!spec.overwrite) {
      return Error(ErrorCode::kAlreadyExists, "a dataset with other content has that name",
                   spec.name, "choose another name, or ask for overwrite");
    }
    opened->receipt.outcome = RegistrationOutcome::kReplaced;
  }
  RegistrationReceipt receipt = opened->receipt;
  datasets_.insert_or_assign(spec.name, *std::move(opened));
  return receipt;
}

const std::string* DatasetRegistry::Find(std::string_view name) const {
  const auto found = datasets_.find(name);
  return found == datasets_.end() ? nullptr : &found->second.select;
}

std::vector<RegistrationReceipt> DatasetRegistry::receipts() const {
  std::vector<RegistrationReceipt> receipts;
  for (const auto& [name, dataset] : datasets_) receipts.push_back(dataset.receipt);
  return receipts;
}

namespace {

/// Digits alone, from 0 on.
std::optional<int64_t> ParseVersion(std::string_view text) {
  int64_t version = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (failure != std::errc() || stop != text.data() + text.size() || version < 0)
    return std::nullopt;
  return version;
}

/// What stands behind the `@` of a folder; false: it is part of the folder's name.
bool ParseVersions(std::string_view text, DatasetSpec& spec) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    spec.version = ParseVersion(text);
    return spec.version.has_value();
  }
  const std::string_view last = text.substr(dots + 2);
  spec.changes.first = ParseVersion(text.substr(0, dots));
  spec.changes.last = ParseVersion(last);
  if (spec.changes.first && (last.empty() || spec.changes.last)) {
    spec.kind = ProviderKind::kDeltaCdf;
    return true;
  }
  spec.changes = {};
  return false;
}

}  // namespace

Result<ProviderKind> KindOfFolder(const std::string& folder, storage::FileSystem& files) {
  CA_ASSIGN_OR_RETURN(const auto log, files.List(storage::JoinPath(folder, "_delta_log")));
  return log.empty() ? ProviderKind::kListing : ProviderKind::kDelta;
}

Result<DatasetSpec> ParseDataset(std::string_view text, storage::FileSystem& files) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos || equals + 1 == text.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 "a dataset is NAME=FOLDER, NAME=FOLDER@VERSION or NAME=FOLDER@FIRST..LAST",
                 std::string(text));
  }
  DatasetSpec spec{.name = std::string(text.substr(0, equals))};
  std::string_view folder = text.substr(equals + 1);
  const size_t at = folder.rfind('@');
  if (at != std::string_view::npos && ParseVersions(folder.substr(at + 1), spec))
    folder = folder.substr(0, at);
  CA_ASSIGN_OR_RETURN(spec.path, storage::CanonicalPath(std::string(folder)));
  if (spec.kind == ProviderKind::kDeltaCdf) return spec;
  CA_ASSIGN_OR_RETURN(spec.kind, KindOfFolder(spec.path, files));
  return spec;
}

}  // namespace codeanatomy::engine
