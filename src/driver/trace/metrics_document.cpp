#include "driver/trace/metrics_document.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <nlohmann/json.hpp>

#include "driver/trace/otlp_encoding.h"

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kCumulative = 2;
/// Upper bounds of the buckets of durations, seconds.
constexpr std::array<double, 12> kBounds{.005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 10, 20};

struct Durations {
  uint64_t count = 0;
  double sum = 0;
  std::array<uint64_t, kBounds.size() + 1> buckets{};

  void Add(double seconds) {
    ++count;
    sum += seconds;
    ++buckets[static_cast<size_t>(std::ranges::lower_bound(kBounds, seconds) - kBounds.begin())];
  }
};

using Labels = std::vector<std::pair<std::string, std::string>>;

class MetricsMaker {
 public:
  MetricsMaker(const TraceDocument& trace, const std::string& run_id) : run_id_(run_id) {
    for (const TraceSpan& span : trace.spans) {
      begin_ = begin_ == 0 ? span.begin : std::min(begin_, span.begin);
      end_ = std::max(end_, span.end);
    }
    for (const TraceSpan& span : trace.spans) Add(span);
  }

  Json Make(const TraceDocument& trace, const MeasuredRun& run) {
    for (const auto& [key, durations] : durations_) AddHistogram(key.first, key.second, durations);
    for (const auto& [key, count] : counts_) AddSum(key.first, key.second, count);
    if (run.outputs != nullptr) {
      for (const BuiltTable& table : *run.outputs)
        AddGauge("dataset.rows", {{"dataset", table.name}}, table.rows);
    }
    if (run.metrics != nullptr) AddEngine(*run.metrics);
    Json list = Json::array();
    for (auto& [name, metric] : metrics_) list.push_back(std::move(metric));
    Json scope{{"scope", {{"name", "codeanatomy"}, {"version", trace.service_version}}},
               {"metrics", std::move(list)}};
    Json resource{{"resource", {{"attributes", AttributesJson(trace.resource)}}},
                  {"scopeMetrics", Json::array({std::move(scope)})}};
    return {{"resourceMetrics", Json::array({std::move(resource)})}};
  }

 private:
  void Add(const TraceSpan& span) {
    const double seconds = static_cast<double>(span.end - span.begin) / 1e9;
    std::string status = span.error ? "error" : "ok";
    if (span.error) ++counts_[{"error.count", {{"stage", span.name}}}];
    if (span.name.starts_with("storage.")) {
      const std::string operation = span.name.substr(sizeof("storage.") - 1);
      for (const auto& [key, value] : span.attributes) {
        if (key == "status" && std::get<std::string>(value) != "ok") status = "error";
      }
      const Labels labels{{"status", status}, {"storage.operation", operation}};
      durations_[{"storage.operation.duration", labels}].Add(seconds);
      ++counts_[{"storage.operation.count", labels}];
    } else if (span.name == kExecuteSpan) {
      durations_[{"engine.execute.duration", {{"status", status}}}].Add(seconds);
    } else if (span.name.starts_with("write ")) {
      std::string table = span.name.substr(sizeof("write ") - 1);
      table.resize(std::min(table.size(), table.find(' ')));
      durations_[{"engine.write.duration", {{"destination", table}, {"status", status}}}].Add(
          seconds);
    } else {
      durations_[{"stage.duration", {{"stage", span.name}, {"status", status}}}].Add(seconds);
    }
  }

  void AddEngine(const engine::RunMetrics& metrics) {
    AddSum("engine.compute_time", {}, metrics.compute_microseconds, "us");
    AddSum("engine.rows_scanned", {}, metrics.rows_scanned);
    AddSum("engine.output_rows", {}, metrics.output_rows);
    AddSum("engine.spill.count", {}, metrics.spill_count);
    AddGauge("engine.spilled", {}, metrics.spilled_bytes, "By");
    AddGauge("engine.peak_memory", {}, metrics.peak_memory_bytes, "By");
    for (const auto& [name, measured] : metrics.operators) {
      const Labels labels{{"operator", name}};
      AddSum("engine.operator.count", labels, measured.count);
      AddSum("engine.operator.output_rows", labels, measured.output_rows);
    }
  }

  Json Point(const Labels& labels) const {
    TypedAttributes attributes{{"codeanatomy.run_id", run_id_}};
    for (const auto& [key, value] : labels) attributes.emplace_back(key, value);
    return {{"attributes", AttributesJson(attributes)},
            {"startTimeUnixNano", std::to_string(begin_)},
            {"timeUnixNano", std::to_string(end_)}};
  }

  /// The metric of that name; `shape` is its kind.
  Json& Metric(const std::string& name, const char* unit, const char* shape) {
    Json& metric = metrics_[name];
    if (metric.is_null()) {
      metric = {{"name", "codeanatomy." + name},
                {"unit", unit},
                {shape, {{"dataPoints", Json::array()}}}};
    }
    return metric[shape];
  }

  void AddSum(const std::string& name, const Labels& labels, uint64_t value,
              const char* unit = "1") {
    Json& sum = Metric(name, unit, "sum");
    sum["aggregationTemporality"] = kCumulative;
    sum["isMonotonic"] = true;
    sum["dataPoints"].push_back(Point(labels));
    sum["dataPoints"].back()["asInt"] = std::to_string(value);
  }
  void AddGauge(const std::string& name, const Labels& labels, uint64_t value,
                const char* unit = "1") {
    Json& points = Metric(name, unit, "gauge")["dataPoints"];
    points.push_back(Point(labels));
    points.back()["asInt"] = std::to_string(value);
  }
  void AddHistogram(const std::string& name, const Labels& labels, const Durations& durations) {
    Json& histogram = Metric(name, "s", "histogram");
    histogram["aggregationTemporality"] = kCumulative;
    Json point = Point(labels);
    point["count"] = std::to_string(durations.count);
    point["sum"] = durations.sum;
    point["explicitBounds"] = kBounds;
    for (const uint64_t count : durations.buckets)
      point["bucketCounts"].push_back(std::to_string(count));
    histogram["dataPoints"].push_back(std::move(point));
  }

  const std::string& run_id_;
  uint64_t begin_ = 0, end_ = 0;
  std::map<std::pair<std::string, Labels>, Durations> durations_;
  std::map<std::pair<std::string, Labels>, uint64_t> counts_;
  std::map<std::string, Json> metrics_;  // by name
};

}  // namespace

Json MetricsJson(const TraceDocument& trace, const std::string& run_id, const MeasuredRun& run) {
  return MetricsMaker(trace, run_id).Make(trace, run);
}

}  // namespace codeanatomy::driver
