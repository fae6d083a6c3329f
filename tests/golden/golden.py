"""Golden tests: Python files in, table rows out, compared with what was written down.

A case is a Python file whose first comment names tables, `# golden: ast_nodes, cst_refs`, optionally
with the columns to show, `# golden: ast_nodes(kind, name)`; or a folder, whose first file (by name) holds
the comment. The sibling `.golden` holds the rows. All cases are built together as one repository, so
one build serves them all; rows are told apart by path.

Rendering hides what differs between machines or says nothing to a reader: ids become the kind and
line:column of what they name, byte offsets become line:column, columns that are null throughout are
left out.
"""

import json
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
DIRECTIVE = re.compile(r"^#\s*golden:\s*(.+)$", re.MULTILINE)
TABLE = re.compile(r"(\w+)\s*(?:\(([^)]*)\))?")
HIDDEN = {"file_id", "target_file_id", "path", "anchor", "ast_id", "parent_ast_id", "file_sha256", "diag_id"}
LINES = {"line", "col", "end_line", "end_col"}
NOT_IDS = {"block_id", "parent_block_id", "cell_id"}
ID_LISTS = {"via", "namespace_scope_ids"}
FIRST = ["path", "span", "call_span", "def_span", "alias_span", "src", "node_id"]


class Case:
    """One input and what it selects: [(table, columns or None)]."""

    def __init__(self, path):
        self.path = path
        self.name = path.relative_to(HERE).with_suffix("").as_posix()
        self.golden = path.with_suffix(".golden")
        first = path if path.is_file() else min(p for p in path.rglob("*.py"))
        text = first.read_bytes().decode("utf-8-sig", "replace").replace("\r", "\n")
        found = DIRECTIVE.search(text)
        if not found:
            raise ValueError(f"{first}: no `# golden:` comment")
        self.tables = [
            (table, [c.strip() for c in columns.split(",")] if columns else None)
            for table, columns in TABLE.findall(found.group(1))
        ]

    def owns(self, path):
        """Whether a path of the built repository belongs to this case."""
        own = self.path.relative_to(HERE).as_posix()
        return path == own or path.startswith(own + "/")


def find_cases(pattern=""):
    """All cases whose name contains `pattern`, sorted."""
    cases = []
    for area in sorted(p for p in HERE.iterdir() if p.is_dir() and p.name != "__pycache__"):
        for entry in sorted(area.iterdir()):
            is_case = entry.suffix in (".py", ".pyi") or (entry.is_dir() and entry.name != "__pycache__")
            if is_case:
                cases.append(Case(entry))
    return [case for case in cases if pattern in case.name]


