"""bytearray mutation, memoryview, the buffer protocol."""
from _check import raises

b = bytearray(b"hello")
b[0] = 72
b[1:3] = b"EYEY"
assert b == b"HEYEYlo" and len(b) == 7 and b[-1] == 111
del b[1:5]
b += b"!?"
b.insert(0, 62)
b.append(10)
b.extend([1, 2])
assert b == b">Hlo!?\n\x01\x02" and b.pop() == 2 and b.pop(0) == 62
b.remove(1)
b.reverse()
assert b == b"\n?!olH"
b[::2] = b"abc"
assert b == b"a?bocH"
del b[::2]
assert b == b"?oH" and bytes(b * 2) == b"?oH?oH" and b.copy() is not b
b.clear()
assert not b
raises(ValueError, b.append, 256, message="byte must be in range(0, 256)")
raises(IndexError, b.pop, message="pop from empty bytearray")
raises(ValueError, lambda: bytearray(5).__setitem__(slice(0, 5, 2), b"x"),
       message="attempt to assign bytes of size 1 to extended slice of size 3")

data = bytearray(range(12))
m = memoryview(data)
assert m[3] == 3 and m[-1] == 11 and bytes(m[2:8:3]) == b"\x02\x05" and m.tolist() == list(range(12)) and m.obj is data
m[0] = 200
m[1:3] = b"xy"
assert data[:3] == b"\xc8xy" and not m.readonly and m.format == "B" and m.itemsize == 1 and m.ndim == 1 and m.shape == (12,) and m.strides == (1,)
raises(BufferError, data.append, 1, message="Existing exports of data: object cannot be re-sized")
raises(ValueError, m.__setitem__, slice(0, 2), b"abc", message="memoryview assignment: lvalue and rvalue have different structures")
wide = m.cast("I")
assert wide.shape == (3,) and wide[2] == int.from_bytes(bytes(range(8, 12)), "little") and wide.nbytes == 12
grid = m.cast("B", (3, 4))
assert grid.tolist()[2] == [8, 9, 10, 11] and grid[1, 2] == 6 and grid.c_contiguous and not grid.f_contiguous and grid.tobytes("F")[:3] == b"\xc8\x04\x08"
raises(NotImplementedError, lambda: grid[0], message="multi-dimensional sub-views are not implemented")
assert m.toreadonly().readonly and m == bytes(data) and m[::-1].tobytes() == bytes(data)[::-1] and m[2:4].hex() == "7903"
raises(TypeError, m.toreadonly().__setitem__, 0, 1, message="cannot modify read-only memory")
assert hash(memoryview(b"abc")) == hash(b"abc")
raises(ValueError, hash, m, message="cannot hash writable memoryview object")
inner = m[1:]
for view in (wide, grid, inner, m):
    view.release()
raises(ValueError, lambda: m[0], message="operation forbidden on released memoryview object")
data.append(1)
assert len(data) == 13
with memoryview(data) as view:
    assert view[12] == 1
    raises(BufferError, data.clear)
data.clear()
assert list(memoryview(b"ab")) == [97, 98] and 98 in memoryview(b"ab") and memoryview(b"ab") != memoryview(b"ac")
raises(TypeError, memoryview, "text", message="memoryview: a bytes-like object is required, not 'str'")
assert b"".join([b"a", bytearray(b"b"), memoryview(b"c")]) == b"abc" and b"abc".find(memoryview(b"c")) == 2
assert b"\x00\xff".hex(":") == "00:ff" and bytes.fromhex("00 fF") == b"\x00\xff" and b"abcd".hex("_", -2) == "6162_6364"
raises(ValueError, bytes.fromhex, "0g", message="non-hexadecimal number found in fromhex() arg at position 1")


class Exporter:
    def __init__(self, data):
        self.data = data
        self.released = 0

    def __buffer__(self, flags):
        return memoryview(self.data)

    def __release_buffer__(self, view):
        self.released += 1


exporter = Exporter(b"xyz")
with memoryview(exporter) as view:
    assert view[1] == 121 and bytes(view) == b"xyz"
assert exporter.released == 1 and b"-".join([exporter, b"a"]) == b"xyz-a"
