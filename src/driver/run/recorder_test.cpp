#include "driver/run/recorder.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "driver/run/run_id.h"

namespace codeanatomy::driver {

TEST_CASE("spans nest and carry their attributes") {
  Recorder recorder;
  {
    SpanScope outer(recorder, "build");
    SpanScope inner(recorder, "scan", outer.id());
    inner.Set("files", "3");
    inner.Exception(Error(ErrorCode::kIoError, "no", "x"));
  }
  const auto spans = recorder.Spans();
  REQUIRE(spans.size() == 2);
  CHECK(spans[1].parent == 1);
  CHECK(spans[1].attributes == Attributes{{"files", "3"}});
  CHECK(spans[0].end >= spans[1].end);
  const auto line = nlohmann::json::parse(recorder.EventsJsonLines("run-0001"));
  CHECK(line["name"] == "IO_ERROR");
  CHECK(line["span"] == 2);
}

TEST_CASE("run ids are version 7 UUIDs and sort by time") {
  const std::string id = NewRunId();
  CHECK(id.size() == 36);
  CHECK(id[14] == '7');
  CHECK(IsRunId(id));
  CHECK_FALSE(IsRunId("short"));
  CHECK_FALSE(IsRunId("../../etc/passwd"));
}

}  // namespace codeanatomy::driver
