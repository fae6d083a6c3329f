#include "semantics/transform/provider.h"

#include <set>

#include <fmt/format.h>

#include "semantics/analysis/column_class.h"

namespace codeanatomy::semantics {
namespace {

/// "provider rel_ref_decl/symtable".
std::string ProviderDeclaration(const Relation& relation, const ProviderRule& provider) {
  return fmt::format("provider {}/{}", relation.rule.name, provider.origin);
}

using expr::Expr;
using expr::TypeKind;

/// Columns of a relationship that every provider has, with the type of those it leaves out.
struct OutputColumn {
  std::string_view name;
  TypeKind type;
};
constexpr OutputColumn kOutputs[] = {
    {"src", TypeKind::kInt64},         {"dst", TypeKind::kInt64},     {"name", TypeKind::kUtf8},
    {"label", TypeKind::kUtf8},        {"ordinal", TypeKind::kInt32}, {"file_id", TypeKind::kInt64},
    {"path", TypeKind::kUtf8},         {"bstart", TypeKind::kInt64},  {"bend", TypeKind::kInt64},
    {"symbol_roles", TypeKind::kInt32}};

/// Equalities between a column of the left and one of the right side, which a hash join can use.
std::vector<spec::JoinKey> Equalities(const std::vector<Expr>& predicates) {
  std::vector<spec::JoinKey> keys;
  for (const Expr& predicate : predicates) {
    if (predicate.kind != expr::ExprKind::kCall || predicate.name != "eq") continue;
    const Expr *l = &predicate.args[0], *r = &predicate.args[1];
    if (l->kind != expr::ExprKind::kColumn || r->kind != expr::ExprKind::kColumn) continue;
    if (l->name.starts_with("r.")) std::swap(l, r);
    if (l->name.starts_with("l.") && r->name.starts_with("r."))
      keys.push_back({l->name.substr(2), r->name.substr(2)});
  }
  return keys;
}

bool IsSpanPosition(std::string_view pair_column, const Model& model) {
  const expr::Field field{std::string(pair_column.substr(2)), TypeKind::kInt64};
  const ColumnClass column_class = ClassifyColumn("", field, model);
  return column_class == ColumnClass::kSpanStart || column_class == ColumnClass::kSpanEnd;
}

/// True where an inequality of span positions stands in the predicate.
bool ComparesSpans(const Expr& expr, const Model& model) {
  std::vector<const Expr*> open{&expr};
  while (!open.empty()) {
    const Expr* one = open.back();
    open.pop_back();
    for (const Expr& arg : one->args) open.push_back(&arg);
    if (one->kind != expr::ExprKind::kCall) continue;
    if (one->name == "span_overlaps" || one->name == "span_contains") return true;
    for (std::string_view name : {"lt", "le", "gt", "ge"}) {
      if (one->name != name) continue;
      const std::vector<std::string> columns = expr::ReferencedColumns(*one);
      if (std::ranges::any_of(columns, [&](const auto& c) { return IsSpanPosition(c, model); }))
        return true;
    }
  }
  return false;
}

class ProviderCompiler {
 public:
  ProviderCompiler(const CompileContext& context, const Relation& relation,
                   const ProviderRule& provider, const Schemas& schemas, std::vector<View>& views)
      : context_(context),
        provider_(provider),
        schemas_(schemas),
        views_(views),
        declaration_(ProviderDeclaration(relation, provider)),
        name_(ProviderView(relation, provider)) {}

