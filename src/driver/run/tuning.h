// Tuning: whether a run is observed, where observations of its spec are kept, and what they say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/execute/execute_spec.h"
#include "engine/schedule/tuner.h"
#include "spec/spec.h"
#include "storage/file_system.h"

namespace codeanatomy::driver {

/// `option` is the value of engine.tuner_mode: "spec" leaves it to the spec. Never under the rule
/// pack Replay.
bool IsObserved(const spec::Spec& spec, std::string_view option);

/// Takes the run down in `<out>/state/tuner/<SpecKey>.json` if it was measured, and gives the hints
/// of all runs so far. The caller holds the lock of `out`. Errors IoError, NoSpace;
/// InvalidArgument: the file of observations is not one, naming it.
Result<std::vector<engine::TunerHint>> Observe(storage::FileSystem& files, const std::string& out,
                                               const std::string& run_id, const spec::Spec& spec,
                                               const engine::ExecutionReport& executed);

/// "target_partitions 2 -> 1 (spilled)".
std::string TunerHintText(const engine::TunerHint& hint);
/// [{"knob","current","proposed","reason"}], for reports.
nlohmann::ordered_json TunerHintsJson(const std::vector<engine::TunerHint>& hints);

}  // namespace codeanatomy::driver
