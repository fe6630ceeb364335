"""re, string, json, textwrap, pprint, struct, hashlib, random, statistics, datetime, time, base64."""
import base64
import datetime
import hashlib
import json
import pprint
import random
import re
import statistics
import string
import struct
import textwrap
import time
from _check import raises

m = re.search(r"(?P<year>\d{4})-(\d\d)", "on 2024-05-06")
assert m.group() == "2024-05" and m["year"] == "2024" and m.groups() == ("2024", "05") and m.span(2) == (8, 10) and m.groupdict() == {"year": "2024"}
assert re.findall(r"\b(\w)(\w*)", "ab cde") == [("a", "b"), ("c", "de")] and re.sub(r"(\w+) (\w+)", r"\2 \g<1>", "a b") == "b a" and re.split(r"([,;])", "a,b;c") == ["a", ",", "b", ";", "c"]
assert re.fullmatch(r"(a|b)*?c", "abac") and not re.match("b", "ab") and re.sub("x*", "-", "abxd") == "-a-b--d-" and re.subn("a", "b", "aa", count=1) == ("ba", 1)
assert [x.start() for x in re.finditer("(?i)A", "aAb")] == [0, 1] and re.compile(r"^\w+$", re.M).findall("a\nb") == ["a", "b"] and re.match(r"(?s).+", "a\nb").end() == 3
assert re.match(r"(?<!x)a(?=b)(?!bc)", "abd") and re.search(r"(?<=\d)x", "1x") and re.match(r"(a)?(?(1)b|c)", "c") and re.match(r"(\w)\1", "aa") and re.escape("a.b") == r"a\.b"
assert re.match(r"[\u00e0-\u00ff]+", "\u00e9\u00e8").end() == 2 and re.match(rb"\d+", b"12").group() == b"12" and re.match("(?:a{2,3}?)(a*)", "aaaa")[1] == "aa" and re.match(r"(?>a+)ab", "aaab") is None
assert re.match("\\w+", "\u00fcber").group() == "\u00fcber" and re.ASCII and re.match("(?a:\\w+)", "\u00fc") is None and re.sub("(?P<a>.)", lambda x: x["a"] * 2, "ab") == "aabb" and repr(m) == "<re.Match object; span=(3, 10), match='2024-05'>"
raises(re.PatternError, re.compile, "(", message="missing ), unterminated subpattern at position 0")
assert string.Template("$a ${b}").substitute(a=1, b=2) == "1 2" and string.capwords("a bc") == "A Bc" and string.Formatter().format("{0}", 1) == "1" and string.ascii_lowercase[:3] == "abc"

data = {"a": [1, 2.5, True, None, "x\"\u20ac\n"], "b": {"c": []}}
assert json.loads(json.dumps(data)) == data and json.dumps(data["a"]) == '[1, 2.5, true, null, "x\\"\\u20ac\\n"]' and json.dumps({"b": 1, "a": 2}, sort_keys=True, indent=1) == '{\n "a": 2,\n "b": 1\n}'
assert json.dumps("\u20ac", ensure_ascii=False) == '"\u20ac"' and json.loads('[1e3, -0, "\\ud83d\\ude00"]') == [1000.0, 0, "\U0001f600"] and json.dumps([1, 2], separators=(",", ":")) == "[1,2]" and json.dumps(float("nan")) == "NaN"
raises(json.JSONDecodeError, json.loads, "[1,]", message="Illegal trailing comma before end of array: line 1 column 3 (char 2)")
raises(TypeError, json.dumps, {1, 2}, message="Object of type set is not JSON serializable")
assert textwrap.fill("aaa bbb ccc", 7) == "aaa bbb\nccc" and textwrap.dedent("  a\n   b") == "a\n b" and textwrap.indent("a\nb", "> ") == "> a\n> b" and textwrap.shorten("hello big world", 11) == "hello [...]"
assert pprint.pformat({"b": list(range(30)), "a": 1}, width=40).startswith("{'a': 1,\n 'b': [0,") and pprint.pformat([1]) == "[1]"
assert struct.pack("<hIq3sx?d", -1, 2, 3, b"abc", True, 1.5) == b"\xff\xff\x02\0\0\0\x03\0\0\0\0\0\0\0abc\0\x01\0\0\0\0\0\0\xf8?" and struct.unpack(">Hb", b"\x01\x02\xff") == (258, -1) and struct.calcsize("@ci") == 8
raises(struct.error, struct.unpack, "<I", b"abc", message="unpack requires a buffer of 4 bytes")
assert struct.Struct("<2H").unpack_from(b"\0\1\0\2\0", 1) == (1, 2) and list(struct.iter_unpack("B", b"\1\2")) == [(1,), (2,)] and struct.pack("e", 1.5) == b"\0>"
assert hashlib.sha256(b"abc").hexdigest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" and hashlib.md5(b"").hexdigest() == "d41d8cd98f00b204e9800998ecf8427e"
h = hashlib.new("sha1"); h.update(b"a"); g = h.copy(); h.update(b"bc")
assert h.hexdigest() == "a9993e364706816aba3e25717850c26c9cd0d89d" and g.hexdigest() != h.hexdigest() and h.digest_size == 20 and hashlib.blake2b(b"x", digest_size=4).digest_size == 4
rng = random.Random(42)
assert [rng.randint(1, 100) for _ in range(5)] == [82, 15, 4, 95, 36] and round(rng.random(), 6) == 0.244892 and rng.choice("abc") in "abc" and len(rng.sample(range(100), 10)) == 10
deck = list(range(10)); random.Random(1).shuffle(deck)
assert deck == [6, 8, 9, 7, 5, 3, 0, 4, 1, 2]
assert random.Random("seed").getrandbits(40).bit_length() <= 40 and 0 <= random.random() < 1 and len(random.randbytes(5)) == 5
assert statistics.mean([1, 2, 3, 4]) == 2.5 and statistics.median([1, 3, 2]) == 2 and round(statistics.stdev([1, 2, 3, 4]), 6) == 1.290994 and statistics.mode("aab") == "a"
dt = datetime.datetime(2024, 2, 29, 12, 30, 15, 500, tzinfo=datetime.timezone.utc)
assert dt.isoformat() == "2024-02-29T12:30:15.000500+00:00" and (dt + datetime.timedelta(days=1)).date() == datetime.date(2024, 3, 1) and dt.strftime("%Y/%m/%d %H:%M") == "2024/02/29 12:30"
assert datetime.datetime.fromisoformat("2024-01-02T03:04:05") - datetime.datetime(2024, 1, 1) == datetime.timedelta(days=1, hours=3, minutes=4, seconds=5) and dt.timestamp() == 1709209815.0005
assert datetime.date(2024, 1, 1).weekday() == 0 and str(datetime.timedelta(hours=25)) == "1 day, 1:00:00" and datetime.datetime.strptime("05 Feb 2020", "%d %b %Y").month == 2
assert repr(dt) == "datetime.datetime(2024, 2, 29, 12, 30, 15, 500, tzinfo=datetime.timezone.utc)" and dt.astimezone(datetime.timezone(datetime.timedelta(hours=2))).hour == 14
assert time.time() > 1.7e9 and time.monotonic_ns() > 0 and time.strftime("%Y", time.gmtime(0)) == "1970" and time.gmtime(86400).tm_yday == 2 and time.perf_counter() <= time.perf_counter()
assert base64.b64encode(b"abc") == b"YWJj" and base64.b64decode("YWJj") == b"abc" and base64.b16encode(b"\xff") == b"FF"
