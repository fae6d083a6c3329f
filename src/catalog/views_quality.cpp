// What is known about each file's evidence. Sources that this build does not have count as 0: a
// column of theirs stands here so that the shape of the report does not change when they come.
#include "catalog/graph.h"

namespace codeanatomy {
namespace {

constexpr AggregateRule kErrorCounts[] = {{"count", "path", "errors"}};

constexpr ColumnRule kFileErrors[] = {{"file_id", "l.file_id"},
                                      {"path", "l.path"},
                                      {"file_sha256", "l.file_sha256"},
                                      {"cst_error_count", "coalesce(r.errors, 0)"},
                                      {"ts_timed_out", "0"},
                                      {"ts_error_count", "0"},
                                      {"ts_missing_count", "0"},
                                      {"ts_match_limit_exceeded", "0"},
                                      {"scip_diagnostic_count", "0"},
                                      {"scip_encoding_unspecified", "0"}};

constexpr ColumnRule kFileQuality[] = {
    {"file_id", "file_id"},
    {"path", "path"},
    {"file_sha256", "file_sha256"},
    {"has_cst_parse_errors", "case(gt(cst_error_count, 0), cast(1, 'Int32'), cast(0, 'Int32'))"},
    {"cst_error_count", "cst_error_count"},
    {"ts_timed_out", "ts_timed_out"},
    {"ts_error_count", "ts_error_count"},
    {"ts_missing_count", "ts_missing_count"},
    {"ts_match_limit_exceeded", "ts_match_limit_exceeded"},
    {"has_scip_diagnostics",
     "case(gt(scip_diagnostic_count, 0), cast(1, 'Int32'), cast(0, 'Int32'))"},
    {"scip_diagnostic_count", "scip_diagnostic_count"},
    {"scip_encoding_unspecified", "cast(scip_encoding_unspecified, 'Int32')"},
    {"file_quality_score",
     "cast(sub(sub(sub(sub(sub(sub(1000, case(gt(cst_error_count, 0), 200, 0)), "
     "mul(300, ts_timed_out)), mul(10, ts_error_count)), mul(150, ts_match_limit_exceeded)), "
     "case(gt(scip_diagnostic_count, 0), 100, 0)), mul(50, scip_encoding_unspecified)), "
     "'Float64')"}};

constexpr ColumnRule kFilesParsed[] = {
    {"file_id", "l.file_id"}, {"path", "l.path"}, {"has_cst", "case(is_null(r.file_id), 0, 1)"}};
constexpr ColumnRule kFilesResolved[] = {{"file_id", "l.file_id"},
                                         {"path", "l.path"},
                                         {"has_cst", "l.has_cst"},
                                         {"has_resolve", "case(is_null(r.file_id), 0, 1)"}};
constexpr ColumnRule kFileCoverage[] = {
    {"file_id", "file_id"},
    {"path", "path"},
    {"has_cst", "cast(has_cst, 'Int32')"},
    {"has_flow", "cast(0, 'Int32')"},
    {"has_resolve", "cast(has_resolve, 'Int32')"},
    {"has_bytecode", "cast(0, 'Int32')"},
    {"has_tree_sitter", "cast(0, 'Int32')"},
    {"has_scip", "cast(0, 'Int32')"},
    {"extraction_count", "cast(add(has_cst, has_resolve), 'Int32')"}};

constexpr ViewRule kViews[] = {
    {.name = "file_errors",
     .op = ViewOp::kAggregate,
     .left = "cst_parse_errors",
     .group_by = "file_id",
     .aggregates = kErrorCounts},
    {.name = "file_findings",
     .op = ViewOp::kLeftJoin,
     .left = "repo_files",
     .right = "file_errors",
     .keys = "file_id=file_id",
     .columns = kFileErrors},
    {.name = "file_quality",
     .op = ViewOp::kProject,
     .left = "file_findings",
     .columns = kFileQuality,
     .kind = ViewKind::kDiagnostic},
    {.name = "files_parsed",
     .op = ViewOp::kLeftJoin,
     .left = "repo_files",
     .right = "cst_parse_manifest",
     .keys = "file_id=file_id",
     .columns = kFilesParsed},
    {.name = "files_resolved",
     .op = ViewOp::kLeftJoin,
     .left = "files_parsed",
     .right = "resolve_modules",
     .keys = "file_id=file_id",
     .columns = kFilesResolved},
    {.name = "file_coverage_report",
     .op = ViewOp::kProject,
     .left = "files_resolved",
     .columns = kFileCoverage,
     .kind = ViewKind::kDiagnostic},
};

}  // namespace

std::span<const ViewRule> QualityViewRules() { return kViews; }

}  // namespace codeanatomy
