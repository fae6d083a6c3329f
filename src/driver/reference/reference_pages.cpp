#include "driver/reference/reference_pages.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "catalog/ast_kind.h"
#include "catalog/diagnostic_code.h"
#include "catalog/edge_kind.h"
#include "catalog/function.h"
#include "catalog/graph.h"
#include "catalog/node_kind.h"
#include "catalog/operator.h"
#include "catalog/option.h"
#include "catalog/table.h"
#include "catalog/warning.h"

namespace codeanatomy::driver {
namespace {

ReferencePage NodesPage() {
  ReferenceSection kinds{.title = "Labels", .columns = {{"label", true}, {"meaning"}}};
  for (size_t k = 0; k < kNodeKindNames.size(); ++k) {
    kinds.rows.push_back({kNodeKindNames[k], kNodeKindMeanings[k]});
  }
  ReferenceSection mapping{
      .title = "From syntax to labels",
      .text =
          "Every syntax node becomes one graph node. An operator becomes a CALL with the name "
          "given here; "
          "other nodes keep their own name. `Chain` is a comparison with several operators. The "
          "same rows "
          "are the relation `cpg_mapping`.",
      .columns = {{"syntax", true}, {"operator", true}, {"label", true}, {"name", true}}};
  for (const CpgMapping& row : CpgMappings()) {
    mapping.rows.push_back({AstKindName(row.ast_kind), row.op, NodeKindName(row.label), row.name});
  }
  return {"nodes",
          "node-kinds.md",
          "Node kinds",
          "The values of `cpg_nodes.kind`. Declared in `src/catalog/node_kind.def` and "
          "`cpg_mapping.def`.",
          {std::move(kinds), std::move(mapping)}};
}

ReferencePage EdgesPage() {
  ReferenceSection kinds{.columns = {{"kind", true}, {"rows"}, {"ends"}, {"meaning"}}};
  for (const EdgeKindInfo& info : kEdgeKinds) {
    kinds.rows.push_back(
        {info.name, kEdgeStorageNames[static_cast<size_t>(info.storage)], info.ends, info.meaning});
  }
  return {
      "edges",
      "edge-kinds.md",
      "Edge kinds",
      "The values of `cpg_edges.kind`. Derived kinds are computed from columns of `cpg_nodes`; "
      "every "
      "session shows them, `build --edges full` writes them. Which kinds a build fills is said in "
      "`docs/formats/cpg.md`. Declared in `src/catalog/edge_kind.def`.",
      {std::move(kinds)}};
}

ReferencePage TablesPage() {
  ReferencePage page{
      "tables",
      "tables.md",
      "Tables and views",
      "What a build stores, and the views every session adds. Types are those of specs; a "
      "required column is never null. Declared in `src/catalog/tables_*.cpp` and "
      "`views_*.cpp`.",
      {}};
  for (const TableInfo& table : Tables()) {
    std::string text(table.summary);
    text += fmt::format(" Stored in `{}/{}/`.",
                        kTableGroupFolders[static_cast<size_t>(table.group)], table.name);
    if (!table.key.empty()) text += fmt::format(" Key: {}.", fmt::join(table.key, ", "));
    if (!table.order.empty()) text += fmt::format(" Order: {}.", fmt::join(table.order, ", "));
    ReferenceSection section{
        .title = std::string(table.name),
        .text = std::move(text),
        .columns = {{"column", true}, {"type", true}, {"required"}, {"holds"}}};
    for (const ColumnInfo& column : table.columns) {
      section.rows.push_back({column.name, column.type, column.required, column.semantic_type});
    }
    page.sections.push_back(std::move(section));
  }
  for (const auto views : {EvidenceViewRules(), SymtableViewRules()}) {
    for (const ViewRule& view : views) {
      if (view.summary.empty()) continue;
      ReferenceSection section{.title = fmt::format("{} (view)", view.name),
                               .text = std::string(view.summary),
                               .columns = {{"column", true}, {"from", true}}};
      for (const ColumnRule& column : view.columns)
        section.rows.push_back({column.name, column.expr});
      page.sections.push_back(std::move(section));
    }
  }
  return page;
}

ReferencePage FunctionsPage() {
  ReferenceSection functions{
      .title = "SQL functions",
      .text =
          "Every session has them beside DuckDB's own, for `codeanatomy "
          "sql` and for rendered specs. All "
          "are immutable: equal arguments give equal values. Parameters "
          "with `:=` are named and may be "
          "left out; N among the clauses says that a function can ignore "
          "nulls. Native functions are "
          "those of specs as well. Test vectors stand in "
          "`tests/data/functions`, their speed beside the "
          "engine's own functions stands in `function-speed.md`. Declared in "
          "`src/catalog/function.def`; "
          "in SQL they are the rows of `udf_registry()` and `udf_docs()`.",
      .columns = {{"function", true},
                  {"kind"},
                  {"form"},
                  {"parameters", true},
                  {"returns", true},
                  {"clauses"},
                  {"tags"},
                  {"nulls"},
                  {"meaning"},
                  {"example", true},
                  {"value", true}}};
  for (const FunctionInfo& info : kFunctions) {
    std::string parameters(info.parameters);
    if (!info.variadic.empty()) {
      parameters += fmt::format("{}{}…", parameters.empty() ? "" : ", ", info.variadic);
    }
    functions.rows.push_back({info.name, kFunctionKindNames[static_cast<size_t>(info.kind)],
                              kFunctionFormNames[static_cast<size_t>(info.form)],
                              std::string_view(parameters), info.returns, info.clauses, info.tags,
                              info.nulls, info.summary, info.example, info.result});
  }
  ReferenceSection operators{
      .title = "Functions of spec expressions",
      .text =
          "What an expression tree of a spec may call. `T` and `U` stand for one type each, the "
          "common "
          "one of all arguments bound to it, `N` for a numeric type; `*` allows any number more of "
          "the "
          "last parameter. The last column is the form in DuckDB's SQL: `{0}` is the first "
          "argument, "
          "`{1*, }` all from the second on. Declared in `src/catalog/operator.def`.",
      .columns = {{"function", true}, {"parameters", true}, {"result", true}, {"DuckDB", true}}};
  for (const OperatorInfo& info : kOperators) {
    operators.rows.push_back({info.name, info.parameters, info.result, info.duckdb});
  }
  return {"functions",
          "functions.md",
          "Functions",
          "Functions of SQL and of specs.",
          {std::move(functions), std::move(operators)}};
}

/// "src ← call_id, dst ← call_arg_id".
std::string ColumnsText(std::span<const ColumnRule> columns) {
  std::string text;
  for (const ColumnRule& column : columns) {
    text += fmt::format("{}{} ← {}", text.empty() ? "" : ", ", column.name, column.expr);
  }
  return text;
}

ReferenceSection EdgeRulesSection() {
  ReferenceSection edges{
      .title = "Edges of syntax and declarations",
      .text = "Origin native, tier proved, confidence 1. Those that read `cpg_nodes` are derived.",
      .columns = {
          {"view", true}, {"kind", true}, {"source", true}, {"where", true}, {"columns", true}}};
  for (const EdgeRule& rule : EdgeRules()) {
    edges.rows.push_back({rule.view, EdgeKindName(rule.kind), rule.source, rule.where,
                          std::string_view(ColumnsText(rule.columns))});
  }
  return edges;
}

ReferenceSection RelationRulesSection() {
  ReferenceSection relations{
      .title = "Resolved edges",
      .text = "Tier and confidence follow from the resolution method, below.",
      .columns = {{"view", true},
                  {"kind", true},
                  {"source", true},
                  {"where", true},
                  {"origin"},
                  {"columns", true}}};
  for (const RelationRule& rule : RelationRules()) {
    for (const ProviderRule& provider : rule.providers) {
      relations.rows.push_back({rule.name, EdgeKindName(rule.kind), provider.source, provider.where,
                                provider.origin, std::string_view(ColumnsText(provider.columns))});
    }
  }
  return relations;
}

ReferenceSection ConfidenceSection() {
  ReferenceSection confidence{.title = "Confidence",
                              .text =
                                  "Of a resolved edge by relation and method: without another "
                                  "source, with a strong one that "
                                  "agrees, with a weak and with a strong one that disagrees. "
                                  "Values that are not calibrated are "
                                  "stated, not measured.",
                              .columns = {{"relation", true},
                                          {"method", true},
                                          {"tier"},
                                          {"alone"},
                                          {"support"},
                                          {"weak dissent"},
                                          {"strong dissent"},
                                          {"calibrated"}}};
  for (const ConfidenceRow& row : kConfidenceRows) {
    confidence.rows.push_back({row.relation, row.method, row.tier, row.none, row.support,
                               row.weak_dissent, row.strong_dissent, row.calibrated});
  }
  return confidence;
}

ReferencePage RulesPage() {
  ReferenceSection nodes{
      .title = "Nodes",
      .text = "Columns that a rule leaves out are null.",
      .columns = {
          {"view", true}, {"labels"}, {"source", true}, {"where", true}, {"columns", true}}};
  for (const NodeRule& rule : NodeRules()) {
    nodes.rows.push_back({rule.view, rule.labels, rule.source, rule.where,
                          std::string_view(ColumnsText(rule.columns))});
  }
  ReferenceSection properties{.title = "Properties",
                              .text =
                                  "Stored ones are rows of `cpg_props`; the others stand in typed "
                                  "columns and are rows of the "
                                  "long form only.",
                              .columns = {{"view", true},
                                          {"source", true},
                                          {"where", true},
                                          {"node", true},
                                          {"stored"},
                                          {"keys", true}}};
  for (const PropertyRule& rule : PropertyRules()) {
    properties.rows.push_back({rule.name, rule.source, rule.where, rule.id, rule.stored,
                               std::string_view(ColumnsText(rule.columns))});
  }
  return {"rules",
          "graph-rules.md",
          "Graph rules",
          "Which rows of which relations become nodes, edges and properties. Each rule is a view "
          "of the "
          "execution spec; nothing of the graph comes from elsewhere. Expressions are in the "
          "notation of "
          "`src/expr/expr_text.h`. Declared in `src/catalog/graph_*.cpp` and `confidence.def`.",
          {std::move(nodes), EdgeRulesSection(), RelationRulesSection(), ConfidenceSection(),
           std::move(properties)}};
}

ReferenceSection WarningsSection() {
  ReferenceSection section{.title = "Warnings",
                           .text =
                               "Beside the result of a run: `warnings` in its response, in "
                               "`--format json` and in the manifest "
                               "({code, stage, message, context}), `codeanatomy: warning: CODE: "
                               "message [context]` on stderr. "
                               "Codes that are not raised belong to parts that are not there yet.",
                           .columns = {{"code", true}, {"stage"}, {"raised"}, {"meaning"}}};
  for (const WarningInfo& warning : kWarnings) {
    section.rows.push_back({warning.name, kWarningStageNames[static_cast<size_t>(warning.stage)],
                            warning.is_raised, warning.meaning});
  }
  return section;
}

ReferencePage CodesPage() {
  ReferenceSection statuses{.title = "Exit statuses", .columns = {{"status"}, {"meaning"}}};
  statuses.rows = {
      {int64_t{0}, "success"},
      {int64_t{1}, "general failure: an invariant of ours, a file that exists already"}};
  for (const auto& [status, meaning] : std::map<int64_t, std::string_view>{
           {2, "the command line does not parse"},
           {3, "it parses but is invalid: a path, a range, a version, an SQL statement"},
           {4, "a configuration file or key is invalid"},
           {10, "extraction failed: no native evidence; with --strict also one failed file"},
           {11, "the execution spec could not be compiled or validated"},
           {12, "planning or ordering failed"},
           {13, "execution failed, or an output broke its contract"},
           {14, "replay found drift"},
           {20, "storage failed"},
           {21, "the engine failed"},
           {130, "stopped by SIGINT; nothing was published"},
           {143, "stopped by SIGTERM; nothing was published"}}) {
    statuses.rows.push_back({status, meaning});
  }
  ReferenceSection errors{
      .title = "Error codes",
      .text =
          "What a command ends with: `codeanatomy: CODE: message [subject]; way out` on stderr.",
      .columns = {{"code", true}, {"status"}, {"stage"}, {"meaning"}}};
  for (const ErrorCodeInfo& info : ErrorCodes()) {
    errors.rows.push_back({info.name, int64_t{info.exit_status}, info.stage, info.meaning});
  }
  ReferenceSection diagnostics{
      .title = "Diagnostic codes",
      .text =
          "What can be wrong with analysed code: rows of the table `diagnostics`. They never stop "
          "a build.",
      .columns = {{"code", true}, {"stage"}, {"severity"}, {"limit", true}, {"meaning"}}};
  for (const DiagnosticCodeInfo& info : DiagnosticCodes()) {
    diagnostics.rows.push_back({info.code, kDiagnosticStageNames[static_cast<size_t>(info.stage)],
                                kDiagnosticSeverityNames[static_cast<size_t>(info.severity)],
                                info.limit_option, info.meaning});
  }
  return {"codes",
          "exit-codes.md",
          "Exit statuses, error codes, warnings, diagnostic codes",
          "Stable: programs may match on them. Declared in `src/base/error_code.def`, "
          "`src/catalog/warning.h` and `src/catalog/diagnostic_code.def`.",
          {std::move(statuses), std::move(errors), WarningsSection(), std::move(diagnostics)}};
}

ReferencePage OptionsPage() {
  static constexpr std::string_view kTypes[] = {"boolean", "integer", "size",
                                                "text",    "choice",  "list"};
  ReferenceSection section{.columns = {{"key", true},
                                       {"flag", true},
                                       {"variable", true},
                                       {"type"},
                                       {"default", true},
                                       {"choices"},
                                       {"changes"},
                                       {"meaning"}}};
  for (const OptionInfo& option : Options()) {
    std::string flag(option.flag);
    if (!option.short_flag.empty()) flag = fmt::format("{}, {}", option.short_flag, flag);
    section.rows.push_back(
        {option.key, std::string_view(flag), option.env, kTypes[static_cast<size_t>(option.type)],
         option.default_value, std::string_view(fmt::format("{}", fmt::join(option.choices, ", "))),
         option.effect == OptionEffect::kContent ? "content" : "run", option.summary});
  }
  return {
      "options",
      "options.md",
      "Options",
      "Settings of a build, each with its key in `codeanatomy.toml`, its flag and its variable. "
      "The "
      "command line wins over the environment, then `codeanatomy.toml`, then `[tool.codeanatomy]` "
      "of "
      "`pyproject.toml`, then the default. A boolean flag `--x` also has `--no-x`. *Content* "
      "settings "
      "can change what tables hold, *run* settings cannot. Declared in `src/catalog/options.cpp`.",
      {std::move(section)}};
}

ReferencePage SyntaxPage() {
  static constexpr std::string_view kTypes[] = {"node",           "node?",
                                                "node*",          "name",
                                                "name?",          "name*",
                                                "integer",        "constant",
                                                "text?",          "context",
                                                "operator",       "bool operator",
                                                "unary operator", "comparison operator*"};
  ReferenceSection section{.columns = {{"class", true}, {"fields", true}, {"position"}}};
  for (const AstKindInfo& kind : kAstKinds) {
    std::string fields;
    for (const AstFieldInfo& field : kind.fields()) {
      fields += fmt::format("{}{}: {}", fields.empty() ? "" : ", ", AstFieldName(field.field),
                            kTypes[static_cast<size_t>(field.type)]);
    }
    section.rows.push_back({kind.name, std::string_view(fields), kind.has_position});
  }
  return {"syntax",
          "syntax-kinds.md",
          "Syntax kinds",
          "The values of `ast_nodes.kind`: Python's abstract grammar, fields in the order of "
          "`ast.dump`; `?` "
          "may be missing, `*` is a list. Declared in `src/catalog/ast_kind.def`.",
          {std::move(section)}};
}

struct Subject {
  std::string_view name;
  ReferencePage (*make)();
};
constexpr Subject kSubjects[] = {{"nodes", NodesPage},     {"edges", EdgesPage},
                                 {"tables", TablesPage},   {"functions", FunctionsPage},
                                 {"rules", RulesPage},     {"codes", CodesPage},
                                 {"options", OptionsPage}, {"syntax", SyntaxPage}};

}  // namespace

std::vector<std::string_view> ReferenceSubjects() {
  std::vector<std::string_view> names;
  for (const Subject& subject : kSubjects) names.push_back(subject.name);
  return names;
}

std::optional<ReferencePage> FindReferencePage(std::string_view subject) {
  for (const Subject& one : kSubjects) {
    if (one.name == subject) return one.make();
  }
  return std::nullopt;
}

}  // namespace codeanatomy::driver
