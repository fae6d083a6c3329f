#!/usr/bin/env python3
"""Rules about the sources as a whole that no compiler checks.

- uncalled    what a header declares is named in another file: code without a user goes, or is local to its file;
- untested    tests try what the program has: what only tests name goes, but for what is made for them;
- umbrellas   no header only passes others on: an include says where a thing is declared;
- leftovers   nothing is deprecated, a shim or kept for older callers: what is replaced goes in the same change;
- removed     names of systems and functions that this one replaces do not come back;
- single      there is one place where a database is opened, an optimizer switched, SQL judged, a log entry made;
- output      below cli/ nothing is printed; base/check.cpp ends the program, and says why;
- pure        hashing, planning, retrying and pruning need no disk and no engine, so that they are tested without.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE = (".h", ".cpp", ".c", ".def")

# A free function at the left margin: type, name in UpperCamel, parameters.
DECLARATION = re.compile(r"^(?:inline |constexpr )*[A-Za-z_][\w:<>,&*\s]*?[\s&*>]([A-Z][a-z]\w*)\(", re.M)
LEFTOVERS = re.compile(r"\[\[deprecated|\b(?:deprecated|shims?|backwards?[- ]compatib\w+|legacy api|old name|kept for older)\b", re.I)
# What the map of the design's section 8.1 replaces, as far as the names mean nothing else here.
REMOVED = re.compile(
    r"datafusion|SessionConfigOptions|RuntimeProfileSpec_v\d|default_extraction_profile|SessionExtract\b|build_e\w+_session\b|"
    r"FairSpillPool|skip_failed_rules|dynamic_filter_pushdown|list_files_cache|PyRunResult|FinalizeDeltaReport|"
    r"register_codeanatomy_udfs|install_rust_udf_platform|stable_id_from_span|\bstable_hash64\b|\bhash128\b|\bprefixed_hash\b|"
    r"\bstable_id_multi\b|\bprefixed_hash_parts\b|\bnormalize_utf8\b|\bnull_if_blank\b|\bqualname_normalize\b|\barray_compact\b|"
    r"\barray_unique_sorted\b|\bstruct_select\b|\bcollect_set\b|\basof_select\b|_value_agg\b|\b(?:row_number|lag|lead)_window\b|"
    r"\bdedupe_best_by_score\b|\bregister_dataset_df\b|DataFusionCachePolicy|CoalesceBatches|"
    r"\b(?:ast_nodes|ast_edges|cst_nodes|ts_nodes|symtable_symbols|scip_occurrences|repo_files|bytecode_instructions)_v\d\b|"
    r"CODEANATOMY_(?:DISABLE|ENABLE)_DF_|\bdelta_scan\b"
)
OUTPUT = re.compile(r"std::(?:cout|cerr|clog|puts|printf)\b|\bf?printf\s*\(|\bf?puts\s*\(|\bperror\s*\(|\bfmt::print\b|\bstd(?:out|err)\b")
MAY_PRINT = ("src/cli/", "src/base/check.cpp")
# Stands in headers for tests and measurements: properties that several of them check, inputs, one graph or spec at a time.
FOR_TESTS = {"BrokenFlow", "CompareWithFixpoint", "RegisterForInputs", "ReadBenchmarkSources", "MeasureFiles", "CountRate",
             "BuildSsa", "BuildDefaultSpec", "CpgNameOf", "Joinable"}
# What is done in one place → the files of that place.
SINGLE = {
    r"\bDatabase::Open\(": ("src/engine/duckdb/database.cpp", "src/engine/session/session.cpp"),
    r"\bduckdb_open\w*\(": ("src/engine/duckdb/database.cpp",),
    # The fences of a reader go up once, in their order.
    r"SET GLOBAL (?!allowed_directories|enable_external_access|lock_configuration)|RESET GLOBAL": ("src/engine/session/session.cpp",),
    r"json_serialize_sql": ("src/engine/session/sql_policy.cpp",),
    r'"disabled_optimizers"': ("src/engine/session/introspection.cpp", "src/engine/session/profile.cpp",
                               "src/engine/session/runtime_profile.cpp"),
    r"\bduckdb_register_\w+_function\(": ("src/engine/udf/", "src/engine/duckdb/"),
    r"->LinkIfAbsent\(|\.LinkIfAbsent\(": ("src/storage/log/transaction.cpp",
                                            "src/storage/instrumented_file_system.cpp"),
}
# File or folder → what none of its headers and sources may include, directly or through others.
PURE = {
    "src/base/hash.cpp": ("storage/file_system.h", "engine/duckdb/"),
    "src/expr/": ("storage/", "engine/"),
    "src/spec/": ("storage/", "engine/"),
    "src/semantics/": ("storage/", "engine/"),
    "src/engine/plan/": ("engine/duckdb/database.h", "engine/duckdb/connection.h", "storage/file_system.h"),
    "src/engine/schedule/": ("engine/duckdb/database.h", "engine/duckdb/connection.h", "storage/file_system.h"),
    "src/engine/scan/can_match.cpp": ("engine/duckdb/", "storage/file_system.h"),
}


def is_test(path):
    return "_test" in path.stem or "_benchmark" in path.stem or path.stem.startswith("test_")


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


class Sources:
    def __init__(self, root):
        self.root = root
        folders = ("src", "include", "examples", "fuzz")
        self.text = {p.relative_to(root): p.read_text(errors="replace") for folder in folders
                     for p in sorted((root / folder).rglob("*")) if p.suffix in CODE}
        self.code = {path: without_comments(text) for path, text in self.text.items()}
        self.words = {path: set(re.findall(r"\w+", code)) for path, code in self.code.items()}

    def own(self):
        return [path for path in self.text if path.parts[0] == "src" and not is_test(path)]

    def includes(self, path, seen):
        """Files of ours that a file sees, through others too."""
        open_ = [path]
        while open_:
            for name in re.findall(r'^#include "([^"]+)"', self.code[open_.pop()], re.M):
                found = pathlib.Path("src") / name
                if found in self.code and found not in seen:
                    seen.add(found)
                    open_.append(found)
        return seen


def uncalled(sources):
    for header in (path for path in sources.own() if path.suffix == ".h"):
        for name in dict.fromkeys(DECLARATION.findall(sources.code[header])):
            own = {header, header.with_suffix(".cpp")}
            elsewhere = any(name in words for path, words in sources.words.items() if path not in own)
            if not elsewhere and len(re.findall(rf"\b{name}\b", sources.code[header])) == 1:
                yield f"{header}: {name} is named in no other file: make it local to {header.with_suffix('.cpp').name}"


def untested(sources):
    product = [path for path in sources.text if path.parts[0] != "fuzz" and not is_test(path)]
    for header in (path for path in sources.own() if path.suffix == ".h"):
        for name in dict.fromkeys(DECLARATION.findall(sources.code[header])):
            own = [path for path in (header, header.with_suffix(".cpp")) if path in sources.code]
            if name in FOR_TESTS or any(name in sources.words[path] for path in product if path not in own):
                continue
            uses = sum(len(re.findall(rf"\b{name}\b", sources.code[path])) for path in own)
            defined = header.with_suffix(".cpp") in own and re.search(rf"\b{name}\(", sources.code[header.with_suffix(".cpp")])
            if uses <= (2 if defined else 1):
                yield f"{header}: {name} is named by tests alone"


def single(sources):
    for path in sources.own():
        for pattern, places in SINGLE.items():
            if not str(path).startswith(places) and re.search(pattern, sources.code[path]):
                yield f"{path}: {pattern} belongs to {', '.join(places)}"


def umbrellas(sources):
    for header in (path for path in sources.own() if path.suffix == ".h"):
        lines = [line.strip() for line in sources.code[header].splitlines() if line.strip()]
        if all(line.startswith("#") or line.startswith("using ") for line in lines):
            yield f"{header}: declares nothing of its own"


def leftovers(sources):
    for path in (path for path in sources.text if path.name != "name_data.cpp"):  # words of Unicode's names
        for number, line in enumerate(sources.text[path].splitlines(), 1):
            if LEFTOVERS.search(line) and "OPENSSL_SUPPRESS_DEPRECATED" not in line:
                yield f"{path}:{number}: {line.strip()[:100]}"


def removed(sources):
    texts = dict(sources.text)
    for folder, kinds in (("docs/reference", (".md",)), ("scripts", (".py", ".sh")), ("examples", (".sql", ".py", ".md"))):
        for path in sorted((sources.root / folder).rglob("*")):
            if path.suffix in kinds and path != pathlib.Path(__file__).resolve():
                texts[path.relative_to(sources.root)] = path.read_text(errors="replace")
    for path, text in texts.items():
        for found in REMOVED.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {found.group()}"


def output(sources):
    for path in sources.own():
        if str(path).startswith(MAY_PRINT):
            continue
        code = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', sources.code[path])
        for number, line in enumerate(code.splitlines(), 1):
            if OUTPUT.search(line):
                yield f"{path}:{number}: {line.strip()[:100]}"
    for path in (path for path in sources.text if path.parts[:2] == ("examples", "plugin")):
        if OUTPUT.search(sources.code[path]):
            yield f"{path}: a plugin prints"


def pure(sources):
    for where, forbidden in PURE.items():
        paths = [path for path in sources.own() if str(path).startswith(where)]
        if not paths:
            yield f"{where}: no such files"
        for path in paths:
            for seen in sorted(map(str, sources.includes(path, set()))):
                if seen.removeprefix("src/").startswith(forbidden):
                    yield f"{path}: sees {seen.removeprefix('src/')}"


RULES = (uncalled, untested, umbrellas, leftovers, removed, single, output, pure)


def main():
    sources = Sources(ROOT)
    found = [f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(sources)]
    for fault in found:
        print(f"structure: {fault}", file=sys.stderr)
    if not found:
        print(f"{len(sources.text)} files keep {len(RULES)} rules")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
