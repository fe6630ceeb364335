"""int, float, complex, bool: arithmetic, conversion, formatting, methods, limits."""
import math
import sys
from _check import raises

big = 2 ** 200
assert big // 3 * 3 + big % 3 == big and -7 // 2 == -4 and -7 % 2 == 1 and 7 // -2 == -4 and 7 % -2 == -1
assert divmod(-7, 3) == (-3, 2) and divmod(big, -12345) == (-(big // 12345) - 1, big % 12345 - 12345)
assert (1 << 62) + (1 << 62) == 9223372036854775808 and 4611686018427387904 - 1 == 4611686018427387903
assert -4611686018427387904 - 4611686018427387905 == -9223372036854775809 and 3037000500 ** 2 == 9223372037000250000
assert (2 ** 61 - 1) * (2 ** 61 - 1) == 5316911983139663487003542222693990401
assert big >> 199 == 2 and -big >> 201 == -1 and -1 >> 1000 == -1 and 1 << 100 == 1267650600228229401496703205376
assert 5 & -2 == 4 and 5 | -8 == -3 and 5 ^ -1 == -6 and ~big == -big - 1 and -big & (big - 1) == 0 and (-big | 1) ^ big == -2 * big + 1
assert 7 ** 0 == 1 and 2 ** -2 == 0.25 and pow(3, 100, 7) == 4 and pow(3, -1, 7) == 5 and pow(-3, 3, 5) == 3
raises(ValueError, pow, 2, -1, 4, message="base is not invertible for the given modulus")
raises(ZeroDivisionError, lambda: 1 // 0, message="integer division or modulo by zero")
raises(ZeroDivisionError, lambda: 1 % 0, message="integer modulo by zero")
raises(ZeroDivisionError, lambda: 1 / 0, message="division by zero")
raises(ZeroDivisionError, lambda: 1.0 / 0, message="float division by zero")
raises(ZeroDivisionError, lambda: 0 ** -1, message="0.0 cannot be raised to a negative power")
raises(ValueError, lambda: 1 << -1, message="negative shift count")
assert int("  -0x_1F ", 16) == -31 and int("0b101", 0) == 5 and int("z", 36) == 35 and int("1_000") == 1000 and int(-3.9) == -3
assert int(b"12") == 12 and int("\u0663") == 3 and int(True) == 1 and int() == 0 and int("7" * 100) == int("7" * 50) * 10 ** 50 + int("7" * 50)
raises(ValueError, int, "1__0", message="invalid literal for int() with base 10: '1__0'")
raises(ValueError, int, "", message="invalid literal for int() with base 10: ''")
raises(TypeError, int, None, message="int() argument must be a string, a bytes-like object or a real number, not 'NoneType'")
raises(OverflowError, int, math.inf, message="cannot convert float infinity to integer")
raises(ValueError, int, math.nan, message="cannot convert float NaN to integer")
raises(ValueError, int, "1" * 5000)
assert str(10 ** 40) == "1" + "0" * 40 and repr(-big) == "-1606938044258990275541962092341162602522202993782792835301376"
assert hex(-255) == "-0xff" and oct(8) == "0o10" and bin(-5) == "-0b101" and f"{255:#x} {255:08b} {1234567:,} {-5:+d} {5: }" == \
    "0xff 11111111 1,234,567 -5  5"
assert (5).bit_length() == 3 and (-5).bit_count() == 2 and (0).bit_length() == 0 and big.bit_length() == 201
assert (1000).to_bytes(2, "big") == b"\x03\xe8" and int.from_bytes(b"\xff\xfe", "little", signed=True) == -257
assert (-1).to_bytes(3, signed=True) == b"\xff\xff\xff" and (3).as_integer_ratio() == (3, 1) and (7).conjugate().real == 7
raises(OverflowError, (300).to_bytes, 1, message="int too big to convert")
assert hash(2 ** 61 - 1) == 0 and hash(-1) == -2 and hash(2 ** 61) == 1 and hash(1.0) == hash(1) == hash(True) and hash(0.5) == 1152921504606846976
assert True + True == 2 and bool([]) is False and isinstance(True, int) and repr(True) == "True" and True & 3 == 1 and (True ^ False) is True
assert 10 ** 18 == 1000000000000000000 and (10 ** 18) ** 2 % 997 == pow(10, 36, 997) and math.isqrt(10 ** 40) == 10 ** 20
assert sum(range(10 ** 5)) == 4999950000 and max(3, big, 2) is big and abs(-big) == big and round(12345, -2) == 12300 and round(15, -1) == 20
assert 0.1 + 0.2 == 0.30000000000000004 and repr(0.1) == "0.1" and repr(1e16) == "1e+16" and repr(1e15) == "1000000000000000.0"
assert repr(1e-5) == "1e-05" and repr(0.0001) == "0.0001" and repr(-0.0) == "-0.0" and repr(1.7976931348623157e308) == "1.7976931348623157e+308"
assert repr(5e-324) == "5e-324" and repr(float("inf")) == "inf" and repr(-math.nan) == "nan" and repr(123456789.125) == "123456789.125"
assert 5.0 // 2 == 2.0 and -5.0 // 2 == -3.0 and 5.5 % -2 == -0.5 and divmod(-1.0, 3.0) == (-1.0, 2.0) and 2.0 ** 0.5 == math.sqrt(2)
assert (-8.0) ** (1 / 3) == (-8) ** (1 / 3) and type((-8.0) ** (1 / 3)) is complex and 0.0 == -0.0 and math.copysign(1, -0.0) == -1
raises(OverflowError, lambda: 10.0 ** 1000)
raises(OverflowError, lambda: float(10 ** 400), message="int too large to convert to float")
assert float("1_0.5e-1") == 1.05 and float(" -Infinity ") == -math.inf and math.isnan(float("nan")) and float("1e400") == math.inf
raises(ValueError, float, "x", message="could not convert string to float: 'x'")
assert round(2.5) == 2 and round(3.5) == 4 and round(2.675, 2) == 2.67 and round(-1.5) == -2 and round(1234.5678, -2) == 1200.0
assert (0.5).hex() == "0x1.0000000000000p-1" and float.fromhex("0x1.8p1") == 3.0 and (0.75).as_integer_ratio() == (3, 4) and (2.0).is_integer()
assert f"{3.14159:.2f} {1e10:g} {0.00001:g} {1234.5:e} {0.5:%} {3.0:n} {1e6:,.1f} {2.5:>8} {2.5:<8}| {-2.5:08.3f} {12345.678:_.2f}" == \
    "3.14 1e+10 1e-05 1.234500e+03 50.000000% 3 1,000,000.0      2.5 2.5     | -002.500 12_345.68"
assert 1 < 1.5 < 2 and 2 ** 53 + 1 > float(2 ** 53) and 2 ** 53 == float(2 ** 53) and 10 ** 400 > 1e308 and -math.inf < -10 ** 400
assert math.nan != math.nan and [math.nan] == [math.nan][:] or True
nan = float("nan")
assert nan in [nan] and (nan == nan) is False and not nan < 1 and not nan >= 1
assert (1 + 2j) * (3 - 1j) == 5 + 5j and abs(3 + 4j) == 5.0 and (1 + 2j).conjugate() == 1 - 2j and (1j) ** 2 == -1 and complex("1-2j") == 1 - 2j
assert repr(1 + 2j) == "(1+2j)" and repr(-0.0 - 1j) == "(-0-1j)" and repr(2j) == "2j" and complex(1, 2).imag == 2.0 and hash(1 + 0j) == 1
raises(TypeError, lambda: 1j < 2j, message="'<' not supported between instances of 'complex' and 'complex'")
raises(TypeError, lambda: 1 + "a", message="unsupported operand type(s) for +: 'int' and 'str'")
raises(TypeError, lambda: -"a", message="bad operand type for unary -: 'str'")
assert sys.maxsize == 2 ** 63 - 1 and sys.float_info.max == 1.7976931348623157e308 and sys.int_info.default_max_str_digits == 4300
assert math.gcd(12, 18, 27) == 3 and math.lcm(4, 6) == 12 and math.factorial(20) == 2432902008176640000 and math.comb(10, 3) == 120
assert math.fsum([0.1] * 10) == 1.0 and math.hypot(3, 4) == 5 and math.floor(-1.5) == -2 and math.ceil(1.2) == 2 and math.trunc(-1.7) == -1
assert math.log2(8) == 3 and math.log(math.e) == 1 and math.frexp(8) == (0.5, 4) and math.modf(1.5) == (0.5, 1.0) and math.prod([2, 3, 4]) == 24
assert math.isclose(math.sin(math.pi / 6), 0.5) and math.degrees(math.pi) == 180 and math.dist((0, 0), (3, 4)) == 5 and math.log10(1000) == 3
raises(ValueError, math.sqrt, -1, message="math domain error")
