"""What a run records when its spec or its options ask for it: every member of `runtime.tracing` in the files of the run
bundle, and what a collector receives."""

import copy
import json
import os
import pathlib
import re

import pytest

from collector import collector
from conftest import SMALL, Tool, digests, write_files
from test_replay import PROJECT
from test_spec_options import members

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "CODEANATOMY_", "http_", "HTTP_"))}
RUN_ID = "01a22f8f-8eff-735f-b0e9-4dfb4f5b8b11"


@pytest.fixture(scope="module")
def inputs(program, tmp_path_factory):
    root = tmp_path_factory.mktemp("traced")
    write_files(root / "repo", SMALL)
    Tool(program).build(root / "repo", root / "out")
    return root / "out"


@pytest.fixture
def run(tool, inputs, tmp_path):
    """(report, bundle folder) of a run of the spec with this `runtime`."""
    count = iter(range(1000))

    def call(runtime, *flags, spec=PROJECT, status=0, **environment):
        out = tmp_path / f"out{next(count)}"
        (tmp_path / "spec.json").write_text(json.dumps(copy.deepcopy(spec) | {"runtime": runtime}))
        done = tool.run("run", tmp_path / "spec.json", "--build", inputs, "-o", out, "--format", "json", *flags,
                        env=CLEAN | environment)
        assert done.returncode == status, done.stderr
        if status != 0:
            return done.stderr, None
        report = json.loads(done.stdout)
        return report, out / "run_bundles" / report["run_id"]

    return call


def traces(bundle):
    return json.loads((bundle / "otel_traces.json").read_text())


def spans_of(document):
    return [s for r in document["resourceSpans"] for scope in r["scopeSpans"] for s in scope["spans"]]


def attributes(thing):
    def plain(value):
        ((kind, content),) = value.items()
        return int(content) if kind == "intValue" else content

    return {a["key"]: plain(a["value"]) for a in thing["attributes"]}


def named(document, start):
    return [s for s in spans_of(document) if s["name"].startswith(start)]


def on(**members):
    return {"tracing": {"enabled": True} | members}


def test_nothing_is_recorded_by_default(run):
    report, bundle = run({})
    assert not list(bundle.glob("otel_*")) and not (bundle / "previews.txt").exists()
    timings = json.loads((bundle / "timings.json").read_text())["spans"]
    assert not [s for s in timings if s["name"].startswith(("rule", "storage.", "preview"))]
    plain, _ = run({}, spec=PROJECT | {"runtime": {}})
    assert plain["spec_hash"] == report["spec_hash"]


def test_spans_are_those_of_the_protocol(run):
    """Ids, times, parents, kinds and scopes as the OpenTelemetry protocol wants them."""
    report, bundle = run(on(), "--run-id", RUN_ID)
    document = traces(bundle)
    assert (document["run_id"], document["output_dir"]) == (report["run_id"], report["output_dir"])
    spans = spans_of(document)
    by_id = {s["spanId"]: s for s in spans}
    assert len(by_id) == len(spans) >= 5
    (root,) = [s for s in spans if s["parentSpanId"] == ""]
    assert root["name"] == "codeanatomy_engine.execute"
    for s in spans:
        assert s["traceId"] == RUN_ID.replace("-", "") and re.fullmatch("[0-9a-f]{16}", s["spanId"]) and s["kind"] == 1
        begin, end = int(s["startTimeUnixNano"]), int(s["endTimeUnixNano"])
        assert 1.7e18 < begin <= end and abs(end / 1e9 - document["captured_at_unix_s"]) < 120
        if s is not root:
            parent = by_id[s["parentSpanId"]]
            assert int(parent["startTimeUnixNano"]) <= begin and end <= int(parent["endTimeUnixNano"])
        assert attributes(s)["codeanatomy.run_id"] == report["run_id"]
    scopes = {scope["scope"]["name"] for scope in document["resourceSpans"][0]["scopeSpans"]}
    assert {"codeanatomy.engine", "codeanatomy.planning", "codeanatomy.execution"} <= scopes
    timings = json.loads((bundle / "timings.json").read_text())["spans"]
    assert sorted(t["name"] for t in timings) == sorted(s["name"] for s in spans)


