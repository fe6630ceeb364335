// bytecode/code_format.h: the tables beside a code object's instructions, and a view of all of it for the verifier and the disassembler.
//
// Threads     plain data.
// See         docs/bytecode.md
#pragma once

#include <string>

#include "bytecode/instruction.h"

namespace ty {

/// Where an exception raised in [start, end) goes. Innermost first. Offsets in words.
struct ExceptionRange {
  uint32_t start, end, handler;
  uint16_t depth;      // temporaries of the handler's context: registers >= depth are dead; the exception goes into R[depth]
  uint16_t push_lasti; // 1: the raising instruction's offset is kept for Reraise (traceback lines of `with` and `finally`)
};
/// Registers [first, first + kFrameHeaderWords) are dead words (a call window being evaluated) in [start, end).
struct WindowRange {
  uint32_t start, end;
  uint16_t first;
};
/// Source positions of the instruction at `offset` and those after it up to the next entry. Columns are UTF-8 byte offsets; -1: unknown.
struct SourcePosition {
  uint32_t offset;
  int32_t line, end_line;
  int16_t column, end_column;
};

/// Unthreaded code with its tables.
struct CodeView {
  const uint64_t* words;
  uint32_t word_count;
  bool wide;
  uint32_t local_count, register_count, constant_count, free_count;
  const uint16_t* depths;
  const ExceptionRange* exceptions;
  uint32_t exception_count;
  const WindowRange* windows;
  uint32_t window_count;
  const SourcePosition* positions;
  uint32_t position_count;
};

/// One instruction taken apart. For format ABx, b holds Bx; for Bx, a does.
struct Decoded {
  Op op;
  uint8_t kill;
  uint32_t a, b, c;
  uint32_t words;     // all of it
  uint32_t target;    // Jump: offset it leads to
  uint32_t extra;     // first cache word (operand of CallKeywords, CallMethodKeywords, UnpackStar)
};
Decoded decode(const CodeView& code, uint32_t offset);
/// True when the first cache word is an operand.
constexpr bool has_extra_operand(Op op) { return op == Op::kCallKeywords || op == Op::kCallMethodKeywords || op == Op::kUnpackStar; }

/// Empty when the code keeps the rules of docs/bytecode.md; else what is wrong and where.
std::string verify_bytecode(const CodeView& code);
/// The part that a cached module must pass before it may run: operands, jumps, ranges and depths in bounds.
std::string verify_structure(const CodeView& code);

/// How the disassembler asks for the text of operands; null functions print numbers.
struct DisassemblyNames {
  void* context = nullptr;
  std::string (*constant)(void* context, uint32_t index) = nullptr;
  std::string (*local)(void* context, uint32_t index) = nullptr;
  std::string (*free)(void* context, uint32_t index) = nullptr;
};
/// The instructions as text, one per line, then the exception table.
std::string disassemble(const CodeView& code, const DisassemblyNames& names);

}  // namespace ty
