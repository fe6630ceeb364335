"""Disassembler of this interpreter's register bytecode, with the interface of CPython's dis.

The bytecode is a sequence of 64-bit words. An instruction's first word holds the operation (32 bits), the kill
bits (8: which operands are released or moved by the instruction) and three operands of 8 bits each: registers,
indexes into the constants, small numbers. In a "wide" function every instruction has a second word with operands
of 16 bits. Jumps have a further word with a signed distance, and some operations end in words of inline cache.
An offset counts two for each word, like CPython's code units, so that f_lasti, co_lines() and co_positions() fit.
"""

import sys
import types
import collections
import io

from opcode import *
from opcode import (
    __all__ as _opcodes_all,
    _inline_cache_entries,
    _operations,
)
from _opcode_metadata import _kinds

__all__ = ["code_info", "dis", "disassemble", "distb", "disco", "findlinestarts", "findlabels", "show_code",
           "get_instructions", "Instruction", "Bytecode"] + _opcodes_all
del _opcodes_all

# inspect takes its CO_* constants from here.
COMPILER_FLAG_NAMES = {
    1: "OPTIMIZED",
    2: "NEWLOCALS",
    4: "VARARGS",
    8: "VARKEYWORDS",
    16: "NESTED",
    32: "GENERATOR",
    64: "NOFREE",
    128: "COROUTINE",
    256: "ITERABLE_COROUTINE",
    512: "ASYNC_GENERATOR",
}

_WORD = 8            # bytes of a word in co_code
_UNITS = 2           # what a word counts in offsets
_JOINED = "ABx", "Bx"
_OPNAME_WIDTH = 24


class _Unknown:
    def __repr__(self):
        return "<unknown>"


UNKNOWN = _Unknown()

Positions = collections.namedtuple("Positions", "lineno end_lineno col_offset end_col_offset", defaults=[None] * 4)

_Instruction = collections.namedtuple(
    "_Instruction",
    "opname opcode arg argval argrepr offset start_offset starts_line line_number label positions cache_info",
    defaults=[None, None, None])
for _field, _text in {
    "opname": "Human readable name for operation",
    "opcode": "Numeric code for operation",
    "arg": "The operands as one number, otherwise None",
    "argval": "Resolved value: the constant, name or jump target among the operands, otherwise same as arg",
    "argrepr": "Human readable description of the operands",
    "offset": "Start index of operation within bytecode sequence",
    "start_offset": "Equal to Instruction.offset",
    "starts_line": "True if this opcode starts a source line, otherwise False",
    "line_number": "source line number associated with this opcode (if any), otherwise None",
    "label": "A label (int > 0) if this instruction is a jump target, otherwise None",
    "positions": "dis.Positions object holding the span of source code covered by this instruction",
    "cache_info": "list of (name, size, data), one for each cache entry of the instruction",
}.items():
    getattr(_Instruction, _field).__doc__ = _text
del _field, _text


class Instruction(_Instruction):
    """Details of one instruction."""

    __slots__ = ()

    @property
    def oparg(self):
        """Alias for Instruction.arg."""
        return self.arg

    @property
    def baseopcode(self):
        """The operation that this one specializes: itself."""
        return self.opcode

    @property
    def baseopname(self):
        """The name of the operation that this one specializes: its own."""
        return self.opname

    @property
    def cache_offset(self):
        """Start index of the cache words following the instruction."""
        return self.end_offset - _UNITS * _inline_cache_entries.get(self.opname, 0)

    @property
    def end_offset(self):
        """End index of the cache words following the instruction."""
        words = sum(size for _, size, _ in self.cache_info or ())
        return self.offset + _UNITS * (1 + (self.opcode in hasjump) + words)

    @property
    def jump_target(self):
        """Bytecode index of the jump target if this is a jump operation, otherwise None."""
        return self.argval if self.opcode in hasjump else None

    @property
    def is_jump_target(self):
        """True if other code jumps to here, otherwise False."""
        return self.label is not None

    def __str__(self):
        output = io.StringIO()
        _print_instruction(self, output)
        return output.getvalue()


# A decoded instruction: where it is (in words), its number, kill bits, operands, jump target (in words) and size.
_Raw = collections.namedtuple("_Raw", "word op kill operands target size")
_ExceptionTableEntry = collections.namedtuple("_ExceptionTableEntry", "start end target depth lasti")