def test_the_root_and_the_operators_say_which_run_it_is(run):
    report, bundle = run(on(rule_mode="Full"))
    (root,) = named(traces(bundle), "codeanatomy_engine.execute")
    said = attributes(root)
    for name in ("spec_hash", "envelope_hash", "rulepack_fingerprint"):
        assert said[name] == report[name]
    assert (said["profile"], said["tracing.rule_mode"], said["warning_count_total"]) == ("Default", "Full", 0)
    assert json.loads(said["warning_counts_by_code_json"]) == {}
    (write,) = named(traces(bundle), "write calls_here")
    said = attributes(write)
    assert {key: value for key, value in said.items() if key.startswith("trace.")} == {
        "trace.spec_hash": report["spec_hash"], "trace.rulepack": report["rulepack_fingerprint"], "trace.profile": "Default",
        "trace.rule_mode": "Full"}
    _, bundle = run(on(), "--feature", "no-statistics_collection")
    said = attributes(named(traces(bundle), "codeanatomy_engine.execute")[0])
    assert said["warning_count_total"] == 1 and json.loads(said["warning_counts_by_code_json"]) == {"cost_model_stats_fallback": 1}


def test_resource_and_own_fields(run):
    _, bundle = run(on())
    resource = attributes(traces(bundle)["resourceSpans"][0]["resource"])
    assert resource["service.name"] == "codeanatomy" and resource["service.version"] and resource["service.instance.id"]
    _, bundle = run(on(otel_service_name="graph", otel_resource_attributes={"deployment.environment.name": "test", "service.version": "7"},
                       custom_span_fields={"team": "blue"}))
    resource = attributes(traces(bundle)["resourceSpans"][0]["resource"])
    assert (resource["service.name"], resource["deployment.environment.name"], resource["service.version"]) == ("graph", "test", "7")
    assert {attributes(s)["team"] for s in spans_of(traces(bundle))} == {"blue"}


NEGATED = PROJECT | {"view_definitions": [PROJECT["view_definitions"][0] | {"transform": {
    "kind": "Filter", "source": "ast_nodes",
    "predicate": {"fn": "not", "args": [{"fn": "not", "args": [{"fn": "eq", "args": [{"col": "kind"}, {"lit": "Call"}]}]}]}}}]}


def test_rules_are_followed_as_far_as_asked_for(run):
    names = {mode: [s["name"] for s in named(traces(run(on(rule_mode=mode), spec=NEGATED)[1]), "rule")]
             for mode in ("Disabled", "PhaseOnly", "Full")}
    assert names["Disabled"] == [] and names["PhaseOnly"] == ["rules.optimizer"]
    assert names["Full"] == ["rules.optimizer", "rule simplify", "rule simplify"]
    _, bundle = run(on(rule_mode="Full"), spec=NEGATED)
    document = traces(bundle)
    passes = json.loads((bundle / "plan.json").read_text())["passes"]
    (phase,), rules = named(document, "rules."), named(document, "rule ")
    assert [attributes(s)["rewrites"] for s in rules] == [p["rewrites"] for p in passes] == [1, 0]
    assert [attributes(s)["plan_changed"] for s in rules] == [True, False]
    assert [attributes(s)["after_digest"] for s in rules] == [p["after_digest"] for p in passes]
    assert {s["parentSpanId"] for s in rules} == {phase["spanId"]} and attributes(phase)["rewrites"] == 1
    assert not [s for s in rules if "plan_diff" in attributes(s)]


def patched(document, patch):
    """A JSON Patch of additions, removals and replacements (RFC 6902) applied."""
    document = {"": copy.deepcopy(document)}
    for step in patch:
        at, *path = document, *step["path"].split("/")
        for name in path[:-1]:
            at = at[int(name) if isinstance(at, list) else name]
        last = path[-1]
        if isinstance(at, list):
            last = len(at) if last == "-" else int(last)
            if step["op"] == "add":
                at.insert(last, step["value"])
                continue
        if step["op"] == "remove":
            del at[last]
        else:
            assert step["op"] in ("add", "replace")
            at[last] = step["value"]
    return document[""]


