"""Checks our Markdown: relative links lead to files, and folders of src/ have a short README.md.

Prints one line per violation; exits 1 if there is any. docs/reference/ is compared with the program
by tests/acceptance/test_catalog.py.
"""

import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")
README_LINES = 40
FIRST_README_LINES = 150


def markdown_files(root):
    """Tracked and new Markdown files, without what git ignores."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard", "*.md"],
        capture_output=True,
    )
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        paths = {root / name for name in names if name}
    else:  # an unpacked archive
        paths = {p for d in ("docs", "src", "tests", "scripts") for p in (root / d).rglob("*.md")}
    return sorted(path for path in paths if path.is_file())


def broken_links(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in LINK.findall(text):
        if not re.match(r"[a-z]+:", target) and not (path.parent / target.strip()).exists():
            yield f"link to {target}, which does not exist"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    problems = []
    files = markdown_files(root)
    for path in files:
        name = path.relative_to(root).as_posix()
        problems += [f"{name}: {problem}" for problem in broken_links(path)]
        if path.name == "README.md" and not name.startswith("docs/decisions/"):
            allowed = README_LINES if name != "README.md" else FIRST_README_LINES
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > allowed:
                problems.append(f"{name}: {lines} lines, at most {allowed}")
    folders = [p for p in sorted((root / "src").iterdir()) if p.is_dir()]
    problems += [f"{p.relative_to(root)}: no README.md" for p in folders if not (p / "README.md").is_file()]
    print("\n".join(problems + [f"docs: {len(files)} files, {len(problems)} violations"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
