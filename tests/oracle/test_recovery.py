"""One damaged token costs its own function at most: CPython says which functions the undamaged file has."""

import cpython
import recovery


def test_other_functions_stay(program, reference, tmp_path, capsys):
    """Sampled; 5,000 damaged files in `make test-full`."""
    made = recovery.cases(reference.files(), 5000 if cpython.FULL else 300, cpython.SEED)
    outcome, functions = recovery.losses(program, made, tmp_path)
    bad = [(case, lost) for case, lost in outcome if lost]
    with capsys.disabled():
        print(
            f"\nrecovery: {len(made) - len(bad)} of {len(made)} damaged files keep all other functions,"
            f" {sum(len(lost) for _, lost in bad)} of {functions} functions are lost"
        )
    assert made
    assert len(bad) <= len(made) // 100, "\n".join(case.kind for case, _ in bad[:20])
