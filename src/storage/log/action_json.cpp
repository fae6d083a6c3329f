// Log lines to actions and back.
//
// A log may come from any writer, so nothing of it is trusted: a line that is not one JSON object,
// a member of another type, a missing member make the whole file DeltaCorrupt. Members and actions
// of unknown names are skipped, as the protocol asks; what they would mean is guarded by table
// features.
#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_text.h"
#include "base/unreachable.h"
#include "storage/log/action.h"

namespace codeanatomy::storage {
namespace {

namespace dom = simdjson::dom;

/// Members of one object. The first wrong type is remembered; the caller asks once, at the end.
class Members {
 public:
  explicit Members(dom::object object) : object_(object) {}

  const std::string& problem() const { return problem_; }

  template <typename T>
  std::optional<T> Optional(std::string_view key) {
    dom::element element;
    if (!Find(key, element)) return std::nullopt;
    if constexpr (std::is_same_v<T, std::string>) {
      std::string_view text;
      if (element.get(text) == simdjson::SUCCESS) return std::string(text);
    } else {
      T value;
      if (element.get(value) == simdjson::SUCCESS) return value;
    }
    Wrong(key);
    return std::nullopt;
  }

  template <typename T>
  T Required(std::string_view key) {
    std::optional<T> value = Optional<T>(key);
    if (!value) Wrong(key);
    return std::move(value).value_or(T{});
  }

  std::vector<std::string> Strings(std::string_view key) {
    std::vector<std::string> texts;
    dom::element element;
    if (!Find(key, element)) return texts;
    dom::array array;
    if (element.get(array) != simdjson::SUCCESS) return Wrong(key), texts;
    for (const dom::element item : array) {
      std::string_view text;
      if (item.get(text) != simdjson::SUCCESS) return Wrong(key), texts;
      texts.emplace_back(text);
    }
    return texts;
  }

  /// Text to text; values of other kinds are taken as their JSON text, as writers differ there.
  PartitionValues Texts(std::string_view key) {
    PartitionValues texts;
    dom::element element;
    if (!Find(key, element)) return texts;
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return Wrong(key), texts;
    for (const auto [name, value] : object) {
      std::string_view text;
      if (value.get(text) == simdjson::SUCCESS)
        texts[std::string(name)] = std::string(text);
      else if (value.is_null())
        texts[std::string(name)] = std::nullopt;
      else
        texts[std::string(name)] = simdjson::minify(value);
    }
    return texts;
  }

  std::map<std::string, std::string> PlainTexts(std::string_view key) {
    std::map<std::string, std::string> texts;
    for (auto& [name, value] : Texts(key))
      if (value) texts[name] = *std::move(value);
    return texts;
  }

  bool Has(std::string_view key) {
    dom::element element;
    return Find(key, element);
  }

 private:
  bool Find(std::string_view key, dom::element& element) {
    return object_[key].get(element) == simdjson::SUCCESS && !element.is_null();
  }
  void Wrong(std::string_view key) {
    if (problem_.empty())
      problem_ = fmt::format("its member {} is missing or of a wrong type", key);
  }

