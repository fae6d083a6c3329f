"""The grammar of a build: the newest supported Python that the repository asks for."""

import pytest
from packaging.specifiers import SpecifierSet

SUPPORTED = [f"3.{minor}" for minor in range(8, 15)]
SPECIFIERS = [
    ">=3.9",
    ">=3.8,<3.12",
    "<3.9.5",
    ">3.9,<3.11",
    "~=3.10",
    "~=3.10.2",
    "==3.9.*",
    "!=3.14.*,>=3.8",
    ">=3.6, !=3.13.*, !=3.14.*, <4",
    "<=3.12",
    "==3.11.4",
    ">=2.7,!=3.0.*,<3.13",
]


def newest(specifiers):
    """By the reference implementation of PEP 440: any release of a minor version counts."""
    allowed = SpecifierSet(specifiers)
    return [v for v in SUPPORTED if any(f"{v}.{micro}" in allowed for micro in range(40))][-1]


@pytest.mark.parametrize("specifiers", SPECIFIERS)
def test_requires_python(tool, tmp_path, specifiers):
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "pyproject.toml").write_text(f'[project]\nrequires-python = "{specifiers}"\n')
    (repository / "module.py").write_text("x = 1\n")
    report = tool.build(repository, tmp_path / "out")
    assert report["target_version"] == newest(specifiers)


def test_setup_py_is_not_run(tool, tmp_path):
    """setup.py decides where nothing else does, and is code like any other: read, never executed."""
    marker = tmp_path / "ran"
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "setup.py").write_text(
        f"open({str(marker)!r}, 'w')\nimport setuptools\nsetuptools.setup(python_requires='<3.10')\n"
    )
    report = tool.build(tmp_path / "repository", tmp_path / "out")
    assert report["target_version"] == "3.9"
    assert not marker.exists()
