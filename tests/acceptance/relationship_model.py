"""Random relationships, and what they must give: a naive evaluation by nested loops.

The evaluation follows the words of the contract (docs/formats/semantics.md, "Evaluation"), row by row, and shares
nothing with the compiler: join, hard predicates, features, score, rank, ties, then the merge of several sources.
"""

import itertools
import random
from dataclasses import dataclass

PATHS = ["a.py", "b.py"]
KINDS = [f"{verb}_SYMBOL" for verb in ("READS", "WRITES", "REFERENCES", "DEFINES", "IMPORTS", "CALLS")]
TIERS = ["proved", "resolved", "inferred", "candidate"]
SOURCES = {"s1": (32, 11, True), "s2": (64, 12, True), "s3": (128, 13, False)}  # bit, rank, strong
WITNESSES = {"w1": (256, 14, False), "w2": (512, 15, True)}
SOURCE_TOML = "".join(
    f'[[source]]\nname = "{name}"\nbit = {bit}\nrank = {rank}\nstrong = {str(strong).lower()}\n'
    for name, (bit, rank, strong) in {**SOURCES, **WITNESSES}.items()
)
LEFT = {"path": "Utf8", "src": "Int64", "a": "Int64", "b": "Int64"}
RIGHT = {"path": "Utf8", "dst": "Int64", "a": "Int64", "c": "Int64", "label": "Utf8", "ordinal": "Int64"}

# Predicates and features: expression text and its meaning; null makes a comparison unknown, which is not true.
CONDITIONS = {
    "le(l.b, r.c)": lambda l, r: l["b"] is not None and r["c"] is not None and l["b"] <= r["c"],
    "ne(l.a, r.a)": lambda l, r: l["a"] is not None and r["a"] is not None and l["a"] != r["a"],
    "eq(l.b, r.c)": lambda l, r: l["b"] is not None and r["c"] is not None and l["b"] == r["c"],
    "is_null(r.label)": lambda l, r: r["label"] is None,
    "gt(r.c, 1)": lambda l, r: r["c"] is not None and r["c"] > 1,
    "eq(coalesce(l.a, 0), 1)": lambda l, r: (l["a"] or 0) == 1,
}
KEYS = {
    (): ["path"],  # nothing else is shared by name and class: inferred from the columns
    ("path",): ["path"],
    ("path", "a"): ["path", "a"],
}
ORDERS = {(): [], ("c desc",): [("c", True)], ("c", "dst desc"): [("c", False), ("dst", True)]}


@dataclass
class Provider:
    source: str
    left: list
    right: list
    keys: tuple
    predicates: list
    features: list  # (weight, expression)
    base: float
    keep: int
    order: tuple
    has_label: bool
    has_ordinal: bool
    method: str


@dataclass
class Relation:
    name: str
    cardinality: str
    proposers: list
    witnesses: dict  # source → ("dst" or "name", rows of (src, value))
    confidence: dict  # method → (tier, four values)
    names: list  # (id, name) of targets
    kind: str  # of the edges, another one for each relation


def make_relation(rng, name, kind, nodes):
    ends = rng.sample(nodes, 4)
    targets = rng.sample(nodes, 4)
    small = lambda: rng.choice([None, 0, 1, 2])
    proposers = []
    for source in sorted(rng.sample(sorted(SOURCES), rng.choice([1, 2, 2, 3]))):
        left = [
            {"path": rng.choice(PATHS), "src": rng.choice(ends), "a": small(), "b": small()}
            for _ in range(rng.randrange(7))
        ]
        right = [
            {"path": rng.choice(PATHS), "dst": rng.choice(targets), "a": small(), "c": small(),
             "label": rng.choice([None, "", "x"]), "ordinal": rng.choice([None, 0, 1])}
            for _ in range(rng.randrange(7))
        ]
        proposers.append(
            Provider(
                source, left, right, rng.choice(sorted(KEYS)),
                rng.sample(sorted(CONDITIONS), rng.choice([0, 0, 1, 2])),
                [(rng.choice([1.0, 2.5, -1.0]), text) for text in rng.sample(sorted(CONDITIONS), rng.choice([0, 1, 2]))],
                rng.choice([0.0, 100.0]), rng.choice([0, 0, 1, 2]), rng.choice(sorted(ORDERS)),
                rng.random() < 0.4, rng.random() < 0.4, f"m_{source}",
            )
        )
    witnesses = {}
    if len(proposers) > 0 and rng.random() < 0.6:
        for source in rng.sample(sorted(WITNESSES), rng.choice([1, 2])):
            form = rng.choice(["dst", "name"])
            value = (lambda: rng.choice(targets)) if form == "dst" else (lambda: rng.choice(["p", "q"]))
            witnesses[source] = (form, [(rng.choice(ends), value()) for _ in range(rng.randrange(1, 4))])
    confidence = {
        p.method: (rng.choice(TIERS), tuple(rng.choice([0.3, 0.5, 0.7, 0.9]) for _ in range(4))) for p in proposers
    }
    names = [(target, rng.choice(["p", "q", "r"])) for target in targets if rng.random() < 0.8]
    cardinality = rng.choice(["all", "best_per_source", "best_per_source_ordinal"])
    return Relation(name, cardinality, proposers, witnesses, confidence, names, kind)