def test_the_difference_of_plans_is_a_patch(run):
    """It makes the plan with the rule of the plan without it."""
    _, bundle = run(on(rule_mode="Full", plan_diff=True), spec=NEGATED)
    first, second = named(traces(bundle), "rule ")
    assert json.loads(attributes(second)["plan_diff"]) == []
    patch = json.loads(attributes(first)["plan_diff"])
    plan = json.loads((bundle / "plan.json").read_text())
    assert (attributes(first)["before_digest"], attributes(first)["after_digest"]) == (plan["p0"], plan["p1"])
    _, unchanged = run(on(), spec=NEGATED | {"rule_overlay": {"exclude_rules": ["simplify"]}})
    before = json.loads((unchanged / "plan.json").read_text())["plan"]
    assert before != plan["plan"] and patched(before, patch) == plan["plan"]
    lean, = named(traces(run(on(rule_mode="PhaseOnly", plan_diff=True), spec=NEGATED)[1]), "rules.")
    assert json.loads(attributes(lean)["plan_diff"]) == patch


def test_a_rule_that_refuses_is_an_exception_of_its_span(run, tmp_path):
    strict = NEGATED | {"rulepack_profile": "Strict", "rule_intents": [
        {"name": "cost_shape", "class": "CostShape", "params": {"target_partitions": 0}}]}
    with collector() as receiver:
        text, _ = run(on(rule_mode="Full", otlp_endpoint=receiver.endpoint + "/v1/traces"), spec=strict, status=12)
    assert "INVALID_PLAN" in text
    failed = {s["name"]: s for s in receiver.spans() if s["status"].get("code") == 2}
    assert {"rule cost_shape_rule", "rules.physical", "codeanatomy_engine.execute"} <= set(failed)
    (event,) = failed["rule cost_shape_rule"]["events"]
    assert event["name"] == "exception" and attributes(event)["exception.type"] == "INVALID_PLAN"
    assert "target_partitions" in attributes(event)["exception.message"]


def test_storage_operations_are_spans_and_counts(run):
    assert named(traces(run(on())[1]), "storage.") == []
    _, bundle = run(on(instrument_object_store=True))
    spans = named(traces(bundle), "storage.")
    names = {s["name"] for s in spans}
    assert {"storage.read_file", "storage.write_file", "storage.list", "storage.create_directories"} <= names
    written = [attributes(s) for s in spans if s["name"] == "storage.write_file"]
    assert any("_delta_log" in one["path"] and one["bytes"] > 100 for one in written)
    assert {attributes(s)["status"] for s in spans} >= {"ok"}
    points = metric(bundle, "codeanatomy.storage.operation.count")["sum"]["dataPoints"]
    counted = sum(int(p["asInt"]) for p in points)
    assert counted == len(spans)


def metric(bundle, name):
    document = json.loads((bundle / "otel_metrics.json").read_text())
    (found,) = [m for r in document["resourceMetrics"] for s in r["scopeMetrics"] for m in s["metrics"] if m["name"] == name]
    return found


def test_metrics_are_recorded_unless_switched_off(run):
    report, bundle = run(on())
    (point,) = metric(bundle, "codeanatomy.dataset.rows")["gauge"]["dataPoints"]
    assert attributes(point) == {"codeanatomy.run_id": report["run_id"], "dataset": "calls_here"}
    assert int(point["asInt"]) == report["tables"][0]["rows"]
    (point,) = metric(bundle, "codeanatomy.engine.write.duration")["histogram"]["dataPoints"]
    assert point["count"] == "1" and len(point["bucketCounts"]) == len(point["explicitBounds"]) + 1
    assert sum(int(n) for n in point["bucketCounts"]) == 1
    (point,) = metric(bundle, "codeanatomy.engine.rows_scanned")["sum"]["dataPoints"]
    assert int(point["asInt"]) > 0
    root = attributes(named(traces(bundle), "codeanatomy_engine.execute")[0])
    assert json.loads(root["collected_metrics_json"])["output_rows"] == report["tables"][0]["rows"]
    _, bundle = run(on(record_metrics=False))
    assert not (bundle / "otel_metrics.json").exists()
    assert "collected_metrics_json" not in attributes(named(traces(bundle), "codeanatomy_engine.execute")[0])


