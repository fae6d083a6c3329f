#include "storage/log/log_files.h"

#include <charconv>
#include <map>

#include <fmt/format.h>
#include <sys/random.h>

#include "base/check.h"

namespace codeanatomy::storage {
namespace {

constexpr size_t kVersionDigits = 20;

std::optional<int64_t> ParseNumber(std::string_view digits) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || number < 0)
    return std::nullopt;
  return number;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool IsContentName(std::string_view name) {
  return name.size() == 40 && name.ends_with(".parquet") &&
         name.find_first_not_of("0123456789abcdef") == 32;
}

std::string RandomHex(size_t bytes) {
  unsigned char random[32];
  CA_CHECK(bytes <= sizeof random, "a random name is at most 32 bytes long");
  CA_CHECK(::getrandom(random, bytes, 0) == static_cast<ssize_t>(bytes),
           "the kernel gives randomness");
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += fmt::format("{:02x}", random[i]);
  return text;
}

/// Parts of the multi-part checkpoints while a listing is read, by (version, number of parts).
using PartialCheckpoints = std::map<std::pair<int64_t, int64_t>, std::map<int64_t, std::string>>;

void AddCheckpoint(int64_t version, const std::vector<std::string_view>& parts,
                   const std::string& name, PartialCheckpoints& partial, LogListing& listing) {
  if (parts.size() == 3 && parts[2] == "parquet") {  // V.checkpoint.parquet
    listing.checkpoints.push_back({version, {name}, false});
  } else if (parts.size() == 5 && parts[4] == "parquet") {  // V.checkpoint.I.N.parquet
    const auto part = ParseNumber(parts[2]), count = ParseNumber(parts[3]);
    if (part && count && *part >= 1 && *part <= *count) partial[{version, *count}][*part] = name;
  } else if (parts.size() == 4 && (parts[3] == "parquet" || parts[3] == "json")) {  // V.….UUID.…
    listing.checkpoints.push_back({version, {name}, true});
  }
}

}  // namespace

std::string LogPath(std::string_view root) { return JoinPath(root, kLogFolder); }
std::string CommitName(int64_t version) { return fmt::format("{:020}.json", version); }
std::string CheckpointName(int64_t version) {
  return fmt::format("{:020}.checkpoint.parquet", version);
}
std::string CommitPath(std::string_view root, int64_t version) {
  return JoinPath(LogPath(root), CommitName(version));
}

std::optional<int64_t> LogListing::latest() const {
  std::optional<int64_t> version;
  if (!commits.empty()) version = commits.back();
  if (!checkpoints.empty()) version = std::max(version.value_or(-1), checkpoints.back().version);
  return version;
}

Result<LogListing> ListLog(FileSystem& files, const std::string& root) {
  CA_ASSIGN_OR_RETURN(const auto entries, files.List(LogPath(root)));
  LogListing listing;
  PartialCheckpoints partial;
  for (const DirectoryEntry& entry : entries) {
    if (entry.is_directory) continue;
    if (entry.name.starts_with(kTemporaryPrefix) || IsContentName(entry.name)) {
      listing.leftovers.push_back(entry.name);
      continue;
    }
    const std::vector<std::string_view> parts = Split(entry.name, '.');
    if (parts.size() < 2 || parts[0].size() != kVersionDigits) continue;
    const std::optional<int64_t> version = ParseNumber(parts[0]);
    if (!version) continue;
    if (parts.size() == 2 && parts[1] == "json")
      listing.commits.push_back(*version);
    else if (parts[1] == "checkpoint")
      AddCheckpoint(*version, parts, entry.name, partial, listing);
  }
  for (const auto& [key, names] : partial) {
    if (static_cast<int64_t>(names.size()) != key.second) continue;
    CheckpointFiles checkpoint{key.first, {}, false};
    for (const auto& [part, name] : names) checkpoint.names.push_back(name);
    listing.checkpoints.push_back(std::move(checkpoint));
  }
  std::sort(listing.commits.begin(), listing.commits.end());
  std::stable_sort(listing.checkpoints.begin(), listing.checkpoints.end(),
                   [](const auto& a, const auto& b) { return a.version < b.version; });
  return listing;
}

std::string RandomName() { return RandomHex(8); }

std::string RandomUuid() {
  std::string hex = RandomHex(16);
  hex[12] = '4';
  hex[16] = "89ab"[hex[16] & 3];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

}  // namespace codeanatomy::storage
