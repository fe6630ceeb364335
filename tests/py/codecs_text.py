"""Encodings, error handlers, the codec registry, unicodedata."""
import codecs
import unicodedata

from _check import raises

SAMPLE = "a\u00e9\u20ac\U0001f600\n"
for name in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7", "unicode_escape", "raw_unicode_escape"):
    assert SAMPLE.encode(name).decode(name) == SAMPLE, name
assert "a\u00e9".encode("latin-1") == b"a\xe9" == "a\u00e9".encode("ISO-8859-1") and b"\xe9".decode("L1") == "\u00e9"
assert "\u20ac".encode("cp1252") == b"\x80" and b"\x80".decode("cp1252") == "\u20ac" and "\u0434".encode("koi8-r") == b"\xc4"
assert SAMPLE.encode("utf-7") == b"a+AOkgrNg93gA\n" and "1+1".encode("utf-7") == b"1+-1"
assert "\x01\\\u20ac".encode("unicode_escape") == b"\\x01\\\\\\u20ac" and rb"\x41\u20ac\N{BULLET}\n".decode("unicode_escape") == "A\u20ac\u2022\n"

e = raises(UnicodeEncodeError, "ab\u20ac\u20acc".encode, "ascii",
           message="'ascii' codec can't encode characters in position 2-3: ordinal not in range(128)")
assert (e.encoding, e.start, e.end, e.object, e.reason) == ("ascii", 2, 4, "ab\u20ac\u20acc", "ordinal not in range(128)")
raises(UnicodeDecodeError, b"a\xff".decode, message="'utf-8' codec can't decode byte 0xff in position 1: invalid start byte")
raises(UnicodeDecodeError, b"\xe2\x82".decode, message="'utf-8' codec can't decode bytes in position 0-1: unexpected end of data")
raises(UnicodeEncodeError, "\ud800".encode, message="'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed")
raises(LookupError, "a".encode, "no-such-codec", message="unknown encoding: no-such-codec")
raises(LookupError, "\u20ac".encode, "ascii", "bogus", message="unknown error handler name 'bogus'")
raises(LookupError, "a".encode, "rot13", message="'rot13' is not a text encoding; use codecs.encode() to handle arbitrary codecs")
assert codecs.encode("Hello", "rot13") == "Uryyb" and codecs.decode(b"6869", "hex") == b"hi"

assert "a\u20acb".encode("ascii", "ignore") == b"ab" and "a\u20acb".encode("ascii", "replace") == b"a?b"
assert "\u20ac".encode("ascii", "xmlcharrefreplace") == b"&#8364;" and "\u20ac".encode("ascii", "backslashreplace") == b"\\u20ac"
assert "\u20ac".encode("ascii", "namereplace") == b"\\N{EURO SIGN}" and "\udcff".encode("ascii", "surrogateescape") == b"\xff"
assert b"a\xffb".decode("ascii", "surrogateescape") == "a\udcffb" and b"a\xff".decode("utf-8", "replace") == "a\ufffd"
assert b"\xff".decode("utf-8", "backslashreplace") == "\\xff" and "\ud800".encode("utf-8", "surrogatepass") == b"\xed\xa0\x80"
assert b"\xed\xa0\x80".decode("utf-8", "surrogatepass") == "\ud800" and b"\x00\xd8".decode("utf-16-le", "surrogatepass") == "\ud800"


def handler(error):
    assert isinstance(error, UnicodeError)
    return ("<%s>" % error.object[error.start:error.end].encode("unicode_escape").decode(), error.end)


codecs.register_error("test.angle", handler)
assert codecs.lookup_error("test.angle") is handler and "a\u20acb".encode("latin-1", "test.angle") == b"a<\\u20ac>b"
codecs.register_error("test.bad", lambda error: 5)
raises(TypeError, "\u20ac".encode, "ascii", "test.bad", message="encoding error handler must return (str/bytes, int) tuple")
codecs.register_error("test.far", lambda error: ("", 100))
raises(IndexError, b"\xff".decode, "ascii", "test.far", message="position 100 from error handler out of bounds")

decoder = codecs.getincrementaldecoder("utf-8")()
assert [decoder.decode(bytes([b])) for b in "\u20aca".encode()] == ["", "", "\u20ac", "a"]
decoder = codecs.getincrementaldecoder("utf-16")()
assert "".join(decoder.decode(bytes([b])) for b in "a\U0001f600".encode("utf-16")) == "a\U0001f600"
assert codecs.utf_16_ex_decode(b"\xff\xfea\0", "strict", 0, False) == ("a", 4, -1)
assert codecs.charmap_encode("ab", "strict", {97: 1, 98: b"xy"}) == (b"\x01xy", 2) and codecs.charmap_decode(b"\0\1", "strict", "ab") == ("ab", 2)
raises(UnicodeDecodeError, codecs.charmap_decode, b"\5", "strict", "ab",
       message="'charmap' codec can't decode byte 0x05 in position 0: character maps to <undefined>")
assert codecs.escape_decode(rb"\x41\n\101") == (b"A\nA", 10) and codecs.escape_encode(b"a'\n\xff") == (b"a\\'\\n\\xff", 4)
assert "b\u00fccher".encode("punycode") == b"bcher-kva" and "b\u00fccher.example".encode("idna") == b"xn--bcher-kva.example"
assert str(b"a\xc3\xa9", "utf-8") == "a\u00e9" and bytes("\u00e9", "latin-1") == b"\xe9" and bytearray("\u00e9", "utf-8") == b"\xc3\xa9"
raises(TypeError, str, "a", "utf-8", message="decoding str is not supported")

assert unicodedata.name("\u20ac") == "EURO SIGN" and unicodedata.lookup("EURO SIGN") == "\u20ac" and unicodedata.unidata_version == "15.1.0"
assert unicodedata.category("a") == "Ll" and unicodedata.bidirectional("\u05d0") == "R" and unicodedata.combining("\u0301") == 230
assert unicodedata.normalize("NFD", "\u00e9") == "e\u0301" and unicodedata.normalize("NFKC", "\ufb01") == "fi" and unicodedata.is_normalized("NFC", "\u00e9")
assert unicodedata.numeric("\u00bd") == 0.5 and unicodedata.decimal("7") == 7 and unicodedata.digit("\u00b2") == 2 and unicodedata.name("\0", None) is None
assert unicodedata.ucd_3_2_0.category("\u0220") == "Lu" and unicodedata.ucd_3_2_0.category("\u0221") == "Cn" and unicodedata.decomposition("\u00bd") == "<fraction> 0031 2044 0032"
raises(KeyError, unicodedata.lookup, "NO SUCH NAME", message="\"undefined character name 'NO SUCH NAME'\"")
raises(ValueError, unicodedata.name, "\0", message="no such name")
