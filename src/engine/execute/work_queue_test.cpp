#include "engine/execute/work_queue.h"

#include <algorithm>
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

TEST_CASE("work runs on connections of its own while the caller waits") {
  const auto session = OpenSession();
  std::atomic<int64_t> sum = 0;
  WorkQueue queue(*session, 2);
  for (int i = 1; i <= 20; ++i) {
    queue.Add({static_cast<size_t>(i), 0}, [&sum, i](Connection& connection) -> Result<void> {
      CA_ASSIGN_OR_RETURN(QueryResult rows,
                          connection.Query("SELECT CAST(" + std::to_string(i) + " AS BIGINT)"));
      CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
      sum += chunk->column(0).Integer(0);
      return {};
    });
  }
  CHECK(sum == 0);
  CHECK(queue.Drain().has_value());
  CHECK(sum == 210);
}

TEST_CASE("the smallest position begins first") {
  const auto session = OpenSession();
  std::string order;
  WorkQueue queue(*session, 1);
  const auto append = [&](char name) {
    return [&order, name](Connection&) -> Result<void> {
      order += name;
      return {};
    };
  };
  queue.Add({2, 0}, append('c'));
  queue.Add({1, 0}, append('a'));
  queue.Add({1, 1}, append('b'));
  queue.Add({2, 1}, append('d'));
  CHECK(queue.Drain().has_value());
  CHECK(order == "abcd");
}

TEST_CASE("what becomes possible by what ended begins before what is less urgent") {
  const auto session = OpenSession();
  std::string order;
  const auto append = [&](char name) {
    return [&order, name](Connection&) -> Result<void> {
      order += name;
      return {};
    };
  };
  WorkQueue queue(*session, 1);
  queue.Add({0, 0}, append('a'));
  queue.Add({7, 0}, append('z'));
  for (size_t step = 1; step < 6; ++step) {
    const auto ended = queue.Wait();
    REQUIRE(ended.size() == 1);
    queue.Add({step, 0}, append(static_cast<char>('a' + step)));
  }
  CHECK(queue.Drain().has_value());
  CHECK(order == "abcdefz");
}

TEST_CASE("work that is added to run alone does, when nothing else runs or waits") {
  const auto session = OpenSession();
  std::atomic<int> running = 0, beside = 0;
  std::string order;  // of what runs alone: never two at once
  WorkQueue queue(*session, 2);
  for (const char name : {'a', 'b'}) {
    queue.AddAlone({static_cast<size_t>(name - 'a'), 0}, [&, name](Connection&) -> Result<void> {
      if (running > 0) ++beside;
      order += name;
      return {};
    });
  }
  std::atomic<int> done = 0;
  for (size_t i = 5; i < 9; ++i) {
    queue.Add({i, 0}, [&](Connection&) -> Result<void> {
      ++running;
      if (!order.empty()) ++beside;
      std::this_thread::yield();
      --running;
      ++done;
      return {};
    });
  }
  CHECK(queue.Drain().has_value());
  CHECK(order == "ab");
  CHECK(done == 4);
  CHECK(beside == 0);
}

TEST_CASE("the failure with the smallest position is told, whichever came first") {
  const auto session = OpenSession();
  for (const bool early_fails : {true, false}) {
    std::latch late_failed(1);
    std::atomic<bool> before_ran = false, dropped_ran = false;
    WorkQueue queue(*session, 2);
    queue.Add({2, 0}, [&](Connection&) -> Result<void> {
      late_failed.wait();
      if (early_fails) return Failure("early");
      return {};
    });
    queue.Add({4, 0}, [&](Connection&) -> Result<void> {
      late_failed.count_down();
      return Failure("late");
    });
    CHECK(queue.Wait().size() == (early_fails ? 0 : 1));
    while (queue.Takes({5, 0})) std::this_thread::yield();  // until the late one has failed
    queue.Add({3, 0}, [&](Connection&) -> Result<void> {
      before_ran = true;
      return {};
    });
    queue.Add({5, 0}, [&](Connection&) -> Result<void> {
      dropped_ran = true;
      return {};
    });
    const auto done = queue.Drain();
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().message() == (early_fails ? "early" : "late"));
    CHECK(before_ran == !early_fails);
    CHECK_FALSE(dropped_ran);
  }
}

TEST_CASE("the caller is told what has ended, and its own failures count") {
  const auto session = OpenSession();
  WorkQueue queue(*session, 2);
  CHECK(queue.Wait().empty());
  std::vector<WorkPosition> told;
  for (size_t i = 0; i < 6; ++i)
    queue.Add({i, i % 2}, [](Connection&) -> Result<void> { return {}; });
  while (told.size() < 6) {
    const auto ended = queue.Wait();
    REQUIRE_FALSE(ended.empty());
    told.insert(told.end(), ended.begin(), ended.end());
  }
  std::ranges::sort(told);
  for (size_t i = 0; i < 6; ++i) CHECK(told[i] == WorkPosition{i, i % 2});
  CHECK(queue.Wait().empty());
  queue.Fail({9, 0}, Failure("later"));
  queue.Fail({7, 0}, Failure("own"));
  queue.Fail({8, 0}, Failure("between"));
  CHECK(queue.Takes({6, 5}));
  CHECK_FALSE(queue.Takes({8, 0}));
  const auto done = queue.Drain();
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().message() == "own");
  CHECK(queue.Drain().has_value());
}

TEST_CASE("work that lacks memory beside other work is done once more, alone") {
  const auto session = OpenSession();
  for (const bool fits_alone : {true, false}) {
    std::atomic<int> running = 0, tries = 0, beside = 0;
    std::latch other_runs(1);
    WorkQueue queue(*session, 2);
    queue.Add({0, 0}, [&](Connection&) -> Result<void> {
      if (++tries == 1) other_runs.wait();
      if (tries == 2) beside = running.load();
      if (tries == 1 || !fits_alone) return Error(ErrorCode::kMemoryBudgetExceeded, "too little");
      return {};
    });
    for (size_t i = 0; i < 3; ++i) {
      queue.Add({1, i}, [&](Connection&) -> Result<void> {
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
    queue.Add({0, 0}, [&](Connection& connection) -> Result<void> {
      ++begun;
      cancel.Cancel(SIGINT);
      return connection.Execute("SELECT count(*) FROM range(1000000) a, range(1000000) b");
    });
    queue.Add({1, 0}, [&](Connection&) -> Result<void> {
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
