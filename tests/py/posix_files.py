"""os over the posix module: files, descriptors, directories."""
import os
import stat
import tempfile
import shutil

d = tempfile.mkdtemp()
try:
    path = os.path.join(d, "file")
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    assert os.write(fd, b"hello world") == 11
    assert os.pread(fd, 5, 6) == b"world"
    assert os.pwrite(fd, b"W", 6) == 1
    assert os.lseek(fd, 0, os.SEEK_SET) == 0
    buffers = [bytearray(5), bytearray(6)]
    assert os.readv(fd, buffers) == 11 and buffers == [b"hello", b" World"]
    assert os.get_inheritable(fd) is False
    os.ftruncate(fd, 3)
    st = os.fstat(fd)
    assert st.st_size == 3 and stat.S_ISREG(st.st_mode) and len(st) == 10
    assert st == os.stat(path) == os.stat(path.encode()) == os.stat(fd)
    os.utime(path, ns=(1_500_000_001, 2_999_999_999))
    st = os.stat(path)
    assert (st.st_atime_ns, st.st_mtime_ns, st.st_mtime, st[8]) == (1_500_000_001, 2_999_999_999, 2.999999999, 2)
    os.utime(path, (1.5, -0.5))
    assert os.stat(path).st_mtime_ns == -500_000_000
    os.close(fd)
    try:
        os.close(fd)
    except OSError as e:
        assert e.errno == 9
    os.symlink("file", os.path.join(d, "link"))
    assert os.readlink(os.path.join(d, "link")) == "file"
    assert os.readlink(os.path.join(d, "link").encode()) == b"file"
    assert stat.S_ISLNK(os.lstat(os.path.join(d, "link")).st_mode)
    os.mkdir(os.path.join(d, "sub"), 0o755)
    assert sorted(os.listdir(d)) == ["file", "link", "sub"]
    assert sorted(os.listdir(d.encode())) == [b"file", b"link", b"sub"]
    with os.scandir(d) as it:
        entries = {e.name: e for e in it}
    assert entries["sub"].is_dir() and not entries["sub"].is_file()
    assert entries["link"].is_symlink() and entries["link"].is_file() and not entries["link"].is_file(follow_symlinks=False)
    assert entries["file"].stat().st_size == 3 and entries["file"].path == path and os.fspath(entries["file"]) == path
    assert entries["file"].inode() == os.stat(path).st_ino and repr(entries["sub"]) == "<DirEntry 'sub'>"
    dir_fd = os.open(d, os.O_RDONLY)
    assert os.stat("file", dir_fd=dir_fd).st_size == 3
    assert sorted(os.listdir(dir_fd)) == sorted(os.listdir(dir_fd)) == ["file", "link", "sub"]
    os.rename("file", "renamed", src_dir_fd=dir_fd, dst_dir_fd=dir_fd)
    os.close(dir_fd)
    assert os.path.exists(os.path.join(d, "renamed")) and not os.path.exists(os.path.join(d, "link"))
finally:
    shutil.rmtree(d)


def raises(kind, text, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except kind as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError(text)


raises(TypeError, "stat: path should be string, bytes, os.PathLike or integer, not float", os.stat, 1.5)
raises(TypeError, "rmdir: path should be string, bytes or os.PathLike, not NoneType", os.rmdir, None)
raises(TypeError, "listdir: path should be string, bytes, os.PathLike, integer or None, not list", os.listdir, [])
raises(ValueError, "stat: embedded null character in path", os.stat, "a\0b")
raises(FileNotFoundError, "[Errno 2] No such file or directory: '/no/such'", os.stat, "/no/such")
raises(FileNotFoundError, "[Errno 2] No such file or directory: '/no/such' -> '/no/other'", os.rename, "/no/such", "/no/other")
raises(TypeError, "expected str, bytes or os.PathLike object, not int", os.fspath, 1)
raises(ValueError, "unrecognized configuration name", os.sysconf, "SC_NONE")

for given, expected in [("", "."), ("/", "/"), ("//", "//"), ("///", "/"), ("a/../..", ".."), ("../a/../b", "../b"), ("/..", "/"), ("a//b/./c/", "a/b/c"), ("./", ".")]:
    assert os.path.normpath(given) == expected, (given, os.path.normpath(given))
    assert os.path.normpath(given.encode()) == expected.encode()
assert os.path.splitroot("//a/b") == ("", "//", "a/b") and os.path.splitroot(b"x") == (b"", b"", b"x")
print("ok")
