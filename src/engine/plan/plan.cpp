#include "engine/plan/plan.h"

#include <set>

#include <fmt/format.h>

#include "engine/plan/lower.h"
#include "engine/plan/maintenance_check.h"
#include "engine/plan/placement.h"
#include "engine/plan/replace_by_file.h"
#include "expr/type_check.h"

namespace codeanatomy::engine {
namespace {

using expr::Schema;

Error Invalid(std::string message, std::string subject) {
  return Error(ErrorCode::kInvalidPlan, std::move(message), std::move(subject));
}

Result<Schema> DeclaredSchema(const spec::InputRelation& input, const InputSchemas& foreign) {
  if (const auto known = foreign.find(input.logical_name); known != foreign.end())
    return known->second;
  const TableInfo* table = FindTable(input.logical_name);
  if (table == nullptr) {
    return Error(ErrorCode::kUnknownSchema, "no table of that name is declared",
                 input.logical_name);
  }
  Schema schema;
  for (const ColumnInfo& column : table->columns) {
    CA_ASSIGN_OR_RETURN(expr::Type type, expr::ParseType(column.type));
    schema.fields.push_back(
        {std::string(column.name), std::move(type), std::string(column.semantic_type)});
  }
  return schema;
}

class Planner {
 public:
  Planner(const spec::Spec& spec, const InputSchemas& foreign, const KnownRows& known)
      : spec_(spec), foreign_(foreign), known_(known) {}

  Result<Plan> Run() {
    CA_RETURN_IF_ERROR(CheckNames());
    CA_ASSIGN_OR_RETURN(const auto order, Order());
    for (const spec::ViewDefinition* view : order) {
      auto added = AddView(*view);
      if (!added) return std::move(added.error()).WithSubject(view->name);
    }
    CA_RETURN_IF_ERROR(AddOutputs());
    CA_RETURN_IF_ERROR(CheckMaintenance(spec_, plan_));
    CountReaders();
    CA_RETURN_IF_ERROR(Place());
    CollectLogReads();
    return std::move(plan_);
  }

 private:
  /// Names stand once; control characters are kept for names of parts (FilePart).
  static Result<void> CheckName(std::string_view name, std::set<std::string_view>& names) {
    if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
      return Invalid("a relation's name with a control character", std::string(name));
    if (!names.insert(name).second) return Invalid("two relations of one name", std::string(name));
    return {};
  }

  Result<void> CheckNames() {
    std::set<std::string_view> names;
    for (const spec::InputRelation& input : spec_.input_relations) {
      CA_RETURN_IF_ERROR(CheckName(input.logical_name, names));
      CA_ASSIGN_OR_RETURN(Schema schema, DeclaredSchema(input, foreign_));
      if (input.requires_lineage) {
        if (schema.Find(kSourceFileColumn) != nullptr)
          return Invalid(fmt::format("the input has a column {} of its own", kSourceFileColumn),
                         input.logical_name);
        schema.fields.push_back({std::string(kSourceFileColumn), expr::TypeKind::kUtf8});
      }
      schemas_.emplace(input.logical_name, schema);
      plan_.inputs.emplace(input.logical_name, std::move(schema));
    }
    for (size_t i = 0; i < spec_.view_definitions.size(); ++i) {
      const spec::ViewDefinition& view = spec_.view_definitions[i];
      CA_RETURN_IF_ERROR(CheckName(view.name, names));
      by_name_.emplace(view.name, i);
    }
    for (const spec::ViewDefinition& view : spec_.view_definitions)
      CA_RETURN_IF_ERROR(CheckSources(view));
    CA_RETURN_IF_ERROR(CheckJoinGraph());
    CA_RETURN_IF_ERROR(CheckCachePolicy());
    return BindParameters();
  }

  Result<void> CheckJoinGraph() const {
    for (size_t i = 0; i < spec_.join_graph.edges.size(); ++i) {
      const spec::JoinEdge& edge = spec_.join_graph.edges[i];
      const std::string path = fmt::format("$.join_graph.edges[{}]", i);
      if (edge.left_keys.size() != edge.right_keys.size() || edge.left_keys.empty())
        return Invalid(fmt::format("key lists of equal length are expected at {}", path), path);
      for (const std::string& name : {edge.left_relation, edge.right_relation}) {
        if (!by_name_.contains(name) && !plan_.inputs.contains(name))
          return Invalid(fmt::format("unknown relation {} at {}", name, path), path);
      }
    }
    return {};
  }

