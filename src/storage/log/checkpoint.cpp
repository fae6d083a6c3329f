#include "storage/log/checkpoint.h"

#include <fmt/format.h>

#include "base/unreachable.h"
#include "storage/log/file_path.h"
#include "storage/log/protocol.h"

namespace codeanatomy::storage {
namespace {

// ---- the checkpoint's own schema ----

Field Plain(std::string name, TypeKind kind) { return {std::move(name), DataType{.kind = kind}}; }

DataType TextMap() {
  return {.kind = TypeKind::kMap,
          .children = {Plain("key", TypeKind::kString), Plain("value", TypeKind::kString)}};
}

DataType TextList() {
  return {.kind = TypeKind::kArray, .children = {Plain("element", TypeKind::kString)}};
}

Field Struct(std::string name, std::vector<Field> fields) {
  return {std::move(name), DataType{.kind = TypeKind::kStruct, .children = std::move(fields)}};
}

enum Column { kTxn, kAdd, kRemove, kMetadata, kProtocol, kDomain, kColumns };

/// The columns that we write; reading adds those that must be noticed.
Schema WrittenSchema() {
  using enum TypeKind;
  Schema schema;
  schema.fields = {
      Struct("txn",
             {Plain("appId", kString), Plain("version", kLong), Plain("lastUpdated", kLong)}),
      Struct("add", {Plain("path", kString),
                     {"partitionValues", TextMap()},
                     Plain("size", kLong),
                     Plain("modificationTime", kLong),
                     Plain("dataChange", kBoolean),
                     Plain("stats", kString),
                     {"tags", TextMap()}}),
      Struct("remove", {Plain("path", kString),
                        Plain("deletionTimestamp", kLong),
                        Plain("dataChange", kBoolean),
                        Plain("extendedFileMetadata", kBoolean),
                        {"partitionValues", TextMap()},
                        Plain("size", kLong)}),
      Struct("metaData", {Plain("id", kString),
                          Plain("name", kString),
                          Plain("description", kString),
                          Struct("format", {Plain("provider", kString), {"options", TextMap()}}),
                          Plain("schemaString", kString),
                          {"partitionColumns", TextList()},
                          {"configuration", TextMap()},
                          Plain("createdTime", kLong)}),
      Struct("protocol", {Plain("minReaderVersion", kInteger),
                          Plain("minWriterVersion", kInteger),
                          {"readerFeatures", TextList()},
                          {"writerFeatures", TextList()}}),
      Struct("domainMetadata", {Plain("domain", kString), Plain("configuration", kString),
                                Plain("removed", kBoolean)}),
  };
  return schema;
}

/// With what only v2 checkpoints and deletion vectors have: seen, it must not be passed over.
Schema ReadSchema() {
  using enum TypeKind;
  Schema schema = WrittenSchema();
  const Field deletion_vector = Struct("deletionVector", {Plain("storageType", kString)});
  schema.fields[kAdd].type.children.push_back(deletion_vector);
  schema.fields[kRemove].type.children.push_back(deletion_vector);
  schema.fields.push_back(Struct("sidecar", {Plain("path", kString)}));
  schema.fields.push_back(Struct("checkpointMetadata", {Plain("version", kLong)}));
  return schema;
}

// ---- rows to actions ----

/// The fields of one struct value; the type of each was made sure by ParquetIo.
class Fields {
 public:
  Fields(const Value& value, const Field& field)
      : values_(std::get<Values>(value)), field_(field) {}

  template <typename T>
  std::optional<T> Optional(std::string_view name) const {
    const Value& value = At(name);
    if (value.is_null()) return std::nullopt;
    return std::get<T>(value);
  }
  template <typename T>
  T Required(std::string_view name) {
    if (At(name).is_null()) missing_ = name;
    return Optional<T>(name).value_or(T{});
  }
  PartitionValues Texts(std::string_view name) const {
    PartitionValues texts;
    const Value& value = At(name);
    if (value.is_null()) return texts;
    for (const Value& pair : std::get<Values>(value)) {
      const Values& entry = std::get<Values>(pair);
      if (entry[0].is_null()) continue;
      texts[std::get<std::string>(entry[0])] =
          entry[1].is_null() ? std::nullopt : std::optional(std::get<std::string>(entry[1]));
    }
    return texts;
  }
  std::map<std::string, std::string> PlainTexts(std::string_view name) const {
    std::map<std::string, std::string> texts;
    for (const auto& [key, value] : Texts(name))
      if (value) texts[key] = *value;
    return texts;
  }
  std::vector<std::string> Strings(std::string_view name) const {
    std::vector<std::string> texts;
    const Value& value = At(name);
    if (value.is_null()) return texts;
    for (const Value& item : std::get<Values>(value))
      if (!item.is_null()) texts.push_back(std::get<std::string>(item));
    return texts;
  }
  bool Has(std::string_view name) const { return !At(name).is_null(); }
  const std::string& missing() const { return missing_; }

