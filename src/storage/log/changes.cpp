#include "storage/log/changes.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <simdjson.h>

#include "storage/log/action.h"
#include "storage/log/log_files.h"
#include "storage/log/snapshot.h"
#include "storage/scalar_text.h"

namespace codeanatomy::storage {
namespace {

bool IsTime(std::string_view text) {
  static constexpr std::string_view kForm = "0000-00-00T00:00:00.000";
  const auto number = [&](size_t at, size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  if (text.size() != kForm.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return false;
  }
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  return day.ok() && number(11, 2) < 24 && number(14, 2) < 60 && number(17, 2) < 60;
}

/// A bound in that form. `last` fills what is left out with the latest, so that an end of
/// "2026-01-02" takes that day.
Result<std::string> Bound(const std::optional<std::string>& given, bool last) {
  constexpr std::string_view kFirst = "0000-01-01T00:00:00.000";
  constexpr std::string_view kLast = "9999-12-31T23:59:59.999";
  std::string_view written;
  if (given) written = *given;
  if (written.ends_with('Z')) written.remove_suffix(1);
  std::string text(written.size() > kFirst.size() ? written : last ? kLast : kFirst);
  std::ranges::copy(written, text.begin());
  if (text[10] == ' ') text[10] = 'T';
  if (!IsTime(text)) {
    return Error(ErrorCode::kInvalidArgument, "no time in UTC", given.value_or(""),
                 "write 2026-01-02 or 2026-01-02T03:04:05.006");
  }
  return text;
}

int64_t TimeOf(const CommitInfo& info) {
  simdjson::dom::parser parser;
  int64_t milliseconds = 0;
  simdjson::dom::element document;
  if (parser.parse(info.json).get(document) == simdjson::SUCCESS &&
      document["timestamp"].get(milliseconds) == simdjson::SUCCESS)
    return milliseconds;
  return 0;
}

struct Commit {
  int64_t milliseconds = 0;
  std::vector<ChangedFile> files;
};

Error Unsupported(std::string_view what, const std::string& root, int64_t version) {
  return Error(ErrorCode::kDeltaFeatureUnsupported,
               fmt::format("changes of version {} stand in {}", version, what), root);
}

Result<Commit> ReadCommit(const Environment& environment, const std::string& root,
                          int64_t version) {
  const std::string path = CommitPath(root, version);
  CA_ASSIGN_OR_RETURN(const std::string text, environment.files.ReadFile(path));
  CA_ASSIGN_OR_RETURN(const std::vector<Action> actions, ParseActions(text, path));
  Commit commit;
  std::vector<ChangedFile> added;
  for (const Action& action : actions) {
    if (std::holds_alternative<ChangeFile>(action))
      return Unsupported("change data files", root, version);
    if (const auto* info = std::get_if<CommitInfo>(&action)) commit.milliseconds = TimeOf(*info);
    const auto* add = std::get_if<AddFile>(&action);
    const auto* remove = std::get_if<RemoveFile>(&action);
    if ((add != nullptr && add->has_deletion_vector) ||
        (remove != nullptr && remove->has_deletion_vector))
      return Unsupported("deletion vectors", root, version);
    const bool changes =
        (add != nullptr && add->data_change) || (remove != nullptr && remove->data_change);
    if (!changes) continue;
    AddFile file;
    file.path = add != nullptr ? add->path : remove->path;
    CA_ASSIGN_OR_RETURN(std::string local, LocalPath(root, file));
    (add != nullptr ? added : commit.files)
        .push_back({std::move(local), add != nullptr, version, 0,
                    add != nullptr ? add->partition_values : remove->partition_values});
  }
  commit.files.insert(commit.files.end(), std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));
  for (ChangedFile& file : commit.files) file.milliseconds = commit.milliseconds;
  return commit;
}

}  // namespace

Result<std::vector<ChangedFile>> ReadChanges(const Environment& environment,
                                             const std::string& root, const ChangeRange& range) {
  CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(environment.files, root));
  if (log.commits.empty())
    return Error(ErrorCode::kNotFound, "no Delta table with commits there", root);
  const int64_t first = range.first.value_or(log.commits.front());
  const int64_t last = range.last.value_or(log.commits.back());
  CA_ASSIGN_OR_RETURN(const std::string since, Bound(range.since, false));
  CA_ASSIGN_OR_RETURN(const std::string until, Bound(range.until, true));
  std::vector<ChangedFile> changes;
  for (int64_t version = first; version <= last; ++version) {
    if (!std::ranges::binary_search(log.commits, version)) {
      return Error(ErrorCode::kNotFound, fmt::format("the log has no commit {}", version), root,
                   fmt::format("it has {} to {}", log.commits.front(), log.commits.back()));
    }
    CA_ASSIGN_OR_RETURN(Commit commit, ReadCommit(environment, root, version));
    // Such texts compare as the times do.
    const std::string time = FormatTimestamp(commit.milliseconds * 1000, 3);
    if (time < since || time > until) continue;
    for (ChangedFile& file : commit.files) {
      CA_ASSIGN_OR_RETURN(const FileStatus status, environment.files.Status(file.path));
      if (!status.exists) {
        return Error(ErrorCode::kNotFound,
                     fmt::format("a file of version {} is no longer there", version), file.path,
                     "ask for later changes: what a table no longer uses is cleaned away");
      }
      changes.push_back(std::move(file));
    }
  }
  return changes;
}

}  // namespace codeanatomy::storage
