// Replay: does a run bundle still give what it says? The spec is executed again over the input
// versions of the bundle, under its settings, into a scratch folder; nothing is published.
#pragma once

#include <string>
#include <vector>

#include "base/observe.h"
#include "base/result.h"
#include "driver/run/recorder.h"
#include "engine/extension/plugin_library.h"

namespace codeanatomy::driver {

struct ReplayRequest {
  std::string bundle;     // a folder run_bundles/<run id>
  std::string build_dir;  // holds the inputs; empty: the one the bundle names
  std::string profile;    // engine profile instead of the bundle's settings; empty: those
  std::vector<engine::Plugin> plugins;  // that may be loaded, if the run had them
  std::string program_version;
  Recorder* recorder = nullptr;
  const CancelFlag* cancel = nullptr;
};

/// A value of the bundle and of the run that repeats it.
struct ReplayComparison {
  std::string name, expected, actual;
  bool matches() const { return expected == actual; }
};

struct ReplayReport {
  std::vector<ReplayComparison> inputs;  // content digests, and files whose bytes changed
  std::vector<ReplayComparison> hashes;  // spec_hash, envelope_hash, rulepack_fingerprint
  std::vector<ReplayComparison> plans;  // empty under another engine version: plans may differ then
  std::vector<ReplayComparison> tables;            // "<rows> rows <content digest>"
  std::vector<ReplayComparison> settings_changed;  // for information: they decide no content
  ReplayComparison engine_version;

  /// How many inputs, hashes, plans and tables differ.
  size_t CountDrift() const;
  /// {"status": "match" or "drift", "inputs", "hashes", …}: canonical order, indented.
  std::string ToJson() const;
};

/// Nothing is executed where an input or the spec differs already: `tables` is empty then.
/// Errors ReplayInputMissing: an input, its version or a file of it is gone. InvalidArgument: not a
///        bundle, that of a failed run, or one with a setting that sessions do not have, or with a
///        plugin that the request does not hold: a bundle never loads code by itself.
///        OutputLocked: a build runs; inputs must not be cleaned away meanwhile. Those of
///        ExecuteSpec.
/// Cost   reads every input once for its hash, then as the run itself.
Result<ReplayReport> Replay(const ReplayRequest& request);

}  // namespace codeanatomy::driver