  dom::object object_;
  std::string problem_;
};

Protocol ReadProtocol(Members& members) {
  Protocol protocol;
  protocol.min_reader = static_cast<int32_t>(members.Required<int64_t>("minReaderVersion"));
  protocol.min_writer = static_cast<int32_t>(members.Required<int64_t>("minWriterVersion"));
  protocol.reader_features = members.Strings("readerFeatures");
  protocol.writer_features = members.Strings("writerFeatures");
  std::sort(protocol.reader_features.begin(), protocol.reader_features.end());
  std::sort(protocol.writer_features.begin(), protocol.writer_features.end());
  return protocol;
}

Metadata ReadMetadata(Members& members) {
  return {.id = members.Required<std::string>("id"),
          .name = members.Optional<std::string>("name"),
          .description = members.Optional<std::string>("description"),
          .schema_json = members.Required<std::string>("schemaString"),
          .partition_columns = members.Strings("partitionColumns"),
          .configuration = members.PlainTexts("configuration"),
          .created_time = members.Optional<int64_t>("createdTime")};
}

AddFile ReadAdd(Members& members) {
  return {.path = members.Required<std::string>("path"),
          .partition_values = members.Texts("partitionValues"),
          .size = members.Required<int64_t>("size"),
          .modification_time = members.Optional<int64_t>("modificationTime").value_or(0),
          .data_change = members.Optional<bool>("dataChange").value_or(true),
          .stats = members.Optional<std::string>("stats"),
          .tags = members.PlainTexts("tags"),
          .has_deletion_vector = members.Has("deletionVector")};
}

RemoveFile ReadRemove(Members& members) {
  return {.path = members.Required<std::string>("path"),
          .deletion_timestamp = members.Optional<int64_t>("deletionTimestamp"),
          .data_change = members.Optional<bool>("dataChange").value_or(true),
          .partition_values = members.Texts("partitionValues"),
          .size = members.Optional<int64_t>("size"),
          .has_deletion_vector = members.Has("deletionVector")};
}

/// Nothing for an unknown kind; `problem` is set where a known one is malformed.
std::optional<Action> ReadAction(std::string_view kind, const dom::element& value,
                                 std::string& problem) {
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    problem = fmt::format("its {} is not an object", kind);
    return std::nullopt;
  }
  Members members(object);
  std::optional<Action> action;
  if (kind == "protocol") {
    action = ReadProtocol(members);
  } else if (kind == "metaData") {
    action = ReadMetadata(members);
  } else if (kind == "add") {
    action = ReadAdd(members);
  } else if (kind == "remove") {
    action = ReadRemove(members);
  } else if (kind == "txn") {
    action =
        AppTransaction{members.Required<std::string>("appId"), members.Required<int64_t>("version"),
                       members.Optional<int64_t>("lastUpdated")};
  } else if (kind == "commitInfo") {
    action = CommitInfo{simdjson::minify(object)};
  } else if (kind == "domainMetadata") {
    action = DomainMetadata{members.Required<std::string>("domain"),
                            members.Required<std::string>("configuration"),
                            members.Required<bool>("removed")};
  } else if (kind == "cdc") {
    action = ChangeFile{members.Required<std::string>("path")};
  } else if (kind == "sidecar" || kind == "checkpointMetadata") {
    action = CheckpointPart{std::string(kind)};
  }
  problem = members.problem();
  return action;
}

// ---- writing ----

/// Opens with '{' or ',' and writes the key: members of an object, one after the other.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  void Close() { out_ += '}'; }
  ObjectWriter& Text(std::string_view key, std::string_view value) {
    Key(key);
    AppendJsonString(out_, value);
    return *this;
  }
  ObjectWriter& Text(std::string_view key, const std::optional<std::string>& value) {
    return value ? Text(key, std::string_view(*value)) : *this;
  }
  ObjectWriter& Integer(std::string_view key, std::optional<int64_t> value) {
    if (value) Raw(key, std::to_string(*value));
    return *this;
  }
  ObjectWriter& Boolean(std::string_view key, bool value) {
    return Raw(key, value ? "true" : "false");
  }
  ObjectWriter& Raw(std::string_view key, std::string_view json) {
    Key(key);
    out_ += json;
    return *this;
  }
  ObjectWriter& Strings(std::string_view key, const std::vector<std::string>& values) {
    Key(key);
    out_ += '[';
    for (size_t i = 0; i < values.size(); ++i) {
      if (i != 0) out_ += ',';
      AppendJsonString(out_, values[i]);
    }
    out_ += ']';
    return *this;
  }
  template <typename Map>
  ObjectWriter& Texts(std::string_view key, const Map& values) {
    Key(key);
    ObjectWriter object(out_);
    for (const auto& [name, value] : values) {
      if constexpr (std::is_same_v<typename Map::mapped_type, std::string>) {
        object.Text(name, std::string_view(value));
      } else if (value) {
        object.Text(name, std::string_view(*value));
      } else {
        object.Raw(name, "null");
      }
    }
    object.Close();
    return *this;
  }

 private:
  void Key(std::string_view key) {
    if (!std::exchange(first_, false)) out_ += ',';
    AppendJsonString(out_, key);
    out_ += ':';
  }
  std::string& out_;
  bool first_ = true;
};

struct LineWriter {
  std::string& out;