class Build:
    """The graph of all cases, asked through the program's own SQL."""

    def __init__(self, program, folder):
        self.program = str(program)
        self.repository = folder / "repository"
        self.out = folder / "out"
        shutil.copytree(
            HERE,
            self.repository,
            ignore=shutil.ignore_patterns("*.golden", "__pycache__", "golden.py", "test_*.py", "exempt.txt"),
        )
        self.tables = {}
        done = self._run("build", self.repository, "-o", self.out, "--format", "json", "--include-cst")
        if done.returncode != 0:
            raise RuntimeError(f"build failed: {done.stderr}")
        self.sources = {}
        self.names = self._name_ids()
        self.paths = {row["file_id"]: row["path"] for row in self.rows("repo_files")}

    def _run(self, *arguments):
        return subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, timeout=300)

    def rows(self, table):
        """All rows of a relation, in the order of the table."""
        if table not in self.tables:
            done = self._run("sql", "--build", self.out, f"SELECT * FROM {table}", "--format", "json")
            if done.returncode != 0:
                raise RuntimeError(f"{table}: {done.stderr}")
            text = done.stdout.strip()
            self.tables[table] = (
                json.loads(text) if text.startswith("[") else [json.loads(x) for x in text.splitlines()]
            )
        return self.tables[table]

    def _name_ids(self):
        """id -> what it names, for rendering."""
        names = {}
        for row in self.rows("symtable_scopes"):
            names[row["scope_id"]] = f"{row['block_type']}({row['name']})"
        for row in self.rows("cpg_nodes"):
            label = row["kind"] + (f"({row['name']})" if row["name"] else "")
            names[row["node_id"]] = label + (f"@{row['line']}:{row['col']}" if row["line"] else "")
        for row in self.rows("symtable_symbols"):
            if row["decl_id"]:
                names[row["decl_id"]] = f"{row['decl_kind']}({row['name']})"
        for row in self.rows("resolve_modules"):
            names[row["module_id"]] = f"module({row['module']})"
        for row in self.rows("ast_nodes"):
            names[row["node_id"]] = f"{row['kind']}@{row['line']}:{row['col']}"
        for row in self.rows("flow_defs"):
            names[row["definition_id"]] = f"{row['variable']} {row['kind']} {names[row['node_id']]}"
        for row in self.rows("flow_phis"):
            names[row["phi_id"]] = f"phi({row['variable']})"
        for row in self.rows("flow_narrowings"):
            side = "" if row["holds"] else "not "
            names[row["narrowing_id"]] = f"{side}{row['test']} {names[row['node_id']]}"
        return names

    def _text(self, path):
        if not path.endswith(".ipynb"):
            return (self.repository / path).read_bytes()
        lines = [row["line_text"] for row in self.rows("file_line_index") if row["path"] == path]
        return "".join(f"{line}\n" for line in lines).encode()

    def position(self, path, offset):
        """line:column of a byte of the file (of a notebook: of its module), columns in bytes."""
        if path not in self.sources:
            self.sources[path] = self._text(path)
        before = self.sources[path][:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if before.startswith(b"\xef\xbb\xbf"):
            before = before[3:]
        line_start = before.rfind(b"\n") + 1
        return f"{before.count(bytes([10])) + 1}:{len(before) - line_start}"


def is_id(column):
    named = column.endswith("_id") or column in ("src", "dst", "shadowed_by")
    return named and column not in NOT_IDS


def show(value):
    """A cell: null as -, text bare where that is unambiguous, else JSON."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        plain = value and value != "-" and value == value.strip() and "  " not in value
        return value if plain and value.isprintable() else json.dumps(value)
    if isinstance(value, list):
        return "[" + ", ".join(show(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {show(v)}" for k, v in value.items()) + "}"
    return str(value)


def render_cells(build, row, wanted):
    """(column, cell) of one row; spans and positions merged, ids named."""
    cells = {}
    path = row.get("path")
    has_bytes = "bstart" in row
    for column, value in row.items():
        if column in HIDDEN or (has_bytes and column in LINES):
            continue
        if column.endswith("bend") and column[:-4] + "bstart" in row:
            continue
        if column.endswith("bstart"):
            prefix = column[: -len("bstart")].rstrip("_")
            end = row.get(column[: -len("bstart")] + "bend")
            text = None if value is None else build.position(path, value)
            if text is not None and end is not None:
                text += "-" + build.position(path, end)
            is_span = column[: -len("bstart")] + "bend" in row
            cells["_".join(filter(None, [prefix, "span" if is_span else "at"]))] = text
        elif column in ("line_start_byte", "line_end_byte") or not is_id(column) and column not in ID_LISTS:
            cells[column] = None if value is None or value == [] or value == {} else show(value)
        elif isinstance(value, list):
            cells[column] = "[" + ", ".join(build.names.get(v, "*") for v in value) + "]" if value else None
        else:
            cells[column] = None if value is None else build.names.get(value, "*")
    return {c: cells.get(c) for c in wanted} if wanted else cells


def sort_key(row):
    """By position where there is one, then by the text of all cells."""
    first = next((m for c in row for m in [re.search(r"(?:^|@)(\d+):(\d+)", c)] if m), None)
    line, column = first.groups() if first else (0, 0)
    return int(line), int(column), row


def render_table(build, case, table, wanted):
    rows = []
    for row in build.rows(table):
        path = row.get("path") or build.paths.get(row.get("file_id"))
        if path is None or not case.owns(path):
            continue
        cells = render_cells(build, row, wanted)
        if case.path.is_dir():
            cells = {"path": path[len(case.name) + 1 :], **cells}
        rows.append(cells)
    columns = [c for c in (rows[0] if rows else []) if any(r[c] is not None for r in rows)]
    columns = [c for c in FIRST if c in columns] + [c for c in columns if c not in FIRST]
    table_rows = sorted(([r[c] if r[c] is not None else "-" for c in columns] for r in rows), key=sort_key)
    lines = [f"== {table}  rows={len(rows)}"]
    grid = [columns, *table_rows] if rows else []
    widths = [max(len(r[i]) for r in grid) for i in range(len(columns))]
    for cells in grid:
        lines.append("  ".join(c.ljust(w) for c, w in zip(cells, widths)).rstrip())
    return "\n".join(lines) + "\n"


def render(build, case):
    """The text of a case's golden file."""
    return "\n".join(render_table(build, case, table, wanted) for table, wanted in case.tables)
