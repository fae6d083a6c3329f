#include "storage/log/protocol.h"

#include <charconv>

#include <fmt/format.h>

namespace codeanatomy::storage {
namespace {

constexpr std::string_view kReadableFeatures[] = {"timestampNtz", "vacuumProtocolCheck"};

/// Writer features that bind a commit of ours only when the table uses them; `CheckUse` looks.
constexpr std::string_view kWritableFeatures[] = {
    "appendOnly", "changeDataFeed",    "checkConstraints", "domainMetadata",
    "invariants", "inCommitTimestamp", "timestampNtz",     "vacuumProtocolCheck",
};

bool Contains(std::span<const std::string_view> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

Error Unsupported(std::string_view what, std::string_view access, const std::string& root) {
  return Error(
      ErrorCode::kDeltaFeatureUnsupported,
      fmt::format("the table needs {}, which this program cannot {}", what, access), root,
      fmt::format("use another Delta {} for this table", access == "read" ? "reader" : "writer"));
}

std::string_view Property(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.configuration.find(key);
  return found == metadata.configuration.end() ? std::string_view() : found->second;
}

bool UsesColumnMapping(const Metadata& metadata) {
  const std::string_view mode = Property(metadata, "delta.columnMapping.mode");
  return !mode.empty() && mode != "none";
}

/// The first field, at any depth, for which `wanted` holds.
template <typename Wanted>
const Field* FindField(const Schema& schema, Wanted wanted) {
  std::vector<const std::vector<Field>*> open{&schema.fields};
  while (!open.empty()) {
    const std::vector<Field>& fields = *open.back();
    open.pop_back();
    for (const Field& field : fields) {
      if (wanted(field)) return &field;
      if (field.type.is_nested()) open.push_back(&field.type.children);
    }
  }
  return nullptr;
}

bool HasMetadata(const Field& field, std::string_view key) {
  return std::any_of(field.metadata.begin(), field.metadata.end(),
                     [&](const auto& entry) { return entry.first == key; });
}

/// Uses that older protocol versions allow without listing a feature.
std::string_view FindUse(const Metadata& metadata, const Schema& schema, WriteKind kind) {
  struct MetadataUse {
    std::string_view key, feature;
  };
  static constexpr MetadataUse kFieldUses[] = {{"delta.invariants", "invariants"},
                                               {"delta.generationExpression", "generatedColumns"},
                                               {"delta.identity.start", "identityColumns"}};
  for (const MetadataUse& use : kFieldUses) {
    if (kind == WriteKind::kSameRows && use.feature == "invariants") continue;
    if (FindField(schema, [&](const Field& f) { return HasMetadata(f, use.key); }) != nullptr)
      return use.feature;
  }
  if (kind == WriteKind::kRows) {
    for (const auto& [key, value] : metadata.configuration)
      if (key.starts_with(kConstraintPrefix)) return "checkConstraints";
  }
  if (kind != WriteKind::kSameRows && Property(metadata, "delta.enableChangeDataFeed") == "true")
    return "changeDataFeed";
  if (Property(metadata, "delta.enableInCommitTimestamps") == "true") return "inCommitTimestamp";
  if (Property(metadata, "delta.enableRowTracking") == "true") return "rowTracking";
  if (UsesColumnMapping(metadata)) return "columnMapping";
  return {};
}

void AddFeature(std::vector<std::string>& features, std::string_view name) {
  const auto at = std::lower_bound(features.begin(), features.end(), name);
  if (at == features.end() || *at != name) features.emplace(at, name);
}

}  // namespace

std::span<const std::string_view> ReaderFeatures() { return kReadableFeatures; }
std::span<const std::string_view> WriterFeatures() { return kWritableFeatures; }

Result<void> CheckReadable(const Protocol& protocol, const Metadata& metadata,
                           const std::string& root) {
  if (protocol.min_reader > 3 || protocol.min_reader < 1)
    return Unsupported(fmt::format("reader version {}", protocol.min_reader), "read", root);
  if (protocol.min_reader == 3) {
    for (const std::string& feature : protocol.reader_features)
      if (!Contains(kReadableFeatures, feature))
        return Unsupported(fmt::format("the reader feature {}", feature), "read", root);
  }
  if (UsesColumnMapping(metadata))
    return Unsupported("the reader feature columnMapping", "read", root);
  return {};
}

Result<void> CheckWritable(const Protocol& protocol, const Metadata& metadata, const Schema& schema,
                           const std::string& root, WriteKind kind) {
  if (protocol.min_writer > 7 || protocol.min_writer < 1)
    return Unsupported(fmt::format("writer version {}", protocol.min_writer), "write", root);
  if (protocol.min_writer == 7) {
    for (const std::string& feature : protocol.writer_features)
      if (!Contains(kWritableFeatures, feature))
        return Unsupported(fmt::format("the writer feature {}", feature), "write", root);
  }
  if (const std::string_view use = FindUse(metadata, schema, kind); !use.empty())
    return Unsupported(fmt::format("the writer feature {}", use), "write", root);
  return {};
}

Protocol RequiredProtocol(const Schema& schema, const Protocol& base) {
  const auto is_ntz = [](const Field& f) { return f.type.kind == TypeKind::kTimestampNtz; };
  Protocol protocol = base;
  if (FindField(schema, is_ntz) == nullptr) return protocol;
  // Moving to feature lists: what versions 2 and 3 implied must then be listed.
  if (protocol.min_writer < 7) {
    for (const std::string_view implied : {"appendOnly", "invariants"})
      AddFeature(protocol.writer_features, implied);
    if (protocol.min_writer >= 3) AddFeature(protocol.writer_features, "checkConstraints");
  }
  AddFeature(protocol.reader_features, "timestampNtz");
  AddFeature(protocol.writer_features, "timestampNtz");
  protocol.min_reader = 3;
  protocol.min_writer = 7;
  return protocol;
}

int64_t DurationProperty(const Metadata& metadata, const std::string& key, int64_t fallback) {
  struct Unit {
    std::string_view name;
    int64_t ms;
  };
  static constexpr Unit kUnits[] = {{"week", 604'800'000}, {"day", 86'400'000}, {"hour", 3'600'000},
                                    {"minute", 60'000},    {"second", 1000},    {"millisecond", 1}};
  std::string_view text = Property(metadata, key);
  if (text.starts_with("interval ")) text.remove_prefix(9);
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 0 || count > 1'000'000) return fallback;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (!text.starts_with(' ')) return fallback;
  text.remove_prefix(1);
  if (text.ends_with('s')) text.remove_suffix(1);
  for (const Unit& unit : kUnits)
    if (unit.name == text) return count * unit.ms;
  return fallback;
}

}  // namespace codeanatomy::storage
