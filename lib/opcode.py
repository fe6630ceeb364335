"""The operations of this interpreter's bytecode, as names, numbers and lists of numbers.

All of it comes from the interpreter's opcode table, through the generated module _opcode_metadata. An instruction
is one 64-bit word (dis describes it), so several of CPython's notions have no counterpart: there is no operand
stack, no EXTENDED_ARG, and every operation has its operands in place.
"""

from _opcode_metadata import (
    HAVE_ARGUMENT,
    MIN_INSTRUMENTED_OPCODE,
    _operations,
    _specializations,
    _specialized_opmap,
    opmap,
)

__all__ = ["cmp_op", "stack_effect", "hascompare", "opname", "opmap", "HAVE_ARGUMENT", "EXTENDED_ARG", "hasarg",
           "hasconst", "hasname", "hasjump", "hasjrel", "hasjabs", "hasfree", "haslocal", "hasexc"]

# No operation extends another's argument: a number beyond the table.
EXTENDED_ARG = len(_operations)

opname = [operation[0] for operation in _operations]
cmp_op = ("<", "<=", "==", "!=", ">", ">=")


def _with_role(*roles):
    """The operations that have an operand of one of these roles."""
    return [number for number, operation in enumerate(_operations) if not set(roles).isdisjoint(operation[2])]


hasarg = [number for number, operation in enumerate(_operations) if operation[1] == "Jump" or set(operation[2]) != {"No"}]
hasconst = _with_role("Const")
hasname = _with_role("Name")
hasjump = [number for number, operation in enumerate(_operations) if operation[1] == "Jump"]
hasjrel = hasjump
hasjabs = []
hasfree = _with_role("Free", "Cell")
haslocal = _with_role("Dst", "Use", "Kill", "Cell", "Base")
hasexc = []
hascompare = [number for number, name in enumerate(opname) if name.startswith("COMPARE_")]

_inline_cache_entries = {operation[0]: operation[4] for operation in _operations if operation[4]}
_cache_format = {name: {"cache": words} for name, words in _inline_cache_entries.items()}


def stack_effect(opcode, oparg=None, /, *, jump=None):
    """Compute the stack effect of the opcode: always 0, because operands are registers."""
    if not 0 <= opcode < len(_operations):
        raise ValueError("invalid opcode or oparg")
    if jump not in (None, True, False):
        raise ValueError("stack_effect: jump must be False, True or None")
    return 0
