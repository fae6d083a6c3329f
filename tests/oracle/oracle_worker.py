"""CPython's own answer about Python files, one JSON line each; runs in any CPython from 3.8 on.

usage: oracle_worker.py ast|symtable|tokens|errors LIST

LIST names a file with one path a line. A line is {"path", "sha256", "error", "refused"}: the hash of
the canonical answer, or the SyntaxError as {"type", "msg", "lineno", "offset"}, or why CPython gave
up itself (RecursionError, MemoryError, ValueError, a SystemError of its own). Shared with the tests, which hash the program's
answer the same way.
"""

import ast
import hashlib
import io
import json
import symtable
import sys
import tokenize
import warnings

FLAGS = (
    "annotated assigned declared_global free global imported local namespace nonlocal parameter"
    " referenced"
).split()


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def table_of(table):
    kind = table.get_type()
    return {
        "type": getattr(kind, "value", kind),
        "name": table.get_name(),
        "lineno": table.get_lineno(),
        "nested": table.is_nested(),
        "optimized": table.is_optimized(),
        "symbols": [
            {"name": s.get_name(), "flags": [f for f in FLAGS if getattr(s, "is_" + f)()]}
            for s in table.get_symbols()
        ],
        "children": [table_of(child) for child in table.get_children()],
    }


def canonical(table):
    """The comparable text of a table: the order of symbols means nothing."""

    def of(t):
        return [
            [t["type"], t["name"], t["lineno"], bool(t["nested"]), bool(t["optimized"])],
            sorted([s["name"], sorted(s["flags"])] for s in t["symbols"]),
            [of(child) for child in t["children"]],
        ]

    return json.dumps(of(table))


def end_of(token):
    """Where it ends. 3.12.0 and 3.12.1 count the last line of a token in that of its first line."""
    if (3, 12) <= sys.version_info < (3, 12, 2) and token.start[0] != token.end[0]:
        return [token.end[0], len(token.string) - token.string.rindex("\n") - 1]
    return list(token.end)


def tokens_of(data):
    return [
        [tokenize.tok_name[t.type], t.string, list(t.start), end_of(t)]
        for t in tokenize.tokenize(io.BytesIO(data).readline)
    ]


def parses(data):
    try:
        ast.parse(data)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return False
    return True


def answer(kind, data):
    """The comparable text; raises what CPython raises."""
    if kind == "ast":
        return ast.dump(ast.parse(data), include_attributes=True)
    if kind == "tokens":
        return json.dumps(tokens_of(data))
    if kind == "errors":
        compile(data, "<file>", "exec", dont_inherit=True)
        return ""
    return canonical(table_of(symtable.symtable(data, "<file>", "exec")))


def line(kind, path, data):
    """The line of a file with these bytes."""
    result = {"path": path, "sha256": None, "error": None, "refused": None}
    try:
        result["sha256"] = digest(answer(kind, data))
    except SyntaxError as e:
        result["error"] = {
            "type": type(e).__name__, "msg": e.msg, "lineno": e.lineno, "offset": e.offset
        }
        if kind == "errors":
            result["error"]["end_lineno"] = getattr(e, "end_lineno", None)
            result["error"]["end_offset"] = getattr(e, "end_offset", None)
    except tokenize.TokenError as e:
        msg, (lineno, offset) = e.args
        result["error"] = {"type": "TokenError", "msg": msg, "lineno": lineno, "offset": offset}
    except (RecursionError, MemoryError, SystemError, ValueError) as e:
        result["refused"] = f"{type(e).__name__}: {e}"
    if kind in ("errors", "tokens"):
        result["parsed"] = parses(data)
    return json.dumps(result)


def main(kind, listing):
    warnings.simplefilter("ignore")
    with open(listing, encoding="utf-8", errors="surrogateescape") as f:
        paths = f.read().splitlines()
    for path in paths:
        with open(path, "rb") as f:
            data = f.read()
        print(line(kind, path, data), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
