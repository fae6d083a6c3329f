#include "storage/log/used_files.h"

#include "storage/log/file_path.h"
#include "storage/log/log_files.h"
#include "storage/log/snapshot.h"

namespace codeanatomy::storage {

Result<std::set<std::string>> FindUsedFiles(const Environment& environment, const std::string& root,
                                            const std::set<int64_t>& versions) {
  std::set<std::string> used;
  std::optional<Snapshot> snapshot;
  for (const int64_t version : versions) {
    if (!snapshot) {
      CA_ASSIGN_OR_RETURN(snapshot, Snapshot::Load(environment, root, version));
    } else {
      std::vector<Action> actions;
      for (int64_t next = snapshot->version() + 1; next <= version; ++next) {
        const std::string path = CommitPath(root, next);
        CA_ASSIGN_OR_RETURN(const std::string json, environment.files.ReadFile(path));
        CA_ASSIGN_OR_RETURN(std::vector<Action> more, ParseActions(json, path));
        std::move(more.begin(), more.end(), std::back_inserter(actions));
      }
      CA_ASSIGN_OR_RETURN(snapshot, Snapshot::After(&*snapshot, root, std::move(actions), version));
    }
    for (const AddFile& file : snapshot->files()) used.insert(DecodePath(file.path));
  }
  return used;
}

}  // namespace codeanatomy::storage
