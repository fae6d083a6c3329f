#include "engine/session/dataset_registry.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/duckdb/parquet_io.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

struct Folder {
  Folder() : path("/tmp/ca_datasets_XXXXXX") {
    REQUIRE(mkdtemp(path.data()) != nullptr);
    session = *Session::Create({.threads = 1});
    parquet = std::make_unique<DuckdbParquetIo>(*session);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  DatasetSpec Listing(const std::string& name, int64_t number) {
    const std::string folder = fmt::format("{}/{}", path, number);
    std::filesystem::create_directories(folder);
    REQUIRE(session->connection()
                .Execute(fmt::format("COPY (SELECT {} AS n) TO '{}/a.parquet'", number, folder))
                .has_value());
    return {.name = name, .kind = ProviderKind::kListing, .path = folder};
  }
  Result<RegistrationReceipt> Register(const DatasetSpec& spec) {
    return session->datasets().Register(spec, {*files, *parquet, *clock}, *session);
  }

  std::string path;
  std::unique_ptr<Session> session;
  std::unique_ptr<storage::FileSystem> files = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock = storage::OpenSystemClock();
  std::unique_ptr<DuckdbParquetIo> parquet;
};

}  // namespace

TEST_CASE("a command answers with a receipt, a query changes nothing") {
  Folder folder;
  const DatasetRegistry& queries = folder.session->datasets();
  CHECK(queries.receipts().empty());
  CHECK(queries.Find("one") == nullptr);

  const DatasetSpec one = folder.Listing("one", 1);
  const auto first = folder.Register(one);
  REQUIRE(first.has_value());
  CHECK(first->outcome == RegistrationOutcome::kRegistered);
  REQUIRE(queries.receipts().size() == 1);
  CHECK(queries.receipts()[0].identity == first->identity);
  CHECK(queries.Find("one") != nullptr);

  const auto again = folder.Register(one);
  REQUIRE(again.has_value());
  CHECK(again->outcome == RegistrationOutcome::kUnchanged);
  CHECK(again->identity == first->identity);

  DatasetSpec other = folder.Listing("one", 2);
  const auto refused = folder.Register(other);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == ErrorCode::kAlreadyExists);
  CHECK(queries.receipts()[0].identity == first->identity);

  other.overwrite = true;
  const auto replaced = folder.Register(other);
  REQUIRE(replaced.has_value());
  CHECK(replaced->outcome == RegistrationOutcome::kReplaced);
  CHECK(queries.receipts().size() == 1);
  CHECK(queries.receipts()[0].identity == replaced->identity);
  CHECK(replaced->identity != first->identity);

  REQUIRE(folder.Register(folder.Listing("a_first", 3)).has_value());
  CHECK(queries.receipts()[0].name == "a_first");
}

}  // namespace codeanatomy::engine