  void operator()(const Protocol& protocol) const {
    out += R"({"protocol":)";
    ObjectWriter object(out);
    object.Integer("minReaderVersion", protocol.min_reader)
        .Integer("minWriterVersion", protocol.min_writer);
    if (protocol.min_reader >= 3) object.Strings("readerFeatures", protocol.reader_features);
    if (protocol.min_writer >= 7) object.Strings("writerFeatures", protocol.writer_features);
    object.Close();
  }
  void operator()(const Metadata& metadata) const {
    out += R"({"metaData":)";
    ObjectWriter object(out);
    object.Text("id", std::string_view(metadata.id))
        .Text("name", metadata.name)
        .Text("description", metadata.description)
        .Raw("format", R"({"provider":"parquet","options":{}})")
        .Text("schemaString", std::string_view(metadata.schema_json))
        .Strings("partitionColumns", metadata.partition_columns)
        .Texts("configuration", metadata.configuration)
        .Integer("createdTime", metadata.created_time)
        .Close();
  }
  void operator()(const AddFile& add) const {
    out += R"({"add":)";
    ObjectWriter object(out);
    object.Text("path", std::string_view(add.path))
        .Texts("partitionValues", add.partition_values)
        .Integer("size", add.size)
        .Integer("modificationTime", add.modification_time)
        .Boolean("dataChange", add.data_change)
        .Text("stats", add.stats);
    if (!add.tags.empty()) object.Texts("tags", add.tags);
    object.Close();
  }
  void operator()(const RemoveFile& remove) const {
    out += R"({"remove":)";
    ObjectWriter object(out);
    object.Text("path", std::string_view(remove.path))
        .Integer("deletionTimestamp", remove.deletion_timestamp)
        .Boolean("dataChange", remove.data_change);
    if (remove.size)
      object.Boolean("extendedFileMetadata", true)
          .Texts("partitionValues", remove.partition_values)
          .Integer("size", remove.size);
    object.Close();
  }
  void operator()(const AppTransaction& transaction) const {
    out += R"({"txn":)";
    ObjectWriter object(out);
    object.Text("appId", std::string_view(transaction.app_id))
        .Integer("version", transaction.version)
        .Integer("lastUpdated", transaction.last_updated)
        .Close();
  }
  void operator()(const CommitInfo& info) const {
    out += R"({"commitInfo":)";
    out += info.json;
  }
  void operator()(const DomainMetadata& domain) const {
    out += R"({"domainMetadata":)";
    ObjectWriter object(out);
    object.Text("domain", std::string_view(domain.domain))
        .Text("configuration", std::string_view(domain.configuration))
        .Boolean("removed", domain.removed)
        .Close();
  }
  void operator()(const ChangeFile&) const { CA_UNREACHABLE("change data files are only read"); }
  void operator()(const CheckpointPart&) const { CA_UNREACHABLE("v2 checkpoints are only read"); }
};

}  // namespace

Result<std::vector<Action>> ParseActions(std::string_view json_lines, std::string_view path) {
  const simdjson::padded_string padded(json_lines);
  const std::string_view text(padded);
  dom::parser parser;
  std::vector<Action> actions;
  int line = 0;
  for (size_t begin = 0; begin < text.size();) {
    ++line;
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view json = text.substr(begin, end - begin);
    begin = end + 1;
    if (json.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto corrupt = [&](std::string_view why) {
      return Error(ErrorCode::kDeltaCorrupt, fmt::format("line {} of the log entry: {}", line, why),
                   std::string(path));
    };
    dom::object object;
    // The bytes after the line belong to the same padded buffer, so no copy is needed.
    const auto error = parser.parse(json.data(), json.size(), false).get(object);
    if (error == simdjson::CAPACITY || error == simdjson::MEMALLOC)
      return Error(ErrorCode::kIoError, "the log entry is too large", std::string(path));
    if (error != simdjson::SUCCESS) return corrupt("not a JSON object (cut off?)");
    for (const auto [kind, value] : object) {
      if (value.is_null()) continue;
      std::string problem;
      std::optional<Action> action = ReadAction(kind, value, problem);
      if (!problem.empty()) return corrupt(fmt::format("action {}: {}", kind, problem));
      if (action) actions.push_back(*std::move(action));
    }
  }
  return actions;
}

void AppendJsonLine(const Action& action, std::string& out) {
  std::visit(LineWriter{out}, action);
  out += "}\n";
}

}  // namespace codeanatomy::storage
