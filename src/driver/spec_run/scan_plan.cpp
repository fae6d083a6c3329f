#include "driver/spec_run/scan_plan.h"

#include "driver/run/row_counts.h"
#include "driver/spec_run/spec_inputs.h"
#include "engine/duckdb/parquet_io.h"
#include "engine/execute/plan_scans.h"
#include "engine/session/runtime_profile.h"
#include "storage/file_system.h"

namespace codeanatomy::driver {

Result<std::string> DescribeScans(const ScanPlanRequest& request) {
  CA_ASSIGN_OR_RETURN(const std::string build, storage::CanonicalPath(request.build_dir));
  CA_ASSIGN_OR_RETURN(const engine::SessionOptions options,
                      engine::WithRuntimeProfile(request.session, *request.spec));
  CA_ASSIGN_OR_RETURN(const auto session, engine::Session::Create(options));
  engine::DuckdbParquetIo parquet(*session);
  const auto files = storage::OpenPosixFileSystem();
  const auto clock = storage::OpenSystemClock();
  const storage::Environment environment{*files, parquet, *clock};
  CA_ASSIGN_OR_RETURN(const SpecInputs inputs,
                      OpenSpecInputs(*request.spec, environment, build, LogsOf(*session)));
  const engine::BuildPaths paths{.environment = environment,
                                 .root = build,
                                 .input_files = inputs.files,
                                 .input_digests = inputs.digests,
                                 .foreign_schemas = inputs.foreign_schemas,
                                 .input_versions = inputs.versions,
                                 .input_partitions = inputs.partitions,
                                 .input_protocols = inputs.protocols};
  engine::KnownRows known{.tables = CountedRows(*files, build, session->features(), inputs.tables)};
  CA_ASSIGN_OR_RETURN(known.views, PastViewRows(*files, build, session->features(), *request.spec));
  CA_ASSIGN_OR_RETURN(const auto units, engine::PlanScans(*request.spec, *session, paths, known));
  return request.as_json ? engine::ScanUnitsJson(units, build, true) + "\n"
                         : engine::ScanUnitsText(units);
}

}  // namespace codeanatomy::driver