  Result<void> CheckCachePolicy() const {
    if (!spec_.cache_policy) return {};
    std::set<std::string_view> wished;
    if (spec_.cache_policy->min_fanout < 1)
      return Invalid("min_fanout is not positive", "$.cache_policy.min_fanout");
    if (spec_.cache_policy->min_estimated_rows.value_or(0) < 0)
      return Invalid("min_estimated_rows is negative", "$.cache_policy.min_estimated_rows");
    if (spec_.cache_policy->cache_memory_budget.value_or(0) < 0)
      return Invalid("cache_memory_budget is negative", "$.cache_policy.cache_memory_budget");
    for (size_t i = 0; i < spec_.cache_policy->overrides.size(); ++i) {
      const spec::CacheOverride& wish = spec_.cache_policy->overrides[i];
      const std::string path = fmt::format("$.cache_policy.overrides[{}]", i);
      if (!by_name_.contains(wish.view_name))
        return Invalid(fmt::format("unknown view {} at {}", wish.view_name, path), path);
      if (!wished.insert(wish.view_name).second)
        return Invalid(fmt::format("two overrides for the view {} at {}", wish.view_name, path),
                       path);
    }
    return {};
  }

  /// Values by position become literals; a column that must equal a value becomes a predicate of an
  /// input or of every output.
  Result<void> BindParameters() {
    std::map<int64_t, expr::Expr> positions;
    for (size_t i = 0; i < spec_.typed_parameters.size(); ++i) {
      const spec::TypedParameter& parameter = spec_.typed_parameters[i];
      const std::string path = fmt::format("$.typed_parameters[{}]", i);
      expr::Expr value = expr::Null(parameter.type);
      value.literal = parameter.value;
      if (const auto* at = std::get_if<spec::PlaceholderPos>(&parameter.target)) {
        if (at->position < 1 || !positions.emplace(at->position, value).second)
          return Invalid(
              fmt::format("position {} at {} is not from 1 or is repeated", at->position, path),
              path);
        continue;
      }
      CA_RETURN_IF_ERROR(AddFilter(std::get<spec::FilterEq>(parameter.target), value, path));
    }
    for (auto& [position, value] : positions) {
      if (position != static_cast<int64_t>(parameters_.size()) + 1)
        return Invalid("positions of parameters leave a gap", "$.typed_parameters");
      types_.push_back(value.type);
      parameters_.push_back(std::move(value));
    }
    return {};
  }

  Result<void> AddFilter(const spec::FilterEq& target, expr::Expr value, const std::string& path) {
    expr::Expr predicate = expr::Call("eq", {expr::Column(target.filter_column), std::move(value)});
    if (!target.base_table) {
      output_filters_.push_back(std::move(predicate));
      return {};
    }
    const auto input = plan_.inputs.find(*target.base_table);
    if (input == plan_.inputs.end())
      return Invalid(fmt::format("unknown input {} at {}", *target.base_table, path), path);
    CA_RETURN_IF_ERROR(expr::CheckPredicate(predicate, {input->second, {}}, path + ".target"));
    input_filters_[*target.base_table].push_back(std::move(predicate));
    return {};
  }

  void Bind(Relation& relation) const {
    if (parameters_.empty()) return;
    VisitExprs(relation, [&](expr::Expr& root) {
      std::vector<expr::Expr*> open{&root};
      while (!open.empty()) {
        expr::Expr* node = open.back();
        open.pop_back();
        if (node->kind == expr::ExprKind::kParam) {
          *node = parameters_[static_cast<size_t>(node->param) - 1];
        }
        for (expr::Expr& child : node->args) open.push_back(&child);
      }
    });
  }

  Result<void> CheckSources(const spec::ViewDefinition& view) {
    std::set<std::string> read;
    for (std::string& source : spec::TransformSources(view.transform)) {
      if (by_name_.contains(source)) {
        read.insert(std::move(source));
      } else if (!plan_.inputs.contains(source)) {
        return Invalid(fmt::format("unknown source {}", source), view.name);
      }
    }
    if (const auto log = LogReadOf(view.transform); log && !plan_.inputs.contains(log->source))
      return Invalid(fmt::format("{} is no input: only they have a log", log->source), view.name);
    const std::set<std::string> declared(view.view_dependencies.begin(),
                                         view.view_dependencies.end());
    for (const std::string& name : declared) {
      if (!by_name_.contains(name))
        return Invalid(fmt::format("unknown dependency {}", name), view.name);
    }
    if (declared != read)
      return Invalid("view_dependencies are not the views that the transform reads", view.name);
    return {};
  }

