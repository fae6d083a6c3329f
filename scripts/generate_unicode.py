#!/usr/bin/env python3
"""Generates the Unicode tables of src/lex/unicode from the interpreters themselves.

Every supported Python version is asked, for every code point, what its own `str` and `unicodedata`
answer. Nothing is read from the Unicode files, so the tables equal CPython by construction, quirks
included; the digests written beside them let the unit test prove it.

    scripts/generate_unicode.py \\
        --python 3.8=~/.pyenv/versions/3.8.18/bin/python ... --python 3.13=... \\
        --pyodide 3.14=<dir>/node_modules/pyodide

`--pyodide` takes the directory of the npm package `pyodide` (a release of that Python version) and
runs it with node; it serves versions with no native interpreter at hand.
"""
import sys


# --- Probe: runs inside each interpreter, so it is Python 3.8 and standard library only. ---

SEQUENCE_COUNT = 100000
SEQUENCE_RANGES = [  # [first, last]; the unit test generates the same sequences
    (0x41, 0x17F), (0x300, 0x36F), (0x300, 0x36F), (0x370, 0x4FF), (0x591, 0x6FF), (0x900, 0xDFF),
    (0xE00, 0xFFF), (0x1100, 0x1112), (0x1160, 0x1176), (0x11A6, 0x11C3), (0x1A55, 0x1B44),
    (0x1DC0, 0x1FFF), (0x2000, 0x20F0), (0x2190, 0x22FF), (0x3040, 0x30FF), (0xA66F, 0xA6F1),
    (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFFEF), (0x105C0, 0x105FF), (0x10A00, 0x10F50),
    (0x11000, 0x11FFF), (0x16100, 0x16D70), (0x1D100, 0x1D244), (0x1D400, 0x1D7FF),
    (0x1E000, 0x1E94B), (0x1F100, 0x1F2FF), (0x2F800, 0x2FA1F), (0x315, 0x328),
]


def sequences():
    state = 1

    def next_random(bound):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (state >> 33) % bound

    for _ in range(SEQUENCE_COUNT):
        length = 60 if next_random(64) == 0 else 1 + next_random(8)
        text = []
        for _ in range(length):
            first, last = SEQUENCE_RANGES[next_random(len(SEQUENCE_RANGES))]
            text.append(chr(first + next_random(last - first + 1)))
        yield "".join(text)


def name_reader():
    """The C function behind `\\N{}`: unlike unicodedata.name it also reports aliases."""
    import ctypes
    import unicodedata
    capsule = getattr(unicodedata, "_ucnhash_CAPI", None) or unicodedata.ucnhash_CAPI
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype = ctypes.c_char_p
    api.PyCapsule_GetName.argtypes = [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    pointer = api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule))
    table = ctypes.cast(pointer, ctypes.POINTER(ctypes.c_void_p))
    buffer = ctypes.create_string_buffer(257)
    tail = [ctypes.c_uint32, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    if sys.version_info >= (3, 10):  # struct {getname, getcode}
        function = ctypes.PYFUNCTYPE(ctypes.c_int, *tail)(table[0])
        return lambda code: buffer.value.decode() if function(code, buffer, 256, 1) else None
    # struct {size, getname, getcode}, and getname takes self
    function = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, *tail)(table[1])
    return lambda code: buffer.value.decode() if function(None, code, buffer, 256, 1) else None


CJK_PREFIX = "CJK UNIFIED IDEOGRAPH-"
HANGUL_PREFIX = "HANGUL SYLLABLE "


def lookup_or_none(name):
    import unicodedata
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return None


def probe_names(result):
    import unicodedata
    names = {}
    for code in range(0x110000):
        name = unicodedata.name(chr(code), None)
        if name is None or name.startswith((CJK_PREFIX, HANGUL_PREFIX)):
            continue
        assert unicodedata.lookup(name) == chr(code), name
        names[name] = code
    read_name = name_reader()
    for private in range(0xF0000, 0xF1000):  # where CPython keeps aliases and named sequences
        name = read_name(private)
        if name is None:
            continue
        value = unicodedata.lookup(name)
        if len(value) == 1:
            names[name] = ord(value)
        else:  # named sequence: lookup() knows it, a literal rejects it
            try:
                eval('"\\N{' + name + '}"')
                raise AssertionError(name)
            except SyntaxError:
                pass
    for name, code in names.items():
        assert name.isascii() and name == name.upper()
        assert unicodedata.lookup(name.lower()) == chr(code), name
    result["names"] = names


