"""What a session says of itself: queries equal the catalogue, consumers ask one module, each gate works in both positions."""

import re


def test_settings_name_their_source(tool, built):
    source = "SELECT name, source FROM settings_snapshot()"
    assert {row["source"] for row in tool.sql(built, source)} == {"default"}
    given = {row["name"] for row in tool.sql(built, source, "--threads", "3", "--memory-limit", "300MB") if row["source"] == "given"}
    assert given == {"threads", "memory_limit"}


def test_planners_are_listed_and_switched_off_by_name(tool, built):
    planners = "SELECT name FROM capabilities() WHERE kind = 'planner'"
    assert [row["name"] for row in tool.sql(built, planners)] == ["codeanatomy_domain", "codeanatomy_relations"]
    assert [row["name"] for row in tool.sql(built, planners, "--feature", "no-expr_planners")] == ["codeanatomy_relations"]
    statements = {
        "SELECT {'a': 7} ->> 'a' AS v": "7",
        "SELECT MAP {'a': 'x'} ->> 'a' AS v": "x",
        "SELECT [1, 2, 3] @> [1, 2] AS v": True,
        "SELECT [1] <@ [1, 2] AS v": True,
    }
    for statement, value in statements.items():
        assert tool.sql(built, statement) == [{"v": value}]
        said = tool.refused("SQL_POLICY_VIOLATION", 3, "sql", "--build", built, statement, "--feature", "no-expr_planners")
        assert "expr_planners" in said


def test_consumers_ask_the_introspection(source_dir):
    """Nothing but the session's own parts reads the lists that introspection answers from."""
    own = {"feature_gates.cpp", "feature_gates.h", "feature_gate.h", "introspection.cpp", "introspection_test.cpp", "profile.cpp",
           "profile.h"}
    lists = re.compile(r"\b(kFeatureGates|kPlanningSettings|GetProfileInfo)\b")
    readers = [path.name for path in (source_dir / "src").rglob("*.[ch]*")
               if path.suffix in (".h", ".cpp") and path.name not in own and lists.search(path.read_text())]
    assert readers == []


def test_parts_of_a_session_are_files_of_their_own(source_dir):
    """Configuration, features, introspection and construction: none includes the construction but by need, and each declares
    its own names."""
    folder = source_dir / "src/engine/session"
    declares = {"profile.h": "SettingsOf(", "feature_gates.h": "class FeatureGates", "introspection.h": "DescribeSettings(",
                "session.h": "class Session {"}
    for name, text in declares.items():
        holders = [path.name for path in folder.glob("*.h") if text in path.read_text()]
        assert holders == [name], (text, holders)
    for name in ("profile.h", "feature_gates.h", "introspection.h"):
        assert "session/session.h" not in (folder / name).read_text()
