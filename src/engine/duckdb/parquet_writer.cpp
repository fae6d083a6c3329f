#include "engine/duckdb/parquet_writer.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

namespace codeanatomy::engine {
namespace {

using storage::ColumnStatistics;
using storage::DataFile;

/// A name beside the final one; removes the file unless it was kept.
class TemporaryFile {
 public:
  static Result<TemporaryFile> Create(const std::string& folder) {
    std::string path = folder + "/.writing-XXXXXX";
    const int descriptor = mkostemp(path.data(), O_CLOEXEC);
    if (descriptor < 0) return ErrnoError(errno, "write into", folder);
    close(descriptor);
    return TemporaryFile(std::move(path));
  }
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }
  void Keep() { path_.clear(); }

 private:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// `"span"."bstart"` → span.bstart
std::string PlainColumnPath(std::string_view quoted) {
  std::string plain;
  bool inside = false;
  for (size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '"') {
      plain += quoted[i];
    } else if (inside && i + 1 < quoted.size() && quoted[i + 1] == '"') {
      plain += quoted[++i];
    } else {
      inside = !inside;
    }
  }
  return plain;
}

int64_t ToInteger(std::string_view text) {
  return std::strtoll(std::string(text).c_str(), nullptr, 10);
}

ColumnStatistics ReadStatistics(std::string_view column, const VectorView& measures, size_t row) {
  ColumnStatistics statistics{.column = PlainColumnPath(column)};
  const auto [first, count] = measures.Elements(row);
  for (size_t i = first; i < first + count; ++i) {
    const std::string_view name = measures.child(0).Text(i);
    if (measures.child(1).is_null(i)) continue;
    const std::string_view value = measures.child(1).Text(i);
    if (name == "min") statistics.min = value;
    if (name == "max") statistics.max = value;
    if (name == "null_count") statistics.null_count = ToInteger(value);
    if (name == "has_nan") statistics.has_nan = value == "true";
  }
  return statistics;
}

/// Reads the one row that COPY … RETURN_STATS gives: filename, count, file_size_bytes,
/// footer_size_bytes, column_statistics MAP(path, MAP(measure, text)), partition_keys.
Result<DataFile> ReadReturnedStatistics(QueryResult result) {
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
  DataFile file;
  if (chunk == nullptr) return file;
  file.rows = static_cast<uint64_t>(chunk->column(1).Integer(0));
  file.size = static_cast<uint64_t>(chunk->column(2).Integer(0));
  const VectorView& columns = chunk->column(4);
  const auto [first, count] = columns.Elements(0);
  for (size_t i = first; i < first + count; ++i) {
    file.columns.push_back(ReadStatistics(columns.child(0).Text(i), columns.child(1), i));
  }
  return file;
}

Result<std::string> HashOf(int descriptor, const std::string& path) {
  Sha256 hash;
  std::vector<char> buffer(256 * 1024);
  while (true) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count == 0) return Hex(hash.Finish());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoError(errno, "read", path);
    hash.Update({buffer.data(), static_cast<size_t>(count)});
  }
}

/// Has the kernel write the file out meanwhile, so that who syncs it waits for less.
Result<std::string> HashAndStartWriting(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return ErrnoError(errno, "read", path);
  // A file system that cannot begin early writes when it is synced.
  (void)sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
  auto hash = HashOf(descriptor, path);
  close(descriptor);
  return hash;
}

/// Gives a finished file its name. A file of that name that has the content of its name stays: it
/// may be one that a readable build has and that has been synced, which the new one has not.
Result<void> Name(TemporaryFile& temporary, const std::string& target, const std::string& sha256) {
  if (chmod(temporary.path().c_str(), 0644) != 0) return ErrnoError(errno, "write", target);
  const int there = open(target.c_str(), O_RDONLY | O_CLOEXEC);
  if (there >= 0) {
    const auto found = HashOf(there, target);
    close(there);
    if (found && *found == sha256) return {};  // the temporary file goes
  }
  if (rename(temporary.path().c_str(), target.c_str()) != 0)
    return ErrnoError(errno, "write", target);
  temporary.Keep();
  return {};
}

}  // namespace

Result<std::vector<DataFile>> WriteParquet(Connection& connection, std::string_view select_sql,
                                           const std::string& folder,
                                           const ParquetOptions& options) {
  CA_ASSIGN_OR_RETURN(TemporaryFile temporary, TemporaryFile::Create(folder));
  // Row groups end where the vectors that reach the writer end, and after filters and joins that
  // depends on how the engine splits the work. A running row number is an operator that it executes
  // serially.
  const std::string rows =
      options.sorted ? std::string(select_sql)
                     : fmt::format(
                           "SELECT * EXCLUDE (ca_row) FROM (SELECT *, row_number() OVER () "
                           "AS ca_row FROM ({})) WHERE ca_row > 0",
                           select_sql);
  auto written = connection.Query(fmt::format(
      "COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {}, ROW_GROUP_SIZE {}, "
      "PARQUET_VERSION {}, DICTIONARY_SIZE_LIMIT {}, WRITE_BLOOM_FILTER false, USE_TMP_FILE false, "
      "RETURN_STATS)",
      rows, QuoteLiteral(temporary.path()), options.compression_level, options.row_group_rows,
      options.delta_encodings ? "v2" : "v1", options.dictionaries ? options.dictionary_limit : 1));
  if (!written) return std::move(written.error()).WithSubject(folder);
  CA_ASSIGN_OR_RETURN(DataFile file, ReadReturnedStatistics(*std::move(written)));
  if (file.rows == 0) return std::vector<DataFile>{};

  CA_ASSIGN_OR_RETURN(file.sha256, HashAndStartWriting(temporary.path()));
  file.path = file.sha256.substr(0, 32) + ".parquet";
  const std::string target = fmt::format("{}/{}", folder, file.path);
  CA_RETURN_IF_ERROR(Name(temporary, target, file.sha256));
  std::vector<DataFile> files;
  files.push_back(std::move(file));
  return files;
}

}  // namespace codeanatomy::engine