  /// Kahn's algorithm over a ready set sorted by name.
  Result<std::vector<const spec::ViewDefinition*>> Order() const {
    std::map<std::string_view, size_t> waiting;
    std::map<std::string_view, std::vector<std::string_view>> readers;
    std::set<std::string_view> ready;
    for (const spec::ViewDefinition& view : spec_.view_definitions) {
      const std::set<std::string_view> dependencies(view.view_dependencies.begin(),
                                                    view.view_dependencies.end());
      waiting[view.name] = dependencies.size();
      if (dependencies.empty()) ready.insert(view.name);
      for (std::string_view name : dependencies) readers[name].push_back(view.name);
    }
    std::vector<const spec::ViewDefinition*> order;
    while (!ready.empty()) {
      const std::string_view name = *ready.begin();
      ready.erase(ready.begin());
      order.push_back(&spec_.view_definitions[by_name_.find(name)->second]);
      for (std::string_view reader : readers[name]) {
        if (--waiting[reader] == 0) ready.insert(reader);
      }
    }
    if (order.size() == waiting.size()) return order;
    const auto stuck =
        std::ranges::find_if(waiting, [](const auto& view) { return view.second > 0; });
    return Invalid("views that read each other", std::string(stuck->first));
  }

  Result<void> AddView(const spec::ViewDefinition& view) {
    const size_t index = by_name_.find(view.name)->second;
    const LowerContext context{schemas_, types_, input_filters_,
                               fmt::format("$.view_definitions[{}]", index)};
    PlannedView planned{.name = view.name,
                        .kind = view.view_kind,
                        .transform = spec::TransformName(view.transform),
                        .dependencies = view.view_dependencies};
    std::ranges::sort(planned.dependencies);
    CA_ASSIGN_OR_RETURN(planned.relation, LowerTransform(view.transform, context));
    Bind(planned.relation);
    std::set<std::string> inputs;
    for (std::string& source : spec::TransformSources(view.transform)) {
      if (plan_.inputs.contains(source)) inputs.insert(std::move(source));
    }
    planned.inputs.assign(inputs.begin(), inputs.end());
    for (const auto& [name, type] : view.output_columns) {
      const expr::Field* field = planned.relation.schema.Find(name);
      if (field == nullptr || !expr::Widens(field->type, type)) {
        return Error(
            ErrorCode::kOutputContractViolation,
            fmt::format("the contract wants {} of type {}, the view has {}", name, type.ToString(),
                        field == nullptr ? "no such column" : field->type.ToString()));
      }
    }
    schemas_.emplace(view.name, planned.relation.schema);
    plan_.views.push_back(std::move(planned));
    return {};
  }

  Result<void> AddOutputs() {
    std::set<std::string_view> tables;
    for (const spec::OutputTarget& target : spec_.output_targets) {
      if (!tables.insert(target.table_name).second)
        return Invalid("two outputs of one name", target.table_name);
      const PlannedView* view = plan_.FindView(target.source_view);
      if (view == nullptr)
        return Invalid(fmt::format("unknown source_view {}", target.source_view),
                       target.table_name);
      PlannedOutput output{.target = target,
                           .location = target.delta_location.value_or(target.table_name),
                           .table = FindTable(target.table_name)};
      std::vector<std::string> names = target.columns;
      if (names.empty()) {
        for (const expr::Field& field : view->relation.schema.fields) names.push_back(field.name);
      }
      for (const std::string& name : names) {
        const expr::Field* field = view->relation.schema.Find(name);
        if (field == nullptr) return MissingColumn(name, target);
        output.schema.fields.push_back(*field);
      }
      CA_RETURN_IF_ERROR(CheckPartitions(target, output.schema));
      CA_RETURN_IF_ERROR(CheckReplaced(target, output.schema));
      output.filters = output_filters_;
      for (const expr::Expr& filter : output.filters) {
        CA_RETURN_IF_ERROR(expr::CheckPredicate(filter, {output.schema, {}}, "$.typed_parameters"));
      }
      if (output.table != nullptr) {
        for (std::string_view name : output.table->order) {
          if (output.schema.Find(name) == nullptr) return MissingColumn(std::string(name), target);
          output.order.emplace_back(name);
        }
      } else {
        output.order = names;
      }
      plan_.outputs.push_back(std::move(output));
    }
    // An output whose view reads another output's view comes after it.
    std::ranges::stable_sort(plan_.outputs, {}, [&](const PlannedOutput& output) {
      return plan_.FindView(output.target.source_view) - plan_.views.data();
    });
    return {};
  }

  static Result<void> CheckPartitions(const spec::OutputTarget& target, const Schema& schema) {
    std::set<std::string_view> named;
    for (const std::string& name : target.partition_by) {
      const expr::Field* field = schema.Find(name);
      if (field == nullptr) return MissingColumn(name, target);
      if (!named.insert(name).second)
        return Invalid(fmt::format("partitioned by {} twice", name), target.table_name);
      static constexpr expr::TypeKind kNested[] = {expr::TypeKind::kBinary, expr::TypeKind::kList,
                                                   expr::TypeKind::kMap,    expr::TypeKind::kStruct,
                                                   expr::TypeKind::kSpan,   expr::TypeKind::kNull};
      if (std::ranges::find(kNested, field->type.kind) != std::end(kNested)) {
        return Invalid(
            fmt::format("{} of type {} cannot partition a table", name, field->type.ToString()),
            target.table_name);
      }
    }
    if (!named.empty() && named.size() == schema.fields.size())
      return Invalid("partitioned by all of its columns", target.table_name);
    return {};
  }

