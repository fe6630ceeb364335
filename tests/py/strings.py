"""str, bytes, bytearray, memoryview and formatting."""
from _check import raises

s = "Hello, W\u00f6rld \u20ac \U0001f600"
assert len(s) == 16 and s[-1] == "\U0001f600" and s[::-1][::-1] == s and s[7:12] == "W\u00f6rld" and s[100:] == "" and ord(s[14 - 1]) == 0x20ac
assert s.encode() == b"Hello, W\xc3\xb6rld \xe2\x82\xac \xf0\x9f\x98\x80" and s.encode().decode() == s and s.encode("utf-16-le").decode("utf-16-le") == s
assert "abc" < "abd" < "b" and "a" * 3 + "b" == "aaab" and "" in "abc" and "bc" in "abc" and "x" not in "abc" and "a" "b" == "ab"
assert "abcabc".find("c") == 2 and "abcabc".rfind("c") == 5 and "abcabc".find("z") == -1 and "abcabc".index("b", 2) == 4 and "aaa".count("aa") == 1
raises(ValueError, "abc".index, "z", message="substring not found")
assert "a,b,,c".split(",") == ["a", "b", "", "c"] and " a  b ".split() == ["a", "b"] and "a b c".rsplit(None, 1) == ["a b", "c"]
assert "a\nb\r\nc".splitlines() == ["a", "b", "c"] and "a\nb".splitlines(True) == ["a\n", "b"] and "-".join("abc") == "a-b-c"
raises(TypeError, "-".join, [1], message="sequence item 0: expected str instance, int found")
assert "k=v=w".partition("=") == ("k", "=", "v=w") and "k=v=w".rpartition("=") == ("k=v", "=", "w") and "x".partition("=") == ("x", "", "")
assert " x ".strip() == "x" and "xxaxx".strip("x") == "a" and "abc".lstrip("ab") == "c" and "abc".removeprefix("a") == "bc" and "abc".removesuffix("bc") == "a"
assert "aXbX".replace("X", "--", 1) == "a--bX" and "abc".replace("", "-") == "-a-b-c-" and "abc".translate({97: "A", 98: None}) == "Ac"
assert "abc".translate(str.maketrans("ab", "xy", "c")) == "xy" and "a\tb".expandtabs(4) == "a   b" and "5".zfill(3) == "005" and "-5".zfill(4) == "-005"
assert "abc".center(7, "*") == "**abc**" and "a".ljust(3) + "|" == "a  |" and "a".rjust(3) == "  a"
assert "stra\u00dfe".upper() == "STRASSE" and "\u0130".lower() == "i\u0307" and "\u00df".casefold() == "ss" and "hello world".title() == "Hello World"
assert "hELLO".capitalize() == "Hello" and "aBc".swapcase() == "AbC" and "\u03a3".lower() == "\u03c3" and "\u0391\u03a3".lower() == "\u03b1\u03c2"
assert "abc".isalpha() and "a1".isalnum() and "12".isdigit() and "\u00bd".isnumeric() and not "\u00bd".isdigit() and "\u0663".isdecimal() and " \t".isspace()
assert "Abc".istitle() and "ABC".isupper() and "abc".islower() and "a_1".isidentifier() and not "1a".isidentifier() and "abc".isascii() and "a b".isprintable()
assert "abc".startswith(("x", "a")) and "abc".endswith("bc", 1) and not "abc".startswith("b")
assert repr("a'b") == '"a\'b"' and repr("a'\"b") == "'a\\'\"b'" and repr("\n\x00\x7f\xad\u2028") == "'\\n\\x00\\x7f\\xad\\u2028'" and ascii("\u20ac") == "'\\u20ac'"
assert "%s %r %d %5.2f %#x %c %% %-5s| %+d %05d" % ("a", "b", 3, 2.5, 255, "z", "l", 4, -42) == "a 'b' 3  2.50 0xff z % l    | +4 -0042"
assert "%(k)s-%(k)r" % {"k": "v"} == "v-'v'" and "%*d" % (5, 3) == "    3" and "%s" % (1,) == "1" and "%.3s" % "abcdef" == "abc"
raises(TypeError, lambda: "%d" % "x", message="%d format: a real number is required, not str")
raises(TypeError, lambda: "%s" % (1, 2), message="not all arguments converted during string formatting")
raises(TypeError, lambda: "%s %s" % 1, message="not enough arguments for format string")
assert "{0} {1[0]} {k.real} {0!r:>5}".format("a", [7], k=3) == "a 7 3   'a'"
assert "{:{}}|{:^{w}}".format("a", 3, "b", w=5) == "a  |  b  " and "{{}}".format() == "{}" and "{:,}".format(10 ** 6) == "1,000,000"
raises(IndexError, "{} {}".format, 1, message="Replacement index 1 out of range for positional args tuple")
raises(KeyError, "{x}".format)
raises(ValueError, format, 1, "s", message="Unknown format code 's' for object of type 'int'")
x, width = 3.14159, 8
assert f"{x:.2f}|{x:{width}.3f}|{x!r}|{'q' + 'r'}|{{}}|{x=}|{x = :.1f}|{'a' if x else 'b'}" == "3.14|   3.142|3.14159|qr|{}|x=3.14159|x = 3.1|a"
assert f"{'nested ' + f'{x:.1f}'}" == "nested 3.1" and f"{"same quotes"}" == "same quotes" and f'''{
    x:.0f}''' == "3" and rf"\{x:.0f}" == "\\3" and f"{lambda_}" == "f" if (lambda_ := "f") else None
