"""A limit of memory: what is reserved of it, and what cannot fit."""

import json

MB = 1_000_000


def manifest_of(out):
    (bundle,) = (out / "run_bundles").iterdir()
    return json.loads((bundle / "manifest.json").read_text())


def test_peaks_of_every_owner_are_in_the_manifest(tool, repository, tmp_path):
    tool.build(repository, tmp_path / "out", "--memory-limit", "400MB")
    manifest = manifest_of(tmp_path / "out")
    assert manifest["memory"]["limit_bytes"] == 400 * MB
    assert manifest["peak_memory_bytes"] > 10 * MB
    peaks = manifest["memory"]["reserved_peak_bytes"]
    assert set(peaks) == {"program", "extraction", "rows", "engine", "log", "workers"}
    for owner in ("program", "extraction", "rows", "engine"):
        assert 0 < peaks[owner] < 400 * MB, owner


def test_what_cannot_fit_is_refused_by_owner_and_amount(tool, tmp_path):
    repository = tmp_path / "repo"
    repository.mkdir()
    (repository / "large.py").write_text("".join(f"name_{i} = {i}\n" for i in range(400_000)))
    told = tool.refused(
        "MEMORY_BUDGET_EXCEEDED", 21, "build", repository, "-o", tmp_path / "out", "--memory-limit", "150MB"
    )
    assert "extraction needs " in told and "150000000" in told and "large.py" in told
    assert not (tmp_path / "out" / "CURRENT").exists()
