#include "storage/history.h"

#include "storage/log/action.h"
#include "storage/log/log_files.h"

namespace codeanatomy::storage {

Result<std::vector<CommitRecord>> ReadHistory(FileSystem& files, const std::string& root) {
  CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(files, root));
  if (log.empty()) return Error(ErrorCode::kNotFound, "no Delta table here", root);
  std::vector<CommitRecord> records;
  for (auto version = log.commits.rbegin(); version != log.commits.rend(); ++version) {
    const std::string path = CommitPath(root, *version);
    CA_ASSIGN_OR_RETURN(const std::string json, files.ReadFile(path));
    CA_ASSIGN_OR_RETURN(const std::vector<Action> actions, ParseActions(json, path));
    CommitRecord record{*version, "{}"};
    for (const Action& action : actions)
      if (const auto* info = std::get_if<CommitInfo>(&action)) record.commit_info = info->json;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace codeanatomy::storage
