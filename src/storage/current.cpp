#include "storage/current.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_text.h"

namespace codeanatomy::storage {
namespace {

namespace dom = simdjson::dom;

constexpr char kCurrentName[] = "CURRENT";
constexpr char kLockName[] = "LOCK";
constexpr int64_t kFormat = 1;

void AppendMember(std::string& json, std::string_view key, std::string_view value) {
  AppendJsonString(json, key);
  json += ':';
  AppendJsonString(json, value);
}

/// The members of one build, without braces; one table per line, for eyes and `diff`.
void AppendBuild(std::string& json, const BuildVersions& build) {
  AppendMember(json, "run_id", build.run_id);
  json += ",\"attributes\":{";
  bool first = true;
  for (const auto& [key, value] : build.attributes) {
    if (!std::exchange(first, false)) json += ',';
    AppendMember(json, key, value);
  }
  json += "},\"tables\":{";
  first = true;
  for (const auto& [name, table] : build.tables) {
    json += std::exchange(first, false) ? "\n" : ",\n";
    AppendJsonString(json, name);
    json += ":{";
    AppendMember(json, "path", table.path);
    json += fmt::format(R"(,"version":{},"rows":{},)", table.version, table.rows);
    AppendMember(json, "content_digest", table.content_digest);
    json += '}';
  }
  json += '}';
}

/// Reads one build; what is missing or of a wrong type is noted in `problem`.
class BuildReader {
 public:
  BuildVersions Read(const dom::element& element) {
    BuildVersions build;
    build.run_id = Text(element, "run_id");
    dom::object attributes, tables;
    if (element["attributes"].get(attributes) != simdjson::SUCCESS) problem_ = "attributes";
    for (const auto [key, value] : attributes)
      build.attributes[std::string(key)] = Text(attributes, key);
    if (element["tables"].get(tables) != simdjson::SUCCESS) problem_ = "tables";
    for (const auto [name, value] : tables) {
      TableVersion& table = build.tables[std::string(name)];
      table.path = Text(value, "path");
      table.version = Integer(value, "version");
      table.rows = Integer(value, "rows");
      table.content_digest = Text(value, "content_digest");
      // Readers append it to the output folder, which it must not leave.
      if (table.path.empty() || table.path[0] == '/' || table.path.find("..") != std::string::npos)
        problem_ = "path";
    }
    return build;
  }
  const std::string& problem() const { return problem_; }

 private:
  template <typename Object>
  std::string Text(const Object& object, std::string_view key) {
    std::string_view text;
    if (object[key].get(text) != simdjson::SUCCESS) problem_ = key;
    return std::string(text);
  }
  int64_t Integer(const dom::element& object, std::string_view key) {
    int64_t value = 0;
    if (object[key].get(value) != simdjson::SUCCESS) problem_ = key;
    return value;
  }
  std::string problem_;
};

Error Corrupt(const std::string& path, std::string_view why) {
  return Error(ErrorCode::kDeltaCorrupt, fmt::format("the version vector is not readable: {}", why),
               path, "build again; the tables themselves are not affected");
}

}  // namespace

std::map<std::string, std::set<int64_t>> ReadableVersions(const Current& current) {
  std::map<std::string, std::set<int64_t>> versions;
  for (const auto& [name, table] : current.build.tables) versions[table.path].insert(table.version);
  for (const BuildVersions& build : current.superseded)
    for (const auto& [name, table] : build.tables) versions[table.path].insert(table.version);
  return versions;
}

Result<Current> ReadCurrent(FileSystem& files, const std::string& out) {
  const std::string path = JoinPath(out, kCurrentName);
  Result<std::string> json = files.ReadFile(path);
  if (!json && json.error().code() == ErrorCode::kNotFound)
    return Error(ErrorCode::kNotFound, "no complete build here", out,
                 "run codeanatomy build, or name another output folder");
  if (!json) return std::move(json.error());
  dom::parser parser;
  dom::element root;
  if (parser.parse(*json).get(root) != simdjson::SUCCESS) return Corrupt(path, "not JSON");
  int64_t format = 0;
  if (root["format"].get(format) != simdjson::SUCCESS || format != kFormat)
    return Corrupt(path, fmt::format("format {}, known is {}", format, kFormat));
  BuildReader reader;
  Current current;
  current.build = reader.Read(root);
  dom::array superseded;
  if (root["superseded"].get(superseded) != simdjson::SUCCESS)
    return Corrupt(path, "no member superseded");
  for (const dom::element build : superseded) current.superseded.push_back(reader.Read(build));
  if (!reader.problem().empty())
    return Corrupt(path, fmt::format("member {} is missing or wrong", reader.problem()));
  return current;
}

Result<void> PublishCurrent(FileSystem& files, const std::string& out, const BuildVersions& build) {
  Result<Current> before = ReadCurrent(files, out);
  if (!before && before.error().code() == ErrorCode::kIoError) return std::move(before.error());
  std::string json = fmt::format("{{\"format\":{},", kFormat);
  AppendBuild(json, build);
  json += ",\n\"superseded\":[";
  if (before) {
    // An unreadable vector is replaced like a missing one: nobody can read builds through it.
    std::vector<BuildVersions>& superseded = before->superseded;
    superseded.insert(superseded.begin(), std::move(before->build));
    superseded.resize(std::min(superseded.size(), kSupersededBuilds));
    for (size_t i = 0; i < superseded.size(); ++i) {
      json += i == 0 ? "{" : ",\n{";
      AppendBuild(json, superseded[i]);
      json += '}';
    }
  }
  json += "]}\n";
  return ReplaceFile(files, JoinPath(out, kCurrentName), json);
}

Result<std::unique_ptr<FileLock>> LockOutput(FileSystem& files, const std::string& out) {
  CA_RETURN_IF_ERROR(files.CreateDirectories(out));
  CA_ASSIGN_OR_RETURN(auto lock, files.TryLock(JoinPath(out, kLockName)));
  if (lock == nullptr)
    return Error(ErrorCode::kOutputLocked, "another build is writing here", out,
                 "wait for it, or choose another --output-dir");
  return lock;
}

}  // namespace codeanatomy::storage
