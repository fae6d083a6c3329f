#include "engine/execute/work_queue.h"

#include <atomic>
#include <csignal>
#include <latch>

#include <doctest/doctest.h>

namespace codeanatomy::engine {
namespace {

std::unique_ptr<Session> OpenSession(const CancelFlag* cancel = nullptr) {
  auto session = Session::Create({.threads = 2, .cancel = cancel});
  REQUIRE_MESSAGE(session.has_value(), session.error().ToString());
  return *std::move(session);
}

Error Failure(std::string name) { return {ErrorCode::kInvalidArgument, std::move(name)}; }

TEST_CASE("work runs on connections of its own while the caller goes on") {
  const auto session = OpenSession();
  std::atomic<int64_t> sum = 0;
  WorkQueue queue(*session, 2);
  for (int i = 1; i <= 20; ++i) {
    queue.Add(0, [&sum, i](Connection& connection) -> Result<void> {
      CA_ASSIGN_OR_RETURN(QueryResult rows,
                          connection.Query("SELECT CAST(" + std::to_string(i) + " AS BIGINT)"));
      CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
      sum += chunk->column(0).Integer(0);
      return {};
    });
  }
  CHECK(session->connection().Execute("SELECT 1").has_value());
  CHECK(queue.Drain().has_value());
  CHECK(sum == 210);
}

TEST_CASE("a smaller priority begins first, equal ones in their order") {
  const auto session = OpenSession();
  std::string order;
  std::latch all_added(1);
  WorkQueue queue(*session, 1);
  queue.Add(0, [&](Connection&) -> Result<void> {
    all_added.wait();
    return {};
  });
  const auto append = [&](char name) {
    return [&order, name](Connection&) -> Result<void> {
      order += name;
      return {};
    };
  };
  queue.Add(2, append('c'));
  queue.Add(1, append('a'));
  queue.Add(1, append('b'));
  queue.Add(2, append('d'));
  all_added.count_down();
  CHECK(queue.Drain().has_value());
  CHECK(order == "abcd");
}

TEST_CASE("the failure of what was added first is told, whichever came first") {
  const auto session = OpenSession();
  for (const bool early_fails : {true, false}) {
    std::latch late_failed(1);
    std::atomic<bool> dropped_ran = false;
    WorkQueue queue(*session, 2);
    queue.Add(5, [&](Connection&) -> Result<void> {
      late_failed.wait();
      if (early_fails) return Failure("early");
      return {};
    });
    queue.Add(1, [&](Connection&) -> Result<void> {
      late_failed.count_down();
      return Failure("late");
    });
    while (!queue.has_failed()) std::this_thread::yield();
    queue.Add(0, [&](Connection&) -> Result<void> {
      dropped_ran = true;
      return {};
    });
    const auto done = queue.Drain();
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().message() == (early_fails ? "early" : "late"));
    CHECK_FALSE(dropped_ran);
  }
}

TEST_CASE("work that lacks memory beside other work is done once more, alone") {
  const auto session = OpenSession();
  for (const bool fits_alone : {true, false}) {
    std::atomic<int> running = 0, tries = 0, beside = 0;
    std::latch other_runs(1);
    WorkQueue queue(*session, 2);
    queue.Add(0, [&](Connection&) -> Result<void> {
      if (++tries == 1) other_runs.wait();
      if (tries == 2) beside = running.load();
      if (tries == 1 || !fits_alone) return Error(ErrorCode::kMemoryBudgetExceeded, "too little");
      return {};
    });
    for (int i = 0; i < 3; ++i) {
      queue.Add(1, [&](Connection&) -> Result<void> {
        ++running;
        if (running == 1 && tries <= 1) other_runs.count_down(other_runs.try_wait() ? 0 : 1);
        std::this_thread::yield();
        --running;
        return {};
      });
    }
    const auto done = queue.Drain();
    CHECK(done.has_value() == fits_alone);
    if (!fits_alone) CHECK(done.error().code() == ErrorCode::kMemoryBudgetExceeded);
    CHECK(tries == 2);
    CHECK(beside == 0);
  }
}

TEST_CASE("a cancelled session ends what runs; a queue that goes away drops what waits") {
  CancelFlag cancel;
  const auto session = OpenSession(&cancel);
  std::atomic<int> begun = 0;
  {
    WorkQueue queue(*session, 1);
    queue.Add(0, [&](Connection& connection) -> Result<void> {
      ++begun;
      cancel.Cancel(SIGINT);
      return connection.Execute("SELECT count(*) FROM range(1000000) a, range(1000000) b");
    });
    queue.Add(0, [&](Connection&) -> Result<void> {
      ++begun;
      return {};
    });
    const auto done = queue.Drain();
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code() == ErrorCode::kInterrupted);
  }
  CHECK(begun == 1);
}

}  // namespace
}  // namespace codeanatomy::engine