  Result<std::string> Run() {
    const std::string source =
        AddFilter(name_, provider_.source, provider_.where, declaration_, context_, views_);
    std::vector<spec::ComputedColumn> pairs = DeclaredColumns();
    if (provider_.right.empty()) {
      AddEvaluation(pairs);
      return Finish(source, std::move(pairs));
    }
    std::vector<Expr> predicates;
    for (std::string_view text : provider_.predicates)
      predicates.push_back(Compile(text, context_));
    CA_ASSIGN_OR_RETURN(JoinInference join, Keys(predicates));
    AddEvaluation(pairs);
    std::vector<SemanticRule> rules{SemanticRule::kPathJoin, SemanticRule::kRelation};
    if (join.strategy == JoinStrategy::kSpanOverlap) rules[0] = SemanticRule::kSpanOverlap;
    if (join.strategy == JoinStrategy::kSpanContains) rules[0] = SemanticRule::kSpanContains;
    views_.push_back({name_ + "_pairs", ViewKind::kJoinGroup,
                      spec::Relate{.left = source,
                                   .right = std::string(provider_.right),
                                   .join_keys = join.keys,
                                   .predicates = std::move(predicates),
                                   .computed = pairs},
                      declaration_, std::move(rules),
                      provider_.keys.empty() ? "keys inferred from the columns of both sides"
                                             : "keys are declared"});
    views_.back().inferred.join = std::move(join);
    std::vector<spec::ComputedColumn> same;
    same.reserve(pairs.size());
    for (const spec::ComputedColumn& column : pairs)
      same.push_back({column.name, expr::Column(column.name)});
    return Finish(name_ + "_pairs", std::move(same));
  }

 private:
  std::vector<spec::ComputedColumn> DeclaredColumns() const {
    std::vector<spec::ComputedColumn> columns = Compile(provider_.columns, context_);
    for (const OutputColumn& output : kOutputs) {
      const auto given = std::ranges::find(columns, output.name, &spec::ComputedColumn::name);
      if (given == columns.end()) {
        columns.push_back({std::string(output.name), expr::Null(output.type)});
      } else if (output.type == TypeKind::kInt32) {
        given->expr = expr::Cast(std::move(given->expr), TypeKind::kInt32);
      }
    }
    columns.push_back({"resolution_method", Compile(provider_.method, context_)});
    columns.push_back({"target_count", provider_.candidates.empty()
                                           ? expr::Null(TypeKind::kInt64)
                                           : expr::Cast(Compile(provider_.candidates, context_),
                                                        TypeKind::kInt64)});
    return columns;
  }

  void AddEvaluation(std::vector<spec::ComputedColumn>& columns) const {
    for (size_t i = 0; i < provider_.predicates.size(); ++i) {
      columns.push_back(
          {fmt::format("hard_{}", i + 1), Compile(provider_.predicates[i], context_)});
    }
    for (const FeatureRule& feature : provider_.features) {
      columns.push_back({fmt::format("feat_{}", feature.name),
                         Case({Compile(feature.expr, context_), expr::Float(1), expr::Float(0)})});
    }
  }

  Result<JoinInference> Keys(const std::vector<Expr>& predicates) const {
    for (std::string_view side : {provider_.source, provider_.right}) {
      if (!schemas_.contains(side) && context_.model.FindTable(side) == nullptr) {
        return Blame(Error(ErrorCode::kInvalidPlan,
                           fmt::format("neither a view nor a declared table: {}", side)));
      }
    }
    if (!provider_.keys.empty()) {
      return JoinInference{.strategy = JoinStrategy::kDeclared,
                           .keys = SplitKeys(provider_.keys),
                           .confidence_score = 1.0};
    }
    const expr::Schema left_schema = SchemaAt(provider_.source);
    const expr::Schema right_schema = SchemaAt(provider_.right);
    const Capabilities left = CapabilitiesOf(provider_.source, left_schema, context_.model);
    const Capabilities right = CapabilitiesOf(provider_.right, right_schema, context_.model);
    auto join = InferJoin({left, right, Equalities(predicates), provider_.hint});
    if (!join) return Blame(std::move(join.error()));
    const bool by_file = join->strategy == JoinStrategy::kEquiJoin;
    if (by_file && Equalities(predicates).empty() &&
        std::ranges::any_of(predicates, [&](const Expr& predicate) {
          return ComparesSpans(predicate, context_.model);
        })) {
      return Blame(Error(ErrorCode::kJoinEdgeDerivationFailed,
                         "path and an inequality alone would compare every pair of a file", "",
                         "add an equality to predicates, as eq(l.bend, r.bend)"));
    }
    return join;
  }

  expr::Schema SchemaAt(std::string_view source) const {
    const auto schema = schemas_.find(source);
    return schema != schemas_.end() ? schema->second
                                    : SchemaOfTable(*context_.model.FindTable(source));
  }

