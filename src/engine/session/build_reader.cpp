#include "engine/session/build_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ascii.h"
#include "catalog/graph.h"
#include "catalog/planner.h"
#include "catalog/table.h"
#include "engine/duckdb/parquet_io.h"
#include "engine/render/session_views.h"
#include "engine/session/sql_policy.h"
#include "engine/udf/registry.h"
#include "spec/spec.h"
#include "storage/log/snapshot.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kStoredPrefix = "stored_";

/// Insertions, deletions and replacements that turn one text into the other.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    fmt::format_to(std::back_inserter(joined), "{}{}", joined.empty() ? "" : ", ", name);
  }
  return joined;
}

std::string SpillFolder() {
  const char* base = std::getenv("TMPDIR");
  return fmt::format("{}/codeanatomy-{}", base != nullptr && *base != '\0' ? base : "/tmp",
                     getpid());
}

/// "codeanatomy.cpg_nodes@3" → table and version.
struct VersionedName {
  std::string table;
  std::optional<int64_t> version;
};

Result<VersionedName> ParseVersionedName(std::string_view name) {
  std::string_view rest = name.substr(kRelationPrefix.size());
  const size_t at = rest.find('@');
  VersionedName parsed{.table = AsciiLower(rest.substr(0, at))};
  if (at == std::string_view::npos) return parsed;
  rest.remove_prefix(at + 1);
  int64_t version = 0;
  const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), version);
  if (failure != std::errc() || end != rest.data() + rest.size() || version < 0) {
    return Error(ErrorCode::kUnknownSchema, "no table version of that form", std::string(name),
                 "write \"codeanatomy.<table>@<version>\"");
  }
  parsed.version = version;
  return parsed;
}

/// What the spec of the build says; nothing where it does not.
std::optional<int64_t> PublishedBatchRows(const storage::BuildVersions& build) {
  const auto text = build.attributes.find(std::string(kBatchSizeAttribute));
  if (text == build.attributes.end()) return std::nullopt;
  int64_t rows = 0;
  const char* end = text->second.data() + text->second.size();
  const auto [at, failure] = std::from_chars(text->second.data(), end, rows);
  return failure == std::errc() && at == end && rows > 0 ? std::optional(rows) : std::nullopt;
}

Result<void> CheckOperators(const StatementNames& names, const FeatureGates& gates) {
  if (gates.is_on(FeatureGate::kExprPlanners)) return {};
  for (const std::string_view name : kDomainOperators) {
    if (names.functions.contains(std::string(name)))
      return Error(ErrorCode::kSqlPolicyViolation, "this operator is switched off",
                   std::string(name), "the feature expr_planners offers it");
  }
  return {};
}

}  // namespace

using SessionViews = std::map<std::string, SessionView>;

struct BuildReader::State {
  std::string out;  // absolute
  std::unique_ptr<storage::FileSystem> files = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock = storage::OpenSystemClock();
  storage::Current current;
  std::unique_ptr<Session> session;
  std::unique_ptr<DuckdbParquetIo> parquet;
  std::unique_ptr<const SessionViews> views;  // read when first needed
  std::set<std::string> created;

  const std::map<std::string, storage::TableVersion>& tables() const {
    return current.build.tables;
  }

  Result<void> LoadViews();
  Result<InputSchemas> ForeignSchemas(const spec::Spec& spec) const;
  enum class Standing : uint8_t { kUnknown, kThere, kView };
  Result<Standing> Begin(const std::string& key);
  Result<bool> Ensure(const std::string& name);
  Result<void> EnsureAll(const std::vector<std::string>& names);
  Result<void> CreateView(const std::string& name, std::string_view select);
  Result<void> CreateTable(const std::string& name, const std::string& table,
                           std::optional<int64_t> version);
  Result<void> EnsureCall(const TableCall& call);
  Result<void> Register(const DatasetSpec& dataset);
  std::vector<std::string> Names() const;
  Error Unknown(std::string_view name) const;
};

