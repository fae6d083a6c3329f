"""Varied Python code of any size, the same for the same seed.

usage: synthetic.py BYTES [--seed N]          prints a module of at least so many bytes

Classes, functions, docstrings, comments, calls, displays, comprehensions, format strings, with the
density of application code, a node per ten bytes (libraries: 14). Names come from a
vocabulary that grows with the text, as it does in real programs: a few are everywhere, most are rare, and
neighbours share theirs.
"""

import argparse
import random
import sys

WORDS = """account address alias amount attribute backend batch block buffer cache callback channel child client code
collection column command config connection content context cookie count cursor data database date default depth
device document domain encoder entry error event factory field file filter flag form format frame group handler header
host index input instance item key kind label language layer length level limit line link list loader locale lock
manager mapping mask match member message method migration mode model module name node number object offset operation
option order output owner page parameter parent parser password path pattern payload permission pool port prefix
process product profile project property provider query queue range record reference region registry request resource
response result role root route row rule schema scope score section segment sender serializer session setting shape
signal size slot source stack state status step storage stream string suffix table tag target task template term text
thread timeout token topic total transaction tree type unit update url user value vector version view weight widget
worker writer zone""".split()
VERBS = "add apply build check clean close collect create decode delete emit encode find format get handle load make merge parse read remove render resolve save select send set sort split update validate write".split()
MODULES = "collections contextlib dataclasses datetime functools itertools json logging os pathlib re sys typing".split()
PROSE = "the a this value of each result is used when no other one was given and returns what has been found for it".split()


