#include "engine/execute/endpoint_check.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/parallel_for.h"
#include "engine/execute/id_set.h"
#include "engine/render/duckdb_sql.h"

namespace codeanatomy::engine {
namespace {

constexpr char kNodes[] = "cpg_nodes", kNodeId[] = "node_id";

/// Columns of graph tables that name a node.
struct EndpointColumn {
  std::string_view table, column;
};
constexpr EndpointColumn kEndpoints[] = {
    {"calls", "caller_id"},       {"calls", "callee_id"},     {"calls", "call_id"},
    {"cpg_edges", "src"},         {"cpg_edges", "dst"},       {"cpg_nodes", "parent_id"},
    {"cpg_nodes", "file_id"},     {"cpg_nodes", "method_id"}, {"cpg_nodes", "idom_id"},
    {"cpg_nodes", "ipostdom_id"}, {"cpg_nodes", "type_id"},   {"cpg_props", "node_id"},
};

bool IsConstant(const WrittenOutput& output, std::string_view column) {
  const std::vector<std::string>& partitions = output.plan->target.partition_by;
  if (output.rest || std::ranges::find(partitions, column) != partitions.end()) return false;
  return std::ranges::all_of(output.files, [&](const WrittenFile& file) {
    return file.constants.contains(std::string(column));
  });
}

const WrittenOutput* Named(const std::vector<WrittenOutput>& outputs, std::string_view table) {
  const auto at = std::ranges::find_if(
      outputs, [&](const WrittenOutput& o) { return o.plan->target.table_name == table; });
  return at == outputs.end() ? nullptr : &*at;
}

/// The allocator of the engine keeps much of what a scan of a large table took.
Result<QueryResult> Scan(Session& session, Connection& connection, const std::string& sql) {
  CA_RETURN_IF_ERROR(session.PrepareStatement(connection));
  return connection.Stream(sql);
}

/// Puts the ids of a partition into the set.
/// Errors OutputContractViolation: an id that was there before.
Result<void> Insert(Session& session, const WrittenOutput& output, std::string_view column,
                    const IdPartition& part, IdSet& ids) {
  CA_ASSIGN_OR_RETURN(
      QueryResult result,
      Scan(session, session.connection(),
           fmt::format("SELECT {} FROM {}", QuoteIdentifier(column), ScanOutput(output))));
  std::vector<int64_t> found;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
    if (chunk == nullptr) return {};
    found.clear();
    for (size_t row = 0; row < chunk->rows(); ++row) {
      if (chunk->column(0).is_null(row)) continue;
      const int64_t id = chunk->column(0).Integer(row);
      if (part.Has(id)) found.push_back(id);
    }
    const size_t repeated = ids.InsertUntilRepeated(found);
    if (repeated < found.size())
      return Violation(output, fmt::format("two rows with the key ({})", found[repeated]));
  }
}

/// The ids that columns of a table name are in the set.
class EndpointReader {
 public:
  EndpointReader(const WrittenOutput& output, std::vector<std::string_view> columns)
      : output_(output), columns_(std::move(columns)) {}

  Result<void> Check(Session& session, const IdPartition& part, const IdSet& nodes) {
    CA_ASSIGN_OR_RETURN(const Session::PooledConnection connection, session.Connect());
    std::string list;
    for (const std::string_view column : columns_)
      list += (list.empty() ? "" : ", ") + QuoteIdentifier(column);
    CA_ASSIGN_OR_RETURN(
        QueryResult result,
        Scan(session, *connection, fmt::format("SELECT {} FROM {}", list, ScanOutput(output_))));
    while (true) {
      CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
      if (chunk == nullptr) return {};
      for (size_t c = 0; c < columns_.size(); ++c) {
        Collect(*chunk, c, part);
        const size_t missing = nodes.FindMissing(ids_);
        if (missing < ids_.size()) {
          return Violation(
              output_, fmt::format("{}.{} = {} is no node of the graph",
                                   output_.plan->target.table_name, columns_[c], ids_[missing]));
        }
      }
    }
  }

 private:
  /// Ids that repeat from row to row, as a file's or function's do, are taken once.
  void Collect(const Chunk& chunk, size_t column, const IdPartition& part) {
    ids_.clear();
    const VectorView& values = chunk.column(column);
    std::optional<int64_t> before;
    for (size_t row = 0; row < chunk.rows(); ++row) {
      if (values.is_null(row)) continue;
      const int64_t id = values.Integer(row);
      if (before == id || !part.Has(id)) continue;
      before = id;
      ids_.push_back(id);
    }
  }

  const WrittenOutput& output_;
  std::vector<std::string_view> columns_;
  std::vector<int64_t> ids_;
};

std::vector<EndpointReader> Readers(const std::vector<WrittenOutput>& outputs) {
  std::vector<EndpointReader> readers;
  for (const WrittenOutput& output : outputs) {
    if (output.rows == 0) continue;
    std::vector<std::string_view> columns;
    for (const EndpointColumn& end : kEndpoints) {
      if (end.table == output.plan->target.table_name &&
          output.plan->schema.Find(end.column) != nullptr && !IsConstant(output, end.column)) {
        columns.push_back(end.column);
      }
    }
    if (!columns.empty()) readers.emplace_back(output, std::move(columns));
  }
  return readers;
}

}  // namespace

Result<void> CheckIdsAcross(Session& session, const WrittenOutput& output, uint64_t set_bytes) {
  for (IdPartition part{.count = PartitionsFor(output.rows, set_bytes)}; part.index < part.count;
       ++part.index) {
    IdSet ids(output.rows / part.count);
    CA_RETURN_IF_ERROR(Insert(session, output, output.plan->order[0], part, ids));
  }
  return {};
}

bool HasNodeIds(const PlannedOutput& output) {
  return output.target.table_name == kNodes && output.order == std::vector<std::string>{kNodeId};
}

Result<void> CheckEndpoints(Session& session, const std::vector<WrittenOutput>& outputs,
                            uint64_t set_bytes, int threads) {
  const WrittenOutput* nodes = Named(outputs, kNodes);
  if (nodes == nullptr) return {};
  std::vector<EndpointReader> readers = Readers(outputs);
  for (IdPartition part{.count = PartitionsFor(nodes->rows, set_bytes)}; part.index < part.count;
       ++part.index) {
    IdSet ids(nodes->rows / part.count);
    CA_RETURN_IF_ERROR(Insert(session, *nodes, kNodeId, part, ids));
    std::vector<Result<void>> checked(readers.size());
    ParallelFor(readers.size(), threads,
                [&](size_t i) { checked[i] = readers[i].Check(session, part, ids); });
    for (Result<void>& one : checked) CA_RETURN_IF_ERROR(std::move(one));
  }
  return {};
}

}  // namespace codeanatomy::engine
