// DescribeScans: what executing a spec would read of the tables of a build.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/session/session.h"
#include "spec/spec.h"

namespace codeanatomy::driver {

struct ScanPlanRequest {
  const spec::Spec* spec = nullptr;
  std::string build_dir;  // the inputs' locations are below it
  engine::SessionOptions session;
  bool as_json = false;
};

/// Per reader, input and conditions: files and row groups, those that cannot match, and the policy
/// of the scan with its reasons. Nothing is executed.
/// Errors those of OpenSpecInputs and engine::PlanScans.
/// Cost   a session, the logs, and the footers of the files that would be read.
Result<std::string> DescribeScans(const ScanPlanRequest& request);

}  // namespace codeanatomy::driver
