"""Processes: fork, exec, spawn, wait, subprocess; select and friends."""
import fcntl
import os
import select
import subprocess
import sys

seen = []
os.register_at_fork(before=lambda: seen.append("before"), after_in_parent=lambda: seen.append("parent"), after_in_child=lambda: seen.append("child"))
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.write(w, repr(seen).encode())
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
assert os.read(r, 100) == b"['before', 'child']" and seen == ["before", "parent"]

pid = os.posix_spawn("/bin/sh", ["sh", "-c", "echo spawned; exit 3"], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, w, 1)])
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3 and os.read(r, 100) == b"spawned\n"
assert os.system("exit 2") == 512
assert subprocess.run(["cat"], input=b"data", capture_output=True).stdout == b"data"
assert subprocess.run(["sh", "-c", "exit 5"]).returncode == 5
assert subprocess.run(["sh", "-c", "kill -9 $$"]).returncode == -9
assert subprocess.check_output(["pwd"], cwd="/", text=True) == "/\n"
assert subprocess.check_output(["sh", "-c", "echo $X"], env={"X": "y"}) == b"y\n"
assert subprocess.check_output(["sh", "-c", "echo $Y"], preexec_fn=lambda: os.environ.update(Y="z"), env=None) in (b"z\n", b"\n")
for kwargs in ({"args": ["/no/such"]}, {"args": ["true"], "cwd": "/no/such"}):
    try:
        subprocess.run(**kwargs)
    except FileNotFoundError as e:
        assert e.filename == "/no/such"
    else:
        raise AssertionError(kwargs)
try:
    subprocess.run(["true"], preexec_fn=lambda: 1 / 0)
except subprocess.SubprocessError as e:
    assert str(e) == "Exception occurred in preexec_fn."

p = select.poll()
p.register(r, select.POLLIN)
assert p.poll(1) == []
os.write(w, b"x")
assert p.poll(1) == [(r, select.POLLIN)]
with select.epoll() as e:
    e.register(r, select.EPOLLIN)
    assert e.poll(1) == [(r, select.EPOLLIN)]
assert e.closed
assert select.select([r], [w], [], 0) == ([r], [w], [])
assert fcntl.fcntl(r, fcntl.F_GETFD) == fcntl.FD_CLOEXEC
os.close(r)
os.close(w)
print("ok")
