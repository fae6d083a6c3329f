// Tables of the repository scan, and the diagnostics of every stage.
#include "catalog/column.h"
#include "catalog/table_groups.h"

namespace codeanatomy::catalog {
namespace {

using Names = std::array<std::string_view, 1>;

constexpr auto kRepoFiles =
    Concat(kFileColumns, Columns(Text("file_sha256"), Long("size_bytes"), Text("encoding"),
                                 Text("newline"), Bool("is_stub"), Bool("is_test")));

constexpr auto kScopeManifest =
    Columns(Required(Text("path")), Bool("included"), Bool("ignored_by_git"), Int("include_index"),
            Int("exclude_index"), Text("scope_kind"), Text("repo_root"), Bool("is_untracked"));

constexpr auto kFileLineIndex =
    Concat(kFileColumns, Columns(Required(Long("line_no")), Required(Long("line_start_byte")),
                                 Required(Long("line_end_byte")), Text("line_text"),
                                 Required(Text("newline_kind"))));

constexpr auto kNotebookCells = Concat(
    kFileColumns, Columns(Required(Int("cell_index")), Text("cell_id"), Long("execution_count")),
    kByteSpanColumns, Columns(Required(Int("line")), Required(Int("end_line"))));

constexpr auto kDiagnostics =
    Concat(Columns(Required(Long("diag_id")), Long("file_id"), Text("path")), kByteSpanColumns,
           Columns(Int("line"), Int("col"), Required(Text("stage")), Required(Text("source")),
                   Required(Text("severity")), Required(Text("code")), Text("message"),
                   Long("subject_id"), Text("limit_name"), Long("limit_value"), Map("attrs")));

constexpr Names kByFile = {"file_id"};
constexpr Names kByPath = {"path"};
constexpr Names kByDiagnostic = {"diag_id"};
constexpr std::array<std::string_view, 2> kLineKey = {"file_id", "line_no"};
constexpr std::array<std::string_view, 2> kCellKey = {"file_id", "cell_index"};
constexpr std::array<std::string_view, 2> kCellOrder = {"path", "cell_index"};
constexpr std::array<std::string_view, 2> kLineOrder = {"path", "line_no"};
constexpr std::array<std::string_view, 4> kDiagnosticOrder = {"path", "bstart", "bend", "code"};

constexpr auto kTables = std::to_array<TableInfo>({
    {.name = "repo_files",
     .group = TableGroup::kEvidence,
     .columns = kRepoFiles,
     .key = kByFile,
     .order = kByPath,
     .summary = "Every file of the scan, readable or not."},
    {.name = "scope_manifest",
     .group = TableGroup::kEvidence,
     .columns = kScopeManifest,
     .key = kByPath,
     .order = kByPath,
     .summary = "Why a path is in the scan or not."},
    {.name = "file_line_index",
     .group = TableGroup::kEvidence,
     .columns = kFileLineIndex,
     .key = kLineKey,
     .order = kLineOrder,
     .summary = "Where each line begins and ends: the authority for line starts."},
    {.name = "notebook_cells",
     .group = TableGroup::kEvidence,
     .columns = kNotebookCells,
     .key = kCellKey,
     .order = kCellOrder,
     .summary = "Code cells of notebooks, and which part of the file's text each one is."},
    {.name = "diagnostics",
     .group = TableGroup::kQuality,
     .columns = kDiagnostics,
     .key = kByDiagnostic,
     .order = kDiagnosticOrder,
     .summary = "What every stage found wrong with the analysed code, or had to leave out."},
});
static_assert(TablesAreSound(kTables));

}  // namespace

std::span<const TableInfo> SourceTables() { return kTables; }

}  // namespace codeanatomy::catalog