def tables_of(relation):
    """Name → (columns with types, rows) of everything the relation reads."""
    tables = {}
    for p in relation.proposers:
        tables[f"{relation.name}_{p.source}_l"] = (LEFT, p.left)
        tables[f"{relation.name}_{p.source}_r"] = (RIGHT, p.right)
    for source, (kind, rows) in relation.witnesses.items():
        columns = {"src": "Int64", "value": "Int64" if kind == "dst" else "Utf8"}
        tables[f"{relation.name}_{source}"] = (columns, [{"src": s, "value": v} for s, v in rows])
    tables[f"{relation.name}_names"] = (
        {"id": "Int64", "called": "Utf8"}, [{"id": i, "called": n} for i, n in relation.names],
    )
    return tables


def toml_of(relation):
    out = []
    for name, (columns, _) in tables_of(relation).items():
        typed = ", ".join(f'{c} = "{t}"' for c, t in columns.items())
        out.append(f'[[table]]\nname = "{name}"\nlocation = "{name}.parquet"\ncolumns = {{ {typed} }}\n')
    out.append(
        f'[[relationship]]\nname = "{relation.name}"\nkind = "{relation.kind}"\ncardinality = "{relation.cardinality}"\n'
        f'target_names = [{{ source = "{relation.name}_names", id = "id", name = "called" }}]\n'
    )
    for method, (tier, (alone, support, weak, strong)) in relation.confidence.items():
        out.append(
            f'[[confidence]]\nrelationship = "{relation.name}"\nmethod = "{method}"\ntier = "{tier}"\nalone = {alone}\n'
            f"support = {support}\nweak_dissent = {weak}\nstrong_dissent = {strong}\n"
        )
    for p in relation.proposers:
        columns = {"src": "l.src", "dst": "r.dst", "c": "r.c"}
        columns |= {"label": "r.label"} if p.has_label else {}
        columns |= {"ordinal": "r.ordinal"} if p.has_ordinal else {}
        features = ", ".join(
            f'{{ name = "f{i}", weight = {w}, expr = "{text}" }}' for i, (w, text) in enumerate(p.features)
        )
        out.append(
            f'[[provider]]\nrelationship = "{relation.name}"\nsource = "{p.source}"\nmethod = "\'{p.method}\'"\n'
            f'left = "{relation.name}_{p.source}_l"\nright = "{relation.name}_{p.source}_r"\n'
            f"keys = {list(p.keys)}\npredicates = {p.predicates}\nfeatures = [{features}]\nbase_score = {p.base}\n"
            f'keep = {p.keep}\norder_by = {list(p.order)}\ngroup_by = ["src"]\n'
            f"columns = {{ {', '.join(f'{n} = {chr(34)}{e}{chr(34)}' for n, e in columns.items())} }}\n"
        )
    for source, (kind, _) in relation.witnesses.items():
        column = "dst" if kind == "dst" else "name"
        out.append(
            f'[[provider]]\nrelationship = "{relation.name}"\nsource = "{source}"\nrole = "witness"\n'
            f'left = "{relation.name}_{source}"\ncolumns = {{ src = "src", {column} = "value" }}\n'
        )
    return "\n".join(out)


def nulls_last(value, descending=False):
    if value is None:
        return (1, 0)
    if isinstance(value, str):
        assert not descending
        return (0, value)
    return (0, -value if descending else value)


def evaluate_provider(p):
    """Rows {src, dst, label, ordinal, score, …} of one proposer."""
    rows = []
    for l, r in itertools.product(p.left, p.right):
        if any(l[k] is None or l[k] != r[k] for k in KEYS[p.keys]):
            continue
        if not all(CONDITIONS[text](l, r) for text in p.predicates):
            continue
        features = [1.0 if CONDITIONS[text](l, r) else 0.0 for _, text in p.features]
        row = {"src": l["src"], "dst": r["dst"], "c": r["c"]}
        row["label"] = r["label"] if p.has_label else None
        row["ordinal"] = r["ordinal"] if p.has_ordinal else None
        row |= {f"feat_f{i}": value for i, value in enumerate(features)}
        row["score"] = p.base + sum(w * f for (w, _), f in zip(p.features, features))
        rows.append(row)
    # Ties: the declared order, the score, then every other column as declared.
    others = ["src", "dst", "c", "label", "ordinal"] if p.has_label or not p.has_ordinal else ["src", "dst", "c", "ordinal", "label"]
    others += [f"feat_f{i}" for i in range(len(p.features))]
    order = ORDERS[p.order] + [("score", True)]
    order += [(name, False) for name in others if name not in {n for n, _ in order}]
    rank = lambda row: [nulls_last(row[name], descending) for name, descending in order]
    if p.keep:
        rows = [row for _, group in grouped(rows, ("src",)) for row in sorted(group, key=rank)[: p.keep]]
    return [sorted(group, key=rank)[0] for _, group in grouped(rows, ("src", "dst", "label", "ordinal"))]


