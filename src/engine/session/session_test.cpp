#include "engine/session/session.h"

#include <doctest/doctest.h>

namespace codeanatomy::engine {
namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20;

std::unique_ptr<Session> SessionOf(uint64_t memory_limit_bytes) {
  auto session = Session::Create({.threads = 2, .memory_limit_bytes = memory_limit_bytes});
  REQUIRE(session.has_value());
  return *std::move(session);
}

TEST_CASE("the engine's share follows what others have reserved, and never grows past its first") {
  const auto session = SessionOf(600 * kMebibyte);
  const auto limit = [&] { return session->SettingsSnapshot().at("memory_limit"); };
  const std::string first = limit();
  {
    const MemoryReservation rows = session->memory().Hold(MemoryOwner::kRows, 400 * kMebibyte);
    REQUIRE(session->ShareMemory().has_value());
    CHECK(limit() != first);
    // Resident memory that it is taken to have, and what others have, fit.
    CHECK(2 * session->StatementBytes() + rows.bytes() <= session->memory().limit_bytes());
  }
  REQUIRE(session->ShareMemory().has_value());
  CHECK(limit() == first);
}

TEST_CASE("what fits beside resident memory leaves a part of the budget free") {
  const auto session = SessionOf(4096 * kMebibyte);
  CHECK(session->FitsResident(0));
  CHECK(session->FitsResident(1024 * kMebibyte));
  CHECK_FALSE(session->FitsResident(4000 * kMebibyte));
  CHECK_FALSE(SessionOf(kMebibyte)->FitsResident(0));
}

TEST_CASE("memory that a statement freed goes back to the kernel, beside running statements") {
  const auto session = SessionOf(2048 * kMebibyte);
  auto other = session->Connect();
  REQUIRE(other.has_value());
  auto streamed = (*other)->Query("SELECT range FROM range(1000000)");
  REQUIRE(streamed.has_value());
  Connection& connection = session->connection();
  REQUIRE(
      connection.Execute("CREATE TABLE t AS SELECT range AS a, hash(range) AS b, "
                         "'text number ' || hash(range) AS c FROM range(2000000)"));
  const uint64_t held = ResidentBytes();
  REQUIRE(connection.Execute("DROP TABLE t"));
  const std::string limit = session->SettingsSnapshot().at("memory_limit");
  REQUIRE(session->ReleaseFreed(connection).has_value());
  CHECK(ResidentBytes() + 32 * kMebibyte < held);
  CHECK(session->SettingsSnapshot().at("memory_limit") == limit);
  uint64_t rows = 0;
  while (true) {
    auto chunk = streamed->Next();
    REQUIRE(chunk.has_value());
    if (*chunk == nullptr) break;
    rows += (*chunk)->rows();
  }
  CHECK(rows == 1000000);
}

}  // namespace
}  // namespace codeanatomy::engine
