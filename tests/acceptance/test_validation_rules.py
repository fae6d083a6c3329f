"""Every message with which a spec is refused has a document that gives it.

The messages are read from the sources: string literals of calls that make an error. The documents are those of
tests/data/spec/invalid.tsv and, for what is refused at execution, the cases below. A rule without a document fails.
"""

import copy
import json
import re

import pytest

from test_replay import PROJECT

SOURCES = [
    "src/spec/spec_json.cpp", "src/expr/json_reader.cpp", "src/expr/json_reader.h", "src/expr/type_check.cpp",
    "src/expr/type.cpp", "src/engine/plan/plan.cpp", "src/engine/plan/lower.cpp", "src/engine/plan/column_names.cpp",
    "src/engine/rules/rule_pack.cpp", "src/engine/rules/apply_rules.cpp", "src/engine/session/runtime_profile.cpp",
    "src/engine/execute/supported.cpp", "src/engine/execute/execute_spec.cpp", "src/engine/plan/maintenance_check.cpp",
    "src/engine/render/spark_sql.cpp",
]
CALL = re.compile(r"\b(?:Fail|Invalid|TypeError|Error|Wrong|Refused)\(")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
# What no document can reach, and why.
UNREACHABLE = {
    "unknown expression": "the reader makes no such node",
    "unknown source {}": "plan.cpp and lower.cpp both say it; the former comes first",
    "{}: {}": "frames an error that has a document",
    "{} at {}": "frames an error that has a document",
    "{} at {}{}": "frames an error that has a document",
    " at ": "frames an error that has a document",
    "{} refuses {}: two runs would differ": "specs have no such function; src/engine/rules/rule_pack_test.cpp makes one",
    "the input was not opened at the version the spec pins": "`run` opens that version or ends with NOT_FOUND",
    "the input has a column {} of its own": "no declared table has it; tests/acceptance/test_outputs.py writes one",
    "views inside one another deeper than {}": "hundreds of views; src/engine/plan/plan_test.cpp makes them",
    "a view that comes to more than {} scans": "hundreds of views; src/engine/plan/plan_test.cpp makes them",
    " has no type of the spec": "every native function has one",
}


def calls(text):
    """The text of each call that makes an error, to its closing bracket."""
    for match in CALL.finditer(text):
        depth, at, quoted = 0, match.end() - 1, False
        while at < len(text):
            c = text[at]
            if quoted:
                at += c == "\\"
                quoted = c != '"'
            elif c == '"':
                quoted = True
            else:
                depth += (c == "(") - (c == ")")
                if depth == 0:
                    break
            at += 1
        yield text[match.start():at + 1]


def rules(source_dir):
    """Messages as regular expressions, with where they stand."""
    for path in SOURCES:
        for call in calls((source_dir / path).read_text()):
            joined = re.sub(r'"\s*\n\s*"', "", call)
            for literal in LITERAL.findall(joined):
                if " " in literal and not literal.startswith((".", "$", "execute the spec", "compile the spec", "catalog/",
                                                              "emit the spec", "evidence has")):
                    yield path, literal
                    break  # the message comes first; what follows are ways out


def pattern(literal):
    text = literal.replace('\\"', '"')
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\{[^}]*\}", text)))