Result<void> BuildReader::State::LoadViews() {
  if (views) return {};
  const auto hash = current.build.attributes.find("spec_hash");
  if (hash == current.build.attributes.end()) {
    views = std::make_unique<const SessionViews>();
    return {};
  }
  auto json = files->ReadFile(fmt::format("{}/specs/{}.json", out, hash->second));
  if (!json) {
    return std::move(json.error()).WithFrame("reading the spec whose views the build offers");
  }
  CA_ASSIGN_OR_RETURN(const spec::Spec spec, spec::ParseSpec(*json));
  // Views over inputs that lie elsewhere, of a spec that was run over another folder, are not
  // offered: its outputs are.
  for (const spec::InputRelation& input : spec.input_relations) {
    if (FindTable(input.logical_name) != nullptr || tables().contains(input.logical_name)) continue;
    views = std::make_unique<const SessionViews>();
    return {};
  }
  CA_ASSIGN_OR_RETURN(const InputSchemas foreign, ForeignSchemas(spec));
  CA_ASSIGN_OR_RETURN(SessionViews rendered, RenderSessionViews(spec, foreign));
  views = std::make_unique<const SessionViews>(std::move(rendered));
  return {};
}

/// Schemas of the inputs that a user's declarations brought, from their stored tables.
Result<InputSchemas> BuildReader::State::ForeignSchemas(const spec::Spec& spec) const {
  InputSchemas foreign;
  const storage::Environment environment{*files, *parquet, *clock};
  for (const spec::InputRelation& input : spec.input_relations) {
    const auto stored = tables().find(input.logical_name);
    if (FindTable(input.logical_name) != nullptr || stored == tables().end()) continue;
    CA_ASSIGN_OR_RETURN(
        const auto snapshot,
        session->caches().snapshots.Load(environment, storage::JoinPath(out, stored->second.path),
                                         stored->second.version));
    expr::Schema schema;
    for (const storage::Field& field : snapshot->schema().fields) {
      CA_ASSIGN_OR_RETURN(expr::Type type, storage::ToExpr(field.type));
      schema.fields.push_back({field.name, std::move(type), storage::SemanticTypeOf(field)});
    }
    foreign.emplace(input.logical_name, std::move(schema));
  }
  return foreign;
}

Result<void> BuildReader::State::CreateView(const std::string& name, std::string_view select) {
  auto status = session->connection().Execute(
      fmt::format("CREATE VIEW {} AS {}", QuoteIdentifier(name), select));
  if (!status) return std::move(status.error()).WithFrame("preparing the relation " + name);
  session->caches().plans.Miss();
  return {};
}

Result<void> BuildReader::State::CreateTable(const std::string& name, const std::string& table,
                                             std::optional<int64_t> version) {
  const storage::TableVersion& entry = tables().at(table);
  const storage::Environment environment{*files, *parquet, *clock};
  CA_ASSIGN_OR_RETURN(const auto snapshot, session->caches().snapshots.Load(
                                               environment, storage::JoinPath(out, entry.path),
                                               version.value_or(entry.version)));
  CA_ASSIGN_OR_RETURN(const std::string select, RenderSnapshotScan(*snapshot, *session));
  return CreateView(name, select);
}

/// What the macro of a table function will look up.
Result<void> BuildReader::State::EnsureCall(const TableCall& call) {
  const std::string name = call.ViewName();
  if (created.contains(name)) {
    session->caches().plans.Hit();
    return {};
  }
  const storage::Environment environment{*files, *parquet, *clock};
  CA_ASSIGN_OR_RETURN(const std::string select, RenderTableCall(call, out, environment, *session));
  CA_RETURN_IF_ERROR(CreateView(name, select));
  created.insert(name);
  return {};
}

/// Looks the relation up and creates it, unless it is a view that reads others.
Result<BuildReader::State::Standing> BuildReader::State::Begin(const std::string& key) {
  if (!created.insert(key).second) {
    session->caches().plans.Hit();
    return Standing::kThere;
  }
  if (const std::string* dataset = session->datasets().Find(key)) {
    CA_RETURN_IF_ERROR(CreateView(key, *dataset));
    return Standing::kThere;
  }
  if (key.starts_with(kRelationPrefix)) {
    if (!session->features().is_on(FeatureGate::kInputPlugins)) {
      return Error(ErrorCode::kUnknownSchema, "names with a prefix are switched off", key,
                   "the feature input_plugins serves them");
    }
    CA_ASSIGN_OR_RETURN(const VersionedName versioned, ParseVersionedName(key));
    if (!tables().contains(versioned.table)) return Unknown(versioned.table);
    CA_RETURN_IF_ERROR(CreateTable(key, versioned.table, versioned.version));
    return Standing::kThere;
  }
  for (const ExtensionDescriptor& extension : session->extensions()) {
    if (std::ranges::find(extension.relations, key) != extension.relations.end())
      return Standing::kThere;
  }
  CA_RETURN_IF_ERROR(LoadViews());
  if (views->contains(key)) return Standing::kView;
  const std::string stored =
      key.starts_with(kStoredPrefix) ? key.substr(kStoredPrefix.size()) : key;
  if (tables().contains(stored)) {
    CA_RETURN_IF_ERROR(CreateTable(key, stored, {}));
    return Standing::kThere;
  }
  created.erase(key);
  return Standing::kUnknown;
}

