// Evidence relations that are projections of stored tables under the same node ids.
#include <array>

#include "catalog/view.h"

namespace codeanatomy {
namespace {

constexpr auto kViews = std::to_array<ViewInfo>({
    {.name = "ast_edges",
     .select = "SELECT file_id, path, parent_id AS src, node_id AS dst, 'CHILD' AS kind, slot, idx "
               "FROM ast_nodes WHERE parent_id IS NOT NULL",
     .summary = "Parent and child of the syntax tree."},
    {.name = "ast_errors",
     .select =
         "SELECT file_id, path, error_type, message, bstart, bend, line, col, end_line, end_col, "
         "CAST(MAP {} AS MAP(VARCHAR, VARCHAR)) AS attrs FROM cst_parse_errors",
     .summary = "Syntax errors, without the parser's expectations."},
    {.name = "ast_docstrings",
     .select =
         "SELECT d.file_id, d.path, d.docstring_id, o.node_id AS owner_id, o.kind AS owner_kind, "
         "o.name AS owner_name, d.docstring, n.value AS source, n.bstart, n.bend, n.line, n.col, "
         "n.end_line, n.end_col FROM cst_docstrings d JOIN ast_nodes n ON n.node_id = "
         "d.docstring_id JOIN ast_nodes s ON s.node_id = n.parent_id JOIN ast_nodes o ON "
         "o.node_id = s.parent_id",
     .summary = "Docstrings with their source form."},
    {.name = "ast_imports",
     .select =
         "SELECT i.file_id, i.path, i.import_id, s.node_id AS stmt_id, s.kind, i.module, i.name, "
         "i.asname, a.idx AS alias_index, i.relative_level AS level, s.bstart, s.bend, s.line, "
         "s.col, s.end_line, s.end_col FROM cst_imports i JOIN ast_nodes a ON a.node_id = "
         "i.import_id JOIN ast_nodes s ON s.node_id = a.parent_id",
     .summary = "One row per imported alias, with the statement's span."},
    {.name = "ast_calls",
     .select =
         "SELECT c.file_id, c.path, c.call_id, n.parent_id, f.kind AS func_kind, CASE WHEN f.kind "
         "IN ('Name', 'Attribute') THEN f.name END AS func_name, CAST(coalesce(a.args, 0) AS "
         "INTEGER) AS arg_count, CAST(coalesce(a.keywords, 0) AS INTEGER) AS keyword_count, "
         "CAST(coalesce(a.starred, 0) AS INTEGER) AS starred_count, CAST(coalesce(a.kw_star, 0) "
         "AS INTEGER) AS kw_star_count, n.bstart, n.bend, n.line, n.col, n.end_line, n.end_col "
         "FROM cst_callsites c JOIN ast_nodes n ON n.node_id = c.call_id JOIN ast_nodes f ON "
         "f.node_id = c.callee_id LEFT JOIN (SELECT call_id, count(*) FILTER (WHERE keyword IS "
         "NULL AND star <> '**') AS args, count(*) FILTER (WHERE keyword IS NOT NULL OR star = "
         "'**') AS keywords, count(*) FILTER (WHERE star = '*') AS starred, count(*) FILTER "
         "(WHERE star = '**') AS kw_star FROM cst_call_args GROUP BY call_id) a ON a.call_id = "
         "c.call_id",
     .summary = "Calls by the class and name of their callee, with argument counts."},
    {.name = "ast_type_ignores",
     .select =
         "SELECT file_id, path, attrs['tag'] AS tag, bstart, bend, line, col, end_line, end_col "
         "FROM ast_nodes WHERE kind = 'TypeIgnore'",
     .summary = "`# type: ignore` comments, where type comments are asked for."},
    {.name = "symtable_scope_edges",
     .select =
         "SELECT c.file_id, c.path, c.scope_id AS child_scope_id, c.parent_scope_id, c.block_id AS "
         "child_block_id, c.parent_block_id FROM symtable_scopes c WHERE c.parent_scope_id IS NOT "
         "NULL",
     .summary = "Parent and child scopes."},
    {.name = "python_imports",
     .select =
         "SELECT i.file_id, i.path, s.source, i.kind, i.module, i.name, i.asname, "
         "i.relative_level AS level, i.is_star, CASE s.source WHEN 'ast' THEN i.stmt_bstart ELSE "
         "i.alias_bstart END AS bstart, CASE s.source WHEN 'ast' THEN i.stmt_bend ELSE "
         "i.alias_bend END AS bend FROM cst_imports i, (VALUES ('ast'), ('cst')) s(source)",
     .summary = "Imports of all syntactic sources, concatenated and not merged."},
});

}  // namespace

std::span<const ViewInfo> EvidenceViews() { return kViews; }

const ViewInfo* FindEvidenceView(std::string_view name) {
  for (const ViewInfo& view : kViews) {
    if (view.name == name) return &view;
  }
  return nullptr;
}

}  // namespace codeanatomy
