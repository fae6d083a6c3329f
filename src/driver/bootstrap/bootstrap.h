// Bootstrap: every declared table without rows, or with one row of plain values, as a build of its
// own. What programs over a build can be tried against before there is a repository: all relations
// have their names and types.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace codeanatomy::driver {

struct BootstrapRequest {
  std::string output_dir;  // new, or without a build; nothing else is written
  bool include_evidence = true;
  bool include_outputs = true;  // tables of the graph and reports
  bool seeded = false;          // one row: null where that is allowed, else 0, false, "" or empty
  std::vector<std::string> seeded_tables;  // empty: all
};

struct BootstrapTable {
  std::string role, name, path;  // role: evidence, cpg, quality
  uint64_t rows = 0;
};

/// Writes the tables sorted by (role, name), the default spec and CURRENT.
/// Errors AlreadyExists: there is a build; UnknownSchema: a seeded table that is not declared;
///        those of WriteTable. Nothing is published then. Cost 2 ms per table, most of it syncs.
Result<std::vector<BootstrapTable>> Bootstrap(const BootstrapRequest& request);

}  // namespace codeanatomy::driver
