-- Queries over a build, each ended by a semicolon. Run one with
--   codeanatomy sql --build path/to/repo/.codeanatomy "SELECT …"
-- Tables and columns: docs/reference/tables.md. Labels: docs/reference/node-kinds.md.

-- What is in the graph: nodes by label.
SELECT kind, count(*) AS nodes
FROM cpg_nodes
GROUP BY kind
ORDER BY nodes DESC, kind;

-- Edges by kind. Kinds that follow from columns of cpg_nodes (AST, CONTAINS, SOURCE_FILE) are in it.
SELECT kind, count(*) AS edges
FROM cpg_edges
GROUP BY kind
ORDER BY edges DESC, kind;

-- The largest functions, by source lines.
SELECT full_name, path, line, end_line - line + 1 AS lines
FROM cpg_nodes
WHERE kind = 'METHOD' AND ast_kind IN ('FunctionDef', 'AsyncFunctionDef')
ORDER BY lines DESC, path, line
LIMIT 10;

-- Functions with the most parameters.
SELECT m.full_name, m.path, m.line, count(*) AS parameters
FROM cpg_nodes AS m
JOIN cpg_nodes AS p ON p.method_id = m.node_id AND p.kind = 'METHOD_PARAMETER_IN'
GROUP BY ALL
ORDER BY parameters DESC, m.path, m.line
LIMIT 10;

-- The names that are called most, as they are written.
SELECT callee_dotted, count(*) AS calls
FROM cst_callsites
WHERE callee_dotted IS NOT NULL
GROUP BY callee_dotted
ORDER BY calls DESC, callee_dotted
LIMIT 10;

-- Where a function, class or variable is used: all names that refer to one declaration.
SELECT use.path, use.line, use.col, d.kind AS declaration, d.full_name
FROM cpg_edges AS e
JOIN cpg_nodes AS use ON use.node_id = e.src
JOIN cpg_nodes AS d ON d.node_id = e.dst
WHERE e.kind = 'REF' AND d.name = 'total'
ORDER BY use.path, use.line, use.col;

-- Which module of the repository imports which.
SELECT DISTINCT i.path AS importer, t.path AS imported
FROM cpg_edges AS e
JOIN cpg_nodes AS i ON i.node_id = e.src
JOIN cpg_nodes AS t ON t.node_id = e.dst
WHERE e.kind = 'IMPORTS' AND t.path IS NOT NULL
ORDER BY importer, imported;

-- Imports that leave the repository, by top-level name.
SELECT split_part(module, '.', 1) AS package, count(DISTINCT path) AS files
FROM python_imports
WHERE level = 0 AND module IS NOT NULL
GROUP BY package
ORDER BY files DESC, package
LIMIT 20;

-- Calls of eval and exec, with their first argument as written.
SELECT c.path, n.line, c.callee_text, a.arg_text
FROM cst_callsites AS c
JOIN cpg_nodes AS n ON n.node_id = c.call_id
LEFT JOIN cst_call_args AS a ON a.call_id = c.call_id AND a.arg_index = 0
WHERE c.callee_dotted IN ('eval', 'exec')
ORDER BY c.path, n.line;

-- Functions whose default argument is a list, dict or set: it is shared between calls.
SELECT m.full_name, m.path, d.line, d.ast_kind
FROM ast_nodes AS a
JOIN cpg_nodes AS d ON d.node_id = a.node_id
JOIN cpg_nodes AS m ON m.node_id = d.method_id
WHERE a.slot IN ('defaults', 'kw_defaults') AND d.ast_kind IN ('List', 'Dict', 'Set')
ORDER BY d.path, d.line;

-- Handlers that catch everything and do nothing.
SELECT h.path, h.line
FROM ast_nodes AS h
JOIN ast_nodes AS body ON body.parent_id = h.node_id AND body.slot = 'body'
LEFT JOIN ast_nodes AS type ON type.parent_id = h.node_id AND type.slot = 'type'
WHERE h.kind = 'ExceptHandler' AND type.node_id IS NULL
GROUP BY h.path, h.line
HAVING bool_and(body.kind = 'Pass')
ORDER BY h.path, h.line;

-- What is wrong with the code, with its place.
SELECT path, line, code, message
FROM diagnostics
ORDER BY path, line, code;

-- Functions of notebooks, with cell and line in the cell.
SELECT n.path, c.cell_index, n.line - c.line + 1 AS line_in_cell, n.name
FROM cpg_nodes AS n
JOIN notebook_cells AS c ON c.file_id = n.file_id AND n.line BETWEEN c.line AND c.end_line
WHERE n.kind = 'METHOD' AND n.ast_kind IN ('FunctionDef', 'AsyncFunctionDef')
ORDER BY n.path, n.line
LIMIT 10;
