"""Writes the test vectors of our SQL functions, one file per function: expression, tab, value as text.

The values come from the reference implementations below, in plain Python, which share nothing with the
program. Run it after a change and read the diff: python3 tests/data/functions/generate.py
"""

import hashlib
import pathlib
import struct
import unicodedata

HERE = pathlib.Path(__file__).parent
MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579,
                      2870177450012600261)


def rotl(x, r):
    return ((x << r) | (x >> (64 - r))) & MASK


def xxh64(data, seed):
    """XXH64 as its specification says."""
    def mix(acc, lane):
        return rotl((acc + lane * P2) & MASK, 31) * P1 & MASK

    n, i = len(data), 0
    if n >= 32:
        acc = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK]
        while i + 32 <= n:
            for k in range(4):
                acc[k] = mix(acc[k], struct.unpack_from("<Q", data, i + 8 * k)[0])
            i += 32
        h = sum(rotl(a, r) for a, r in zip(acc, (1, 7, 12, 18))) & MASK
        for a in acc:
            h = ((h ^ mix(0, a)) * P1 + P4) & MASK
    else:
        h = (seed + P5) & MASK
    h = (h + n) & MASK
    while i + 8 <= n:
        h = (rotl(h ^ mix(0, struct.unpack_from("<Q", data, i)[0]), 27) * P1 + P4) & MASK
        i += 8
    if i + 4 <= n:
        h = (rotl(h ^ (struct.unpack_from("<I", data, i)[0] * P1 & MASK), 23) * P2 + P3) & MASK
        i += 4
    for byte in data[i:]:
        h = rotl(h ^ (byte * P5 & MASK), 11) * P1 & MASK
    h = (h ^ (h >> 33)) * P2 & MASK
    h = (h ^ (h >> 29)) * P3 & MASK
    return h ^ (h >> 32)


def hash64(*parts):
    h = 42
    for part in parts:
        if part is not None:
            h = xxh64(part.encode() if isinstance(part, str) else struct.pack("<q", part), h)
    return h & (MASK >> 1)


def text(part):
    return "__NULL__" if part is None else str(part).lower() if isinstance(part, bool) else str(part)


def hash128(*parts):
    if all(part is None for part in parts):
        return None
    return hashlib.sha256("\x1f".join(map(text, parts)).encode()).hexdigest()[:32]


def normalize(value, form="NFKC", casefold=True, collapse=True):
    if value is None:
        return None
    value = unicodedata.normalize(form, value.strip(" \t\n\v\f\r"))
    if casefold:
        value = "".join(c.lower() if len(c.lower()) == 1 else c for c in value)
    if collapse:
        value = " ".join(value.replace("\t", " ").replace("\n", " ").split(" ")) if value else value
        while "  " in value:
            value = value.replace("  ", " ")
    return value.strip(" \t\n\v\f\r") or None