 private:
  const Value& At(std::string_view name) const {
    for (size_t i = 0; i < field_.type.children.size(); ++i)
      if (field_.type.children[i].name == name) return values_[i];
    CA_UNREACHABLE("a checkpoint column is asked for by its declared name");
  }
  const Values& values_;
  const Field& field_;
  std::string missing_;
};

Action ToAction(size_t column, Fields& fields) {
  switch (column) {
    case kTxn:
      return AppTransaction{fields.Required<std::string>("appId"),
                            fields.Required<int64_t>("version"),
                            fields.Optional<int64_t>("lastUpdated")};
    case kAdd:
      return AddFile{.path = fields.Required<std::string>("path"),
                     .partition_values = fields.Texts("partitionValues"),
                     .size = fields.Required<int64_t>("size"),
                     .modification_time = fields.Optional<int64_t>("modificationTime").value_or(0),
                     .data_change = false,
                     .stats = fields.Optional<std::string>("stats"),
                     .tags = fields.PlainTexts("tags"),
                     .has_deletion_vector = fields.Has("deletionVector")};
    case kRemove:
      return RemoveFile{.path = fields.Required<std::string>("path"),
                        .deletion_timestamp = fields.Optional<int64_t>("deletionTimestamp"),
                        .data_change = false,
                        .partition_values = fields.Texts("partitionValues"),
                        .size = fields.Optional<int64_t>("size"),
                        .has_deletion_vector = fields.Has("deletionVector")};
    case kMetadata:
      return Metadata{.id = fields.Required<std::string>("id"),
                      .name = fields.Optional<std::string>("name"),
                      .description = fields.Optional<std::string>("description"),
                      .schema_json = fields.Required<std::string>("schemaString"),
                      .partition_columns = fields.Strings("partitionColumns"),
                      .configuration = fields.PlainTexts("configuration"),
                      .created_time = fields.Optional<int64_t>("createdTime")};
    case kProtocol: {
      Protocol protocol{static_cast<int32_t>(fields.Required<int64_t>("minReaderVersion")),
                        static_cast<int32_t>(fields.Required<int64_t>("minWriterVersion")),
                        fields.Strings("readerFeatures"), fields.Strings("writerFeatures")};
      std::sort(protocol.reader_features.begin(), protocol.reader_features.end());
      std::sort(protocol.writer_features.begin(), protocol.writer_features.end());
      return protocol;
    }
    default:
      return DomainMetadata{fields.Required<std::string>("domain"),
                            fields.Optional<std::string>("configuration").value_or(""),
                            fields.Optional<bool>("removed").value_or(false)};
  }
}

// ---- actions to rows ----

Value Text(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }
Value Integer(const std::optional<int64_t>& number) { return number ? Value(*number) : Value(); }

template <typename Map>
Value Texts(const Map& map) {
  Values pairs;
  for (const auto& [key, value] : map) {
    Values pair;
    pair.emplace_back(key);
    if constexpr (std::is_same_v<typename Map::mapped_type, std::string>)
      pair.emplace_back(value);
    else
      pair.push_back(Text(value));
    pairs.emplace_back(std::move(pair));
  }
  return Value(std::move(pairs));
}

Value Strings(const std::vector<std::string>& texts) {
  Values values;
  for (const std::string& text : texts) values.emplace_back(text);
  return Value(std::move(values));
}

Row MakeRow(Column column, Values fields) {
  Row row(kColumns);
  row[column] = Value(std::move(fields));
  return row;
}

Row ProtocolRow(const Protocol& protocol) {
  return MakeRow(kProtocol,
                 {Value(int64_t{protocol.min_reader}), Value(int64_t{protocol.min_writer}),
                  protocol.min_reader >= 3 ? Strings(protocol.reader_features) : Value(),
                  protocol.min_writer >= 7 ? Strings(protocol.writer_features) : Value()});
}

Row MetadataRow(const Metadata& metadata) {
  Values format{Value(std::string("parquet")), Value(Values{})};
  return MakeRow(kMetadata, {Value(metadata.id), Text(metadata.name), Text(metadata.description),
                             Value(std::move(format)), Value(metadata.schema_json),
                             Strings(metadata.partition_columns), Texts(metadata.configuration),
                             Integer(metadata.created_time)});
}

Row AddRow(const AddFile& add) {
  return MakeRow(kAdd, {Value(add.path), Texts(add.partition_values), Value(add.size),
                        Value(add.modification_time), Value(false), Text(add.stats),
                        add.tags.empty() ? Value() : Texts(add.tags)});
}

Row RemoveRow(const RemoveFile& remove) {
  return MakeRow(kRemove,
                 {Value(remove.path), Integer(remove.deletion_timestamp), Value(false),
                  Value(remove.size.has_value()),
                  remove.size ? Texts(remove.partition_values) : Value(), Integer(remove.size)});
}

/// Whether another reader's vacuum may still need to hear of the removal.
Result<bool> IsNeeded(const Environment& environment, const Snapshot& snapshot,
                      const RemoveFile& remove) {
  static constexpr int64_t kWeek = 604'800'000;
  const int64_t kept =
      DurationProperty(snapshot.metadata(), "delta.deletedFileRetentionDuration", kWeek);
  if (remove.deletion_timestamp.value_or(0) < environment.clock.NowMilliseconds() - kept)
    return false;
  const Result<std::string> path = LocalPath(snapshot.root(), AddFile{.path = remove.path});
  if (!path) return true;
  CA_ASSIGN_OR_RETURN(const FileStatus status, environment.files.Status(*path));
  return status.exists;
}

}  // namespace

Result<std::vector<Action>> ReadCheckpoint(const Environment& environment, const std::string& root,
                                           const CheckpointFiles& checkpoint) {
  if (checkpoint.is_v2)
    return Error(ErrorCode::kDeltaFeatureUnsupported,
                 "the table needs the reader feature v2Checkpoint, which this program cannot read",
                 JoinPath(LogPath(root), checkpoint.names[0]), "use another Delta reader");
  const Schema schema = ReadSchema();
  std::vector<Action> actions;
  for (const std::string& name : checkpoint.names) {
    const std::string path = JoinPath(LogPath(root), name);
    CA_RETURN_IF_ERROR(
        environment.parquet.Read(path, schema, [&](std::span<Row> rows) -> Result<void> {
          for (const Row& row : rows) {
            for (size_t column = 0; column < row.size(); ++column) {
              if (row[column].is_null()) continue;
              if (column >= kColumns) {
                actions.emplace_back(CheckpointPart{schema.fields[column].name});
                continue;
              }
              Fields fields(row[column], schema.fields[column]);
              actions.push_back(ToAction(column, fields));
              if (!fields.missing().empty())
                return Error(ErrorCode::kDeltaCorrupt,
                             fmt::format("an {} action of the checkpoint lacks {}",
                                         schema.fields[column].name, fields.missing()),
                             path);
            }
          }
          return {};
        }));
  }
  return actions;
}

Result<void> WriteCheckpoint(const Environment& environment, const Snapshot& snapshot) {
  std::vector<Row> rows{ProtocolRow(snapshot.protocol()), MetadataRow(snapshot.metadata())};
  for (const auto& [id, transaction] : snapshot.app_transactions())
    rows.push_back(MakeRow(kTxn, {Value(transaction.app_id), Value(transaction.version),
                                  Integer(transaction.last_updated)}));
  for (const auto& [name, domain] : snapshot.domains())
    rows.push_back(MakeRow(
        kDomain, {Value(domain.domain), Value(domain.configuration), Value(domain.removed)}));
  for (const AddFile& add : snapshot.files()) rows.push_back(AddRow(add));
  for (const RemoveFile& remove : snapshot.tombstones()) {
    CA_ASSIGN_OR_RETURN(const bool needed, IsNeeded(environment, snapshot, remove));
    if (needed) rows.push_back(RemoveRow(remove));
  }
  FileSystem& files = environment.files;
  const std::string folder = LogPath(snapshot.root());
  CA_ASSIGN_OR_RETURN(const auto written, environment.parquet.Write(WrittenSchema(), rows, folder));
  CA_CHECK(written.size() == 1, "a checkpoint is one file");
  CA_RETURN_IF_ERROR(files.SyncFile(JoinPath(folder, written[0].path)));
  CA_RETURN_IF_ERROR(files.Rename(JoinPath(folder, written[0].path),
                                  JoinPath(folder, CheckpointName(snapshot.version()))));
  CA_RETURN_IF_ERROR(files.SyncDirectory(folder));
  return ReplaceFile(
      files, JoinPath(folder, kLastCheckpointName),
      fmt::format(R"({{"version":{},"size":{},"sizeInBytes":{},"numOfAddFiles":{}}})",
                  snapshot.version(), rows.size(), written[0].size, snapshot.files().size()));
}

}  // namespace codeanatomy::storage