/// Creates the relation and what it reads, unless they are there. False where no relation has that
/// name.
Result<bool> BuildReader::State::Ensure(const std::string& name) {
  struct OpenView {
    std::string key;
    const SessionView* view;
    size_t next = 0;  // of its dependencies
  };
  std::vector<OpenView> open;  // each is read by the one before it
  std::string key = AsciiLower(name);
  CA_ASSIGN_OR_RETURN(Standing standing, Begin(key));
  if (standing == Standing::kView) open.push_back({key, &views->find(key)->second});
  while (!open.empty()) {
    OpenView& top = open.back();
    if (top.next == top.view->dependencies.size()) {
      CA_RETURN_IF_ERROR(CreateView(top.key, top.view->sql));
      open.pop_back();
      continue;
    }
    key = AsciiLower(top.view->dependencies[top.next++]);
    auto begun = Begin(key);
    if (begun && *begun == Standing::kUnknown) begun = Unknown(key);
    if (!begun)
      return std::move(begun.error())
          .WithFrame(fmt::format("preparing the relation {}", open.back().key));
    if (*begun == Standing::kView) open.push_back({key, &views->find(key)->second});
  }
  return standing != Standing::kUnknown;
}

Result<void> BuildReader::State::EnsureAll(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    CA_ASSIGN_OR_RETURN(const bool known, Ensure(name));
    if (!known) return Unknown(name);
  }
  return {};
}

/// A name means one thing: the build's relations keep theirs.
Result<void> BuildReader::State::Register(const DatasetSpec& dataset) {
  CA_RETURN_IF_ERROR(LoadViews());
  if (tables().contains(dataset.name) || views->contains(dataset.name)) {
    return Error(ErrorCode::kAlreadyExists, "a relation of the build has that name", dataset.name,
                 "choose another name for the dataset");
  }
  CA_RETURN_IF_ERROR(session->datasets().Register(dataset, {*files, *parquet, *clock}, *session));
  return {};
}

std::vector<std::string> BuildReader::State::Names() const {
  std::set<std::string> names;
  for (const auto& [name, table] : tables()) names.insert(name);
  if (views) {
    for (const auto& [name, view] : *views) names.insert(name);
  }
  for (const RegistrationReceipt& dataset : session->datasets().receipts())
    names.insert(dataset.name);
  return {names.begin(), names.end()};
}