EXECUTED = [
    ({"rule_intents": [{"name": "nothing", "class": "Safety", "params": {}}]}, "INVALID_PLAN"),
    ({"rule_overlay": {"exclude_rules": ["nothing"]}}, "INVALID_PLAN"),
    ({"rule_intents": [{"name": "cost_shape", "class": "CostShape", "params": {"target_partitions": 0}}]}, "INVALID_PLAN"),
    ({"runtime_profile": {"name": "huge"}}, "INVALID_PLAN"),
    ({"input_relations": [PROJECT["input_relations"][0] | {"content_digest": "0" * 64}]}, "INVALID_PLAN"),
    ({"runtime_profile": {"name": "small", "target_partitions": 0}}, "INVALID_PLAN"),
    ({"runtime_profile": {"name": "small", "target_partitions": 2**32 + 1}}, "INVALID_PLAN"),
    ({"runtime_profile": {"name": "small", "snapshot_cache_ttl": "5w"}}, "INVALID_PLAN"),
    ({"maintenance": {"target_tables": ["nothing"]}}, "INVALID_PLAN"),
    ({"maintenance": {"target_tables": ["calls_here", "calls_here"]}}, "INVALID_PLAN"),
    ({"maintenance": {"compact": {"target_file_size": 0}}}, "INVALID_PLAN"),
    ({"maintenance": {"vacuum": {"retention_hours": -1}}}, "INVALID_PLAN"),
    ({"maintenance": {"max_parallel_tables": 0}}, "INVALID_PLAN"),
    ({"maintenance": {"constraints": [{"name": "a b", "expression": {"lit": True}}]}}, "INVALID_PLAN"),
    ({"maintenance": {"constraints": [{"name": name, "expression": {"lit": True}} for name in "aA"]}}, "INVALID_PLAN"),
    ({"maintenance": {"constraints": [{"name": "a", "expression": {"fn": "matches", "args": [{"col": "path"}, {"lit": "x"}]}}]}},
     "EXPRESSION_TYPE_ERROR"),
    ({"runtime": {"tuner_mode": "Apply"}}, "INVALID_PLAN"),
    ({"view_definitions": [PROJECT["view_definitions"][0] | {"transform": {"kind": "IncrementalCdf", "source": "ast_nodes"}}]},
     "INVALID_PLAN"),
    ({"output_targets": [PROJECT["output_targets"][0] | {"materialization_mode": "ReplaceByFile",
                                                         "columns": ["file_id", "node_id"]}]}, "INVALID_PLAN"),
    ({"output_targets": [PROJECT["output_targets"][0] | {"partition_by": ["path", "path"]}]}, "INVALID_PLAN"),
    ({"output_targets": [PROJECT["output_targets"][0] | {"partition_by": ["path", "node_id", "line"]}]}, "INVALID_PLAN"),
    ({"output_targets": [PROJECT["output_targets"][0] | {"columns": ["node_id", "attrs"], "partition_by": ["attrs"]}]},
     "INVALID_PLAN"),
    ({"input_relations": [PROJECT["input_relations"][0] | {"content_digest": "0" * 64}]}, "INVALID_PLAN"),
]


@pytest.fixture
def messages(tool, source_dir, repository, tmp_path):
    """stderr of every document, with the code that it must have."""
    base = json.loads((source_dir / "tests/data/spec/transforms.json").read_text())
    given = []
    for line in (source_dir / "tests/data/spec/invalid.tsv").read_text().splitlines():
        pointer, value, code, _ = line.split("\t")
        document = copy.deepcopy(base)
        *path, last = [int(p) if p.isdigit() else p for p in pointer.split("/")[1:]]
        at = document
        for name in path:
            at = at[name]
        at[last] = json.loads(value)
        given.append((json.dumps(document), code))
    for text, code in (("{", "INVALID_SPEC_JSON"), ("[]", "INVALID_SPEC_JSON"), ("[1e999]", "INVALID_SPEC_JSON"), ('{"version":4,"version":4}', "INVALID_SPEC_JSON")):
        given.append((text, code))
    answers = [(tool.run("plan", "--spec", "-", "--validate", input=text), code) for text, code in given]
    tool.build(repository, tmp_path / "out")
    for i, (change, code) in enumerate(EXECUTED):
        (tmp_path / "spec.json").write_text(json.dumps(PROJECT | change))
        answers.append((tool.run("run", tmp_path / "spec.json", "--build", tmp_path / "out", "-o", tmp_path / f"o{i}"), code))
    wrong = [(code, done.stderr) for done, code in answers if done.returncode == 0 or f"{code}:" not in done.stderr]
    assert not wrong, "\n".join(map(str, wrong))
    return "\n".join(done.stderr for done, _ in answers)


def test_every_message_has_a_document(source_dir, messages):
    found = list(rules(source_dir))
    assert len(found) >= 90
    without = sorted({(path, literal) for path, literal in found
                      if literal not in UNREACHABLE and not pattern(literal).search(messages)})
    assert not without, "\n".join(map(str, without))