WHOLE = PROJECT | {"output_targets": [{"table_name": "calls_here", "source_view": "calls", "delta_location": "cpg/calls_here"}]}


def test_previews_are_the_first_rows_in_order(run, tool):
    _, bundle = run(on(preview_limit=3))
    text = (bundle / "previews.txt").read_text()
    expected = tool.sql(bundle.parent.parent, "SELECT * FROM calls_here ORDER BY ALL LIMIT 3")
    lines = text.splitlines()
    assert re.fullmatch(r"calls_here: 3 of \d+ rows", lines[0]) and lines[1].split() == ["path", "node_id", "line"]
    assert [line.split() for line in lines[3:]] == [[str(value) for value in row.values()] for row in expected]
    (span,) = named(traces(bundle), "preview calls_here")
    assert attributes(span)["preview"] == text
    again = (run(on(preview_limit=3), "--threads", "1")[1] / "previews.txt").read_text()
    assert again == text
    assert not (run(on())[1] / "previews.txt").exists()


def test_previews_hide_what_they_are_told_to(run):
    def cells(**members):
        _, bundle = run(on(preview_limit=2, preview_redacted_columns=["path"], **members))
        return [line.split() for line in (bundle / "previews.txt").read_text().splitlines()[3:]]

    plain = cells(preview_redaction_mode="None")
    assert all(row[0].endswith(".py") for row in plain)
    assert cells(preview_redaction_mode="DenyList") == [["[REDACTED]", *row[1:]] for row in plain]
    assert cells(preview_redaction_mode="AllowList", preview_redaction_token="***") == [[row[0], "***", "***"] for row in plain]
    assert cells(preview_redaction_mode="DenyList", preview_redaction_token="a'b") == [["a'b", *row[1:]] for row in plain]


def test_previews_have_the_measures_asked_for(run):
    def shape(**members):
        _, bundle = run(on(preview_limit=2, **members), spec=WHOLE)
        lines = (bundle / "previews.txt").read_text().splitlines()
        rule = next(i for i, line in enumerate(lines) if line.startswith("─"))
        return lines[0], max(len(line) for line in lines[1:]), [len(w) for w in lines[rule].split()], len(lines) - rule - 1

    _, width, _, _ = shape()
    assert width <= 96
    title, width, columns, lines = shape(preview_max_width=60)
    assert width <= 60 and f"{len(columns)} of " in title and min(columns[1:]) <= 10
    _, _, narrow, high = shape(preview_max_width=60, preview_min_compacted_col_width=3)
    assert len(narrow) > len(columns) and high > 2
    assert shape(preview_max_width=60, preview_min_compacted_col_width=3, preview_max_row_height=1)[3] == 2


def test_a_preview_of_every_table_of_a_build(tool, repository, tmp_path):
    report = tool.build(repository, tmp_path / "out", "--tracing-preset", "Maximal", "--edges", "full", "--props", "full")
    bundle = tmp_path / "out/run_bundles" / report["run_id"]
    titles = re.findall(r"^(\w+): \d+ of (\d+) rows", (bundle / "previews.txt").read_text(), flags=re.M)
    outputs = {o["table_name"] for o in json.loads((bundle / "spec.json").read_text())["output_targets"]}
    assert {name for name, _ in titles} == outputs
    assert {name: int(rows) for name, rows in titles} == {t["table_name"]: t["rows"] for t in report["tables"] if t["table_name"] in outputs}
    plain = tool.build(repository, tmp_path / "plain", "--edges", "full", "--props", "full")
    assert digests(plain) == digests(report) and plain["envelope_hash"] == report["envelope_hash"]
    roots = [s["name"] for s in spans_of(traces(bundle)) if s["parentSpanId"] == ""]
    assert roots[0] == "build_orchestrator"
    execute, = named(traces(bundle), "codeanatomy_engine.execute")
    assert attributes(execute)["spec_hash"] == report["spec_hash"]