def sql(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def call(name, *args):
    return f"{name}({', '.join(map(sql, args))})"


TEXTS = ["", "abc", "é", "日本語のテキスト", "😀 emoji", "a" * 31, "b" * 32, "c" * 100, "it's", "tab\there"]
NUMBERS = [0, 1, -1, 7, 2**31, -(2**63) + 1, 2**63 - 1]


def vectors():
    yield "hash64", [(call("hash64", *a), hash64(*a)) for a in
                     [(t,) for t in TEXTS] + [(n,) for n in NUMBERS] +
                     [("a", None, "b"), (None,), ("METHOD", "pkg/mod.py", "A::f#1"), ("x", 5, None, -5)]]
    yield "stable_hash128", [(call("stable_hash128", *a), hash128(*a)) for a in
                             [(t,) for t in TEXTS] + [("a", None, "b"), (None, None), (1, True), (False, "")]]
    yield "prefixed_hash64", [(call("prefixed_hash64", p, v), None if p is None or v is None else f"{p}:{hash64(v)}")
                              for p, v in [("n", "abc"), ("n", 12), ("", "é"), (None, "a"), ("n", None)]]
    yield "prefixed_hash_parts64", [
        (call("prefixed_hash_parts64", p, *v),
         None if p is None else f"{p}:{hash64(*['__NULL__' if x is None else x for x in v])}")
        for p, v in [("n", ("a", 1)), ("n", ("a", None)), (None, ("a",)), ("é", ("日本", -1))]]
    yield "stable_id", [(call("stable_id", p, v), None if p is None or v is None else f"{p}:{hash128(v)}")
                        for p, v in [("x", "abc"), ("x", ""), ("", "é"), (None, "a"), ("x", None)]]
    yield "stable_id_parts", [(call("stable_id_parts", p, *v),
                               None if p is None else p + ":" + hashlib.sha256("\x1f".join(map(text, v)).encode()).hexdigest()[:32])
                              for p, v in [("x", ("a", "b")), ("x", (None,)), ("x", ("a", None, 3)), (None, ("a",))]]
    yield "stable_hash_any", [(call("stable_hash_any", v), hash128("__NULL__" if v is None else
                               unicodedata.normalize("NFKC", text(v).strip()))) for v in
                              ["abc", "  abc ", "ﬁ", None, 12, True, ""]] + [
        ("stable_hash_any('  a ', canonical := false)", hash128("  a ")),
        ("stable_hash_any(NULL, null_sentinel := '?')", hash128("?"))]
    yield "span_make", [("span_make(1, 2).bend", 2), ("span_make(NULL, 2).bstart", None),
                        ("span_make(1, 2, line_base := 1).line_base", 1),
                        ("span_make(1, 2, line_base := NULL).line_base", None),
                        ("span_make(1, 2).col_unit", "byte"), ("span_make(1, 2).end_exclusive", "true"),
                        ("span_make(NULL, NULL) IS NULL", "false")]
    bounds = [(0, 4), (4, 6), (2, 3), (4, 4), (0, 2**63 - 1), (None, 3)]
    yield "span_len", [(f"span_len(span_make({sql(a)}, {sql(b)}))", None if a is None else b - a) for a, b in bounds]
    overlap, contain = [], []
    for a, b in bounds:
        for c, d in bounds:
            for inclusive in (False, True):
                pair = (f"span_make({sql(a)}, {sql(b)}), span_make({sql(c)}, {sql(d)}"
                        + (", end_exclusive := false)" if inclusive else ")"))
                end = min(d + 1, 2**63 - 1) if inclusive else d
                known = a is not None and c is not None
                overlap.append((f"span_overlaps({pair})", text(a < end and c < b) if known else
                                "false" if (a is None and c is not None and not c < b) or
                                (c is None and a is not None and not a < end) else None))
                contain.append((f"span_contains({pair})", text(a <= c and end <= b) if known else
                                "false" if not end <= b else None))
    yield "span_overlaps", overlap
    yield "span_contains", contain
    yield "span_id", [(f"span_id('SCIP', {sql(r)}, {sql(p)}, 1, {sql(e)}" + (f", kind := {sql(k)})" if k else ")"),
                       None if p is None or e is None else hash64("SCIP" + (":" + k if k else ""), r, p, 1, e))
                      for r, p, e, k in [(None, "a.py", 5, None), ("r", "a.py", 5, "ref"), ("r", None, 5, None),
                                         ("r", "é.py", None, None), ("r", "é.py", 2**63 - 1, None)]]
    yield "interval_align_score", [("interval_align_score(2, 3, 0, 10)", "-10.0"), ("interval_align_score(2, 3, 2, 3)", "-1.0"),
                                   ("interval_align_score(NULL, 3, 2, 3)", None), ("interval_align_score(1, 3, 2, NULL)", None)]
    line = "aé😀b"
    units = {"utf8": "utf-8", "UTF-16": "utf-16-le", "utf32": "utf-32-le"}
    cols = []
    for unit, codec in units.items():
        width = {"utf8": 1, "UTF-16": 2, "utf32": 4}[unit]
        at = {len(line[:i].encode(codec)) // width: len(line[:i].encode()) for i in range(len(line) + 1)}
        cols += [(call("col_to_byte", line, c, unit), b) for c, b in at.items()]
        cols += [(call("col_to_byte", line, 99, unit), len(line.encode())), (call("col_to_byte", line, -1, unit), 0)]
    cols += [(call("col_to_byte", None, 1, "utf8"), None), (call("col_to_byte", line, None, "utf8"), None),
             ("col_to_byte('aé😀b', 3, NULL)", 7), ("col_to_byte('aé😀b', 4, 2)", 7), ("col_to_byte('aé', 3, 'bytes')", 3)]
    yield "col_to_byte", cols
    yield "ca_col_to_byte", [(e.replace("col_to_byte", "ca_col_to_byte").replace(", 2)", ", '2')"), v) for e, v in cols]
    yield "canonicalize_byte_span", [
        ("canonicalize_byte_span(10, 'é=1', 1, 10, 'é=1', 3, 'utf32').bend", 14),
        ("canonicalize_byte_span(10, 'é=1', 1, 10, 'é=1', 3, 'utf32').bstart", 12),
        ("canonicalize_byte_span(10, 'é=1', 1, 10, 'é=1', 3, NULL).bend", None),
        ("canonicalize_byte_span(NULL, 'é=1', 1, 10, 'é=1', 3, 'utf32').bstart", None),
        ("canonicalize_byte_span(NULL, 'é=1', 1, 10, 'é=1', 3, 'utf32').bend", 14)]
    samples = ["  Ｆoo   Bar ", "ÀÉ", "ﬁne", "  ", "", None, "a\t b", "İ", "ß", "가", "x" * 70, "Ａ１"]
    yield "utf8_normalize", [(call("utf8_normalize", v), normalize(v)) for v in samples if v != "İ"] + [
        (f"utf8_normalize({sql(v)}, form := '{f}', casefold := false)", normalize(v, f, False))
        for v in ["ÀÉ", "ﬁ", "가"] for f in ("NFC", "NFD", "NFKC", "NFKD")] + [
        ("utf8_normalize('a  b', collapse_ws := false)", "a  b")]
    yield "ca_utf8_normalize", [(call("ca_utf8_normalize", v, "NFKC", True, True), normalize(v)) for v in samples if v != "İ"]
    yield "utf8_null_if_blank", [(call("utf8_null_if_blank", v), (v or "").strip(" ") or None)
                                 for v in ["  a ", "", "   ", None, "é", " a b "]]
    yield "qname_normalize", [("qname_normalize('Run', module := 'Pkg.Mod')", "pkg.mod.run"), ("qname_normalize('A.B', module := 'M')", "a.b"),
                              ("qname_normalize('Run')", "run"), ("qname_normalize(NULL, module := 'M')", None),
                              ("qname_normalize('', module := 'M')", None), ("qname_normalize('Ｆ', module := '')", "f")]
    yield "position_encoding_norm", [(call("position_encoding_norm", v), r) for v, r in
                                     [("UTF-8", 1), ("utf16", 2), ("UTF-32", 3), ("", 3), (None, 3), ("1", 1), ("2", 2)]]
    yield "map_get_default", [("map_get_default(MAP {'a': '1'}, 'a', '2')", "1"), ("map_get_default(MAP {'a': '1'}, 'b', '2')", "2"),
                              ("map_get_default(NULL::MAP(VARCHAR, VARCHAR), 'b', '2')", "2"),
                              ("map_get_default(MAP {'a': NULL::VARCHAR}, 'a', 'd')", "d")]
    maps = [("MAP {'b': '1', 'A': '2', 'B': '3'}", "{a=2, b=3}"), ("MAP {}::MAP(VARCHAR, VARCHAR)", "{}"),
            ("NULL::MAP(VARCHAR, VARCHAR)", None), ("MAP {'É': NULL::VARCHAR}", "{É=NULL}")]
    yield "map_normalize", [(f"map_normalize({m})", r) for m, r in maps] + [
        ("map_normalize(MAP {'b': '1', 'A': '2'}, key_case := 'upper', sort_keys := false)", "{B=1, A=2}"),
        ("map_normalize(MAP {'b': '1', 'B': '2'}, key_case := 'none')", "{B=2, b=1}")]
    yield "ca_map_normalize", [(f"ca_map_normalize({m}, 'lower', true)", r) for m, r in maps]
    yield "list_compact", [("list_compact(['a', NULL, 'b'])", "[a, b]"), ("list_compact(NULL::VARCHAR[])", None),
                           ("list_compact([NULL]::VARCHAR[])", "[]"), ("list_compact([1, NULL, 2])", "[1, 2]")]
    yield "list_unique_sorted", [("list_unique_sorted(['b', 'a', NULL, 'b'])", "[a, b]"), ("list_unique_sorted(NULL::VARCHAR[])", None),
                                 ("list_unique_sorted([10, 9, 10])", "[10, 9]"), ("list_unique_sorted(['é', 'z'])", "[z, é]")]
    ranks = {"update_postimage": 3, "insert": 2, "delete": 1, "update_preimage": 0, " INSERT ": 2, "x": -1, "": -1, None: None}
    yield "cdf_change_rank", [(call("cdf_change_rank", k), v) for k, v in ranks.items()]
    yield "cdf_is_upsert", [(call("cdf_is_upsert", k), None if v is None else text(v in (2, 3))) for k, v in ranks.items()]
    yield "cdf_is_delete", [(call("cdf_is_delete", k), None if v is None else text(v == 1)) for k, v in ranks.items()]
    yield "cpg_score", [("cpg_score('0.5')", "0.5"), ("cpg_score(1)", "1.0"), ("cpg_score(NULL)", None)]
    three = "(VALUES (3), (NULL), (1), (3)) t(x)"
    yield "list_unique", [(f"(SELECT list_unique(x) FROM {three})", "[1, 3, NULL]"),
                          (f"(SELECT list_unique(x, ignore_nulls := true) FROM {three})", "[1, 3]"),
                          ("(SELECT list_unique(x) FROM (VALUES ('é'), ('z'), ('a')) t(x))", "[a, z, é]"),
                          (f"(SELECT list_unique(x) FROM {three} WHERE false)", None)]
    yield "count_distinct_agg", [(f"(SELECT count_distinct_agg(x) FROM {three})", 3),
                                 (f"(SELECT count_distinct_agg(x, ignore_nulls := true) FROM {three})", 2),
                                 (f"(SELECT count_distinct_agg(x) FROM {three} WHERE false)", 0)]
    yield "ca_count_if", [(f"(SELECT ca_count_if(x > 1) FROM {three})", 2), (f"(SELECT ca_count_if(x > 1) FROM {three} WHERE false)", 0),
                       (f"(SELECT ca_count_if(x IS NULL) FROM {three})", 1)]
    pairs = "(VALUES ('b', 2), ('a', 2), ('c', 1), (NULL, 9), ('z', NULL), ('d', 1)) t(v, k)"
    yield "any_value_det", [(f"(SELECT any_value_det(v, k) FROM {pairs})", "c"),
                            (f"(SELECT any_value_det(v, k) FROM {pairs} WHERE k = 2)", "a"),
                            (f"(SELECT any_value_det(v, k) FROM {pairs} WHERE false)", None)]
    yield "ca_arg_max", [(f"(SELECT ca_arg_max(v, k) FROM {pairs})", "a"),
                         ("(SELECT ca_arg_max(v, k) FROM (VALUES ('m', -9223372036854775808), ('n', -1)) t(v, k))", "n"),
                         (f"(SELECT ca_arg_max(v, k) FROM {pairs} WHERE k IS NULL)", None)]
    yield "string_agg", [("(SELECT string_agg(x, '-' ORDER BY x) FROM (VALUES ('b'), (NULL), ('a')) t(x))", "a-b"),
                         ("(SELECT string_agg(x ORDER BY x) FROM (VALUES ('b'), ('é')) t(x))", "b,é"),
                         ("(SELECT string_agg(x, '-') FROM (VALUES (NULL::VARCHAR)) t(x))", None)]
    two = "(VALUES (1, NULL), (2, 20), (3, 30)) t(x, y)"
    def window(expr):
        return f"(SELECT list(w ORDER BY x) FROM (SELECT x, {expr} AS w FROM {two}))"
    yield "first_value", [(window("first_value(y) OVER (ORDER BY x)"), "[NULL, NULL, NULL]"),
                          (window("first_value(y IGNORE NULLS) OVER (ORDER BY x)"), "[NULL, 20, 20]"),
                          (window("first_value(x) OVER (ORDER BY x DESC)"), "[3, 3, 3]")]
    yield "last_value", [(window("last_value(y) OVER (ORDER BY x)"), "[NULL, 20, 30]"),
                         (window("last_value(y IGNORE NULLS) OVER (ORDER BY x DESC)"), "[20, 20, 30]"),
                         (window("last_value(x) OVER (ORDER BY x)"), "[1, 2, 3]")]
    yield "row_number", [(window("row_number() OVER (ORDER BY x)"), "[1, 2, 3]"), (window("row_number() OVER (ORDER BY x DESC)"), "[3, 2, 1]"),
                         (window("row_number() OVER (PARTITION BY y IS NULL ORDER BY x)"), "[1, 1, 2]")]
    yield "lag", [(window("lag(x) OVER (ORDER BY x)"), "[NULL, 1, 2]"), (window("lag(x, 2, 0) OVER (ORDER BY x)"), "[0, 0, 1]"),
                  (window("lag(y IGNORE NULLS) OVER (ORDER BY x)"), "[NULL, NULL, 20]")]
    yield "lead", [(window("lead(x) OVER (ORDER BY x)"), "[2, 3, NULL]"), (window("lead(x, 2, 0) OVER (ORDER BY x)"), "[3, 0, 0]"),
                   (window("lead(y IGNORE NULLS) OVER (ORDER BY x)"), "[20, 30, NULL]")]


for name, rows in vectors():
    lines = [f"{expression}\t{'NULL' if value is None else value}\n" for expression, value in rows
             if "\n" not in expression and "\t" not in expression.replace("\\t", "")]
    (HERE / f"{name}.txt").write_text("".join(lines))