Error BuildReader::State::Unknown(std::string_view name) const {
  const std::string key = AsciiLower(name);
  std::vector<std::pair<size_t, std::string>> ranked;
  for (std::string& known : Names()) {
    const bool part = known.find(key) != std::string::npos || key.find(known) != std::string::npos;
    const size_t distance = part ? 1 : EditDistance(key, known);
    if (distance <= std::max<size_t>(2, key.size() / 3))
      ranked.emplace_back(distance, std::move(known));
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> nearest;
  for (size_t i = 0; i < ranked.size() && i < 3; ++i) nearest.push_back(ranked[i].second);
  return Error(ErrorCode::kUnknownSchema, "no table or view has that name", std::string(name),
               nearest.empty()
                   ? "SHOW TABLES lists them"
                   : fmt::format("did you mean {}? SHOW TABLES lists all", JoinNames(nearest)));
}

BuildReader::BuildReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
BuildReader::~BuildReader() = default;

Result<std::unique_ptr<BuildReader>> BuildReader::Open(const std::string& out,
                                                       SessionOptions options,
                                                       std::span<const DatasetSpec> datasets) {
  auto state = std::make_unique<State>();
  std::error_code failure;
  state->out = std::filesystem::canonical(out, failure).string();
  if (failure) {
    return Error(ErrorCode::kNotFound, "no build there", out,
                 "run `codeanatomy build`, or name its output folder with --build");
  }
  CA_ASSIGN_OR_RETURN(state->current, storage::ReadCurrent(*state->files, state->out));
  if (options.temp_directory.empty()) options.temp_directory = SpillFolder();
  if (!options.batch_rows) options.batch_rows = PublishedBatchRows(state->current.build);
  CA_ASSIGN_OR_RETURN(state->session, Session::Create(options));
  state->parquet = std::make_unique<DuckdbParquetIo>(*state->session);
  // The order matters: after the second setting the first, after the third nothing can be changed.
  std::string folders = QuoteLiteral(state->out + "/");
  for (const DatasetSpec& dataset : datasets) folders += ", " + QuoteLiteral(dataset.path + "/");
  CA_RETURN_IF_ERROR(state->session->connection().Execute(fmt::format(
      "SET GLOBAL allowed_directories = [{}]; SET GLOBAL enable_external_access = false; "
      "SET GLOBAL lock_configuration = true",
      folders)));
  for (const DatasetSpec& dataset : datasets) CA_RETURN_IF_ERROR(state->Register(dataset));
  return std::unique_ptr<BuildReader>(new BuildReader(std::move(state)));
}

Result<QueryResult> BuildReader::Query(std::string_view sql,
                                       std::span<const NamedValue> parameters) {
  Connection& connection = state_->session->connection();
  std::set<std::string> plugin_functions;
  for (const ExtensionDescriptor& extension : state_->session->extensions())
    plugin_functions.insert(extension.functions.begin(), extension.functions.end());
  CA_ASSIGN_OR_RETURN(const StatementNames names,
                      CheckStatement(connection, sql, plugin_functions));
  if (names.shows_tables) {
    CA_ASSIGN_OR_RETURN(const std::vector<RelationSummary> relations, Relations());
    std::string rows;
    for (const RelationSummary& relation : relations) {
      fmt::format_to(std::back_inserter(rows), "{}({}, {}, {}, {}, {})", rows.empty() ? "" : ", ",
                     QuoteLiteral(relation.name), QuoteLiteral(relation.kind),
                     QuoteLiteral(relation.group),
                     relation.rows < 0 ? "NULL::BIGINT" : fmt::format("{}::BIGINT", relation.rows),
                     QuoteLiteral(relation.summary));
    }
    return connection.Stream(
        fmt::format("SELECT * FROM (VALUES {}) AS t(name, kind, \"group\", rows, summary)", rows));
  }
  CA_RETURN_IF_ERROR(CheckOperators(names, state_->session->features()));
  CA_RETURN_IF_ERROR(state_->EnsureAll(names.tables));
  for (const std::string& name : names.common_expressions) {
    CA_ASSIGN_OR_RETURN([[maybe_unused]] const bool known, state_->Ensure(name));
  }
  for (const TableCall& call : names.calls) CA_RETURN_IF_ERROR(state_->EnsureCall(call));
  CA_RETURN_IF_ERROR(InstallMacros(connection, names.functions));
  return connection.Stream(sql, parameters);
}

Result<std::vector<RelationSummary>> BuildReader::Relations() {
  CA_RETURN_IF_ERROR(state_->LoadViews());
  std::vector<RelationSummary> relations;
  for (const std::string& name : state_->Names()) {
    RelationSummary relation{.name = name, .kind = "view", .group = "evidence"};
    const TableInfo* table = FindTable(name);
    if (table != nullptr) {
      relation.group = kTableGroupFolders[static_cast<size_t>(table->group)];
      relation.summary = table->summary;
    }
    const ViewRule* declared = FindSessionView(name);
    if (declared != nullptr) relation.summary = declared->summary;
    if (state_->session->datasets().Find(name) != nullptr) {
      relation.group = "dataset";
      relations.push_back(std::move(relation));
      continue;
    }
    const auto stored = state_->tables().find(name);
    const bool hidden = state_->views->contains(name);
    if (hidden && declared == nullptr) relation.group = "cpg";
    if (stored != state_->tables().end() && !hidden) {
      relation.kind = "table";
      relation.rows = stored->second.rows;
    }
    relations.push_back(std::move(relation));
  }
  return relations;
}

const storage::Current& BuildReader::current() const { return state_->current; }
Session& BuildReader::session() { return *state_->session; }

}  // namespace codeanatomy::engine
