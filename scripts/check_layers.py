"""Checks every include in src/ against the folder graph in src/LAYERS.

A folder may include itself, what its line lists and, transitively, what those list; `base` and
`catalog` are open to all, except that `base` sees nothing but itself and `catalog` only `base`.
Also refused: includes of our own headers without their folder, of headers that do not exist, and
cycles between headers. Prints one line per violation; exits 1 if there is any.
"""

import pathlib
import re
import sys

SUFFIXES = {".h", ".cpp", ".def"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


def read_layers(path):
    """LAYERS as {folder: listed folders}."""
    layers = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        folder, colon, listed = line.partition(":")
        if not colon or folder in layers:
            sys.exit(f"{path}:{number}: expected `folder: folder ...`, each folder once")
        layers[folder] = listed.split()
    for folder, listed in layers.items():
        for other in listed:
            if other not in layers:
                sys.exit(f"{path}: {folder} lists unknown folder {other}")
    return layers


def find_cycle(graph):
    """Some cycle of {node: successors} as a list that ends where it starts, or None."""
    done = set()
    for start in sorted(graph):
        if start in done:
            continue
        trail, on_trail = [], set()
        stack = [(start, iter(graph[start]))]
        trail.append(start)
        on_trail.add(start)
        while stack:
            node, successors = stack[-1]
            for successor in successors:
                if successor in on_trail:
                    return trail[trail.index(successor) :] + [successor]
                if successor not in done and successor in graph:
                    stack.append((successor, iter(graph[successor])))
                    trail.append(successor)
                    on_trail.add(successor)
                    break
            else:
                stack.pop()
                trail.pop()
                on_trail.remove(node)
                done.add(node)
    return None


def allowed_folders(layers):
    """{folder: every folder it may include}; layers is free of cycles."""
    closed = {"base": {"base"}, "catalog": {"base", "catalog"}}
    for folder in layers:
        if folder in closed:
            continue
        reached, pending = {"base", "catalog"}, [folder]
        while pending:
            current = pending.pop()
            if current not in reached:
                reached.add(current)
                pending.extend(layers[current])
        closed[folder] = reached
    return closed


def check_file(path, source, allowed, violations):
    """Reports the bad includes of one file; returns those of our own headers."""
    name = path.relative_to(source).as_posix()
    folder = name.split("/")[0]
    text = path.read_text(encoding="utf-8", errors="replace")
    included = []
    for match in INCLUDE.finditer(text):
        target = match.group(1)
        where = f"src/{name}:{text.count(chr(10), 0, match.start()) + 1}"
        target_folder = target.split("/")[0]
        if target_folder not in allowed or "/" not in target:
            violations.append(f'{where}: "{target}" does not start with a folder of src/LAYERS')
        elif not (source / target).is_file():
            violations.append(f'{where}: "{target}" does not exist')
        elif target_folder not in allowed[folder]:
            may = " ".join(sorted(allowed[folder] - {folder})) or "nothing"
            violations.append(f'{where}: {folder}/ may not include "{target}" (it may: {may})')
        else:
            included.append(target)
    return included


def main():
    source = pathlib.Path(__file__).resolve().parent.parent / "src"
    layers = read_layers(source / "LAYERS")
    cycle = find_cycle(layers)
    if cycle:
        sys.exit(f"src/LAYERS: cycle {' -> '.join(cycle)}")
    allowed = allowed_folders(layers)

    violations, headers, files = [], {}, 0
    for path in sorted(source.rglob("*")):
        if path.suffix not in SUFFIXES:
            continue
        files += 1
        name = path.relative_to(source).as_posix()
        if "/" not in name or name.split("/")[0] not in allowed:
            violations.append(f"src/{name}: not in a folder of src/LAYERS")
            continue
        included = check_file(path, source, allowed, violations)
        if path.suffix == ".h":
            headers[name] = [target for target in included if target.endswith(".h")]
    cycle = find_cycle(headers)
    if cycle:
        violations.append(f"headers include each other: {' -> '.join(cycle)}")

    print("\n".join(violations + [f"layers: {files} files, {len(violations)} violations"]))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
