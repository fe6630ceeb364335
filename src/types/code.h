// types/code.h: code objects.
//
// Layout      CPython's PyCodeObject up to co_linetable (offset 152); what lies from 168 to 216 there is opaque to C and ours.
// Invariants  everything but the instruction words' handler halves and the cache words is constant after code_new.
//             `constants` holds register-form words: immediates, immortals (010), other objects (000; co_consts keeps them alive).
// Python      offsets Python sees (f_lasti, tb_lasti, co_lines, co_exceptiontable) count 2 per word; co_positions yields one entry per word; co_code
//             has 8 bytes per word, opcode numbers in place of handlers; co_exceptiontable is in CPython's format. lib/dis.py also reads
//             the attributes _co_constants (the tuple K[]) and _co_wide.
// Threads     immutable; specialisation and caches are atomic words.
// See         docs/bytecode.md
#pragma once

#include "bytecode/code_format.h"
#include "object/abstract.h"
#include "types/code_flags.h"

namespace ty {

/// What the compiler (or unmarshalling) hands to code_new. Arrays are copied.
struct CodeInit {
  int flags = 0;
  int argument_count = 0, positional_only_count = 0, keyword_only_count = 0;
  int first_line = 1;
  uint32_t register_count = 0;   // locals + temporaries + outgoing windows
  uint32_t local_count = 0;      // registers nulled at entry: parameters, other locals, own cells; in co_varnames order, then cells that are no locals
  bool wide = false;
  const uint64_t* words = nullptr;  // unthreaded
  uint32_t word_count = 0;
  const uint16_t* depths = nullptr; // per word: temporary depth (first dead register) when the instruction at that word polls or calls
  const ExceptionRange* exceptions = nullptr;
  uint32_t exception_count = 0;
  const WindowRange* windows = nullptr;
  uint32_t window_count = 0;
  const SourcePosition* positions = nullptr;
  uint32_t position_count = 0;
  Value constants;               // Tuple: everything K[] indexes, names included
  Value names;                   // Tuple of Str: co_names
  Value local_names;             // Tuple of Str: one per local register
  const uint8_t* local_kinds = nullptr;  // CPython's co_localspluskinds bits: 0x20 local, 0x40 cell, 0x80 free
  Value free_names;              // Tuple of Str: co_freevars
  Value filename, name, qualname;
  Value docstring_or_null;
  bool immortal_constants = false;  // module code: its constants are made immortal
};

/// The part of a code object only Typhon sees.
struct CodeBody {
  uint32_t word_count, exception_count, window_count, position_count;
  uint64_t* words;
  uint16_t* depths;
  ExceptionRange* exceptions;
  WindowRange* windows;
  SourcePosition* positions;
};

struct Code : VarObject {  // [const]
  Slot consts;              // Tuple: co_consts as Python sees it (without names)
  Slot names;               // Tuple
  Slot exception_table;     // Bytes or null (made on demand)
  int flags;
  int argument_count;       // without keyword-only and starred ones
  int positional_only_count;
  int keyword_only_count;
  int register_count;       // co_stacksize in the ABI
  int first_line;
  int local_plus_count;
  int frame_size;
  int local_count;          // registers nulled at entry
  int cell_count;
  int free_count;
  uint32_t version;
  Slot local_plus_names;    // Tuple: locals and cells, then free variables
  Slot local_plus_kinds;    // Bytes
  Slot filename;
  Slot name;
  Slot qualname;
  Slot line_table;          // Bytes or null (made on demand)
  uint64_t weaklist;
  const Insn* entry;        // [const] first instruction
  const Value* constants;   // [const] K[]: register-form words
  CodeBody* body;           // [const]
  Slot constant_tuple;      // Tuple: K[] as a tuple, local names, free names, docstring or None: keeps K[] alive
  uint32_t nonparameter_start;  // locals from here on are EMPTY at entry
  bool wide;
  bool simple;              // no *, **, keyword-only parameters, no generator: the fast call path applies
  void* extra;
  static Type* type();
};
static_assert(offsetof(Code, flags) == 64 && offsetof(Code, local_plus_names) == 112 && offsetof(Code, line_table) == 152 &&
              offsetof(Code, extra) == 208 && sizeof(Code) == 216);
extern Type code_type;
inline Type* Code::type() { return &code_type; }

Result<Ref<Code>> code_new(Thread& t, const CodeInit& init);
/// What marshalling and replace() need of a code object besides its plain fields. Borrowed from `code`.
struct CodeParts {
  Value constants;    // Tuple: all that K[] indexes
  Value names, local_names, free_names;  // Tuples, as in CodeInit
  const uint8_t* local_kinds;
  Value docstring_or_none;
};
CodeParts code_parts(Code& code);
/// Cache word `index` of `op` is an operand (the keyword names of CallKeywords, the count of UnpackStar), not a cache.
bool code_word_is_immediate(Op op, unsigned index);
/// The verifier on parts that came from outside (a cached module): false unless every operand, jump, range and depth is in bounds.
bool code_words_valid(const CodeInit& init);
/// Set by vm/: code_new calls it to replace the opcode numbers in the words of a new code object by handler addresses.
extern void (*g_thread_code)(Code& code);
/// Set by vm/: frees what the cache words of a dying code object hold.
extern void (*g_release_caches)(Code& code);
/// Set by vm/: the opcode of a threaded instruction; a specialised form answers its generic opcode.
extern Op (*g_opcode_of)(const Insn& insn);
/// Position of the instruction that begins at word `offset`.
SourcePosition code_position(Code& code, uint32_t offset);

}  // namespace ty
