"""Regular expressions, numbers, hashes, binary formats, json: expressions and what they answer or raise."""
import _sre
import array
import binascii
import cmath
import hashlib
import hmac
import json
import math
import random
import re
import statistics
import struct
import zlib

CASES = [
    ("[m.span() for m in re.finditer(r'(?:a|b)*?c', 'abcabc')]",
     '[(0, 3), (3, 6)]'),
    ("[(m.groups(), m.lastindex, m.regs) for m in re.finditer(r'(?:(a)|b)*', 'abba')]",
     "[(('a',), 1, ((0, 4), (3, 4))), ((None,), None, ((4, 4), (-1, -1)))]"),
    ("re.findall(r'(?i)stra\xdfe|STRASSE', 'STRASSE stra\xdfe Stra\xdfe')",
     "['STRASSE', 'stra\\xdfe', 'Stra\\xdfe']"),
    ("re.search(r'(?<=ab)c', 'abc').span(), re.search(r'(?<!ab)c', 'abc')",
     '((2, 3), None)'),
    ("re.match(r'(?>a+)ab', 'aaab'), re.match(r'a++b', 'aaab').span(), re.match(r'(?:ab)*+abc', 'ababc')",
     '(None, (0, 4), None)'),
    ("[bool(re.fullmatch(r'(a)?(?(1)b|c)', x)) for x in ('ab', 'c', 'b', 'ac')]",
     '[True, True, False, False]'),
    ("re.findall(r'(?m)^\\w+$', 'abc\\nd e\\nf'), re.findall(r'\\bfoo\\b|\\Bo', 'foo afoo foo')",
     "(['abc', 'f'], ['foo', 'o', 'o', 'foo'])"),
    ("re.match(r'(x+x+)+y', 'x' * 12 + 'y').span()",
     '(0, 13)'),
    ("re.findall(r'(.)\\1', 'aabcc'), re.findall(r'(?i)(.)\\1', 'aAbBc'), re.findall(r'(?i)k', 'kK\\u212a')",
     "(['a', 'c'], ['a', 'b'], ['k', 'K', '\\u212a'])"),
    ("re.match(r'(ab|a)((?<=b)c|bc)', 'abc').groups(), re.match(r'(?=(a+))a*b\\1', 'aaba').group()",
     "AttributeError: 'NoneType' object has no attribute 'group'"),
    ("re.findall('[\\U0001F600-\\U0001F64F]+', 'x\U0001f600\U0001f601y'), re.findall(r'[^\\x00-\\xff]', 'a\xe9\\u0416')",
     "(['\\U0001f600\\U0001f601'], ['\\u0416'])"),
    ("re.sub(r'x*', '-', 'abxd'), re.sub(r'(a)(b)?', r'<\\1\\2\\g<0>>', 'ab a'), re.subn('a', lambda m: 'z', 'aaa', count=2)",
     "('-a-b--d-', '<abab> <aa>', ('zza', 2))"),
    ("re.split(r'(-)|(=)', 'a-b=c'), re.split(r'(?=b)', 'abcb'), re.split(r'\\s*', 'a b')",
     "(['a', '-', None, 'b', None, '=', 'c'], ['a', 'bc', 'b'], ['', 'a', '', 'b', ''])"),
    ("re.compile('(?P<y>a)(b)?').match('a').groupdict('zz'), re.match('(?P<y>a)(b)?', 'ab').lastgroup",
     "({'y': 'a'}, None)"),
    ("repr(re.compile('a', re.I | re.M)), repr(re.compile(b'a')), repr(re.match('a', 'abc'))",
     '("re.compile(\'a\', re.IGNORECASE|re.MULTILINE)", "re.compile(b\'a\')", "<re.Match object; span=(0, 1), match=\'a\'>")'),
    ("re.findall(rb'[\\x80-\\xff]+', b'\\x80\\xffabc'), re.sub(b'a', rb'[\\g<0>]', bytearray(b'banana'))",
     "([b'\\x80\\xff'], b'b[a]n[a]n[a]')"),
    ("re.match('a', 3)",
     "TypeError: expected string or bytes-like object, got 'int'"),
    ("re.match(b'a', 'x')",
     'TypeError: cannot use a bytes pattern on a string-like object'),
    ("re.match('a', 'x').group(3)",
     "AttributeError: 'NoneType' object has no attribute 'group'"),
    ("re.match('(a)', 'a').group('q')",
     'IndexError: no such group'),
    ("re.compile('a**')",
     'PatternError: multiple repeat at position 2'),
    ("re.compile('(?P<a>')",
     'PatternError: missing ), unterminated subpattern at position 0'),
    ("re.compile('(?<=a*)b')",
     'PatternError: look-behind requires fixed-width pattern'),
    ("len(re.match(r'(?:a|b|c)*', 'abc' * 20000).group())",
     '60000'),
    ("_sre.compile('a', 0, [1, 2, 3], 0, {}, ())",
     'RuntimeError: invalid SRE code'),
    ("_sre.compile('a', 0, [23, 200, 0, 1, 1], 0, {}, ())",
     'RuntimeError: invalid SRE code'),
    ('math.gcd(12, 18, 27), math.lcm(4, 6, 10), math.isqrt(10**41), math.comb(100, 50), math.perm(20, 5), math.factorial(25)',
     '(3, 60, 316227766016837933199, 100891344545564193334812497256, 1860480, 15511210043330985984000000)'),
    ('math.fsum([0.1] * 10), math.hypot(3, 4, 12), math.dist((1, 2), (4, 6)), math.sumprod([10, 20.5], [3, 4]), math.prod([1, 2, 3.5])',
     '(1.0, 13.0, 5.0, 112.0, 7.0)'),
    ('math.gamma(5.5), math.lgamma(-0.5), math.cbrt(27), math.exp2(0.5), math.erf(0.5), math.log(10**400), math.log2(2**70), math.log(8, 2)',
     '(52.34277778455352, 1.265512123484645, 3.0000000000000004, 1.4142135623730951, 0.5204998778130465, 921.0340371976182, 70.0, 3.0)'),
    ('math.frexp(8.5), math.modf(-2.5), math.ldexp(0.5, 5), math.nextafter(1.0, 2.0, steps=3), math.ulp(1.0), math.remainder(7.0, 4.0), math.fma(2.0, 3.0, 4.0)',
     '((0.53125, 4), (-0.5, -2.0), 16.0, 1.0000000000000007, 2.220446049250313e-16, -1.0, 10.0)'),
    ('math.floor(-2.5), math.ceil(2.1), math.trunc(-2.9), math.copysign(1.0, -0.0), math.isclose(1.0, 1.0 + 1e-10)',
     '(-3, 3, -2, -1.0, True)'),
    ('math.sqrt(-1)',
     'ValueError: math domain error'),
    ('math.exp(1000)',
     'OverflowError: math range error'),
    ('math.factorial(-1)',
     'ValueError: factorial() not defined for negative values'),
    ('math.pow(0.0, -1.0)',
     'ValueError: math domain error'),
    ('cmath.sqrt(-1 + 0j), cmath.exp(1j), cmath.log(-1 + 0j), cmath.phase(-1 + 0j), cmath.polar(3 + 4j), cmath.rect(1.0, 1.0), cmath.asin(2 + 1j), cmath.atanh(0.5j)',
     '(1j, (0.5403023058681398+0.8414709848078965j), 3.141592653589793j, 3.141592653589793, (5.0, 0.9272952180016122), (0.5403023058681398+0.8414709848078965j), (1.063440023577752+1.4693517443681852j), 0.4636476090008061j)'),
    ('cmath.log(0)',
     'ValueError: math domain error'),
    ('statistics.NormalDist(1, 2).inv_cdf(0.3), statistics.NormalDist().inv_cdf(1e-12)',
     '(-0.048801025416081334, -7.034483825301132)'),
    ('(random.seed(42), random.random(), random.getrandbits(70), random.randint(1, 6), random.sample(range(50), 3))[1:]',
     '(0.6394267984578837, 327273841618135227089, 2, [14, 8, 47])'),
    ("(random.seed('text'), random.random())[1], (random.seed(2**100), random.random())[1], (random.seed(b'x'), random.random())[1]",
     '(0.8711565613554825, 0.7586581712996778, 0.6307877176639078)'),
    ("struct.pack('<bHi3sq?d', -1, 65535, 7, b'abcd', -5, True, 1.5), struct.calcsize('@bhilqnN'), struct.unpack('>eh', b'\\x3c\\x00\\xff\\xfe')",
     "(b'\\xff\\xff\\xff\\x07\\x00\\x00\\x00abc\\xfb\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\xf8?', 40, (1.0, -2))"),
    ("[struct.unpack('<e', struct.pack('<H', x))[0] for x in (1, 0x3c00, 0x7bff, 0x7c00)], list(struct.iter_unpack('<h', b'\\1\\0\\2\\0'))",
     '([5.960464477539063e-08, 1.0, 65504.0, inf], [(1,), (2,)])'),
    ("struct.pack('5p2x3p', b'hello', b''), struct.unpack('5p', b'\\x04hell'), struct.unpack_from('<i', b'..\\1\\0\\0\\0', 2)",
     "(b'\\x04hell\\x00\\x00\\x00\\x00\\x00', (b'hell',), (1,))"),
    ("struct.pack('b', 200)",
     "error: 'b' format requires -128 <= number <= 127"),
    ("struct.pack('i', 'a')",
     'error: required argument is not an integer'),
    ("struct.pack('3i', 1, 2)",
     'error: pack expected 3 items for packing (got 2)'),
    ("struct.unpack('i', b'abc')",
     'error: unpack requires a buffer of 4 bytes'),
    ("struct.pack('z')",
     'error: bad char in struct format'),
    ("binascii.a2b_base64('aGVsbG8='), binascii.b2a_base64(b'hi'), binascii.hexlify(b'abcdef', '-', 2), binascii.crc32(b'hello'), binascii.crc_hqx(b'hello', 0)",
     "(b'hello', b'aGk=\\n', b'6162-6364-6566', 907060870, 50018)"),
    ("binascii.b2a_qp(b'a=b \\xff\\n.\\n'), binascii.a2b_qp(b'a=3Db=\\n c'), binascii.b2a_uu(b'hello'), binascii.a2b_uu(b'%:&5L;&\\\\\\n')",
     "(b'a=3Db =FF\\n=2E\\n', b'a=b c', b'%:&5L;&\\\\ \\n', b'hello')"),
    ("binascii.a2b_base64(b'a')",
     'Error: Invalid base64-encoded string: number of data characters (1) cannot be 1 more than a multiple of 4'),
    ("binascii.unhexlify('zz')",
     'Error: Non-hexadecimal digit found'),
    ("[hashlib.new(n, b'abc').hexdigest()[:16] for n in ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha3_256', 'blake2b', 'blake2s')]",
     "['900150983cd24fb0', 'a9993e364706816a', '23097d223405d822', 'ba7816bf8f01cfea', 'cb00753f45a35e8b', 'ddaf35a193617aba', '3a985da74fe225b2', 'ba80a53f981c4d0d', '508c5e8c327c14e2']"),
    ("hashlib.shake_128(b'abc').hexdigest(8), hashlib.blake2b(b'abc', digest_size=8, key=b'k', salt=b's', person=b'p').hexdigest(), hashlib.blake2s(b'q', fanout=2, depth=2, leaf_size=4, node_offset=3, node_depth=1, inner_size=32, last_node=True).hexdigest()[:16]",
     "('5881092dd818bf5c', '59713f77d940b04c', '149e25e9b5fee5f8')"),
    ("hashlib.pbkdf2_hmac('sha256', b'pw', b'salt', 10).hex()[:16], hmac.new(b'k', b'm', 'sha256').hexdigest()[:16], hmac.compare_digest('a', 'b')",
     "('72aecd14244887c3', 'b60090e3052297ae', False)"),
    ("hashlib.md5('x')",
     'TypeError: Strings must be encoded before hashing'),
    ("zlib.decompress(zlib.compress(b'hello' * 1000))[:10], zlib.crc32(b'a'), zlib.adler32(b'a'), zlib.decompress(zlib.compress(b'q', wbits=-15), -15)",
     "(b'hellohello', 3904355907, 6422626, b'q')"),
    ("zlib.decompress(b'xx')",
     'error: Error -3 while decompressing data: incorrect header check'),
    ('json.dumps({\'a\': [1, 2.5, None, True, \'\xe9\\n"\\\\\\x00\U0001f600\'], 3: {}, None: [], 2.5: \'x\'}), json.dumps(\'\xe9\U0001f600\', ensure_ascii=False), json.dumps([1, {\'a\': 2}], indent=1), json.dumps({\'b\': 1, \'a\': 2}, sort_keys=True)',
     '(\'{"a": [1, 2.5, null, true, "\\\\u00e9\\\\n\\\\"\\\\\\\\\\\\u0000\\\\ud83d\\\\ude00"], "3": {}, "null": [], "2.5": "x"}\', \'"\\xe9\\U0001f600"\', \'[\\n 1,\\n {\\n  "a": 2\\n }\\n]\', \'{"a": 2, "b": 1}\')'),
    ('json.loads(\'{"a": [1, -2.5e3, true, null, "\\\\u00e9\\\\ud83d\\\\ude00\\\\n"], "n": -Infinity, "big": 123456789012345678901234567890}\')',
     "{'a': [1, -2500.0, True, None, '\\xe9\\U0001f600\\n'], 'n': -inf, 'big': 123456789012345678901234567890}"),
    ("json.loads('[1,]')",
     'JSONDecodeError: Illegal trailing comma before end of array: line 1 column 3 (char 2)'),
    ('json.loads(\'{"a" 1}\')',
     "JSONDecodeError: Expecting ':' delimiter: line 1 column 6 (char 5)"),
    ('json.loads(\'"\\\\x"\')',
     'JSONDecodeError: Invalid \\escape: line 1 column 2 (char 1)'),
    ("json.loads('nul')",
     'JSONDecodeError: Expecting value: line 1 column 1 (char 0)'),
    ("json.dumps(float('nan'), allow_nan=False)",
     'ValueError: Out of range float values are not JSON compliant: nan'),
    ('json.dumps({(1, 2): 3})',
     'TypeError: keys must be str, int, float, bool or None, not tuple'),
    ("array.array('i', [1, 2, 3])[::-1], array.array('d', [1.5]).tobytes(), array.array('w', 'h\xe9').tounicode(), array.array('b', [1]) * 3 + array.array('b', [2])",
     "(array('i', [3, 2, 1]), b'\\x00\\x00\\x00\\x00\\x00\\x00\\xf8?', 'h\\xe9', array('b', [1, 1, 1, 2]))"),
    ("array.array('b', [200])",
     'OverflowError: signed char is greater than maximum'),
    ("array.array('i', [1]).remove(5)",
     'ValueError: array.remove(x): x not in array'),
    ("array.array('z')",
     'ValueError: bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)'),
]

