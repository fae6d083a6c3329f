#include "driver/run/tuning.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/run/spec_key.h"
#include "expr/json_reader.h"

namespace codeanatomy::driver {
namespace {

constexpr int64_t kFormat = 1;  // of the file of observations

/// An observation as its file has it.
struct Record {
  std::string run_id, inputs;
  int64_t target_partitions = 0, planning_concurrency = 0, row_group_rows = 0;
  int64_t elapsed_microseconds = 0, compute_microseconds = 0, output_rows = 0, rows_scanned = 0;
  int64_t peak_memory_bytes = 0, spill_count = 0, spilled_bytes = 0;
};

template <class V, class T>
void DescribeRecord(V& v, T& x) {
  v.Required("run_id", x.run_id);
  v.Required("inputs", x.inputs);
  v.Required("target_partitions", x.target_partitions);
  v.Required("planning_concurrency", x.planning_concurrency);
  v.Required("row_group_rows", x.row_group_rows);
  v.Required("elapsed_microseconds", x.elapsed_microseconds);
  v.Required("compute_microseconds", x.compute_microseconds);
  v.Required("output_rows", x.output_rows);
  v.Required("rows_scanned", x.rows_scanned);
  v.Required("peak_memory_bytes", x.peak_memory_bytes);
  v.Required("spill_count", x.spill_count);
  v.Required("spilled_bytes", x.spilled_bytes);
}
void Describe(expr::ObjectReader& v, Record& x) { DescribeRecord(v, x); }
void Describe(expr::ObjectWriter& v, const Record& x) { DescribeRecord(v, x); }

uint64_t Unsigned(int64_t value) { return static_cast<uint64_t>(std::max<int64_t>(value, 0)); }
int64_t Signed(uint64_t value) { return static_cast<int64_t>(value); }

engine::TunerObservation ObservationOf(const Record& record) {
  return {record.run_id,
          record.inputs,
          {.knobs = {record.target_partitions, record.planning_concurrency, record.row_group_rows},
           .elapsed_microseconds = Unsigned(record.elapsed_microseconds),
           .compute_microseconds = Unsigned(record.compute_microseconds),
           .output_rows = Unsigned(record.output_rows),
           .rows_scanned = Unsigned(record.rows_scanned),
           .peak_memory_bytes = Unsigned(record.peak_memory_bytes),
           .spill_count = Unsigned(record.spill_count),
           .spilled_bytes = Unsigned(record.spilled_bytes)}};
}

Record RecordOf(const engine::TunerObservation& observation) {
  const engine::RunMetrics& metrics = observation.metrics;
  return {observation.run_id,
          observation.inputs,
          metrics.knobs.target_partitions,
          metrics.knobs.planning_concurrency,
          metrics.knobs.row_group_rows,
          Signed(metrics.elapsed_microseconds),
          Signed(metrics.compute_microseconds),
          Signed(metrics.output_rows),
          Signed(metrics.rows_scanned),
          Signed(metrics.peak_memory_bytes),
          Signed(metrics.spill_count),
          Signed(metrics.spilled_bytes)};
}

Result<engine::TunerHistory> ReadHistory(storage::FileSystem& files, const std::string& path) {
  engine::TunerHistory history;
  CA_ASSIGN_OR_RETURN(const expr::Json document, ReadState(files, path));
  if (document.is_null()) return history;
  expr::JsonReader reader;
  int64_t format = 0;
  std::vector<Record> records;
  expr::ObjectReader members(reader, document, "$");
  members.Required("format", format);
  members.Required("observations", records);
  members.Finish();
  if (!reader.error && format != kFormat) reader.Fail("$.format", "another format");
  if (reader.error) return RefusedState(path, *reader.error);
  for (const Record& record : records) RecordObservation(history, ObservationOf(record));
  return history;
}

std::string HistoryJson(const engine::TunerHistory& history) {
  std::vector<Record> records;
  std::ranges::transform(history, std::back_inserter(records), RecordOf);
  return expr::Json{{"format", kFormat}, {"observations", expr::Write(records)}}.dump(1) + "\n";
}

}  // namespace

bool IsObserved(const spec::Spec& spec, std::string_view option) {
  if (spec.rulepack_profile == spec::RulepackProfile::kReplay) return false;
  if (option == "spec") return spec.runtime.tuner_mode == spec::TunerMode::kObserve;
  return option == "observe";
}

Result<std::vector<engine::TunerHint>> Observe(storage::FileSystem& files, const std::string& out,
                                               const std::string& run_id, const spec::Spec& spec,
                                               const engine::ExecutionReport& executed) {
  if (!executed.metrics) return std::vector<engine::TunerHint>();
  const std::string path = fmt::format("{}/state/tuner/{}.json", out, SpecKey(spec));
  CA_ASSIGN_OR_RETURN(engine::TunerHistory history, ReadHistory(files, path));
  RecordObservation(history, {run_id, executed.envelope.provider_identity_hash, *executed.metrics});
  CA_RETURN_IF_ERROR(files.CreateDirectories(out + "/state/tuner"));
  CA_RETURN_IF_ERROR(storage::ReplaceFile(files, path, HistoryJson(history)));
  return ProposeAdjustment(history, std::max(1U, std::thread::hardware_concurrency()));
}

std::string TunerHintText(const engine::TunerHint& hint) {
  return fmt::format("{} {} -> {} ({})", hint.knob, hint.current, hint.proposed,
                     engine::kTunerReasonNames[static_cast<size_t>(hint.reason)]);
}

nlohmann::ordered_json TunerHintsJson(const std::vector<engine::TunerHint>& hints) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const engine::TunerHint& hint : hints) {
    rows.push_back({{"knob", hint.knob},
                    {"current", hint.current},
                    {"proposed", hint.proposed},
                    {"reason", engine::kTunerReasonNames[static_cast<size_t>(hint.reason)]}});
  }
  return rows;
}

}  // namespace codeanatomy::driver