class Writer:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.size = 0
        self.names = list(WORDS)
        self.recent = self.names[:40]

    def line(self, indent, text):
        self.lines.append("    " * indent + text + "\n")
        self.size += 4 * indent + len(text) + 1

    def pick(self, choices):
        return choices[int(self.random.random() * len(choices))]

    def name(self):
        """Most often one that the section in hand uses already."""
        if self.random.random() > 0.15:
            return self.pick(self.recent)
        name = self.vocabulary_name()
        self.recent[int(self.random.random() * len(self.recent))] = name
        return name

    def vocabulary_name(self):
        """Old names more often than young ones; now and then a new one."""
        at = self.random.random()
        if at > 0.08:
            return self.names[int(len(self.names) * at**4)]
        fresh = f"{self.pick(WORDS)}_{self.pick(WORDS)}"
        if self.random.random() < 0.5:
            fresh += f"_{self.pick(WORDS)}{len(self.names) % 97}"
        self.names.append(fresh)
        return fresh

    def words(self, count):
        return " ".join(self.pick(PROSE if self.random.random() < 0.7 else WORDS) for _ in range(count))

    def literal(self):
        kind = int(self.random.random() * 8)
        if kind < 3:
            return f'"{self.words(1 + kind)}"'
        if kind < 5:
            return str(int(self.random.random() ** 4 * 10000))
        if kind == 5:
            return f"'{self.pick(WORDS)}_%s\\n'"
        return self.pick(("None", "True", "False", "0.5", "[]", "{}", "b'\\x00'", "1_000_000"))

    def atom(self):
        at = self.random.random()
        if at < 0.45:
            return self.name()
        if at < 0.65:
            return f"self.{self.name()}"
        if at < 0.75:
            return f"{self.name()}.{self.name()}"
        return self.literal()

    def expression(self, depth=0):
        at = self.random.random()
        if depth > 1 or at < 0.45:
            return self.atom()
        nested = lambda: self.expression(depth + 1)
        if at < 0.62:
            arguments = [nested() for _ in range(int(self.random.random() * 3))]
            if self.random.random() < 0.3:
                arguments.append(f"{self.name()}={nested()}")
            return f"{self.pick(VERBS)}_{self.name()}({', '.join(arguments)})"
        if at < 0.70:
            return f"{self.atom()} {self.pick(('+', '-', '*', '%', '//', '|'))} {nested()}"
        if at < 0.77:
            return f"{self.name()}[{nested()}]"
        if at < 0.81:
            return f"({nested()} if {self.condition()} else {nested()})"
        if at < 0.85:
            item = self.name()
            return f"[{item}.{self.name()} for {item} in {self.name()} if {item}]"
        if at < 0.89:
            return f"{{{self.literal()}: {nested()}, '{self.name()}': {nested()}}}"
        if at < 0.94:
            return f'f"{self.words(2)} {{{self.name()}.{self.name()}!r}}: {{{self.name()}:>10}}"'
        return f"({nested()}, {nested()})"

    def condition(self):
        at = self.random.random()
        if at < 0.3:
            return self.atom()
        if at < 0.5:
            return f"not {self.atom()}"
        if at < 0.8:
            return f"{self.atom()} {self.pick(('==', '!=', 'is', 'is not', 'in', 'not in', '<', '>='))} {self.atom()}"
        return f"{self.atom()} and {self.atom()}"

    def statement(self, indent):
        at = self.random.random()
        if at < 0.05:
            self.line(indent, f"# {self.words(9).capitalize()}.")
        if at < 0.36:
            self.line(indent, f"{self.name()} = {self.expression()}")
        elif at < 0.46:
            self.line(indent, f"self.{self.name()} = {self.expression()}")
        elif at < 0.68:
            self.line(indent, f"{self.name()}.{self.pick(VERBS)}({self.expression()}, {self.name()}={self.expression()})")
        elif at < 0.72:
            self.line(indent, f"{self.name()} += {self.expression()}")
        elif at < 0.77:
            self.line(indent, f"{self.name()}, {self.name()} = {self.expression()}, {self.expression()}")
        elif at < 0.79:
            self.line(indent, f"raise ValueError({self.expression()}) from {self.name()}")
        elif at < 0.82:
            self.line(indent, f"assert {self.condition()}, {self.literal()}")
        elif indent > 5:
            self.line(indent, "pass")
        else:
            self.compound(indent)

    def compound(self, indent):
        at = self.random.random()
        if at < 0.55:
            self.line(indent, f"if {self.condition()}:")
            self.block(indent + 1)
            if at < 0.15:
                self.line(indent, f"elif {self.condition()}:")
                self.block(indent + 1)
            if at < 0.3:
                self.line(indent, "else:")
                self.block(indent + 1)
        elif at < 0.75:
            self.line(indent, f"for {self.name()} in {self.expression()}:")
            self.block(indent + 1)
        elif at < 0.87:
            self.line(indent, f"with {self.expression()} as {self.name()}:")
            self.block(indent + 1)
        else:
            self.line(indent, "try:")
            self.block(indent + 1)
            self.line(indent, f"except (ValueError, {self.name()}.Error) as {self.name()}:")
            self.block(indent + 1)

    def block(self, indent):
        for _ in range(1 + int(self.random.random() * 3)):
            self.statement(indent)

    def function(self, indent):
        if self.random.random() < 0.15:
            self.line(indent, f"@{self.name()}.{self.name()}")
        parameters = ["self"] if indent else []
        names = dict.fromkeys(self.name() for _ in range(int(self.random.random() * 4)))
        parameters += [name if self.random.random() < 0.6 else f"{name}: {self.name()} | None" for name in names]
        parameters += [f"{self.name()}_{self.pick(WORDS)}=None"] if self.random.random() < 0.4 else []
        self.line(indent, f"def {self.pick(VERBS)}_{self.name()}({', '.join(parameters)}):")
        if self.random.random() < 0.4:
            self.line(indent + 1, f'"""{self.words(8).capitalize()}.')
            self.line(0, "")
            for _ in range(int(self.random.random() * 4)):
                self.line(indent + 1, f"{self.words(12).capitalize()}.")
            self.line(indent + 1, '"""')
        for _ in range(2 + int(self.random.random() * 8)):
            self.statement(indent + 1)
        self.line(indent + 1, f"return {self.expression()}")
        self.line(0, "")

    def definition(self):
        if self.random.random() < 0.3:
            return self.function(0)
        self.line(0, f"class {self.name().title().replace('_', '')}({self.name()}.{self.pick(WORDS).title()}):")
        self.line(1, f'"""{self.words(10).capitalize()}."""')
        for _ in range(int(self.random.random() * 4)):
            self.line(1, f"{self.name()} = {self.expression()}")
        self.line(0, "")
        for _ in range(1 + int(self.random.random() * 8)):
            self.function(1)


def write_module(size, seed=0):
    """The text of a valid module of at least `size` bytes, ASCII."""
    writer = Writer(seed)
    for module in MODULES:
        writer.line(0, f"import {module}")
    while writer.size < size:
        writer.definition()
    return "".join(writer.lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bytes", type=int)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    sys.stdout.write(write_module(arguments.bytes, arguments.seed))


if __name__ == "__main__":
    main()
