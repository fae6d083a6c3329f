"""Damaged copies of Python texts: one token dropped, doubled, swapped, replaced, added, or the text cut there."""

import io
import random
import tokenize

NOISE = (
    "( ) [ ] { } : , = == != * ** @ . ... -> := ; + - not in is and or if else for while def class lambda"
    " return yield await async import from as del global nonlocal try except finally with raise pass match"
    " case type None True 1 1.5 0x1 x _ 'a' b'a' f'{x}'"
).split() + ['"', '"""', "f'{", "\\", "?", "$", "!", "0777", "1a", "é", "\t", "\n"]
SMALLEST, LARGEST = 200, 60_000  # bytes of the files taken


def _tokens(text):
    """(begin, end) of the tokens that hold text."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.string.strip() and token.type != tokenize.COMMENT:
            found.append(tuple(starts[line - 1] + column for line, column in (token.start, token.end)))
    return found


def _damage(text, spans, choice):
    at = choice.randrange(len(spans) - 1)
    (begin, end), (next_begin, next_end) = spans[at], spans[at + 1]
    token, after = text[begin:end], text[next_begin:next_end]
    return choice.choice(
        (
            text[:begin] + text[end:],
            f"{text[:end]} {token}{text[end:]}",
            text[:begin] + after + text[end:next_begin] + token + text[next_end:],
            text[:begin] + choice.choice(NOISE) + text[end:],
            f"{text[:end]} {choice.choice(NOISE)} {text[end:]}",
            text[:end],
        )
    )


def damaged(files, count, seed):
    """`count` texts; fewer where too few of the files can be cut into tokens."""
    choice = random.Random(seed)
    files = list(files)
    texts = []
    for _ in range(4 * count):
        if len(texts) == count or not files:
            break
        path = choice.choice(files)
        with open(path, "rb") as f:
            data = f.read()
        if not SMALLEST < len(data) < LARGEST:
            continue
        try:
            text = data.decode("utf-8")
            spans = _tokens(text)
        except (SyntaxError, UnicodeDecodeError, tokenize.TokenError):
            continue
        if len(spans) > 4 and "\r" not in text and "\f" not in text:
            texts.append(_damage(text, spans, choice))
    return texts


def damaged_modules(modules, count, seed):
    """At most `count` different texts of small modules, every third one damaged twice, sorted."""
    choice = random.Random(seed)
    texts = set()
    for turn in range(4 * count):
        if len(texts) == count:
            break
        text = choice.choice(modules)
        for _ in range(1 + (turn % 3 == 0)):
            try:
                spans = _tokens(text)
            except (SyntaxError, tokenize.TokenError):
                break
            if len(spans) > 2:
                text = _damage(text, spans, choice)
        texts.add(text)
    return sorted(texts)
