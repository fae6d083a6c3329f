#include "driver/spec_run/spec_inputs.h"

#include <atomic>
#include <functional>
#include <thread>

#include <fmt/format.h>

#include "base/hash.h"
#include "catalog/table.h"
#include "storage/current.h"
#include "storage/schema.h"

namespace codeanatomy::driver {
namespace {

/// Versions of the complete build in the folder, by location; none where there is none.
std::map<std::string, int64_t> PublishedVersions(storage::FileSystem& files,
                                                 const std::string& folder) {
  std::map<std::string, int64_t> versions;
  if (const auto current = storage::ReadCurrent(files, folder)) {
    for (const auto& [name, table] : current->build.tables) versions[table.path] = table.version;
  }
  return versions;
}

Result<expr::Schema> SchemaOfStored(const storage::Schema& stored) {
  expr::Schema schema;
  for (const storage::Field& field : stored.fields) {
    CA_ASSIGN_OR_RETURN(expr::Type type, storage::ToExpr(field.type));
    schema.fields.push_back({field.name, std::move(type), storage::SemanticTypeOf(field)});
  }
  return schema;
}

/// Calls `body` for every index, `width` of them side by side. Reading logs waits for disks, so
/// these are threads beside those of the task library, which has one per CPU.
void EachOf(size_t count, size_t width, const std::function<void(size_t)>& body) {
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < count; i = next++) body(i);
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < std::min(width, count); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}

using Opened = Result<std::shared_ptr<const storage::Snapshot>>;

Result<void> AddInput(const spec::InputRelation& input, const storage::Snapshot& snapshot,
                      SpecInputs& inputs) {
  if (FindTable(input.logical_name) == nullptr) {
    auto schema = SchemaOfStored(snapshot.schema());
    if (!schema) return std::move(schema.error()).WithSubject(input.logical_name);
    inputs.foreign_schemas.emplace(input.logical_name, *std::move(schema));
  }
  const std::string digest = snapshot.ContentDigest();
  inputs.files.emplace(input.logical_name, snapshot.LocalPaths());
  for (const storage::AddFile& file : snapshot.files()) {
    if (file.partition_values.empty()) continue;
    CA_ASSIGN_OR_RETURN(std::string path, storage::LocalPath(snapshot.root(), file));
    inputs.partitions.emplace(std::move(path), file.partition_values);
  }
  inputs.digests.emplace(input.logical_name, digest);
  inputs.versions.emplace(input.logical_name, snapshot.version());
  inputs.protocols.emplace(
      input.logical_name,
      engine::TableProtocol{snapshot.protocol().min_reader, snapshot.protocol().min_writer});
  inputs.tables.push_back({.name = input.logical_name,
                           .path = input.delta_location,
                           .version = snapshot.version(),
                           .rows = static_cast<uint64_t>(snapshot.CountRows().value_or(0)),
                           .content_digest = digest});
  return {};
}

}  // namespace

LogAccess LogsOf(engine::Session& session) {
  return {session.caches().snapshots, session.log_readers()};
}

Result<SpecInputs> OpenSpecInputs(const spec::Spec& spec, const storage::Environment& environment,
                                  const std::string& folder, LogAccess logs,
                                  const std::map<std::string, int64_t>& versions) {
  const std::map<std::string, int64_t> published = PublishedVersions(environment.files, folder);
  const std::vector<spec::InputRelation>& relations = spec.input_relations;
  std::vector<std::optional<Opened>> opened(relations.size());
  EachOf(relations.size(), logs.readers, [&](size_t i) {
    const spec::InputRelation& input = relations[i];
    std::optional<int64_t> version = input.version_pin;
    for (const auto* known : {&versions, &published}) {
      const auto at = known->find(input.delta_location);
      if (!version && at != known->end()) version = at->second;
    }
    opened[i] =
        logs.kept.Load(environment, fmt::format("{}/{}", folder, input.delta_location), version);
  });
  SpecInputs inputs;
  for (size_t i = 0; i < relations.size(); ++i) {
    const std::string& name = relations[i].logical_name;
    if (!*opened[i]) return std::move(opened[i]->error()).WithFrame("opening the input " + name);
    CA_RETURN_IF_ERROR(AddInput(relations[i], ***opened[i], inputs));
  }
  return inputs;
}

/// As our own files are; those of other writers say nothing of their bytes.
static bool IsNamedByHash(std::string_view file_name) {
  constexpr size_t kHashDigits = 32;
  return file_name.size() > kHashDigits &&
         file_name.find_first_not_of("0123456789abcdef") == kHashDigits;
}

Result<InputDamage> CheckInputFiles(const SpecInputs& inputs,
                                    const storage::Environment& environment) {
  InputDamage damage;
  for (const auto& [name, files] : inputs.files) {
    for (const std::string& path : files) {
      auto bytes = environment.files.ReadFile(path);
      if (!bytes && bytes.error().code() == ErrorCode::kNotFound) {
        damage.missing.push_back(path);
        continue;
      }
      if (!bytes) return std::move(bytes.error());
      const std::string file_name = path.substr(path.rfind('/') + 1);
      if (IsNamedByHash(file_name) && !file_name.starts_with(StableHash128(*bytes)))
        damage.changed.push_back(path);
    }
  }
  return damage;
}

}  // namespace codeanatomy::driver