@pytest.mark.parametrize("protocol, kind", [("http/protobuf", "application/x-protobuf"), ("http/json", "application/json"),
                                            (None, "application/x-protobuf")])
def test_a_collector_receives_what_the_bundle_says(run, protocol, kind):
    members = {"otlp_protocol": protocol} if protocol else {}
    with collector() as receiver:
        report, bundle = run(on(rule_mode="Full", preview_limit=2, instrument_object_store=True,
                                otlp_endpoint=receiver.endpoint + "/own/path", **members))
    assert report["warnings"] == []
    ((path, content, body),) = receiver.requests
    assert (path, content) == ("/own/path", kind)
    assert body == {"resourceSpans": traces(bundle)["resourceSpans"]}
    (event,) = [e for e in events_of(bundle) if e["name"] == "trace_export"]
    assert event["attributes"]["sent_spans"] == str(len(receiver.spans())) and event["attributes"]["requests"] == "1"


def events_of(bundle):
    return [json.loads(line) for line in (bundle / "events.jsonl").read_text().splitlines()]


def test_the_export_policy_acts(run):
    def export(*replies, **policy):
        with collector(*replies) as receiver:
            report, bundle = run(on(otlp_endpoint=receiver.endpoint + "/v1/traces", otlp_protocol="http/json", export_policy=policy))
        (event,) = [e["attributes"] for e in events_of(bundle) if e["name"] == "trace_export"]
        total = len(spans_of(traces(bundle)))
        return [len(spans_of(body)) for _, _, body in receiver.requests], event, report["warnings"], total

    sizes, event, warnings, total = export(bsp_max_export_batch_size=2)
    assert sum(sizes) == total and max(sizes) == 2 and warnings == []
    sizes, event, warnings, total = export(bsp_max_queue_size=3, bsp_max_export_batch_size=3)
    assert sizes == [3] and event["dropped_spans"] == str(total - 3) and warnings == []
    assert export(traces_sampler="always_off")[0] == []
    assert export(traces_sampler="parentbased_traceidratio", traces_sampler_arg="0")[1]["sampled"] == "false"
    assert export(traces_sampler="traceidratio", traces_sampler_arg="1")[1]["sampled"] == "true"
    sizes, event, warnings, _ = export(503, 200, bsp_schedule_delay_ms=5)
    assert len(sizes) == 2 and event["requests"] == "2" and warnings == []
    sizes, event, warnings, _ = export(503, 200, bsp_schedule_delay_ms=500, bsp_export_timeout_ms=100)
    assert len(sizes) == 1 and [w["code"] for w in warnings] == ["tracing_flush_failed"]


def test_a_collector_that_fails_does_not_fail_the_run(run, tool):
    def warned(endpoint):
        report, bundle = run(on(otlp_endpoint=endpoint))
        (warning,) = report["warnings"]
        assert (warning["code"], warning["context"]["error_code"]) == ("tracing_flush_failed", "TRACING_FLUSH_FAILED")
        assert warning["context"]["subject"] == endpoint
        assert json.loads((bundle / "manifest.json").read_text())["warnings"] == report["warnings"]
        assert [e["name"] for e in events_of(bundle) if e["kind"] == "exception"] == ["TRACING_FLUSH_FAILED"]
        assert tool.sql(bundle.parent.parent, "SELECT count(*) > 0 AS ok FROM calls_here") == [{"ok": True}]

    with collector(400) as receiver:
        warned(receiver.endpoint + "/v1/traces")
        assert len(receiver.requests) == 1
    warned("http://127.0.0.1:1/v1/traces")  # nobody listens there


