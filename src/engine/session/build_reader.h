// BuildReader: a finished build as relations that SQL can name, read-only.
//
//   CA_ASSIGN_OR_RETURN(auto reader, BuildReader::Open(".codeanatomy", options));
//   CA_ASSIGN_OR_RETURN(QueryResult rows, reader->Query("SELECT kind FROM cpg_nodes WHERE line >
//   $n",
//                                                       {{"n", int64_t{10}}}));
//
// Relations are the tables that CURRENT lists, the views of the build's spec
// (`specs/<spec_hash>.json`) and the evidence views of the catalogue. Each is created when a
// statement first names it (80 eager ones would cost 100 ms). A stored table that a view hides is
// `stored_<name>`; `"codeanatomy.<table>@<version>"` is a table at an older version.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/session/session.h"
#include "storage/current.h"

namespace codeanatomy::engine {

/// Attribute of a build in CURRENT: rows per batch of Arrow streams, where its spec names them.
inline constexpr std::string_view kBatchSizeAttribute = "batch_size";

struct RelationSummary {
  std::string name;
  std::string_view kind;  // "table", "view"
  std::string group;      // "evidence", "cpg", "quality", "dataset"
  int64_t rows = -1;      // of a table
  std::string summary;    // one line
};

class BuildReader {
 public:
  /// `out` is the output folder of a build. The session can read files below it and none else, and
  /// its configuration is locked. Rows per batch that the options leave open are the build's.
  /// Datasets are registered at once; their folders are the only ones beside the build's.
  /// Errors NotFound: no complete build there; AlreadyExists: a dataset with the name of a table or
  /// view of the build; those of ReadCurrent, Session::Create and DatasetRegistry::Register.
  /// Cost   30 ms, most of it opening the engine.
  static Result<std::unique_ptr<BuildReader>> Open(const std::string& out, SessionOptions options,
                                                   std::span<const DatasetSpec> datasets = {});
  ~BuildReader();

  /// Runs one statement of a user under the SqlPolicy. Ends before the next one begins.
  /// Errors those of CheckStatement; UnknownSchema: a name that is no relation, with the nearest
  /// one;
  ///        those of Connection.
  Result<QueryResult> Query(std::string_view sql, std::span<const NamedValue> parameters = {});

  /// Every relation, sorted by name.
  Result<std::vector<RelationSummary>> Relations();

  const storage::Current& current() const;
  Session& session();

 private:
  struct State;
  explicit BuildReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace codeanatomy::engine
