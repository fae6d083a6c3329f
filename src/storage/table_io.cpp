#include "storage/table_io.h"

#include <map>

#include <fmt/format.h>

#include "storage/log/file_path.h"
#include "storage/partition_value.h"
#include "storage/staging.h"

namespace codeanatomy::storage {
namespace {

/// Where the table's columns come from: the file or the partition values.
struct Layout {
  Schema stored;                    // what the files hold
  std::vector<size_t> stored_at;    // column of the table, per stored column
  std::vector<size_t> partitioned;  // columns of the table, in partition order
};

Layout MakeLayout(const Schema& schema, const std::vector<std::string>& partition_columns) {
  Layout layout;
  for (const std::string& name : partition_columns)
    layout.partitioned.push_back(static_cast<size_t>(schema.Find(name) - schema.fields.data()));
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    if (std::find(layout.partitioned.begin(), layout.partitioned.end(), i) !=
        layout.partitioned.end())
      continue;
    layout.stored.fields.push_back(schema.fields[i]);
    layout.stored_at.push_back(i);
  }
  return layout;
}

Result<void> ReadFile(const Environment& environment, const Snapshot& snapshot, const AddFile& file,
                      const Layout& layout, const RowSink& sink) {
  const Schema& schema = snapshot.schema();
  Row constants(schema.fields.size());
  for (const size_t column : layout.partitioned) {
    const Field& field = schema.fields[column];
    const auto value = file.partition_values.find(field.name);
    if (value == file.partition_values.end()) continue;
    CA_ASSIGN_OR_RETURN(constants[column], ParsePartitionValue(field, value->second, file.path));
  }
  CA_ASSIGN_OR_RETURN(const std::string path, LocalPath(snapshot.root(), file));
  std::vector<Row> block;
  return environment.parquet.Read(path, layout.stored, [&](std::span<Row> rows) {
    if (layout.partitioned.empty()) return sink(rows);
    block.assign(rows.size(), constants);
    for (size_t i = 0; i < rows.size(); ++i)
      for (size_t j = 0; j < layout.stored_at.size(); ++j)
        block[i][layout.stored_at[j]] = std::move(rows[i][j]);
    return sink(block);
  });
}

/// Rows of one partition, in the order in which they came.
struct Partition {
  PartitionValues values;
  std::string folder;  // relative to the table, empty without partitions
  std::vector<Row> rows;
};

Result<std::vector<Partition>> Split(const Schema& schema, const Layout& layout,
                                     std::span<Row> rows) {
  std::vector<Partition> partitions;
  std::map<std::vector<std::optional<std::string>>, size_t> known;
  for (Row& row : rows) {
    std::vector<std::optional<std::string>> key;
    for (const size_t column : layout.partitioned) {
      CA_ASSIGN_OR_RETURN(key.emplace_back(),
                          FormatPartitionValue(schema.fields[column], row[column]));
    }
    const auto [position, is_new] = known.emplace(key, partitions.size());
    if (is_new) {
      Partition partition;
      for (size_t i = 0; i < key.size(); ++i) {
        const std::string& name = schema.fields[layout.partitioned[i]].name;
        partition.values[name] = key[i];
        if (!partition.folder.empty()) partition.folder += '/';
        partition.folder += PartitionFolder(name, key[i]);
      }
      partitions.push_back(std::move(partition));
    }
    Row stored;
    for (const size_t column : layout.stored_at) stored.push_back(std::move(row[column]));
    partitions[position->second].rows.push_back(std::move(stored));
  }
  return partitions;
}

/// Writes all partitions; `files` gets what has reached its place, also where an error ends it.
Result<void> WriteFiles(const Environment& environment, const std::string& root,
                        const Schema& stored, const std::vector<Partition>& partitions,
                        std::vector<DataFile>& files) {
  CA_ASSIGN_OR_RETURN(const Staging staging, Staging::Make(environment.files, root));
  for (const Partition& partition : partitions) {
    const std::string folder = partition.folder.empty() ? root : JoinPath(root, partition.folder);
    CA_RETURN_IF_ERROR(environment.files.CreateDirectories(folder));
    CA_ASSIGN_OR_RETURN(std::vector<DataFile> written,
                        environment.parquet.Write(stored, partition.rows, staging.folder()));
    for (DataFile& file : written) {
      CA_ASSIGN_OR_RETURN(file.path, staging.Move(file.path, partition.folder));
      file.partition_values = partition.values;
      files.push_back(std::move(file));
    }
  }
  return {};
}

}  // namespace

Result<void> ReadTable(const Environment& environment, const Snapshot& snapshot,
                       const RowSink& sink) {
  const Layout layout = MakeLayout(snapshot.schema(), snapshot.metadata().partition_columns);
  for (const AddFile& file : snapshot.files()) {
    if (Result<void> read = ReadFile(environment, snapshot, file, layout, sink); !read)
      return std::move(read.error()).WithSubject(JoinPath(snapshot.root(), file.path));
  }
  return {};
}

Result<CommitOutcome> WriteTable(const Environment& environment, const std::string& root,
                                 TableWrite write, std::span<Row> rows,
                                 const CommitOptions& options) {
  const Schema schema = write.schema;
  CA_ASSIGN_OR_RETURN(Transaction transaction,
                      Transaction::Begin(environment, root, std::move(write)));
  const Layout layout = MakeLayout(schema, transaction.partition_columns());
  CA_ASSIGN_OR_RETURN(const std::vector<Partition> partitions, Split(schema, layout, rows));
  std::vector<DataFile> files;
  Result<void> written = WriteFiles(environment, root, layout.stored, partitions, files);
  const auto discard = [&] {
    for (const DataFile& file : files) (void)environment.files.Remove(JoinPath(root, file.path));
  };
  if (!written) {
    discard();
    return std::move(written.error());
  }
  transaction.Add(files);
  Result<CommitOutcome> outcome = transaction.Commit(options);
  if (!transaction.visible()) discard();
  return outcome;
}

}  // namespace codeanatomy::storage