def test_an_endpoint_and_a_protocol_of_the_environment(run):
    with collector() as receiver:
        report, _ = run({"enable_tracing": True}, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL="http/json")
        assert [(path, kind) for path, kind, _ in receiver.requests] == [("/v1/traces", "application/json")]
        run({}, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint)
        assert len(receiver.requests) == 1, "nothing leaves where nothing is recorded"
        flags = ("--otel-endpoint", receiver.endpoint, "--tracing-preset", "ProductionLean", "--otel-bsp-max-export-batch-size", "4")
        other, bundle = run({}, *flags, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")
        assert len(receiver.requests) > 2 and receiver.requests[1][1] == "application/x-protobuf"
        assert len(receiver.spans()) > 5 and other["warnings"] == []
        before = len(receiver.requests)
        run({}, *flags, OTEL_TRACES_SAMPLER="always_off")
        assert len(receiver.requests) == before
    plain, _ = run({})
    assert {other[name] == plain[name] for name in ("spec_hash", "envelope_hash", "rulepack_fingerprint")} == {True}


def test_grpc_and_what_else_cannot_be_is_refused_before_anything_runs(run, tmp_path):
    text, _ = run(on(otlp_protocol="grpc"), status=4)
    assert "TRACING_INIT_FAILED" in text and "$.runtime.tracing.otlp_protocol" in text and "http/protobuf" in text
    text, _ = run({}, "--otel-protocol", "grpc", "--enable-traces", status=4)
    assert "TRACING_INIT_FAILED" in text
    for member, value in {"otlp_endpoint": "ftp://x", "preview_limit": -1, "export_policy": {"traces_sampler": "some"}}.items():
        assert "TRACING_INIT_FAILED" in run({"tracing": {member: value}}, status=4)[0]
    assert not list(tmp_path.glob("out*/cpg"))


@pytest.mark.parametrize("name, section", [("codeanatomy.toml", "otel"), ("pyproject.toml", "tool.codeanatomy.otel")])
def test_a_repository_cannot_have_anything_sent(tool, tmp_path, name, section):
    write_files(tmp_path / "repo", SMALL)
    (tmp_path / "repo" / name).write_text(f"[{section}]\nendpoint = 'http://127.0.0.1:1'\n")
    refused = tool.run("build", ".", cwd=tmp_path / "repo")
    assert refused.returncode == 4 and "INVALID_CONFIG" in refused.stderr and "--otel-endpoint" in refused.stderr


def test_presets_and_flags(run):
    def seen(*flags, **runtime):
        _, bundle = run(runtime, *flags, spec=NEGATED)
        if not (bundle / "otel_traces.json").exists():
            return None
        document = traces(bundle)
        return (len(named(document, "rule ")) > 0, len(named(document, "rules.")) > 0, len(named(document, "storage.")) > 0,
                (bundle / "previews.txt").exists())

    assert seen() is None
    assert seen(tracing_preset="Maximal") == seen("--tracing-preset", "Maximal") == (True, True, True, True)
    assert seen(tracing_preset="MaximalNoData") == (True, True, True, False)
    assert seen(tracing_preset="ProductionLean") == (False, True, True, False)
    assert seen(enable_tracing=True) == seen("--enable-traces") == (False, False, False, False)
    assert seen(enable_rule_tracing=True) == seen("--enable-rule-tracing") == (True, True, False, False)
    assert seen(enable_plan_preview=True) == seen("--enable-plan-preview") == (False, False, False, True)
    assert seen("--instrument-object-store") == (False, False, True, False)
    assert seen("--enable-plan-preview", tracing_preset="ProductionLean") == (False, True, True, True)


def test_every_member_of_tracing_is_named_here(source_dir):
    schema = json.loads((source_dir / "docs/reference/spec.schema.json").read_text())
    paths = list(members(schema["properties"]["runtime"]["properties"]["tracing"]))
    text = pathlib.Path(__file__).read_text()
    assert len(paths) >= 20
    assert [path for path in paths if path[-1] not in text] == []
