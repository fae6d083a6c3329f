// OpenedInputs: the inputs of a plan as they were opened: what a scan of one reads.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/execute/execute_spec.h"
#include "engine/plan/plan.h"
#include "engine/render/file_scan.h"
#include "engine/scan/scan_pruner.h"
#include "engine/scan/schema_adapter.h"
#include "engine/session/session.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

class OpenedInputs {
 public:
  /// All outlive it; `plan` may still be empty, it is read when something is asked.
  OpenedInputs(const spec::Spec& spec, Session& session, const BuildPaths& paths, const Plan& plan);

  /// The inputs must be the ones that the spec pins. Errors InvalidPlan, naming the input.
  Result<void> CheckPins() const;

  /// What views read of logs, as queries. Returns their identities, for the envelope.
  /// Errors InvalidPlan: changes are not read in this session; those of RenderLogRead.
  Result<std::vector<std::string>> ReadLogs();

  /// Tables that were opened may have files older than their schema; a build's own are new.
  /// Errors those of AdaptFiles.
  Result<void> AdaptFiles(int threads);

  /// An input, a part of one, or a log, for FROM.
  std::string Scan(std::string_view name) const;

  /// Files of an input; 0 where it is none.
  size_t CountFiles(std::string_view input) const;

  ScanPruner& pruner() { return *pruner_; }

 private:
  FileScan InputScan(std::string_view input, const std::vector<std::string>& files) const;

  const spec::Spec& spec_;
  Session& session_;
  const BuildPaths& paths_;
  const Plan& plan_;
  std::unique_ptr<ScanPruner> pruner_;
  std::map<std::string, Adapted, std::less<>> adapted_;  // by file: those that differ
  std::map<std::string, std::string, std::less<>> logs_;
};

}  // namespace codeanatomy::engine