assert f"{[1, 2]!s:>8}" == "  [1, 2]" and f"{None}" == "None" and f"{b'x'}" == "b'x'" and f"\N{EURO SIGN}{1}" == "\u20ac1"
assert "\x41\u0041\U00000041\101\N{LATIN SMALL LETTER A}" == "AAAAa" and r"\n" == "\\n" and "a\
b" == "ab"
raises(TypeError, lambda: "a" + 1, message='can only concatenate str (not "int") to str')
raises(TypeError, lambda: "a" * "b", message="can't multiply sequence by non-int of type 'str'")
raises(IndexError, lambda: "abc"[5], message="string index out of range")
raises(TypeError, lambda: s["a"], message="string indices must be integers, not 'str'")
raises(UnicodeEncodeError, "\u20ac".encode, "ascii", message="'ascii' codec can't encode character '\\u20ac' in position 0: ordinal not in range(128)")
assert "\u20aca".encode("ascii", "replace") == b"?a" and "\u20ac".encode("ascii", "xmlcharrefreplace") == b"&#8364;" and "\u20ac".encode("ascii", "backslashreplace") == b"\\u20ac"
assert b"\xffa".decode("utf-8", "replace") == "\ufffda" and b"\xff".decode("utf-8", "surrogateescape") == "\udcff" and "\udcff".encode("utf-8", "surrogateescape") == b"\xff"
assert b"\xe9".decode("latin-1") == "\u00e9" and b"a".decode("ascii", "ignore") == "a" and str(b"ab", "ascii") == "ab" and str(b"a") == "b'a'"
assert hash("abc") == hash("ab" + "c") and str(123) == "123" and str() == "" and type(str("a")) is str
assert sorted("banana") == ["a", "a", "a", "b", "n", "n"] and list(zip("ab", "cd")) == [("a", "c"), ("b", "d")] and max("abc") == "c"

b = b"abc\x00\xff"
assert b[0] == 97 and b[1:3] == b"bc" and list(b) == [97, 98, 99, 0, 255] and repr(b) == "b'abc\\x00\\xff'" and b.hex() == "61626300ff" and b.hex(":", 2) == "61:6263:00ff"
assert bytes.fromhex("61 62") == b"ab" and bytes(3) == b"\0\0\0" and bytes([1, 2]) == b"\x01\x02" and bytes("\u20ac", "utf-8") == b"\xe2\x82\xac"
assert b"a,b".split(b",") == [b"a", b"b"] and b" x ".strip() == b"x" and b"abc".replace(b"b", b"--") == b"a--c" and b"-".join([b"a", b"b"]) == b"a-b"
assert b"abc".find(b"c") == 2 and b"abc".find(98) == 1 and b"b" in b"abc" and 98 in b"abc" and b"ab" < b"b" and b"%s-%d" % (b"x", 3) == b"x-3" and b"AbC".lower() == b"abc"
raises(TypeError, lambda: b"a" + "a", message="can't concat str to bytes")
raises(ValueError, bytes, [256], message="bytes must be in range(0, 256)")
raises(IndexError, lambda: b"a"[1], message="index out of range")
ba = bytearray(b"abc")
ba[0] = 65
ba.append(100)
ba += b"ef"
ba[1:2] = b"BB"
del ba[-1]
assert ba == b"ABBcde" and ba.pop() == 101 and ba.pop(0) == 65 and bytes(ba) == b"BBcd" and repr(ba) == "bytearray(b'BBcd')"
ba.insert(0, 1); ba.extend([2, 3]); ba.remove(66); ba.reverse()
assert list(ba) == [3, 2, 100, 99, 66, 1] and ba.find(b"cB") == 3
view = memoryview(ba)
view[0] = 9
assert ba[0] == 9 and view[1:3].tobytes() == b"\x02d" and len(view) == 6 and view.format == "B" and view[::2].tolist() == [9, 100, 66]
raises(BufferError, ba.append, 1, message="Existing exports of data: object cannot be re-sized")
view.release()
ba.append(1)
raises(ValueError, lambda: view[0])
assert memoryview(b"abcd").cast("H").tolist() == [25185, 25699] and memoryview(b"ab") == b"ab" and memoryview(b"ab").readonly