def _decode(code, wide=False):
    """Yield the instructions of a bytes object."""
    words = memoryview(bytes(code)).cast("Q") if len(code) % _WORD == 0 else ()
    position = 0
    while position < len(words):
        word = words[position]
        op, kill = word & 0xFFFFFFFF, word >> 32 & 0xFF
        if op >= len(_operations):
            raise ValueError(f"no such operation: {op}")
        _, form, _, _, caches = _operations[op]
        size = 1
        bits = 8
        packed = word >> 40
        if wide:
            packed, bits = words[position + 1], 16
            size += 1
        mask = (1 << bits) - 1
        a, b, c = packed & mask, packed >> bits & mask, packed >> 2 * bits & mask
        operands = (a, b | c << bits, 0) if form == "ABx" else (b | c << bits, 0, 0) if form == "Bx" else (a, b, c)
        target = None
        if form == "Jump":
            distance = words[position + size]
            size += 1
            target = position + size + caches + (distance - (1 << 64) if distance >> 63 else distance)
        size += caches
        yield _Raw(position, op, kill, operands, target, size)
        position += size


class _Resolver:
    """Turns operands into text and values, with the tables of a code object where there is one."""

    def __init__(self, code=None, labels=()):
        self.labels = labels
        self.constants = getattr(code, "_co_constants", ())
        self.registers = code.co_varnames if code is not None else ()
        self.free = code.co_freevars if code is not None else ()

    def constant(self, index):
        return self.constants[index] if index < len(self.constants) else UNKNOWN

    def register(self, number):
        return self.registers[number] if number < len(self.registers) else f"r{number}"

    def describe(self, raw):
        """Return (arg, argval, argrepr)."""
        name, form, roles, _, _ = _operations[raw.op]
        parts = []
        arg = argval = None
        for index, (role, operand) in enumerate(zip(roles, raw.operands)):
            if role == "No":
                continue
            arg = (arg or 0) | operand << (8 * index)
            if role in ("Const", "Name"):
                argval = self.constant(operand)
                parts.append(argval if role == "Name" and isinstance(argval, str) else repr(argval))
            elif role == "Free":
                argval = self.free[operand] if operand < len(self.free) else UNKNOWN
                parts.append(str(argval))
            elif role in ("Count", "Kind"):
                names = _kinds.get(name, ()) if role == "Kind" else ()
                parts.append(names[operand] if operand < len(names) else str(operand))
            else:
                parts.append(self.register(operand) + ("!" if raw.kill >> index & 1 else ""))
        if raw.target is not None:
            argval = raw.target * _UNITS
            arg = raw.target - raw.word - raw.size if arg is None else arg
            parts.append("to " + (f"L{self.labels[argval]}" if argval in self.labels else str(argval)))
        return arg, arg if argval is None else argval, ", ".join(parts)


def _try_compile(source, name):
    """Compile an expression or else statements."""
    try:
        return compile(source, name, "eval")
    except SyntaxError:
        pass
    return compile(source, name, "exec")


def _unwrap(x):
    """The code object behind a method, function, generator or coroutine, or x itself."""
    if hasattr(x, "__func__"):
        x = x.__func__
    for attribute in ("__code__", "gi_code", "ag_code", "cr_code"):
        if hasattr(x, attribute):
            return getattr(x, attribute)
    return x


def _get_code_object(x):
    x = _unwrap(x)
    if isinstance(x, str):
        x = _try_compile(x, "<disassembly>")
    if hasattr(x, "co_code"):
        return x
    raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


_HAVE_CODE = (types.MethodType, types.FunctionType, types.CodeType, classmethod, staticmethod, type)


