// The change is made of the latest version, and its commit is tried right behind that version: who
// reads and wins has seen all that was committed before. Who loses makes the change anew, so what
// another writer did needs no judging here; it either fits what the change needs or it does not.
#include "storage/log/table_change.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "storage/log/checkpoint.h"
#include "storage/log/log_entry.h"
#include "storage/log/protocol.h"

namespace codeanatomy::storage {
namespace {

std::string JsonMap(const std::map<std::string, std::string>& texts) {
  std::string json = "{";
  for (const auto& [key, value] : texts) {
    if (json.size() > 1) json += ',';
    AppendJsonString(json, key);
    json += ':';
    AppendJsonString(json, value);
  }
  return json + "}";
}

std::string CommitInfoOf(const TableChange& change, const ChangeActions& made, const Snapshot& base,
                         int64_t now) {
  std::string json = fmt::format(R"({{"timestamp":{},"operation":)", now);
  AppendJsonString(json, change.operation);
  json +=
      fmt::format(R"(,"operationParameters":{},"readVersion":{},"isolationLevel":"Serializable",)"
                  R"("isBlindAppend":false,"operationMetrics":{},"engineInfo":"codeanatomy")",
                  JsonMap(made.parameters), base.version(), JsonMap(made.metrics));
  AppendCommitMembers(change.metadata, json);
  return json + "}";
}

class ChangeCommit {
 public:
  ChangeCommit(const Environment& environment, const std::string& root, const TableChange& change,
               bool& visible)
      : environment_(environment), root_(root), change_(change), visible_(visible) {}

  using Attempt = Result<std::variant<ChangeOutcome, Conflict>>;
  Attempt Try() {
    CA_ASSIGN_OR_RETURN(const Snapshot base, Snapshot::Load(environment_, root_));
    CA_RETURN_IF_ERROR(CheckWritable(base.protocol(), base.metadata(), base.schema(), root_,
                                     WriteKind::kSameRows));
    CA_ASSIGN_OR_RETURN(ChangeActions made, change_.actions(base));
    ChangeOutcome outcome{.base_version = base.version(), .version = base.version()};
    if (made.actions.empty()) {
      outcome.content_digest = base.ContentDigest();
      return outcome;
    }
    std::vector<Action> actions{
        CommitInfo{CommitInfoOf(change_, made, base, environment_.clock.NowMilliseconds())}};
    std::move(made.actions.begin(), made.actions.end(), std::back_inserter(actions));
    std::string json;
    for (const Action& action : actions) AppendJsonLine(action, json);
    outcome.version = base.version() + 1;
    CA_ASSIGN_OR_RETURN(const bool won,
                        PutLogEntry(environment_.files, root_, outcome.version, json, visible_));
    if (!won) return Conflict{ConflictKind::kConcurrentAppend, outcome.version};
    outcome.committed = true;
    CA_ASSIGN_OR_RETURN(const Snapshot now,
                        Snapshot::After(&base, root_, std::move(actions), outcome.version));
    outcome.content_digest = now.ContentDigest();
    if (change_.checkpoint_interval > 0 && outcome.version % change_.checkpoint_interval == 0) {
      if (Result<void> written = WriteCheckpoint(environment_, now); !written)
        outcome.warning = "no checkpoint was written: " + written.error().ToString();
    }
    return outcome;
  }

 private:
  const Environment& environment_;
  const std::string& root_;
  const TableChange& change_;
  bool& visible_;
};

}  // namespace

Result<ChangeOutcome> CommitChange(const Environment& environment, const std::string& root,
                                   const TableChange& change, bool& visible) {
  ChangeCommit commit(environment, root, change, visible);
  return RetryWithPolicy([&] { return commit.Try(); }, change.retry, environment.clock, root);
}

}  // namespace codeanatomy::storage