for expression, expected in CASES:
    try:
        answer = ascii(eval(expression))
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    assert answer == expected, f"{expression}\n{answer}\n{expected}"


# --- contexts ---
import contextvars

variables = [contextvars.ContextVar(str(i), default=None) for i in range(300)]


def set_many():
    for i, variable in enumerate(variables):
        variable.set(i)
    tokens = [variable.set(-1) for variable in variables[::2]]
    for variable, token in zip(variables[::2], tokens):
        variable.reset(token)
    inner = contextvars.copy_context()
    assert len(inner) == 300 and all(inner[v] == i for i, v in enumerate(variables)) and set(inner) == set(variables)
    first = variables[0].set("x")
    assert inner[variables[0]] == 0 and first.old_value == 0


before = len(contextvars.copy_context())
contextvars.Context().run(set_many)
assert variables[5].get() is None and len(contextvars.copy_context()) == before

# --- abstract base classes ---
import abc


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    @classmethod
    def __subclasshook__(cls, other):
        return True if hasattr(other, "shape_mark") else NotImplemented


class Marked:
    shape_mark = 1


class Late: ...


assert issubclass(Marked, Shape) and isinstance(Marked(), Shape) and not issubclass(int, Shape) and not isinstance(Late(), Shape)
Shape.register(Late)
assert isinstance(Late(), Shape) and issubclass(Late, Shape) and not isinstance(3, Shape) and Shape.__abstractmethods__ == {"area"}
try:
    Shape()
except TypeError as error:
    assert "abstract method 'area'" in str(error)
else:
    raise AssertionError

# --- type parameters ---
import typing


class Box[T: int, *Ts, **P]:
    def get[Z = str](self, z: Z) -> T: ...


type Alias[X] = list[X] | int
assert [p.__name__ for p in Box.__type_params__] == ["T", "Ts", "P"] and Box.__type_params__[0].__bound__ is int
assert Box.get.__type_params__[0].__default__ is str and repr(Alias.__value__) == "list[X] | int" and repr(Alias[str]) == "Alias[str]"
U = typing.TypeVar("U", bound=int, covariant=True)
assert repr(U) == "+U" and U.__module__ == __name__ and not U.has_default() and repr(U | None) == "typing.Optional[+U]"

# --- SimpleQueue ---
import queue
import threading

q = queue.SimpleQueue()
results = []
readers = [threading.Thread(target=lambda: [results.append(q.get()) for _ in range(500)]) for _ in range(4)]
for thread in readers:
    thread.start()
for i in range(2000):
    q.put(i)
for thread in readers:
    thread.join()
assert sorted(results) == list(range(2000)) and q.empty()
try:
    q.get(timeout=0.01)
except queue.Empty:
    pass
else:
    raise AssertionError