def dis(x=None, *, file=None, depth=None, show_caches=False, adaptive=False, show_offsets=False):
    """Disassemble classes, methods, functions, and other compiled objects.

    With no argument, disassemble the last traceback.

    Compiled objects currently include generator objects, async generator
    objects, and coroutine objects, all of which store their code object
    in a special attribute.
    """
    options = {"file": file, "show_caches": show_caches, "adaptive": adaptive, "show_offsets": show_offsets}
    if x is None:
        distb(**options)
        return
    x = _unwrap(x)
    if hasattr(x, "__dict__"):
        for name, member in sorted(x.__dict__.items()):
            if isinstance(member, _HAVE_CODE):
                print(f"Disassembly of {name}:", file=file)
                try:
                    dis(member, depth=depth, **options)
                except TypeError as message:
                    print("Sorry:", message, file=file)
                print(file=file)
    elif hasattr(x, "co_code"):
        _disassemble_recursive(x, depth=depth, **options)
    elif isinstance(x, (bytes, bytearray)):
        _print_instructions(_instructions(x, None), (), file, -1, 0, show_caches, show_offsets)
    elif isinstance(x, str):
        _disassemble_recursive(_try_compile(x, "<dis>"), depth=depth, **options)
    else:
        raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


def distb(tb=None, *, file=None, show_caches=False, adaptive=False, show_offsets=False):
    """Disassemble a traceback (default: last traceback)."""
    if tb is None:
        try:
            tb = sys.last_exc.__traceback__ if hasattr(sys, "last_exc") else sys.last_traceback
        except AttributeError:
            raise RuntimeError("no last traceback to disassemble") from None
        while tb.tb_next:
            tb = tb.tb_next
    disassemble(tb.tb_frame.f_code, tb.tb_lasti, file=file, show_caches=show_caches, adaptive=adaptive,
                show_offsets=show_offsets)


def disassemble(co, lasti=-1, *, file=None, show_caches=False, adaptive=False, show_offsets=False):
    """Disassemble a code object."""
    entries = _parse_exception_table(co)
    lines = [line for _, line in findlinestarts(co)]
    width = _line_width(lines)
    _print_instructions(_instructions(co.co_code, co, entries), _labelled(co, entries), file, lasti, width, show_caches,
                        show_offsets)


disco = disassemble


def _disassemble_recursive(co, *, file=None, depth=None, **options):
    disassemble(co, file=file, **options)
    if depth is None or depth > 0:
        for constant in co.co_consts:
            if hasattr(constant, "co_code"):
                print(file=file)
                print(f"Disassembly of {constant!r}:", file=file)
                _disassemble_recursive(constant, file=file, depth=None if depth is None else depth - 1, **options)


def _line_width(lines):
    if not lines:
        return 0
    width = max(3, len(str(max((line for line in lines if line is not None), default=-1))))
    return max(width, 2) if None not in lines else max(width, len("--"))


def _print_instruction(instruction, file, lasti=-1, line_width=0, label_width=0, offset_width=0):
    current = instruction.offset <= lasti < instruction.end_offset
    if line_width and instruction.starts_line and instruction.offset > 0:
        print(file=file)
    fields = []
    if line_width:
        line = ""
        if instruction.starts_line:
            line = "--" if instruction.line_number is None else str(instruction.line_number)
        fields.append(line.rjust(line_width))
    fields.append((f"L{instruction.label}:" if instruction.label is not None else "").rjust(label_width))
    if offset_width:
        fields.append(str(instruction.offset).rjust(offset_width) + "  ")
    fields.append("-->" if current else "   ")
    fields.append(instruction.opname.ljust(_OPNAME_WIDTH))
    fields.append(instruction.argrepr)
    print(" ".join(fields).rstrip(), file=file)


def _print_instructions(instructions, entries, file, lasti, line_width, show_caches, show_offsets):
    instructions = list(instructions)
    labels = [each.label for each in instructions if each.label is not None]
    offset_width = max(4, len(str(instructions[-1].offset))) if show_offsets and instructions else 0
    for instruction in instructions:
        _print_instruction(instruction, file, lasti, line_width, 4 + len(str(len(labels))), offset_width)
        if show_caches:
            offset = instruction.cache_offset
            for name, size, data in instruction.cache_info or ():
                text = f"{name}: {int.from_bytes(data, sys.byteorder)}"
                cache = Instruction("CACHE", EXTENDED_ARG, 0, None, text, offset, offset, False, None, None,
                                    instruction.positions)
                _print_instruction(cache, file, -1, line_width, 4 + len(str(len(labels))), offset_width)
    if entries:
        print("ExceptionTable:", file=file)
        for start, end, target, depth, lasti in entries:
            print(f"  L{start} to L{end} -> L{target} [{depth}]{' lasti' if lasti else ''}", file=file)


