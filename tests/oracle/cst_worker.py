"""What LibCST's tree of a file holds: number of nodes of every class, positions of every syntactic node.

Reads paths from a list, prints one JSON object per line: {"path", "counts", "spans"}, or {"path", "refused"}.
Left out are the classes of white space and line ends, which are no nodes of ours.
"""

import json
import sys
import warnings

import libcst
from libcst.metadata import MetadataWrapper, PositionProvider

SPACE = {"SimpleWhitespace", "ParenthesizedWhitespace", "TrailingWhitespace", "Newline"}
# Their positions in LibCST cover white space or separators that their classes happen to write.
UNPLACED = {"Module", "EmptyLine"}


def describe(path):
    with open(path, "rb") as file:
        content = file.read()
    try:
        wrapper = MetadataWrapper(libcst.parse_module(content), unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
    except Exception as error:  # whatever LibCST cannot read is no case
        return {"path": path, "refused": f"{type(error).__name__}: {str(error)[:100]}"}
    counts, spans = {}, []
    todo = [wrapper.module]
    while todo:
        node = todo.pop()
        todo.extend(node.children)
        kind = type(node).__name__
        if kind in SPACE:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        place = positions[node]
        spans.append(
            [kind, place.start.line, place.start.column, place.end.line, place.end.column]
        )
    return {"path": path, "counts": counts, "spans": spans}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with open(sys.argv[1], encoding="utf-8") as listing:
        for line in listing:
            print(json.dumps(describe(line.rstrip("\n"))), flush=True)
