"""Modules full of format strings: where CPython puts the nodes of their fields, and what `=` shows.

Seeded combinations of strings, field expressions and what follows them, most of them over several
lines, since positions went wrong in as many ways as lines and concatenations can be arranged.
"""

import random

EXPRESSIONS = (
    "a",
    "a.b",
    "a(b)",
    "a(\nb)",
    "a[b]",
    "a[\nb:c]",
    "a+b",
    "a +\nb",
    "(a)+(\nb)",
    "a(b)(\nc).d",
    "a(\nb).c(\nd)",
    "(\na).b",
    "a.\nb.c",
    "a,b",
    "a,\nb",
    "*a,b",
    "(lambda x=1: x)",
    "(lambda x:\n x)",
    "[x for x in\n y]",
    "(x for x in y)",
    " {k: v}",
    "not\na",
    "a if b else\nc",
    "a**\nb",
    "-a**b",
    "a<\nb<c",
    "a or\nb or c",
    "'s' 't'",
    "'''q\nr'''",
    "f'{z}'",
    "f'''p{q}\n  {r}'''",
    "f'{z!r:>{w}}'",
    " \na",
    "\n a, b",
    "a\n",
    "(a\n)",
    "a(*(b))",
    "a(**(b),*(c))",
    "a(*(\nb))",
    "a(x for x in\n y)",
    "((a)(b))(\nc)",
    "a[(b)]\n(c)",
    "(yield\n)",
    "f(k=\nv)",
)
# What `=` shows of these is cut, stripped or decoded, in every version otherwise.
MODERN_EXPRESSIONS = (
    "a!=b",
    "(a!=b)",
    "f(k=1)!=2",
    "f(k=a[b:c])",
    "f(k=1)[b:c]",
    "f(lambda k=1: k)",
    "{1: 2}[a!=b]",
    "'#'",
    "'#' # comment\n",
    "a['\\'#']",
    "a['\\'\"'] # comment\n",
    "'\\n'",
    "'\\N{DIGIT ONE}'",
    "f'{a!=b}'",
    "a # '\n",
)
ENDINGS = ("", "!r", "=", ":>{w}", "!r:{w}{v}", ":a{b}c", " ", " = ")
PREFIXES = ("", "q", "\n ", "{{x}}", "{{a}}", "é", "{a}", "\n{a}\n  ")
OPENINGS = ('f"""', 'rf"""', 'F"""')
NEIGHBOURS = ("'x'", "'a{a}b'", "f'{a}'", "u'u{a}'", "'''\n'''")


def format_string(chosen, expressions):
    fields = "".join(
        f"{chosen.choice(PREFIXES)}{{{chosen.choice(expressions)}{chosen.choice(ENDINGS)}}}"
        for _ in range(chosen.randint(1, 3))
    )
    return f'{chosen.choice(OPENINGS)}{fields}"""'


def cases(count, expressions=EXPRESSIONS, seed=20250101):
    chosen = random.Random(seed)
    for _ in range(count):
        strings = [
            format_string(chosen, expressions) if chosen.random() < 0.5 else chosen.choice(NEIGHBOURS)
            for _ in range(chosen.randint(1, 3))
        ]
        yield f"x = ({chosen.choice((' ', chr(10) + '  ')).join(strings)})\n"
