// modules/_sre_engine.h: the matcher behind the _sre module: runs code that Lib/re/_compiler.py makes.
//
// How         backtracking over an explicit stack of choices, barriers (assertions, atomic groups) and undo records; no native recursion. Every change
//             of a mark or of a repeat's counter is undone exactly when the choice before it is taken up again.
// Invariants  code was accepted by valid_code(): every jump stays inside it, every group number exists.
// Threads     an Engine belongs to one call; it polls, so the text's owner must be held. The bytes of a text may change under it: the worst is a
//             nonsensical match.
#pragma once

#include "base/result.h"
#include "base/small_stack.h"
#include "header/thread.h"

namespace ty::sre {

using Code = uint32_t;
inline constexpr Code kMaxRepeat = 0xffffffffu;
inline constexpr ssize kMaxGroups = 0x3fffffff;

enum Op : Code {
  kFailure, kSuccess, kAny, kAnyAll, kAssert, kAssertNot, kAt, kBranch, kCategory, kCharset, kBigCharset, kGroupRef, kGroupRefExists, kIn, kInfo,
  kJump, kLiteral, kMark, kMaxUntil, kMinUntil, kNotLiteral, kNegate, kRange, kRepeat, kRepeatOne, kSubpattern, kMinRepeatOne, kAtomicGroup,
  kPossessiveRepeat, kPossessiveRepeatOne, kGroupRefIgnore, kInIgnore, kLiteralIgnore, kNotLiteralIgnore, kGroupRefLocIgnore, kInLocIgnore,
  kLiteralLocIgnore, kNotLiteralLocIgnore, kGroupRefUniIgnore, kInUniIgnore, kLiteralUniIgnore, kNotLiteralUniIgnore, kRangeUniIgnore,
};
enum Flag : int {
  kFlagIgnoreCase = 2, kFlagLocale = 4, kFlagMultiline = 8, kFlagDotAll = 16, kFlagUnicode = 32, kFlagVerbose = 64, kFlagDebug = 128, kFlagAscii = 256,
};

/// Whether `code` can be run.
bool valid_code(Thread& t, const Code* code, ssize size, ssize groups);

char32_t lower_ascii(char32_t c);
char32_t lower_unicode(char32_t c);
bool iscased_ascii(char32_t c);
bool iscased_unicode(char32_t c);

struct Entry {
  uint32_t kind;
  uint32_t index;
  int64_t a, b, c;
};
struct Repeat {
  ssize count;
  ssize last;      // where the last iteration began, -1: none
  const Code* code;  // behind the REPEAT opcode
  int32_t previous;
};

struct Engine {
  Thread& t;
  const Code* code;
  ssize groups;
  // Text, in characters.
  const void* text = nullptr;
  int kind = 1;
  ssize end = 0;           // endpos
  ssize start = 0;         // search: from here; afterwards where the match begins
  ssize position = 0;      // after success: where the match ends
  ssize must_advance = -1; // a match must not end here
  bool match_all = false;  // fullmatch
  ssize* marks = nullptr;  // 2 * groups, -1: unset
  ssize last_index = -1;
  SmallStack<Entry, 32> stack;
  SmallStack<Repeat, 8> repeats;
  ssize inline_marks[16];

  Engine(Thread& t, const Code* code, ssize groups) : t(t), code(code), groups(groups) {}
  Engine(const Engine&) = delete;
  ~Engine() {
    if (marks && marks != inline_marks) __builtin_free(marks);
  }
  /// Allocates marks. Once.
  Result<void> prepare();
  void reset();
  /// At `start`.
  Result<bool> match();
  /// At the first place from `start` on.
  Result<bool> search();
};

}  // namespace ty::sre