def _read_varint(iterator):
    byte = next(iterator)
    value = byte & 63
    while byte & 64:
        byte = next(iterator)
        value = value << 6 | byte & 63
    return value


def _parse_exception_table(code):
    """The ranges of co_exceptiontable, as offsets."""
    iterator = iter(code.co_exceptiontable)
    entries = []
    try:
        while True:
            start = _read_varint(iterator) * _UNITS
            end = start + _read_varint(iterator) * _UNITS
            target = _read_varint(iterator) * _UNITS
            depth = _read_varint(iterator)
            entries.append(_ExceptionTableEntry(start, end, target, depth >> 1, bool(depth & 1)))
    except StopIteration:
        return entries


def _labels(code, wide, entries):
    """{offset: label number} of the jump targets and the ends of exception ranges."""
    offsets = {raw.target * _UNITS for raw in _decode(code, wide) if raw.target is not None}
    for entry in entries:
        offsets.update((entry.start, entry.end, entry.target))
    return {offset: number for number, offset in enumerate(sorted(offsets), 1)}


def _labelled(co, entries):
    labels = _labels(co.co_code, getattr(co, "_co_wide", False), entries)
    return [(labels[entry.start], labels[entry.end], labels[entry.target], entry.depth, entry.lasti) for entry in entries]


def _instructions(code, co, entries=(), line_offset=0):
    """Yield the Instructions of bytes; co is the code object they are of, or None."""
    wide = getattr(co, "_co_wide", False)
    labels = _labels(code, wide, entries)
    resolver = _Resolver(co, labels)
    starts = dict(findlinestarts(co)) if co is not None else {}
    positions = [Positions(*each) for each in co.co_positions()] if co is not None else []
    line = None
    for raw in _decode(code, wide):
        offset = raw.word * _UNITS
        if offset in starts:
            line = starts[offset]
            if line is not None:
                line += line_offset
        name, _, _, _, caches = _operations[raw.op]
        arg, argval, text = resolver.describe(raw)
        end = (raw.word + raw.size) * _WORD
        info = [("cache", caches, code[end - caches * _WORD:end])] if caches else None
        yield Instruction(name, raw.op, arg, argval, text, offset, offset, offset in starts, line, labels.get(offset),
                          positions[raw.word] if raw.word < len(positions) else Positions(), info)


def get_instructions(x, *, first_line=None, show_caches=None, adaptive=False):
    """Iterator for the opcodes in methods, functions or code

    Generates a series of Instruction named tuples giving the details of
    each operations in the supplied code.

    If *first_line* is not None, it indicates the line number that should
    be reported for the first source line in the disassembled code.
    Otherwise, the source line information (if any) is taken directly from
    the disassembled code object.
    """
    co = _get_code_object(x)
    line_offset = 0 if first_line is None else first_line - co.co_firstlineno
    return _instructions(co.co_code, co, _parse_exception_table(co), line_offset)


def pretty_flags(flags):
    """Return pretty representation of code flags."""
    names = []
    bit = 1
    while flags:
        if flags & bit:
            names.append(COMPILER_FLAG_NAMES.get(bit, hex(bit)))
            flags ^= bit
        bit <<= 1
    return ", ".join(names) or hex(0)


def code_info(x):
    """Formatted details of methods, functions, or code."""
    return _format_code_info(_get_code_object(x))


def _format_code_info(co):
    lines = [f"{title + ':':<18} {value}" for title, value in (
        ("Name", co.co_name), ("Filename", co.co_filename), ("Argument count", co.co_argcount),
        ("Positional-only arguments", co.co_posonlyargcount), ("Kw-only arguments", co.co_kwonlyargcount),
        ("Number of locals", co.co_nlocals), ("Stack size", co.co_stacksize), ("Flags", pretty_flags(co.co_flags)))]
    for title, values, form in (("Constants", co.co_consts, repr), ("Names", co.co_names, str),
                                ("Variable names", co.co_varnames, str), ("Free variables", co.co_freevars, str),
                                ("Cell variables", co.co_cellvars, str)):
        if values:
            lines.append(title + ":")
            lines += [f"{index:4d}: {form(value)}" for index, value in enumerate(values)]
    return "\n".join(lines)


def show_code(co, *, file=None):
    """Print details of methods, functions, or code to *file*.

    If *file* is not provided, the output is printed on stdout.
    """
    print(code_info(co), file=file)