def grouped(rows, names):
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[n] for n in names), []).append(row)
    return groups.items()


def once(rows):
    """Rows whose ordinals fell together: the best score, then the smallest in the columns a relation keeps."""
    key = lambda row: [nulls_last(row["score"], True)] + [nulls_last(row[n]) for n in ("src", "dst", "ordinal", "label")]
    return [min(group, key=key) for _, group in grouped(rows, ("src", "dst", "label", "ordinal"))]


def evaluate(relation):
    """(candidates, kept rows), each a list of tuples in COLUMNS."""
    proposers = sorted(relation.proposers, key=lambda p: SOURCES[p.source][1])
    merged = len(proposers) + len(relation.witnesses) > 1
    by_ordinal = relation.cardinality == "best_per_source_ordinal"
    group_of = lambda row: (row["src"], row["ordinal"]) if by_ordinal else (row["src"],)
    placed = {}
    for p in proposers:
        rows = evaluate_provider(p)
        if merged:
            first = placed.get(proposers[0].source, [])
            for row in rows:
                same = [f["ordinal"] for f in first if (f["src"], f["dst"]) == (row["src"], row["dst"])]
                row["ordinal"] = min(same) if same else row["ordinal"] or 0
            rows = once(rows)
        placed[p.source] = rows
    candidates, seen = [], set()
    for p in proposers:
        for row in placed[p.source]:
            key = (row["src"], row["dst"], row["label"], row["ordinal"])
            if key not in seen:
                seen.add(key)
                candidates.append(row | {"provider": p.source, "method": p.method})
    said = {p.source: {(group_of(r), r["dst"]) for r in placed[p.source]} for p in proposers}
    answered = {source: {group for group, _ in statements} for source, statements in said.items()}
    for source, (kind, statements) in relation.witnesses.items():
        said[source], answered[source] = set(), set()
        for row in candidates:
            values = [value for src, value in statements if src == row["src"]]
            if values:
                answered[source].add(group_of(row))
            names = [row["dst"]] if kind == "dst" else [n for i, n in relation.names if i == row["dst"]]
            if set(names) & set(values):
                said[source].add((group_of(row), row["dst"]))
    info = {**SOURCES, **WITNESSES}
    for row in candidates:
        group = group_of(row)
        agree = {s for s in said if (group, row["dst"]) in said[s]}
        shares = set(agree)
        if relation.cardinality == "all":
            mine = {dst for g, dst in said[row["provider"]] if g == group}
            shares = {s for s in said if any((group, dst) in said[s] for dst in mine)}
        dissent = {s for s in answered if group in answered[s]} - shares
        row["witnesses"] = sum(info[s][0] for s in agree)
        row["dissenters"] = sum(info[s][0] for s in dissent)
        tier, (alone, support, weak, strong) = relation.confidence[row["method"]]
        row["tier"] = tier
        row["confidence"] = alone
        if any(info[s][2] for s in agree - {row["provider"]}):
            row["confidence"] = support
        if dissent:
            row["confidence"] = weak
        if any(info[s][2] for s in dissent):
            row["confidence"] = strong
        others = {r["dst"] for r in candidates if r["src"] == row["src"]}
        row["ambiguity_group_id"] = row["src"] if len(others) > 1 else None
    kept = candidates
    if relation.cardinality != "all":
        rank = lambda r: [
            TIERS.index(r["tier"]), info[r["provider"]][1], -r["confidence"], -r["score"], r["dst"],
            nulls_last(r["label"]), nulls_last(r["ordinal"]),
        ]
        names = ("src", "ordinal") if by_ordinal else ("src",)
        kept = [min(group, key=rank) for _, group in grouped(candidates, names)]
    return as_tuples(candidates), as_tuples(kept)


COLUMNS = ("src", "dst", "label", "ordinal", "provider", "method", "tier", "confidence", "witnesses", "dissenters",
           "score", "ambiguity_group_id")


def as_tuples(rows):
    return sorted((tuple(row[c] for c in COLUMNS) for row in rows), key=lambda row: [nulls_last(v) for v in row])
