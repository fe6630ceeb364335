"""Sockets: pairs, TCP, UDP, UNIX, timeouts, resolution."""
import os
import socket
import tempfile
import threading

a, b = socket.socketpair()
a.sendall(b"hello")
assert b.recv(10) == b"hello"
a.close()
assert b.recv(1) == b""
b.close()

server = socket.create_server(("127.0.0.1", 0))


def serve():
    connection, _ = server.accept()
    with connection:
        while data := connection.recv(100):
            connection.sendall(data.upper())


thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(server.getsockname(), timeout=5) as c:
    c.sendall(b"abc")
    assert c.recv(10) == b"ABC" and c.gettimeout() == 5.0
    buffer = bytearray(3)
    c.sendall(b"xyz")
    assert c.recv_into(buffer) == 3 and buffer == b"XYZ"
thread.join()
server.close()

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as v:
    u.bind(("127.0.0.1", 0))
    v.sendto(b"x", u.getsockname())
    data, source = u.recvfrom(10)
    assert data == b"x" and source[0] == "127.0.0.1"
    u.settimeout(0.01)
    try:
        u.recv(1)
    except TimeoutError as e:
        assert str(e) == "timed out"
    u.setblocking(False)
    try:
        u.recv(1)
    except BlockingIOError:
        pass
    u.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    assert u.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) == 1

with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "s")
    with socket.socket(socket.AF_UNIX) as s, socket.socket(socket.AF_UNIX) as c:
        s.bind(path)
        s.listen()
        c.connect(path)
        assert s.getsockname() == path
        s.accept()[0].close()

assert socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4] == ("127.0.0.1", 80)
assert socket.inet_pton(socket.AF_INET6, "::1") == bytes(15) + b"\1" and socket.inet_ntoa(b"\x7f\0\0\1") == "127.0.0.1"
assert socket.ntohs(socket.htons(513)) == 513
try:
    socket.socket().connect("x")
except TypeError as e:
    assert str(e) == "connect(): AF_INET address must be tuple, not str"
print("ok")
