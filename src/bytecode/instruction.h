// bytecode/instruction.h: the instruction word and what the opcode table says of each operation.
//
// Narrow      one 64-bit word: handler address (32) · kill bits (8) · a (8) · b (8) · c (8). Bx = b | c << 8.
// Wide        for a function with more than 256 registers, constants or names: the whole function uses two-word instructions, the first as
//             above with operands unused, the second a (16) · b (16) · c (16) · 0; Bx = b | c << 16.
// Then follow: for format Jump one word with the signed distance (in words, from the end of the instruction with all its words); then the op's cache words.
// A code object's body holds handler addresses once threaded; marshalled code holds opcode numbers in their place.
// Threads     specialisation rewrites the handler half with one atomic store; operands never change. Cache words are atomic pointers.
// See         docs/bytecode.md
#pragma once

#include "base/check.h"

namespace ty {

enum class Op : uint16_t {
#define OP(name, format, a, b, c, effects, words) k##name,
#include "bytecode/opcodes.def"
#undef OP
  kCount,
};
inline constexpr size_t kOpCount = static_cast<size_t>(Op::kCount);

enum class Format : uint8_t { ABC, ABx, Bx, Jump };
enum class Role : uint8_t { No, Dst, Use, Kill, Cell, Base, Count, Kind, Const, Name, Free };
enum Effect : uint8_t { Raises = 1, RunsPython = 2, Polls = 4, Terminates = 8 };
enum KillBit : uint8_t { kKillA = 1, kKillB = 2, kKillC = 4 };

struct OpInfo {
  const char* name;
  Format format;
  Role a, b, c;
  uint8_t effects;
  uint8_t cache_words;
};
extern const OpInfo kOpInfo[kOpCount];

struct Insn {
  uint32_t handler;  // [atomic] address of the handler, or the opcode number before threading
  uint8_t kill;
  uint8_t a, b, c;
};
static_assert(sizeof(Insn) == 8);
struct WideOperands {
  uint16_t a, b, c, zero;
};

/// Words an instruction occupies.
constexpr unsigned instruction_words(const OpInfo& info, bool wide) {
  return 1u + (wide ? 1u : 0u) + (info.format == Format::Jump ? 1u : 0u) + info.cache_words;
}

/// Operand c of LoadSpecial.
enum class SpecialMethod : uint8_t { kEnter, kExit, kAEnter, kAExit };
/// Operand c of SetFunctionPart.
enum class FunctionPart : uint8_t { kDefaults, kKeywordDefaults, kAnnotations, kClosure, kTypeParams };
/// Operand c of Intrinsic1 and Intrinsic2.
enum class Intrinsic : uint8_t {
  kPrint,              // 1: displayhook, interactive mode
  kTypeVar,            // 1: name
  kTypeVarWithBound,   // 2: name, evaluator function
  kTypeVarWithConstraints,  // 2: name, evaluator function
  kParamSpec,          // 1
  kTypeVarTuple,       // 1
  kSubscriptGeneric,   // 1: Generic[*params]
  kTypeAlias,          // 1: tuple (name, type params or None, evaluator function)
  kSetTypeParamDefault,  // 2: type parameter, evaluator function
  kSetFunctionTypeParams,  // 2: function, tuple
};

/// The opcode table's hash: part of the cache tag of compiled modules.
uint64_t opcode_table_hash();

}  // namespace ty