  Error Blame(Error error) const {
    View view;
    view.declaration = declaration_;
    return AtDeclaration(std::move(error), view, context_.model);
  }

  /// score and provider, then the best of each group.
  Result<std::string> Finish(const std::string& source, std::vector<spec::ComputedColumn> columns) {
    Expr score = expr::Float(provider_.base_score);
    for (const FeatureRule& feature : provider_.features) {
      Expr value = provider_.right.empty()
                       ? Case({Compile(feature.expr, context_), expr::Float(1), expr::Float(0)})
                       : expr::Column(fmt::format("feat_{}", feature.name));
      score = expr::Call(
          "add",
          {std::move(score), expr::Call("mul", {expr::Float(feature.weight), std::move(value)})});
    }
    columns.push_back({"score", std::move(score)});
    columns.push_back({"provider", expr::Text(provider_.origin)});
    std::vector<std::string> names;
    names.reserve(columns.size());
    for (const spec::ComputedColumn& column : columns) names.push_back(column.name);
    const std::vector<std::string> group = SplitNames(provider_.group_by);
    const bool has_rank = provider_.keep > 0;
    const bool dedupes = !provider_.is_unique;
    Add(has_rank || dedupes ? name_ + "_scored" : name_,
        spec::Project{.source = source, .computed = std::move(columns)}, SemanticRule::kRelation,
        "the columns of a relationship, and the score");
    if (has_rank) {
      Add(dedupes ? name_ + "_best" : name_,
          spec::Rank{.source = name_ + "_scored",
                     .partition_by = group.empty() ? std::vector<std::string>{"src"} : group,
                     .order_by = TotalOrder(provider_.order_by, names),
                     .keep = provider_.keep},
          SemanticRule::kDedupe, fmt::format("the best {} of each group", provider_.keep));
    }
    if (dedupes) {
      const bool is_name =
          std::ranges::find(provider_.columns, "dst", &ColumnRule::name) == provider_.columns.end();
      Add(name_,
          spec::Rank{.source = has_rank ? name_ + "_best" : name_ + "_scored",
                     .partition_by = {"src", is_name ? "name" : "dst", "label", "ordinal"},
                     .order_by = TotalOrder(provider_.order_by, names),
                     .keep = 1},
          SemanticRule::kDedupe, "each pair once");
    }
    return name_;
  }

  /// The declared keys, score descending where they do not name it, then all other columns.
  static std::vector<spec::SortKey> TotalOrder(std::string_view declared,
                                               const std::vector<std::string>& columns) {
    std::vector<spec::SortKey> keys = SplitOrder(declared);
    std::set<std::string> named;
    for (const spec::SortKey& key : keys) named.insert(key.expr.name);
    if (named.insert("score").second) keys.push_back({expr::Column("score"), true});
    for (const std::string& column : columns) {
      if (named.insert(column).second) keys.push_back({expr::Column(column), false});
    }
    return keys;
  }

  void Add(std::string name, spec::Transform transform, SemanticRule rule, std::string why) {
    const ViewKind kind = name == name_ ? ViewKind::kRelate : ViewKind::kProjection;
    views_.push_back(
        {std::move(name), kind, std::move(transform), declaration_, {rule}, std::move(why)});
  }

  const CompileContext& context_;
  const ProviderRule& provider_;
  const Schemas& schemas_;
  std::vector<View>& views_;
  std::string declaration_, name_;
};

}  // namespace

Expr Case(std::vector<Expr> branches) {
  Expr expr = expr::Call("", std::move(branches));
  expr.kind = expr::ExprKind::kCase;
  return expr;
}

std::string ProviderView(const Relation& relation, const ProviderRule& provider) {
  return fmt::format("{}__{}", relation.rule.name, provider.origin);
}

Result<std::string> CompileProvider(const CompileContext& context, const Relation& relation,
                                    const ProviderRule& provider, const Schemas& schemas,
                                    std::vector<View>& views) {
  return ProviderCompiler(context, relation, provider, schemas, views).Run();
}

}  // namespace codeanatomy::semantics
