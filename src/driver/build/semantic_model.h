// The model of a build: the catalogue's declarations and those of the repository, and the evidence
// that the latter bring along.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/build/build.h"
#include "driver/config/config.h"
#include "engine/session/session.h"
#include "semantics/compile_model.h"
#include "semantics/ir/model.h"
#include "storage/environment.h"

namespace codeanatomy::driver {

/// The declarations of plugins, then the file that `graph.semantics` names, else semantics.toml in
/// the repository, if there is one. Errors NotFound: the named file is not there;
/// SemanticModelInvalid.
Result<semantics::Model> LoadModel(const Config& config, const std::string& repository,
                                   const std::vector<engine::Plugin>& plugins);

/// The content settings that a compilation depends on.
semantics::CompileRequest CompileRequestOf(const Config& config);

/// A foreign table as it lies in the build.
struct ImportedTable {
  BuiltTable table;
  std::vector<std::string> files;  // live, absolute, in row order
  expr::Schema schema;
};

/// Copies a declared foreign table into `<out>/evidence/<name>`, sorted by its order, so that a
/// build keeps what it was made of. Columns are cast to their declared types. Errors NotFound: no
/// Parquet file and no Delta table there; OutputContractViolation: a column is
///        missing or a required one holds a null. The subject is the declaration.
Result<ImportedTable> ImportTable(const semantics::Model& model,
                                  const semantics::ForeignTable& foreign, engine::Session& session,
                                  const storage::Environment& environment, const std::string& out,
                                  const std::map<std::string, std::string>& commit_metadata);

}  // namespace codeanatomy::driver