def _unpack_opargs(code):
    """Yield (offset, offset, operation, operands as a number or None) of bytes or of a code object."""
    co = code if hasattr(code, "co_code") else None
    resolver = _Resolver(co)
    for raw in _decode(co.co_code if co else code, getattr(co, "_co_wide", False)):
        yield raw.word * _UNITS, raw.word * _UNITS, raw.op, resolver.describe(raw)[0]


def findlabels(code):
    """Detect all offsets in a byte code which are jump targets.

    Return the list of offsets.

    """
    return list(dict.fromkeys(raw.target * _UNITS for raw in _decode(code) if raw.target is not None))


def findlinestarts(code):
    """Find the offsets in a byte code which are start of lines in the source.

    Generate pairs (offset, lineno)
    lineno will be an integer or None the offset does not have a source line.
    """
    last = False    # None is a valid line number
    for start, _, line in code.co_lines():
        if line is not last:
            last = line
            yield start, line


def _find_imports(co):
    """Find import statements: generate triplets (name, level, fromlist)."""
    resolver = _Resolver(co)
    loaded = {}
    for raw in _decode(co.co_code, getattr(co, "_co_wide", False)):
        name = opname[raw.op]
        if name == "LOAD_CONST":
            loaded[raw.operands[0]] = resolver.constant(raw.operands[1])
        elif name == "IMPORT_NAME":
            _, base, target = raw.operands
            if base in loaded and base + 1 in loaded:
                yield resolver.constant(target), loaded[base], loaded[base + 1]
            loaded.clear()


def _find_store_names(co):
    """Find names of variables which are written in the code: generate strings."""
    for instruction in get_instructions(co):
        if instruction.opname in ("STORE_NAME", "STORE_GLOBAL"):
            yield instruction.argval


class Bytecode:
    """The bytecode operations of a piece of code

    Instantiate this with a function, method, other compiled object, string of
    code, or a code object (as returned by compile()).

    Iterating over this yields the bytecode operations as Instruction instances.
    """

    def __init__(self, x, *, first_line=None, current_offset=None, show_caches=False, adaptive=False,
                 show_offsets=False):
        self.codeobj = _get_code_object(x)
        self.first_line = self.codeobj.co_firstlineno if first_line is None else first_line
        self._line_offset = self.first_line - self.codeobj.co_firstlineno
        self._original_object = x
        self.current_offset = current_offset
        self.exception_entries = _parse_exception_table(self.codeobj)
        self.show_caches = show_caches
        self.adaptive = adaptive
        self.show_offsets = show_offsets

    def __iter__(self):
        return _instructions(self.codeobj.co_code, self.codeobj, self.exception_entries, self._line_offset)

    def __repr__(self):
        return f"{self.__class__.__name__}({self._original_object!r})"

    @classmethod
    def from_traceback(cls, tb, *, show_caches=False, adaptive=False):
        """Construct a Bytecode from the given traceback."""
        while tb.tb_next:
            tb = tb.tb_next
        return cls(tb.tb_frame.f_code, current_offset=tb.tb_lasti, show_caches=show_caches, adaptive=adaptive)

    def info(self):
        """Return formatted information about the code object."""
        return _format_code_info(self.codeobj)

    def dis(self):
        """Return a formatted view of the bytecode operations."""
        with io.StringIO() as output:
            lines = [line for _, line in findlinestarts(self.codeobj)]
            _print_instructions(self, _labelled(self.codeobj, self.exception_entries), output,
                                -1 if self.current_offset is None else self.current_offset, _line_width(lines),
                                self.show_caches, self.show_offsets)
            return output.getvalue()


def main(args=None):
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("-C", "--show-caches", action="store_true", help="show inline caches")
    parser.add_argument("-O", "--show-offsets", action="store_true", help="show instruction offsets")
    parser.add_argument("infile", nargs="?", default="-")
    args = parser.parse_args(args=args)
    if args.infile == "-":
        name = "<stdin>"
        source = sys.stdin.buffer.read()
    else:
        name = args.infile
        with open(args.infile, "rb") as infile:
            source = infile.read()
    dis(compile(source, name, "exec"), show_caches=args.show_caches, show_offsets=args.show_offsets)


if __name__ == "__main__":
    main()
