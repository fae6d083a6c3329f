#include "driver/run/recorder.h"

#include <nlohmann/json.hpp>

namespace codeanatomy::driver {
namespace {

nlohmann::ordered_json ToJson(const Attributes& attributes) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [key, value] : attributes) object[key] = value;
  return object;
}

}  // namespace

Recorder::Recorder(ProgressFunction progress)
    : start_(std::chrono::steady_clock::now()),
      start_unix_nanoseconds_(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count()),
      progress_(std::move(progress)) {}

double Recorder::Seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

uint64_t Recorder::BeginSpan(std::string_view name, uint64_t parent) {
  const std::lock_guard lock(mutex_);
  spans_.push_back({std::string(name), parent, Seconds(), -1, {}});
  return spans_.size();
}

void Recorder::EndSpan(uint64_t span, const Attributes& attributes) {
  const std::lock_guard lock(mutex_);
  RecordedSpan& record = spans_.at(span - 1);
  record.end = Seconds();
  record.attributes = attributes;
}

void Recorder::Event(uint64_t span, std::string_view name, const Attributes& attributes) {
  const std::lock_guard lock(mutex_);
  records_.push_back({"event", std::string(name), span, Seconds(), attributes});
}

void Recorder::Exception(uint64_t span, const Error& error) {
  const std::lock_guard lock(mutex_);
  records_.push_back(
      {"exception",
       std::string(GetErrorCodeInfo(error.code()).name),
       span,
       Seconds(),
       {{"message", error.message()}, {"subject", error.subject()}, {"text", error.ToString()}}});
}

void Recorder::Progress(std::string_view stage, std::string_view unit, uint64_t done,
                        uint64_t total) {
  const std::lock_guard lock(mutex_);
  if (progress_) progress_(stage, unit, done, total);
}

std::vector<RecordedSpan> Recorder::Spans() const {
  const std::lock_guard lock(mutex_);
  return spans_;
}

std::vector<RecordedEvent> Recorder::Events() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::string Recorder::EventsJsonLines(std::string_view run_id) const {
  const std::lock_guard lock(mutex_);
  std::string lines;
  for (const RecordedEvent& record : records_) {
    nlohmann::ordered_json line{{"run_id", run_id},    {"kind", record.kind},
                                {"name", record.name}, {"span", record.span},
                                {"at", record.at},     {"attributes", ToJson(record.attributes)}};
    lines += line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  return lines;
}

std::string Recorder::TimingsJson() const {
  const std::lock_guard lock(mutex_);
  nlohmann::ordered_json spans = nlohmann::ordered_json::array();
  for (const RecordedSpan& span : spans_) {
    spans.push_back({{"name", span.name},
                     {"parent", span.parent},
                     {"begin", span.begin},
                     {"seconds", span.end < 0 ? -1 : span.end - span.begin},
                     {"attributes", ToJson(span.attributes)}});
  }
  return nlohmann::ordered_json{{"spans", spans}}.dump(1) + "\n";
}

}  // namespace codeanatomy::driver
