#!/usr/bin/env python3
"""Counts the locked instructions that a stretch of a program executes, by stepping through it.

`tools/steps.py COMMAND...`: the stretch lies between two calls of os.getppid() in the program. Every instruction
between them is looked at before it is executed: a LOCK prefix, or XCHG with memory, counts. Only the main thread
is stepped, so the program must not have another one running in that stretch.
"""

import ctypes
import ctypes.util
import os
import signal
import sys

TRACEME, PEEKTEXT, GETREGS, SINGLESTEP, SYSCALL, SETOPTIONS = 0, 1, 12, 9, 24, 0x4200
EXITKILL_AND_SYSGOOD = 0x100000 | 1
GETPPID = 110
WORD = (1 << 64) - 1

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


class Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in (
        "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base "
        "ds es fs gs").split()]


def ptrace(request, pid, address=0, data=0):
    ctypes.set_errno(0)
    result = libc.ptrace(request, pid, address, data)
    if result == -1 and ctypes.get_errno():
        raise OSError(ctypes.get_errno(), f"ptrace: {os.strerror(ctypes.get_errno())}")
    return result


def wait(pid):
    """Waits for a stop; raises SystemExit when the program has ended."""
    _, status = os.waitpid(pid, 0)
    if not os.WIFSTOPPED(status):
        raise SystemExit(f"steps: the program ended before the stretch did (status {os.waitstatus_to_exitcode(status)})")
    return os.WSTOPSIG(status)


def peek(pid, address):
    try:
        return ptrace(PEEKTEXT, pid, address) & WORD
    except OSError:
        return 0    # beyond the last page of the code


def is_locked(code):
    """Is this instruction (its first bytes) a locked one?"""
    position = 0
    while code[position] in (0x66, 0x67, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65, 0xF2, 0xF3, 0xF0):
        if code[position] == 0xF0:
            return True
        position += 1
    if code[position] & 0xF0 == 0x40:
        position += 1
    return code[position] in (0x86, 0x87) and code[position + 1] >> 6 != 3


def run_to_mark(pid, registers):
    """Lets the program run to the entry and then the exit of its next getppid()."""
    for _ in range(2):
        while True:
            ptrace(SYSCALL, pid)
            stop = wait(pid)
            if stop == signal.SIGTRAP | 0x80:
                ptrace(GETREGS, pid, 0, ctypes.addressof(registers))
                if registers.orig_rax == GETPPID:
                    break


def count(command, env=None):
    """Returns (instructions, [(address, bytes) of locked ones])."""
    pid = os.fork()
    if pid == 0:
        try:
            ptrace(TRACEME, 0)
            os.execvpe(command[0], command, env if env is not None else os.environ)
        finally:
            os._exit(127)
    wait(pid)
    ptrace(SETOPTIONS, pid, 0, EXITKILL_AND_SYSGOOD)
    registers = Registers()
    run_to_mark(pid, registers)
    steps, locked, cache = 0, [], {}
    address = ctypes.addressof(registers)
    while True:
        ptrace(GETREGS, pid, 0, address)
        rip = registers.rip
        known = cache.get(rip)
        if known is None:
            code = b"".join(peek(pid, place).to_bytes(8, "little") for place in (rip, rip + 8))
            known = cache[rip] = (code[:2] == b"\x0f\x05", is_locked(code), code)
        if known[0] and registers.rax == GETPPID:
            break
        steps += 1
        if known[1]:
            locked.append((rip, known[2]))
        ptrace(SINGLESTEP, pid)
        wait(pid)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return steps, locked


def main():
    if len(sys.argv) < 2:
        print(__doc__.strip())
        return 2
    steps, locked = count(sys.argv[1:])
    print(f"{steps} instructions, {len(locked)} locked")
    for address, code in sorted(set(locked)):
        print(f"  {address:#x}: {code.hex(' ')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