def probe_algorithmic_names(result):
    cjk = bytearray(0x110000)
    for code in range(0x110000):
        if lookup_or_none(CJK_PREFIX + "%04X" % code) == chr(code):
            cjk[code] = 1
    result["cjk"] = [code for code in range(0x110000) if cjk[code]]
    # What LookupName assumes of the two algorithmic families.
    assert lookup_or_none(CJK_PREFIX + "4e00") is None
    assert lookup_or_none("cjk unified ideograph-4E00") is None
    assert lookup_or_none(CJK_PREFIX + "04E00") == "\u4e00"
    assert lookup_or_none(CJK_PREFIX + "004E00") is None
    assert lookup_or_none("hangul syllable ga") is None
    lead = "G,GG,N,D,DD,R,M,B,BB,S,SS,,J,JJ,C,K,T,P,H".split(",")
    vowel = "A,AE,YA,YAE,EO,E,YEO,YE,O,WA,WAE,OE,YO,U,WEO,WE,WI,YU,EU,YI,I".split(",")
    trail = ",G,GG,GS,N,NJ,NH,D,L,LG,LM,LB,LS,LT,LP,LH,M,B,BS,S,SS,NG,J,C,K,T,P,H".split(",")
    for index in range(11172):
        name = HANGUL_PREFIX + lead[index // 588] + vowel[index // 28 % 21] + trail[index % 28]
        assert lookup_or_none(name) == chr(0xAC00 + index), name
    return cjk


def probe_normalization(result):
    import unicodedata
    normalize = unicodedata.normalize
    result["ccc"] = {}
    result["decomposition"] = {}
    result["composition"] = {}
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.combining(char):
            result["ccc"][code] = unicodedata.combining(char)
        if 0xAC00 <= code <= 0xD7A3:
            continue
        full = normalize("NFKD", char)
        if full != char:
            result["decomposition"][code] = [ord(c) for c in full]
        parts = unicodedata.decomposition(char)
        if parts and not parts.startswith("<") and " " in parts:
            pair = "".join(chr(int(part, 16)) for part in parts.split())
            if normalize("NFC", pair) == char:
                result["composition"][code] = [ord(c) for c in pair]


def probe():
    import hashlib
    import unicodedata
    version = "%d.%d" % sys.version_info[:2]
    result = {"version": version, "unicode": unicodedata.unidata_version}
    classes = bytearray(0x110000)
    nfkc = hashlib.sha256()
    for code in range(0x110000):
        char = chr(code)
        classes[code] = (char.isidentifier() | ("a" + char).isidentifier() << 1
                         | char.isprintable() << 2)
        if not 0xD800 <= code <= 0xDFFF:
            nfkc.update((unicodedata.normalize("NFKC", char) + "\n").encode())
    result["classes"] = classes.hex()
    probe_normalization(result)
    probe_names(result)
    cjk = probe_algorithmic_names(result)
    mixed = hashlib.sha256()
    for text in sequences():
        mixed.update((unicodedata.normalize("NFKC", text) + "\n").encode())
    lines = "".join("%s;%04X\n" % pair for pair in sorted(result["names"].items()))
    result["digests"] = [hashlib.sha256(classes).hexdigest(), nfkc.hexdigest(), mixed.hexdigest(),
                         hashlib.sha256(lines.encode()).hexdigest(),
                         hashlib.sha256(cjk).hexdigest()]
    import json
    return json.dumps(result)


# --- Merge: runs in the interpreter that runs this script. ---

HEADER = "// clang-format off\n// generated by scripts/generate_unicode.py; do not edit.\n"
BLOCK = 128  # code points per trie block
BUCKETS = 16384  # of the name table, a power of two

NODE_DRIVER = """
import { loadPyodide } from %s;
import { readFileSync, writeFileSync } from 'fs';
const python = await loadPyodide();
const namespace = python.toPy({ __name__: 'probe' });
python.runPython(readFileSync(%s, 'utf8'), { globals: namespace });
writeFileSync(%s, python.runPython('probe()', { globals: namespace }));
"""


def run_pyodide(package):
    import json
    import os
    import subprocess
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "probe.json")
        driver = os.path.join(folder, "driver.mjs")
        module = os.path.join(os.path.abspath(package), "pyodide.mjs")
        with open(driver, "w") as file:
            file.write(NODE_DRIVER % tuple(json.dumps(path) for path in
                                           (module, os.path.abspath(__file__), out)))
        subprocess.run(["node", driver], check=True)
        with open(out) as file:
            return json.load(file)


