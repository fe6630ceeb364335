#!/usr/bin/env python3
"""Turns the Unicode data files into the C++ tables behind base/unicode.h and base/unicode_names.h.

usage: gen_unicode.py DATA_DIR OUT_DIR

DATA_DIR holds UnicodeData.txt and its companions, directly or under usr/share/unicode. Writes
OUT_DIR/unicode_tables.cpp and OUT_DIR/unicode_names_data.cpp.
"""

import bz2
import os
import sys
from fractions import Fraction

LIMIT = 0x110000
PAGE_BITS = 7
PAGE = 1 << PAGE_BITS

CATEGORIES = ["Cn", "Lu", "Ll", "Lt", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
              "Lm", "Lo", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"]
BIDIRECTIONAL = ["", "L", "LRE", "LRO", "R", "AL", "RLE", "RLO", "PDF", "EN", "ES", "ET", "AN", "CS", "NSM", "BN",
                 "B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"]
WIDTHS = ["N", "F", "H", "W", "Na", "A"]
FLAGS = ["alpha", "decimal", "digit", "numeric", "space", "linebreak", "lower", "upper", "title", "printable",
         "xid_start", "xid_continue", "cased", "case_ignorable", "mirrored", "special", "folds", "nfd_n", "nfkd_n",
         "nfc_n", "nfc_m", "nfkc_n", "nfkc_m", "age32"]
BIT = {name: 1 << i for i, name in enumerate(FLAGS)}


class Data:
    def __init__(self, folder):
        nested = os.path.join(folder, "usr", "share", "unicode")
        self.folder = nested if os.path.exists(os.path.join(nested, "UnicodeData.txt")) else folder

    def lines(self, name):
        path = os.path.join(self.folder, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                text = f.read()
        else:
            with bz2.open(path + ".bz2", "rt", encoding="utf-8") as f:
                text = f.read()
        for line in text.splitlines():
            line = line.split("#")[0].strip()
            if line:
                yield line

    def fields(self, name):
        for line in self.lines(name):
            yield [field.strip() for field in line.split(";")]

    def ranges(self, name):
        """(first, last, remaining fields) for files keyed by a code point or a range."""
        for first, *rest in self.fields(name):
            low, _, high = first.partition("..")
            yield int(low, 16), int(high or low, 16), rest


def points(text):
    return [int(x, 16) for x in text.split()]


def properties(data, name, wanted):
    found = {w: bytearray(LIMIT) for w in wanted}
    for low, high, rest in data.ranges(name):
        table = found.get(rest[0])
        if table is not None:
            for c in range(low, high + 1):
                table[c] = 1
    return found


def load(data):
    chars = {}
    ranges = []
    start = None
    for f in data.fields("UnicodeData.txt"):
        c = int(f[0], 16)
        if f[1].endswith(", First>"):
            start = c
            continue
        low = c if start is None else start
        if start is not None:
            ranges.append((low, c, f[1][1:-7]))
        for x in range(low, c + 1):
            chars[x] = f
        start = None
    return chars, ranges


def split_pages(values):
    """A two-level index: page numbers, and the distinct pages one after the other."""
    seen, index, pages = {}, [], []
    for at in range(0, LIMIT, PAGE):
        page = tuple(values[at:at + PAGE])
        if page not in seen:
            seen[page] = len(seen)
            pages.extend(page)
        index.append(seen[page])
    return index, pages


def array(out, declaration, values, per_line=24):
    out.write(f"extern const {declaration};\nconst {declaration} = {{\n")
    for i in range(0, len(values), per_line):
        out.write(",".join(map(str, values[i:i + per_line])) + ",\n")
    out.write("};\n")


def write_tables(data, chars, path):
    derived = properties(data, "DerivedCoreProperties.txt",
                         ["Lowercase", "Uppercase", "Cased", "Case_Ignorable", "XID_Start", "XID_Continue"])
    exclusion = properties(data, "DerivedNormalizationProps.txt", ["Full_Composition_Exclusion"])
    excluded = exclusion["Full_Composition_Exclusion"]
    quick = {}
    for low, high, rest in data.ranges("DerivedNormalizationProps.txt"):
        if rest[0].endswith("_QC"):
            bit = BIT[rest[0][:-3].lower() + "_" + rest[1].lower()]
            for c in range(low, high + 1):
                quick[c] = quick.get(c, 0) | bit
    width = [WIDTHS.index("N")] * LIMIT
    for low, high, rest in data.ranges("EastAsianWidth.txt"):
        for c in range(low, high + 1):
            width[c] = WIDTHS.index(rest[0])
    age32 = bytearray(LIMIT)
    for low, high, rest in data.ranges("DerivedAge.txt"):
        if tuple(map(int, rest[0].split("."))) <= (3, 2):
            for c in range(low, high + 1):
                age32[c] = 1
    breaks = set()
    for low, high, rest in data.ranges("LineBreak.txt"):
        if rest[0] in ("BK", "CR", "LF", "NL"):
            breaks.update(range(low, high + 1))
    numeric = {c: f[8] for c, f in chars.items() if f[8]}
    for line in data.lines("Unihan_NumericValues.txt"):
        code, tag, value = line.split(None, 2)
        if tag in ("kAccountingNumeric", "kPrimaryNumeric", "kOtherNumeric"):
            numeric.setdefault(int(code[2:], 16), value.split()[0])
    folding = {}
    for f in data.fields("CaseFolding.txt"):
        if f[1] in "CF":
            folding[int(f[0], 16)] = points(f[2])
    special_casing = {}
    for f in data.fields("SpecialCasing.txt"):
        if not f[4]:  # no condition
            special_casing[int(f[0], 16)] = [points(f[i]) for i in (1, 2, 3)]

    casing, casing_index = [], {}

    def add_casing(simple, full):
        key = (simple, tuple(full))
        if key not in casing_index:
            casing_index[key] = len(casing)
            casing.append(key)
        return casing_index[key]

    empty = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    records, record_index, values = [empty], {empty: 0}, [0] * LIMIT
    for c in range(LIMIT):
        f = chars.get(c)
        flags = quick.get(c, 0)
        if age32[c]:
            flags |= BIT["age32"]
        upper = lower = title = fold = 0
        decimal = digit = category = bidi = combining = 0
        if f is None:
            if derived["Case_Ignorable"][c]:
                flags |= BIT["case_ignorable"]
            item = (flags, 0, 0, 0, 0, 0, 0, 0, width[c], 0, 0)
        else:
            cat = f[2]
            category = CATEGORIES.index(cat)
            bidi = BIDIRECTIONAL.index(f[4])
            combining = int(f[3])
            if cat in ("Lm", "Lt", "Lu", "Ll", "Lo"):
                flags |= BIT["alpha"]
            if cat == "Lt":
                flags |= BIT["title"]
            if cat == "Zs" or f[4] in ("WS", "B", "S"):
                flags |= BIT["space"]
            if c in breaks or f[4] == "B":
                flags |= BIT["linebreak"]
            if c == 0x20 or cat not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"):
                flags |= BIT["printable"]
            for name, flag in (("Lowercase", "lower"), ("Uppercase", "upper"), ("Cased", "cased"),
                               ("Case_Ignorable", "case_ignorable"), ("XID_Start", "xid_start"),
                               ("XID_Continue", "xid_continue")):
                if derived[name][c]:
                    flags |= BIT[flag]
            if f[9] == "Y":
                flags |= BIT["mirrored"]
            if f[6]:
                flags |= BIT["decimal"]
                decimal = int(f[6])
            if f[7]:
                flags |= BIT["digit"]
                digit = int(f[7])
            if c in numeric:
                flags |= BIT["numeric"]
            up = int(f[12], 16) if f[12] else c
            low = int(f[13], 16) if f[13] else c
            ti = int(f[14], 16) if f[14] else up
            full = special_casing.get(c)
            lower_full = full[0] if full else [low]
            folded = folding.get(c, [c])
            if full:
                flags |= BIT["special"]
                lower, title, upper = (add_casing(s, x) for s, x in zip((low, ti, up), full))
            else:
                upper, lower, title = up - c, low - c, ti - c
            if folded != lower_full:
                flags |= BIT["folds"]
                fold = add_casing(folded[0], folded)
            item = (flags, upper, lower, title, fold, category, bidi, combining, width[c], decimal, digit)
        at = record_index.get(item)
        if at is None:
            at = record_index[item] = len(records)
            records.append(item)
        values[c] = at
    assert values[0x10ffff] is not None and records[0] == empty

    tags = [""]
    decompositions, decomposition_of, pairs = [0], [0] * LIMIT, []
    for c in sorted(chars):
        f = chars[c]
        if not f[5]:
            continue
        tag, text = ("", f[5]) if f[5][0] != "<" else f[5].split(" ", 1)
        if tag not in tags:
            tags.append(tag)
        sequence = points(text)
        decomposition_of[c] = len(decompositions)
        decompositions.append(tags.index(tag) << 8 | len(sequence))
        decompositions.extend(sequence)
        if not tag and len(sequence) == 2 and not excluded[c]:
            pairs.append((sequence[0] << 32 | sequence[1], c))
    pairs.sort()
    assert len(decompositions) < 65536

    with open(path, "w", encoding="ascii") as out:
        out.write('// Written by tools/gen_unicode.py; do not edit.\n#include "base/unicode.h"\n\n'
                  "namespace ty::unicode {\n")
        out.write("const Record kRecords[] = {\n")
        for r in records:
            out.write("{%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,{}},\n" % r)
        out.write("};\n")
        index, pages = split_pages(values)
        array(out, "uint16_t kPageIndex[]", index)
        array(out, "uint16_t kPages[]", pages)
        out.write("const SpecialCasing kSpecialCasing[] = {\n")
        for simple, full in casing:
            out.write("{%d,%d,{%s}},\n" % (simple, len(full), ",".join(map(str, full))))
        out.write("};\n")
        for name, size, names in (("kCategoryNames", 3, CATEGORIES), ("kBidirectionalNames", 4, BIDIRECTIONAL),
                                  ("kWidthNames", 3, WIDTHS)):
            out.write(f"const char {name}[][{size}] = {{" + ",".join(f'"{n}"' for n in names) + "};\n")
        array(out, "char* const kDecompositionTags[]", [f'"{t}"' for t in tags])
        array(out, "char32_t kDecompositions[]", decompositions)
        index, pages = split_pages(decomposition_of)
        array(out, "uint16_t kDecompositionIndex[]", index)
        array(out, "uint16_t kDecompositionPages[]", pages)
        array(out, "uint64_t kCompositionKeys[]", [f"{k}u" for k, _ in pairs])
        array(out, "char32_t kCompositions[]", [c for _, c in pairs])
        out.write(f"extern const unsigned kCompositionCount;\nconst unsigned kCompositionCount = {len(pairs)};\n")
        by_value = sorted(numeric)
        array(out, "char32_t kNumericPoints[]", by_value)
        array(out, "double kNumericValues[]",
              [repr(Fraction(numeric[c]).numerator / Fraction(numeric[c]).denominator) for c in by_value])
        out.write(f"extern const unsigned kNumericCount;\nconst unsigned kNumericCount = {len(by_value)};\n")
        out.write("}  // namespace ty::unicode\n")


def name_hash(name):
    h = 2166136261
    for byte in name.encode():
        h = (h ^ byte) * 16777619 & 0xffffffff
    return h


def write_names(data, chars, ranges, path):
    names = {c: f[1] for c, f in chars.items() if f[1][0] != "<"}
    aliases = []
    for f in data.fields("NameAliases.txt"):
        aliases.append((f[1], [int(f[0], 16)]))
    alias_count = len(aliases)
    aliases += [(f[0], points(f[1])) for f in data.fields("NamedSequences.txt")]
    ideographs = [(low, high) for low, high, name in ranges if name.startswith("CJK Ideograph")]

    frequency = {}
    for name in names.values():
        for word in name.split(" "):
            frequency[word] = frequency.get(word, 0) + 1
    words = sorted(frequency, key=lambda w: (-frequency[w], w))
    number = {w: i for i, w in enumerate(words)}
    text, offsets = [], []
    at = 0
    for w in words:
        offsets.append(at)
        text.append(w)
        at += len(w)
    offsets.append(at)
    # A phrase is a list of word numbers: one byte below 0x80, else two with the top bit set on the first. The phrase
    # ends at a byte pair 0xff 0xff.
    assert len(words) < 0x7f00 - 1
    phrases, phrase_of = [0], [0] * LIMIT
    for c in sorted(names):
        phrase_of[c] = len(phrases)
        for word in names[c].split(" "):
            n = number[word]
            if n < 0x80:
                phrases.append(n)
            else:
                phrases += [0x80 | n >> 8, n & 0xff]
        phrases += [0xff, 0xff]
    entries = [(name, c) for c, name in names.items()]
    entries += [(name, LIMIT + i) for i, (name, _) in enumerate(aliases)]
    size = 1 << (len(entries) * 3 // 2).bit_length()
    table = [0] * size
    for name, value in entries:
        h = name_hash(name) & (size - 1)
        while table[h]:
            h = (h + 1) & (size - 1)
        table[h] = value + 1
    alias_text, alias_rows, sequence = "", [], []
    for name, sequence_points in aliases:
        alias_rows.append("{%d,%d,%d,%d}" % (len(alias_text), len(name), len(sequence), len(sequence_points)))
        alias_text += name
        sequence += sequence_points

    with open(path, "w", encoding="ascii") as out:
        out.write("// Written by tools/gen_unicode.py; do not edit.\n"
                  '#include "base/unicode_names_data.h"\n\nnamespace ty::unicode::names {\n')

        def string(declaration, value):
            out.write(f"extern const {declaration};\nconst {declaration} =\n")
            for i in range(0, len(value), 100):
                out.write(f'"{value[i:i + 100]}"\n')
            out.write(";\n")

        string("char kWordText[]", "".join(text))
        array(out, "uint32_t kWordOffsets[]", offsets)
        array(out, "uint8_t kPhrases[]", phrases, 40)
        index, pages = split_pages(phrase_of)
        array(out, "uint16_t kPhraseIndex[]", index)
        array(out, "uint32_t kPhrasePages[]", pages)
        array(out, "uint32_t kNameTable[]", table)
        out.write(f"extern const uint32_t kNameTableMask;\nconst uint32_t kNameTableMask = {size - 1};\n")
        string("char kAliasText[]", alias_text)
        array(out, "Alias kAliases[]", alias_rows, 8)
        out.write(f"extern const uint32_t kAliasCount;\nconst uint32_t kAliasCount = {alias_count};\n")
        array(out, "char32_t kAliasPoints[]", sequence)
        array(out, "Range kIdeographs[]", ["{%d,%d}" % r for r in ideographs], 6)
        out.write("extern const uint32_t kIdeographCount;\n"
                  f"const uint32_t kIdeographCount = {len(ideographs)};\n")
        out.write("}  // namespace ty::unicode::names\n")


def main():
    data = Data(sys.argv[1])
    out = sys.argv[2]
    os.makedirs(out, exist_ok=True)
    chars, ranges = load(data)
    write_tables(data, chars, os.path.join(out, "unicode_tables.cpp"))
    write_names(data, chars, ranges, os.path.join(out, "unicode_names_data.cpp"))


if __name__ == "__main__":
    main()
