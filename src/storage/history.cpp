#include "storage/history.h"

#include <simdjson.h>

#include "storage/log/action.h"
#include "storage/log/log_files.h"

namespace codeanatomy::storage {
namespace {

Result<CommitRecord> ReadRecord(FileSystem& files, const std::string& root, int64_t version) {
  const std::string path = CommitPath(root, version);
  CA_ASSIGN_OR_RETURN(const std::string json, files.ReadFile(path));
  CA_ASSIGN_OR_RETURN(const std::vector<Action> actions, ParseActions(json, path));
  CommitRecord record{version, "{}"};
  for (const Action& action : actions)
    if (const auto* info = std::get_if<CommitInfo>(&action)) record.commit_info = info->json;
  return record;
}

bool HasMember(const std::string& object, std::string_view member) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  return parser.parse(object).get(value) == simdjson::SUCCESS &&
         value[member].error() == simdjson::SUCCESS;
}

}  // namespace

Result<std::vector<CommitRecord>> ReadHistory(FileSystem& files, const std::string& root) {
  CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(files, root));
  if (log.empty()) return Error(ErrorCode::kNotFound, "no Delta table here", root);
  std::vector<CommitRecord> records;
  for (auto version = log.commits.rbegin(); version != log.commits.rend(); ++version) {
    CA_ASSIGN_OR_RETURN(CommitRecord record, ReadRecord(files, root, *version));
    records.push_back(std::move(record));
  }
  return records;
}

Result<CommitAuthors> FindAuthors(FileSystem& files, const std::string& root, int64_t after,
                                  int64_t last, std::string_view member) {
  CommitAuthors authors;
  for (int64_t version = after + 1; version <= last; ++version) {
    auto record = ReadRecord(files, root, version);
    if (!record && record.error().code() != ErrorCode::kNotFound) return std::move(record.error());
    if (record && HasMember(record->commit_info, member)) {
      ++authors.with;
      continue;
    }
    ++authors.others;
    if (!authors.first_other) authors.first_other = version;
  }
  return authors;
}

}  // namespace codeanatomy::storage
