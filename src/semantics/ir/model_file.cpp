#include "semantics/ir/model_file.h"

#include <filesystem>

#include "catalog/node_kind.h"
#include "expr/expr_text.h"
#include "expr/type_check.h"
#include "semantics/analysis/column_class.h"
#include "semantics/ir/toml_record.h"

namespace codeanatomy::semantics {
namespace {

template <typename T, size_t N>
Result<T> ChoiceOf(const TomlRecord& record, std::string_view key, std::string_view text,
                   const std::string_view (&names)[N]) {
  std::string all;
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<T>(i);
    all += (all.empty() ? "" : ", ") + std::string(names[i]);
  }
  return record.Fail(key, fmt::format("'{}' is none of {}", text, all));
}

bool IsName(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class DeclarationReader {
 public:
  DeclarationReader(const std::string& file, const std::string& folder, Model& model)
      : file_(file), folder_(folder), model_(model), storage_(*model.storage) {}

  Result<void> Read(std::string_view toml) {
    const toml::parse_result parsed = toml::parse(toml, file_);
    if (!parsed) {
      return Error(ErrorCode::kSemanticModelInvalid, std::string(parsed.error().description()),
                   PlaceIn(file_, parsed.error().source()));
    }
    TomlRecord root("semantics", parsed.table(), file_, storage_.texts,
                    /*is_root=*/true);
    CA_ASSIGN_OR_RETURN(const int64_t version, root.IntegerOr("version", 0));
    if (version != 1) return root.Fail("version", "version = 1 is expected");
    // What others refer to comes first.
    CA_RETURN_IF_ERROR(Each(root, "source", &DeclarationReader::ReadSource));
    CA_RETURN_IF_ERROR(Each(root, "table", &DeclarationReader::ReadTable));
    CA_RETURN_IF_ERROR(Each(root, "column", &DeclarationReader::ReadColumn));
    CA_RETURN_IF_ERROR(Each(root, "entity", &DeclarationReader::ReadEntity));
    CA_RETURN_IF_ERROR(Each(root, "view", &DeclarationReader::ReadView));
    CA_RETURN_IF_ERROR(Each(root, "relationship", &DeclarationReader::ReadRelationship));
    CA_RETURN_IF_ERROR(Each(root, "confidence", &DeclarationReader::ReadConfidence));
    CA_RETURN_IF_ERROR(Each(root, "provider", &DeclarationReader::ReadProvider));
    CA_RETURN_IF_ERROR(Each(root, "node", &DeclarationReader::ReadNode));
    CA_RETURN_IF_ERROR(Each(root, "edge", &DeclarationReader::ReadEdge));
    CA_RETURN_IF_ERROR(Each(root, "property", &DeclarationReader::ReadProperty));
    CA_RETURN_IF_ERROR(root.Finish());
    return CheckRelations(root);
  }

 private:
  using Reader = Result<void> (DeclarationReader::*)(TomlRecord&);

  Result<void> Each(TomlRecord& root, std::string_view kind, Reader reader) {
    CA_ASSIGN_OR_RETURN(std::vector<TomlRecord> records, root.Records(kind));
    for (TomlRecord& one : records) {
      CA_RETURN_IF_ERROR((this->*reader)(one));
      CA_RETURN_IF_ERROR(one.Finish());
    }
    return {};
  }

  /// Remembers where a declaration stands; its name must be new.
  Result<void> Declare(TomlRecord& record, std::string_view key, std::string declaration,
                       bool is_taken) {
    if (is_taken || !model_.declared_at.emplace(declaration, record.Place()).second)
      return record.Fail(key, declaration + " is declared twice");
    return {};
  }
  Result<std::string_view> Name(TomlRecord& record, std::string_view key) {
    CA_ASSIGN_OR_RETURN(const std::string_view name, record.Text(key));
    if (!IsName(name)) return record.Fail(key, "letters, digits and underscores are expected");
    return name;
  }
  /// Checked here, so that the compiler may rely on it.
  Result<std::string_view> Expression(TomlRecord& record, std::string_view key,
                                      std::string_view text) {
    auto parsed = expr::ParseExprText(text);
    if (!parsed) return record.Fail(key, parsed.error().message());
    return text;
  }
  Result<std::string_view> ExpressionOr(TomlRecord& record, std::string_view key) {
    CA_ASSIGN_OR_RETURN(const std::string_view text, record.TextOr(key, ""));
    if (text.empty()) return text;
    return Expression(record, key, text);
  }
  Result<std::span<const ColumnRule>> Columns(TomlRecord& record, std::string_view key) {
    CA_ASSIGN_OR_RETURN(const auto pairs, record.Pairs(key));
    auto& columns = storage_.columns.emplace_back();
    for (const auto& [name, text] : pairs) {
      CA_RETURN_IF_ERROR(Expression(record, key, text));
      columns.push_back({name, text});
    }
    return std::span<const ColumnRule>(columns);
  }
  Result<std::string_view> Keys(TomlRecord& record, std::string_view key) {
    CA_ASSIGN_OR_RETURN(const std::string_view joined, record.Joined(key));
    return joined;
  }

  Result<void> ReadSource(TomlRecord& r) {
    EvidenceSource source{};
    CA_ASSIGN_OR_RETURN(source.name, Name(r, "name"));
    CA_ASSIGN_OR_RETURN(const int64_t bit, r.IntegerOr("bit", 0));
    CA_ASSIGN_OR_RETURN(const int64_t rank, r.IntegerOr("rank", 100));
    CA_ASSIGN_OR_RETURN(source.is_strong, r.FlagOr("strong", false));
    CA_RETURN_IF_ERROR(Declare(r, "name", fmt::format("source {}", source.name),
                               model_.FindSource(source.name) != nullptr));
    if (bit <= 0 || bit > (int64_t{1} << 30) || (bit & (bit - 1)) != 0)
      return r.Fail("bit", "a power of two up to 2^30 is expected");
    for (const EvidenceSource& other : model_.sources) {
      if (other.bit == bit) return r.Fail("bit", fmt::format("the bit of source {}", other.name));
    }
    source.bit = static_cast<int32_t>(bit);
    source.rank = static_cast<int32_t>(rank);
    model_.sources.push_back(source);
    return {};
  }

  Result<void> ReadTable(TomlRecord& r) {
    ForeignTable foreign{};
    CA_ASSIGN_OR_RETURN(foreign.table.name, Name(r, "name"));
    CA_ASSIGN_OR_RETURN(const std::string_view location, r.Text("location"));
    CA_RETURN_IF_ERROR(Declare(r, "name", fmt::format("table {}", foreign.table.name),
                               model_.FindTable(foreign.table.name) != nullptr));
    foreign.location =
        r.Keep((std::filesystem::path(folder_) / location).lexically_normal().string());
    foreign.table.group = TableGroup::kEvidence;
    foreign.table.summary = "Declared by the user.";
    CA_ASSIGN_OR_RETURN(const auto pairs, r.Pairs("columns"));
    if (pairs.empty()) return r.Fail("columns", "a table has columns");
    auto& columns = storage_.table_columns.emplace_back();
    auto& order = storage_.names.emplace_back();
    for (auto [name, type] : pairs) {
      const bool required = type.ends_with('!');
      if (required) type.remove_suffix(1);
      if (!expr::ParseType(type)) return r.Fail("columns", fmt::format("{}: no such type", name));
      columns.push_back({.name = name, .type = type, .required = required, .semantic_type = {}});
    }
    foreign.table.columns = columns;
    CA_ASSIGN_OR_RETURN(const auto wanted, r.Texts("order"));
    for (std::string_view name : wanted) {
      if (std::ranges::find(columns, name, &ColumnInfo::name) == columns.end())
        return r.Fail("order", fmt::format("no column {}", name));
      order.push_back(name);
    }
    foreign.table.order = order;
    model_.tables.push_back(foreign);
    return {};
  }

  Result<void> ReadColumn(TomlRecord& r) {
    ColumnOverride column{};
    CA_ASSIGN_OR_RETURN(column.table, r.Text("table"));
    CA_ASSIGN_OR_RETURN(column.column, r.Text("column"));
    CA_ASSIGN_OR_RETURN(column.column_class, r.Text("class"));
    if (!FindColumnClass(column.column_class))
      return r.Fail("class", fmt::format("'{}' is no column class", column.column_class));
    model_.column_classes.push_back(column);
    return {};
  }

  Result<void> ReadEntity(TomlRecord& r) {
    EntityRule entity{};
    CA_ASSIGN_OR_RETURN(entity.name, Name(r, "name"));
    CA_ASSIGN_OR_RETURN(entity.source, r.Text("table"));
    CA_ASSIGN_OR_RETURN(entity.view,
                        r.TextOr("view", r.Keep(std::string(entity.source) + "_norm")));
    CA_ASSIGN_OR_RETURN(entity.id_column, r.TextOr("id", ""));
    CA_ASSIGN_OR_RETURN(entity.name_space, r.TextOr("namespace", ""));
    CA_ASSIGN_OR_RETURN(entity.graph_kind, r.TextOr("graph_kind", ""));
    CA_ASSIGN_OR_RETURN(const auto span, r.Texts("span"));
    CA_ASSIGN_OR_RETURN(entity.text_columns, r.Joined("text"));
    const bool is_taken =
        std::ranges::find(model_.entities, entity.name, &EntityRule::name) != model_.entities.end();
    CA_RETURN_IF_ERROR(Declare(r, "name", fmt::format("entity {}", entity.name), is_taken));
    if (entity.id_column.empty() == entity.name_space.empty())
      return r.Fail("id", "either id or namespace is expected");
    if (span.size() != 2 && !(span.empty() && entity.name_space.empty()))
      return r.Fail("span", "start and end are expected");
    if (span.size() == 2) {
      entity.span_start = span[0];
      entity.span_end = span[1];
    }
    const auto kind = std::ranges::find(kNodeKindNames, entity.graph_kind);
    if (!entity.graph_kind.empty() && kind == std::end(kNodeKindNames))
      return r.Fail("graph_kind", fmt::format("'{}' is no label of nodes", entity.graph_kind));
    CA_ASSIGN_OR_RETURN(std::vector<TomlRecord> keys, r.Records("foreign_keys"));
    auto& foreign_keys = storage_.foreign_keys.emplace_back();
    for (TomlRecord& key : keys) {
      ForeignKeyRule rule{};
      CA_ASSIGN_OR_RETURN(rule.column, key.Text("column"));
      CA_ASSIGN_OR_RETURN(rule.entity, key.Text("entity"));
      CA_ASSIGN_OR_RETURN(rule.guard_null_if, ExpressionOr(key, "guard_null_if"));
      if (rule.entity != entity.name &&
          std::ranges::find(model_.entities, rule.entity, &EntityRule::name) ==
              model_.entities.end()) {
        return key.Fail("entity", fmt::format("no entity {} is declared before", rule.entity));
      }
      CA_RETURN_IF_ERROR(key.Finish());
      foreign_keys.push_back(rule);
    }
    entity.foreign_keys = foreign_keys;
    model_.entities.push_back(entity);
    return {};
  }

  Result<void> ReadView(TomlRecord& r) {
    static constexpr std::string_view kOps[] = {"project", "join",      "left_join",
                                                "union",   "aggregate", "rank"};
    ViewRule view{};
    CA_ASSIGN_OR_RETURN(view.name, Name(r, "name"));
    CA_ASSIGN_OR_RETURN(const std::string_view op, r.TextOr("op", "project"));
    CA_ASSIGN_OR_RETURN(view.op, (ChoiceOf<ViewOp>(r, "op", op, kOps)));
    CA_RETURN_IF_ERROR(
        Declare(r, "name", fmt::format("view {}", view.name),
                std::ranges::find(model_.views, view.name, &ViewRule::name) != model_.views.end()));
    if (view.op == ViewOp::kUnion) {
      CA_ASSIGN_OR_RETURN(view.left, r.Joined("sources"));
    } else {
      CA_ASSIGN_OR_RETURN(view.left, r.Text("source"));
    }
    const bool joins = view.op == ViewOp::kInnerJoin || view.op == ViewOp::kLeftJoin;
    if (joins) {
      CA_ASSIGN_OR_RETURN(view.right, r.Text("right"));
      CA_ASSIGN_OR_RETURN(view.keys, Keys(r, "keys"));
      if (view.keys.empty()) return r.Fail("keys", "a join has keys");
    }
    CA_ASSIGN_OR_RETURN(view.where, ExpressionOr(r, "where"));
    CA_ASSIGN_OR_RETURN(view.columns, Columns(r, "columns"));
    CA_ASSIGN_OR_RETURN(view.group_by, r.Joined("group_by"));
    CA_ASSIGN_OR_RETURN(view.order_by, r.Joined("order_by"));
    CA_ASSIGN_OR_RETURN(view.keep, r.IntegerOr("keep", 0));
    CA_ASSIGN_OR_RETURN(view.summary, r.TextOr("summary", "Declared by the user."));
    CA_ASSIGN_OR_RETURN(const std::string_view kind, r.TextOr("kind", "export"));
    view.kind = FindViewKind(kind);
    if (!view.kind) return r.Fail("kind", fmt::format("'{}' is no kind of views", kind));
    CA_ASSIGN_OR_RETURN(std::vector<TomlRecord> list, r.Records("aggregates"));
    auto& aggregates = storage_.aggregates.emplace_back();
    for (TomlRecord& one : list) {
      AggregateRule rule{};
      CA_ASSIGN_OR_RETURN(rule.function, one.Text("function"));
      CA_ASSIGN_OR_RETURN(rule.column, one.Text("column"));
      CA_ASSIGN_OR_RETURN(rule.alias, one.Text("as"));
      CA_RETURN_IF_ERROR(one.Finish());
      aggregates.push_back(rule);
    }
    view.aggregates = aggregates;
    model_.views.push_back(view);
    return {};
  }

  Result<EdgeKind> Kind(TomlRecord& r) {
    CA_ASSIGN_OR_RETURN(const std::string_view name, r.Text("kind"));
    for (size_t i = 0; i < kEdgeKinds.size(); ++i) {
      if (kEdgeKinds[i].name == name) return static_cast<EdgeKind>(i);
    }
    return r.Fail("kind", fmt::format("'{}' is no kind of edges", name));
  }

  Result<void> ReadRelationship(TomlRecord& r) {
    RelationRule rule{};
    CA_ASSIGN_OR_RETURN(rule.name, Name(r, "name"));
    CA_ASSIGN_OR_RETURN(rule.kind, Kind(r));
    CA_ASSIGN_OR_RETURN(const std::string_view cardinality, r.TextOr("cardinality", "all"));
    CA_ASSIGN_OR_RETURN(rule.cardinality,
                        (ChoiceOf<Cardinality>(r, "cardinality", cardinality, kCardinalityNames)));
    CA_ASSIGN_OR_RETURN(rule.left, r.TextOr("left", ""));
    CA_ASSIGN_OR_RETURN(std::vector<TomlRecord> names, r.Records("target_names"));
    for (TomlRecord& one : names) {
      CA_ASSIGN_OR_RETURN(rule.target_names.source, one.Text("source"));
      CA_ASSIGN_OR_RETURN(rule.target_names.id, one.Text("id"));
      CA_ASSIGN_OR_RETURN(rule.target_names.name, one.Text("name"));
      CA_RETURN_IF_ERROR(one.Finish());
    }
    CA_RETURN_IF_ERROR(Declare(r, "name", fmt::format("relationship {}", rule.name),
                               model_.FindRelation(rule.name) != nullptr));
    model_.relations.push_back({rule, {}});
    return {};
  }

  Result<void> ReadConfidence(TomlRecord& r) {
    ConfidenceRow row{};
    CA_ASSIGN_OR_RETURN(row.relation, r.Text("relationship"));
    CA_ASSIGN_OR_RETURN(row.method, r.Text("method"));
    CA_ASSIGN_OR_RETURN(row.tier, r.Text("tier"));
    CA_ASSIGN_OR_RETURN(row.none, r.NumberOr("alone", -1));
    CA_ASSIGN_OR_RETURN(row.support, r.NumberOr("support", row.none));
    CA_ASSIGN_OR_RETURN(row.weak_dissent, r.NumberOr("weak_dissent", row.none));
    CA_ASSIGN_OR_RETURN(row.strong_dissent, r.NumberOr("strong_dissent", row.none));
    CA_ASSIGN_OR_RETURN(row.calibrated, r.FlagOr("calibrated", false));
    if (row.relation != "*" && model_.FindRelation(row.relation) == nullptr)
      return r.Fail("relationship", fmt::format("no relationship {}", row.relation));
    static constexpr std::string_view kTiers[] = {"proved", "resolved", "inferred", "candidate"};
    CA_RETURN_IF_ERROR((ChoiceOf<int>(r, "tier", row.tier, kTiers)));
    for (const auto& [key, value] :
         {std::pair{"alone", row.none}, std::pair{"support", row.support},
          std::pair{"weak_dissent", row.weak_dissent},
          std::pair{"strong_dissent", row.strong_dissent}}) {
      if (!(value > 0 && value <= 1))
        return r.Fail(key, "a number above 0 and up to 1 is expected");
    }
    model_.confidence.push_back(row);
    return {};
  }

  Result<void> ReadProvider(TomlRecord& r) {
    ProviderRule p{};
    CA_ASSIGN_OR_RETURN(const std::string_view name, r.Text("relationship"));
    Relation* relation = model_.FindRelation(name);
    if (relation == nullptr) return r.Fail("relationship", fmt::format("no relationship {}", name));
    CA_ASSIGN_OR_RETURN(p.origin, r.Text("source"));
    if (model_.FindSource(p.origin) == nullptr)
      return r.Fail("source", fmt::format("no evidence source {}", p.origin));
    const bool is_taken = std::ranges::find(relation->providers, p.origin, &ProviderRule::origin) !=
                          relation->providers.end();
    CA_RETURN_IF_ERROR(
        Declare(r, "source", fmt::format("provider {}/{}", name, p.origin), is_taken));
    CA_ASSIGN_OR_RETURN(const std::string_view role, r.TextOr("role", "proposer"));
    CA_ASSIGN_OR_RETURN(p.role, (ChoiceOf<ProviderRole>(r, "role", role, kProviderRoleNames)));
    CA_ASSIGN_OR_RETURN(p.source, r.Text("left"));
    CA_ASSIGN_OR_RETURN(p.right, r.TextOr("right", ""));
    CA_ASSIGN_OR_RETURN(p.keys, Keys(r, "keys"));
    CA_ASSIGN_OR_RETURN(p.hint, r.TextOr("hint", ""));
    CA_ASSIGN_OR_RETURN(p.where, ExpressionOr(r, "where"));
    CA_ASSIGN_OR_RETURN(p.columns, Columns(r, "columns"));
    CA_ASSIGN_OR_RETURN(p.method, ExpressionOr(r, "method"));
    if (p.method.empty()) p.method = r.Keep(fmt::format("'{}'", p.origin));
    CA_ASSIGN_OR_RETURN(p.candidates, ExpressionOr(r, "candidates"));
    CA_ASSIGN_OR_RETURN(p.base_score, r.NumberOr("base_score", 0));
    CA_ASSIGN_OR_RETURN(p.group_by, r.Joined("group_by"));
    CA_ASSIGN_OR_RETURN(p.order_by, r.Joined("order_by"));
    CA_ASSIGN_OR_RETURN(p.keep, r.IntegerOr("keep", 0));
    CA_ASSIGN_OR_RETURN(p.is_unique, r.FlagOr("unique", false));
    CA_ASSIGN_OR_RETURN(p.is_numbered, r.FlagOr("numbered", false));
    CA_ASSIGN_OR_RETURN(const auto predicates, r.Texts("predicates"));
    for (std::string_view text : predicates) CA_RETURN_IF_ERROR(Expression(r, "predicates", text));
    p.predicates = storage_.names.emplace_back(predicates);
    if (p.right.empty() && (!p.predicates.empty() || !p.keys.empty()))
      return r.Fail("left", "keys and predicates belong to a join with right");
    CA_ASSIGN_OR_RETURN(std::vector<TomlRecord> list, r.Records("features"));
    auto& features = storage_.features.emplace_back();
    for (TomlRecord& one : list) {
      FeatureRule feature{};
      CA_ASSIGN_OR_RETURN(feature.name, Name(one, "name"));
      CA_ASSIGN_OR_RETURN(feature.weight, one.NumberOr("weight", 1));
      CA_ASSIGN_OR_RETURN(const std::string_view text, one.Text("expr"));
      CA_ASSIGN_OR_RETURN(feature.expr, Expression(one, "expr", text));
      CA_RETURN_IF_ERROR(one.Finish());
      features.push_back(feature);
    }
    p.features = features;
    CA_RETURN_IF_ERROR(CheckProvider(r, *relation, p));
    relation->providers.push_back(p);
    return {};
  }

  Result<void> CheckProvider(TomlRecord& r, const Relation& relation, const ProviderRule& p) {
    const auto has = [&](std::string_view name) {
      return std::ranges::find(p.columns, name, &ColumnRule::name) != p.columns.end();
    };
    if (!has("src")) return r.Fail("columns", "src is expected");
    if (p.role == ProviderRole::kProposer && !has("dst"))
      return r.Fail("columns", "a proposer has dst");
    if (p.role == ProviderRole::kWitness && !has("dst")) {
      if (!has("name")) return r.Fail("columns", "a witness has dst or name");
      if (relation.rule.target_names.source.empty())
        return r.Fail("columns", "the relationship does not say where targets have names");
    }
    const auto method = expr::ParseExprText(p.method);
    const auto* literal = std::get_if<std::string>(&method->literal);
    if (p.role == ProviderRole::kWitness || literal == nullptr) return {};
    const bool known = std::ranges::any_of(model_.confidence, [&](const ConfidenceRow& row) {
      return (row.relation == relation.rule.name || row.relation == "*") && row.method == *literal;
    });
    if (known) return {};
    return r.Fail("method", fmt::format("no [[confidence]] of method {}", *literal));
  }

  Result<void> ReadNode(TomlRecord& r) {
    NodeRule node{};
    CA_ASSIGN_OR_RETURN(node.view, Name(r, "name"));
    CA_ASSIGN_OR_RETURN(node.labels, r.TextOr("labels", ""));
    CA_ASSIGN_OR_RETURN(node.source, r.Text("source"));
    CA_ASSIGN_OR_RETURN(node.where, ExpressionOr(r, "where"));
    CA_ASSIGN_OR_RETURN(node.columns, Columns(r, "columns"));
    CA_RETURN_IF_ERROR(
        Declare(r, "name", fmt::format("node {}", node.view),
                std::ranges::find(model_.nodes, node.view, &NodeRule::view) != model_.nodes.end()));
    model_.nodes.push_back(node);
    return {};
  }

  Result<void> ReadEdge(TomlRecord& r) {
    EdgeRule edge{};
    CA_ASSIGN_OR_RETURN(edge.view, Name(r, "name"));
    CA_ASSIGN_OR_RETURN(edge.kind, Kind(r));
    CA_ASSIGN_OR_RETURN(edge.source, r.Text("source"));
    CA_ASSIGN_OR_RETURN(edge.where, ExpressionOr(r, "where"));
    CA_ASSIGN_OR_RETURN(edge.columns, Columns(r, "columns"));
    CA_RETURN_IF_ERROR(
        Declare(r, "name", fmt::format("edge {}", edge.view),
                std::ranges::find(model_.edges, edge.view, &EdgeRule::view) != model_.edges.end()));
    model_.edges.push_back(edge);
    return {};
  }

  Result<void> ReadProperty(TomlRecord& r) {
    PropertyRule property{};
    CA_ASSIGN_OR_RETURN(property.name, Name(r, "name"));
    CA_ASSIGN_OR_RETURN(property.source, r.Text("source"));
    if (model_.FindTable(property.source) == nullptr)
      return r.Fail("source", "properties are columns of a table");
    CA_ASSIGN_OR_RETURN(property.where, ExpressionOr(r, "where"));
    CA_ASSIGN_OR_RETURN(const std::string_view id, r.Text("id"));
    CA_ASSIGN_OR_RETURN(property.id, Expression(r, "id", id));
    CA_ASSIGN_OR_RETURN(property.kind, ExpressionOr(r, "kind"));
    CA_ASSIGN_OR_RETURN(property.columns, Columns(r, "columns"));
    CA_ASSIGN_OR_RETURN(property.stored, r.FlagOr("stored", true));
    if (property.stored && property.kind.empty())
      return r.Fail("kind", "a stored property has a kind");
    const expr::Schema schema = SchemaOf(*model_.FindTable(property.source));
    for (const ColumnRule& column : property.columns) {
      const auto parsed = expr::ParseExprText(column.expr);
      if (auto type = expr::CheckExpr(*parsed, {schema, {}}, std::string(column.name)); !type)
        return r.Fail("columns", type.error().message());
    }
    CA_RETURN_IF_ERROR(Declare(r, "name", fmt::format("property {}", property.name),
                               std::ranges::find(model_.properties, property.name,
                                                 &PropertyRule::name) != model_.properties.end()));
    model_.properties.push_back(property);
    return {};
  }

  static expr::Schema SchemaOf(const TableInfo& table) {
    expr::Schema schema;
    for (const ColumnInfo& column : table.columns) {
      if (auto type = expr::ParseType(column.type))
        schema.fields.push_back({std::string(column.name), *std::move(type)});
    }
    return schema;
  }

  Result<void> CheckRelations(const TomlRecord& root) const {
    for (const Relation& relation : model_.relations) {
      const bool has_proposer = std::ranges::any_of(relation.providers, [](const ProviderRule& p) {
        return p.role == ProviderRole::kProposer;
      });
      const bool has_confidence = std::ranges::any_of(
          model_.confidence,
          [&](const ConfidenceRow& row) { return row.relation == relation.rule.name; });
      if (has_proposer && has_confidence) continue;
      return root.Fail("relationship", fmt::format("relationship {} has no {}", relation.rule.name,
                                                   has_proposer ? "confidence" : "proposer"));
    }
    return {};
  }

  const std::string& file_;
  const std::string& folder_;
  Model& model_;
  DeclarationStorage& storage_;
};

}  // namespace

Result<void> AddDeclarations(std::string_view toml, const std::string& file,
                             const std::string& folder, Model& model) {
  return DeclarationReader(file, folder, model).Read(toml);
}

}  // namespace codeanatomy::semantics