  /// Rows are replaced by the file they come from.
  Result<void> CheckReplaced(const spec::OutputTarget& target, const Schema& schema) const {
    if (target.materialization_mode != spec::MaterializationMode::kReplaceByFile) return {};
    const auto is_id = [](const expr::Field* field) {
      return field != nullptr && field->type.kind == expr::TypeKind::kInt64;
    };
    if (!is_id(schema.Find(kFileIdColumn))) return MissingColumn("file_id of type Int64", target);
    const auto files = plan_.inputs.find(kFileIdsInput);
    if (files == plan_.inputs.end() || !is_id(files->second.Find(kFileIdColumn))) {
      return Invalid("ReplaceByFile needs the input param_file_ids with a column file_id of Int64",
                     target.table_name);
    }
    return {};
  }

  static Error MissingColumn(const std::string& name, const spec::OutputTarget& target) {
    return Error(ErrorCode::kOutputContractViolation,
                 fmt::format("the output has no column {}", name), target.table_name);
  }

  void CountReaders() {
    for (const PlannedOutput& output : plan_.outputs) {
      PlannedView& view = View(output.target.source_view);
      view.is_needed = true;
      ++view.fan_out;
    }
    for (auto view = plan_.views.rbegin(); view != plan_.views.rend(); ++view) {
      if (!view->is_needed) continue;
      for (const std::string& name : view->dependencies) {
        View(name).is_needed = true;
        ++View(name).fan_out;
      }
    }
  }

  void CollectLogReads() {
    for (const PlannedView& view : plan_.views) {
      if (!view.is_needed) continue;
      auto read = LogReadOf(spec_.view_definitions[by_name_.find(view.name)->second].transform);
      if (!read ||
          std::ranges::find(plan_.log_reads, read->scan, &LogRead::scan) != plan_.log_reads.end())
        continue;
      plan_.log_reads.push_back(*std::move(read));
    }
  }

  /// Whether a spec is a plan does not depend on what past runs have counted: where too much would
  /// be put in place for want of rows or budget, views are kept as if those were not asked for.
  Result<void> Place() {
    PlaceViews(spec_, &known_, plan_);
    if (CheckExpansions()) return {};
    PlaceViews(spec_, nullptr, plan_);
    return CheckExpansions();
  }

  /// A view that is put in place where it is read brings along what it reads in turn: in chains the
  /// depth adds up, and where a view is read twice the size doubles at every step.
  Result<void> CheckExpansions() const {
    struct Expansion {
      size_t depth = 0;  // of views inside one another
      size_t scans = 1;  // when all of them are put in place
    };
    std::map<std::string_view, Expansion> expansions;
    for (const PlannedView& view : plan_.views) {
      Expansion own{.depth = 0, .scans = 0};
      for (const std::string& source : Sources(view)) {
        const auto below = expansions.find(source);
        const Expansion& part = below == expansions.end() ? Expansion{} : below->second;
        own.depth = std::max(own.depth, part.depth + 1);
        own.scans += part.scans;
      }
      if (own.depth > kMaxViewDepth)
        return Invalid(fmt::format("views inside one another deeper than {}", kMaxViewDepth),
                       view.name);
      if (own.scans > kMaxViewScans)
        return Invalid(fmt::format("a view that comes to more than {} scans", kMaxViewScans),
                       view.name);
      // What is computed once is one scan for those that read it.
      if (view.placement == Placement::kInline) expansions.emplace(view.name, own);
    }
    return {};
  }

  std::vector<std::string> Sources(const PlannedView& view) const {
    return spec::TransformSources(
        spec_.view_definitions[by_name_.find(view.name)->second].transform);
  }

  PlannedView& View(std::string_view name) {
    return *std::ranges::find(plan_.views, name, &PlannedView::name);
  }

  const spec::Spec& spec_;
  const InputSchemas& foreign_;
  const KnownRows& known_;
  Plan plan_;
  std::map<std::string, Schema, std::less<>> schemas_;
  std::map<std::string, size_t, std::less<>> by_name_;
  std::vector<expr::Expr> parameters_, output_filters_;
  std::vector<expr::Type> types_;  // of parameters_
  std::map<std::string, std::vector<expr::Expr>, std::less<>> input_filters_;
};

}  // namespace

const PlannedView* Plan::FindView(std::string_view name) const {
  const auto at = std::ranges::find(views, name, &PlannedView::name);
  return at == views.end() ? nullptr : &*at;
}

Result<Plan> MakePlan(const spec::Spec& spec, const InputSchemas& foreign, const KnownRows& known) {
  return Planner(spec, foreign, known).Run();
}

}  // namespace codeanatomy::engine
