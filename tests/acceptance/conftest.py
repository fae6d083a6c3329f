"""What the acceptance tests share: a repository to build, and running the program as a user would."""

import json
import subprocess
import textwrap

import pytest

SMALL = {
    "pkg/__init__.py": "from .shapes import Circle\n__all__ = ['Circle']\n",
    "pkg/shapes.py": """
        import math
        from functools import lru_cache as cache

        UNIT = 1.0


        class Shape:
            sides = 0

            def area(self):
                raise NotImplementedError


        class Circle(Shape):
            def __init__(self, radius=UNIT, *, name: str = "circle"):
                self.radius = radius
                self.name = name

            @property
            def area(self):
                return math.pi * self.radius ** 2

            @area.setter
            def area(self, value):
                self.radius = (value / math.pi) ** 0.5


        @cache
        def total(shapes):
            result = 0
            for shape in shapes:
                if shape.area > 0:
                    result += shape.area
            return result
        """,
    "pkg/sub/__init__.py": "",
    "pkg/sub/use.py": """
        from ..shapes import Circle, total
        from . import missing
        import pkg.shapes as s


        def outer(n):
            seen = [Circle(i) for i in range(n)]
            seen.append(Circle())

            def inner():
                return total(seen, key=lambda c: c.area)

            return inner() if n else s.UNIT
        """,
    "broken.py": "def ok():\n    return 1\n\ndef bad(:\n    pass\n\ndef also_ok():\n    return 2\n",
    "tool": "#!/usr/bin/env python3\nprint('hello')\n",
}


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repo"
    write_files(root, SMALL)
    return root


def write_files(root, files):
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            target.write_bytes(text)
        else:
            target.write_text(textwrap.dedent(text).lstrip("\n") if text.startswith("\n") else text)


class Tool:
    """The program; every call is bounded in time."""

    def __init__(self, program):
        self.program = str(program)

    def run(self, *args, timeout=300, **kwargs):
        return subprocess.run(
            [self.program, *map(str, args)], capture_output=True, text=True, timeout=timeout, **kwargs
        )

    def build(self, repository, out, *flags, **kwargs):
        done = self.run("build", repository, "-o", out, "--format", "json", *flags, **kwargs)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def sql(self, out, query, *flags):
        done = self.run("sql", "--build", out, query, "--format", "json", *flags)
        assert done.returncode == 0, done.stderr
        return rows_of(done.stdout)

    def refused(self, code, status, *args, **kwargs):
        """The stderr of a call that must end with this error code and exit status."""
        done = self.run(*args, **kwargs)
        assert done.returncode == status, (done.returncode, done.stderr)
        assert f"{code}:" in done.stderr, done.stderr
        return done.stderr


def rows_of(text):
    """Rows of `--format json`: one JSON array, or one object per line."""
    text = text.strip()
    if text.startswith("["):
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines() if line]


@pytest.fixture
def tool(program):
    return Tool(program)


def digests(report):
    return {t["table_name"]: t["content_digest"] for t in report["tables"]}


@pytest.fixture
def built(tool, repository, tmp_path):
    """The output folder of a build of the small repository."""
    out = tmp_path / "out"
    tool.build(repository, out)
    return out