def run_native(python):
    import json
    import os
    import subprocess
    command = [os.path.expanduser(python), os.path.abspath(__file__), "--probe"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def array(kind, name, values, width=100):
    lines, line = [], ""
    for value in values:
        item = str(value) + ","
        if len(line) + len(item) > width:
            lines.append(line)
            line = ""
        line += item
    lines.append(line)
    return "const %s %s[] = {\n%s\n};\n" % (kind, name, "\n".join(lines))


def literal(name, data):
    """A byte array as one string literal: fast to compile. Readers must not rely on the final 0."""
    lines, line = [], ""
    for position, byte in enumerate(data):
        following = data[position + 1] if position + 1 < len(data) else 0
        if 32 <= byte < 127 and byte not in b'"\\?':
            line += chr(byte)
        elif not 0x30 <= following <= 0x37:
            line += "\\%o" % byte
        else:
            line += "\\%03o" % byte
        if len(line) >= 96:
            lines.append(line)
            line = ""
    lines.append(line)
    return "const char %s[] =\n%s;\n" % (name, "\n".join('"%s"' % text for text in lines))


def mask_of(values):
    """Bit v is set if values[v] holds for the v-th version."""
    return sum(1 << index for index, value in enumerate(values) if value)


def trie(values):
    blocks, index = {}, []
    for start in range(0, len(values), BLOCK):
        block = tuple(values[start:start + BLOCK])
        index.append(blocks.setdefault(block, len(blocks)))
    return index, [value for block in blocks for value in block]


def emit_characters(probes):
    bitmaps = [bytes.fromhex(probe["classes"]) for probe in probes]
    cccs = [{int(k): v for k, v in probe["ccc"].items()} for probe in probes]
    decompositions = [{int(k) for k in probe["decomposition"]} for probe in probes]
    seconds = {pair[1] for probe in probes for pair in probe["composition"].values()}
    seconds |= set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    records, column = {}, []
    for code in range(0x110000):
        flags = [bitmap[code] for bitmap in bitmaps]
        values = {ccc[code] for ccc in cccs if code in ccc}
        assert len(values) <= 1, hex(code)
        decomposes = mask_of([code in keys for keys in decompositions])
        inert = not values and not decomposes and code not in seconds
        record = (mask_of([f & 1 for f in flags]), mask_of([f & 2 for f in flags]),
                  mask_of([f & 4 for f in flags]), decomposes, max(values, default=0),
                  mask_of([code in ccc for ccc in cccs]), int(inert))
        column.append(records.setdefault(record, len(records)))
    assert len(records) <= 256
    index, blocks = trie(column)
    assert max(index) < 65536
    out = HEADER + '#include "lex/unicode/tables.h"\n\nnamespace codeanatomy::lex::unicode {\n\n'
    out += "const CharacterRecord kCharacterRecords[] = {\n%s\n};\n" % "\n".join(
        "{%s}," % ",".join(map(str, record)) for record in records)
    out += array("uint16_t", "kCharacterBlock", index)
    out += array("uint8_t", "kCharacterRecord", blocks)
    return out + "\n}  // namespace codeanatomy::lex::unicode\n"


def emit_normalization(probes):
    expansions, composites = {}, {}
    for probe in probes:
        for code, expansion in probe["decomposition"].items():
            assert expansions.setdefault(int(code), expansion) == expansion, code
        for code, pair in probe["composition"].items():
            composites.setdefault((*pair, int(code)), set()).add(probe["version"])
    assert len({key[:2] for key in composites}) == len(composites)
    codes, starts, pool = sorted(expansions), [], []
    for code in codes:
        starts.append(len(pool))
        pool += expansions[code]
    starts.append(len(pool))
    assert len(pool) < 65536
    out = HEADER + '#include "lex/unicode/tables.h"\n\nnamespace codeanatomy::lex::unicode {\n\n'
    out += "const size_t kDecompositionCount = %d;\n" % len(codes)
    out += array("uint32_t", "kDecompositionCode", codes)
    out += array("uint16_t", "kDecompositionStart", starts)
    out += array("uint32_t", "kDecompositionPool", pool)
    out += "const size_t kCompositionCount = %d;\n" % len(composites)
    rows = ["{%d,%d,%d,%d}," % (*key, mask_of([p["version"] in composites[key] for p in probes]))
            for key in sorted(composites)]
    out += "const Composition kCompositions[] = {\n%s\n};\n" % "\n".join(rows)
    return out + "\n}  // namespace codeanatomy::lex::unicode\n"


def name_hash(name):
    value = 2166136261
    for byte in name.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return (value ^ value >> 15) & (BUCKETS - 1)


def emit_names(probes):
    import collections
    import re
    merged = {}
    for position, probe in enumerate(probes):
        for name, code in probe["names"].items():
            assert merged.setdefault(name, (code, position))[0] == code, name
    for name, (code, since) in merged.items():  # a name, once there, stays
        assert all(name in probe["names"] for probe in probes[since:]), name
    # Words keep the separator after them; digit runs are cut in pairs so that code points in names
    # share words.
    pieces = {name: re.findall(r"[0-9]{1,2}[ -]?|[^0-9 -]+[ -]?|[ -]", name) for name in merged}
    assert all("".join(parts) == name for name, parts in pieces.items())
    counts = collections.Counter(part for parts in pieces.values() for part in parts)
    words = sorted(counts, key=lambda word: (-counts[word], word))
    number = {word: index for index, word in enumerate(words)}
    assert len(words) < 128 + 32768

    def encode(name):
        code, since = merged[name]
        tokens = bytearray((code | since << 21).to_bytes(3, "little"))
        for part in pieces[name]:
            token = number[part]
            tokens += bytes([token]) if token < 128 else (token - 128 | 0x8000).to_bytes(2, "big")
        assert len(tokens) < 256
        return bytes([len(tokens)]) + tokens

    buckets = [[] for _ in range(BUCKETS)]
    for name in sorted(merged):
        buckets[name_hash(name)].append(name)
    records, bucket_start = bytearray(), []
    for bucket in buckets:
        bucket_start.append(len(records))
        for name in bucket:
            records += encode(name)
    bucket_start.append(len(records))
    word_start = [0]
    for word in words:
        word_start.append(word_start[-1] + len(word))
    cjk = [set(probe["cjk"]) for probe in probes]
    ranges = []
    for code in sorted(set().union(*cjk)):
        mask = mask_of([code in codes for codes in cjk])
        if ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == mask:
            ranges[-1][1] = code
        else:
            ranges.append([code, code, mask])
    out = HEADER + '#include "lex/unicode/tables.h"\n\nnamespace codeanatomy::lex::unicode {\n\n'
    out += "const size_t kNameMaxLength = %d;\n" % max(map(len, merged))
    out += "const size_t kIdeographRangeCount = %d;\n" % len(ranges)
    out += "const IdeographRange kIdeographRanges[] = {\n%s\n};\n" % "\n".join(
        "{%d,%d,%d}," % tuple(row) for row in ranges)
    out += array("uint32_t", "kNameBucketStart", bucket_start)
    out += array("uint32_t", "kNameWordStart", word_start)
    out += literal("kNameWords", "".join(words).encode())
    out += literal("kNameRecords", bytes(records))
    return out + "\n}  // namespace codeanatomy::lex::unicode\n"


def emit_digests(probes):
    out = HEADER + "// SHA-256 of what each interpreter answers; see Digests in unicode_test.cpp.\n"
    for probe in probes:
        out += "{%s},  // %s, Unicode %s\n" % (
            ",".join('\n"%s"' % digest for digest in probe["digests"]), probe["version"],
            probe["unicode"])
    return out


def main():
    import argparse
    import os
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", action="append", default=[], metavar="VERSION=PATH")
    parser.add_argument("--pyodide", action="append", default=[], metavar="VERSION=DIRECTORY")
    parser.add_argument("--out", default=os.path.join(root, "src", "lex", "unicode"))
    arguments = parser.parse_args()
    runs = [(item.split("=", 1), run_native) for item in arguments.python]
    runs += [(item.split("=", 1), run_pyodide) for item in arguments.pyodide]
    probes = []
    for (version, path), run in sorted(runs, key=lambda r: int(r[0][0].split(".")[1])):
        print("probing", version, path, file=sys.stderr)
        probes.append(run(path))
        assert probes[-1]["version"] == version, probes[-1]["version"]
    expected = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]  # as enum PythonVersion
    assert [probe["version"] for probe in probes] == expected
    for name, emit in (("character_data.cpp", emit_characters),
                       ("normalization_data.cpp", emit_normalization),
                       ("name_data.cpp", emit_names), ("digests.inc", emit_digests)):
        with open(os.path.join(arguments.out, name), "w") as file:
            file.write(emit(probes))


if __name__ == "__main__":
    if sys.argv[1:] == ["--probe"]:
        print(probe())
    else:
        main()
