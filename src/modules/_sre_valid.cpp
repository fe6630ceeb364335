// Checks code given to _sre.compile(), which anybody may call, before it is run.
#include "modules/_sre_engine.h"
#include "object/abstract.h"

namespace ty::sre {

namespace {

bool valid_charset(const Code* code, const Code* end) {  // without the final FAILURE
  while (code < end) {
    ssize left = end - code - 1;
    switch (*code++) {
      case kNegate: break;
      case kLiteral:
        if (left < 1) return false;
        code++;
        break;
      case kCategory:
        if (left < 1 || *code > 17) return false;
        code++;
        break;
      case kRange: case kRangeUniIgnore:
        if (left < 2) return false;
        code += 2;
        break;
      case kCharset:
        if (left < 8) return false;
        code += 8;
        break;
      case kBigCharset: {
        if (left < 65) return false;
        Code blocks = *code++;
        auto* table = reinterpret_cast<const uint8_t*>(code);
        for (int i = 0; i < 256; i++) {
          if (table[i] >= blocks) return false;
        }
        code += 64;
        if (blocks > 256 || static_cast<ssize>(blocks) * 8 > end - code) return false;
        code += blocks * 8;
        break;
      }
      default: return false;
    }
  }
  return true;
}

bool is_unit(const Code* code, const Code* end) {  // one one-character opcode and nothing else
  if (code >= end) return false;
  switch (code[0]) {
    case kAny: case kAnyAll: return code + 1 == end;
    case kLiteral: case kNotLiteral: case kLiteralIgnore: case kNotLiteralIgnore: case kLiteralUniIgnore: case kNotLiteralUniIgnore:
    case kLiteralLocIgnore: case kNotLiteralLocIgnore:
      return code + 2 == end;
    case kIn: case kInIgnore: case kInUniIgnore: case kInLocIgnore: return end - code >= 2 && code + 1 + code[1] == end;
    default: return false;
  }
}

enum class Verdict { kBad, kGood, kEndsInJump };

/// `code` up to `end`; a JUMP may stand at the very end (its skip word is not looked at).
Verdict check(Thread& t, const Code* code, const Code* end, ssize groups) {
  if (!check_native_stack(t, " while checking a pattern").ok()) {
    clear_exception(t);
    return Verdict::kBad;
  }
  if (code > end) return Verdict::kBad;
  auto inner = [&](const Code* from, const Code* to) { return from <= to && to <= end && check(t, from, to, groups) == Verdict::kGood; };
  while (code < end) {
    Code op = *code++;
    ssize left = end - code;
    auto skip_fits = [&](const Code* at) { return at < end && at[0] >= 1 && static_cast<ssize>(at[0]) <= end - at; };
    switch (op) {
      case kSuccess: case kFailure: case kAny: case kAnyAll: break;
      case kMark:
        if (left < 1 || static_cast<ssize>(*code) >= 2 * groups) return Verdict::kBad;
        code++;
        break;
      case kLiteral: case kNotLiteral: case kLiteralIgnore: case kNotLiteralIgnore: case kLiteralUniIgnore: case kNotLiteralUniIgnore:
      case kLiteralLocIgnore: case kNotLiteralLocIgnore:
        if (left < 1) return Verdict::kBad;
        code++;
        break;
      case kAt:
        if (left < 1 || *code > 11) return Verdict::kBad;
        code++;
        break;
      case kCategory:
        if (left < 1 || *code > 17) return Verdict::kBad;
        code++;
        break;
      case kIn: case kInIgnore: case kInUniIgnore: case kInLocIgnore:
        if (!skip_fits(code) || code[0] < 2 || code[code[0] - 1] != kFailure || !valid_charset(code + 1, code + code[0] - 1)) return Verdict::kBad;
        code += code[0];
        break;
      case kInfo: {
        if (!skip_fits(code) || code[0] < 4) return Verdict::kBad;
        const Code* next = code + code[0];
        Code flags = code[1];
        if (flags & ~7u || (flags & 5) == 5 || (flags & 3) == 2) return Verdict::kBad;
        if (flags & 1) {
          if (next - code < 6) return Verdict::kBad;
          Code n = code[4];
          if (n < 1 || static_cast<ssize>(n) * 2 != next - code - 6 || code[2] < n) return Verdict::kBad;
        } else if (flags & 4) {
          if (next - code < 5 || next[-1] != kFailure || code[2] < 1 || !valid_charset(code + 4, next - 1)) return Verdict::kBad;
        } else if (next != code + 4) {
          return Verdict::kBad;
        }
        code = next;
        break;
      }
      case kBranch: {
        const Code* target = nullptr;
        while (true) {
          if (code >= end) return Verdict::kBad;
          if (code[0] == 0) break;
          if (!skip_fits(code) || code[0] < 3) return Verdict::kBad;
          const Code* next = code + code[0];
          if (next[-2] != kJump || !inner(code + 1, next - 2)) return Verdict::kBad;
          if (next[-1] < 1 || static_cast<ssize>(next[-1]) > end - (next - 1)) return Verdict::kBad;
          const Code* jumps_to = next - 1 + next[-1];
          if (target && jumps_to != target) return Verdict::kBad;
          target = jumps_to;
          code = next;
        }
        code++;
        if (code != target) return Verdict::kBad;
        break;
      }
      case kRepeatOne: case kMinRepeatOne: case kPossessiveRepeatOne:
        if (!skip_fits(code) || code[0] < 5 || code[1] > code[2] || code[code[0] - 1] != kSuccess || !inner(code + 3, code + code[0] - 1) ||
            !is_unit(code + 3, code + code[0] - 1)) {
          return Verdict::kBad;
        }
        code += code[0];
        break;
      case kRepeat: case kPossessiveRepeat: {
        if (!skip_fits(code) || code[0] < 3 || code[1] > code[2] || static_cast<ssize>(code[0]) >= end - code || !inner(code + 3, code + code[0])) return Verdict::kBad;
        code += code[0];
        Code last = *code++;
        if (op == kPossessiveRepeat ? last != kSuccess : last != kMaxUntil && last != kMinUntil) return Verdict::kBad;
        break;
      }
      case kAtomicGroup:
        if (!skip_fits(code) || code[0] < 2 || code[code[0] - 1] != kSuccess || !inner(code + 1, code + code[0] - 1)) return Verdict::kBad;
        code += code[0];
        break;
      case kAssert: case kAssertNot:
        if (!skip_fits(code) || code[0] < 3 || code[code[0] - 1] != kSuccess || !inner(code + 2, code + code[0] - 1)) return Verdict::kBad;
        code += code[0];
        break;
      case kGroupRef: case kGroupRefIgnore: case kGroupRefUniIgnore: case kGroupRefLocIgnore:
        if (left < 1 || static_cast<ssize>(*code) >= groups) return Verdict::kBad;
        code++;
        break;
      case kGroupRefExists: {
        // <group> <skip> then-part [JUMP <skip> else-part]: skip counts from <group>.
        if (left < 2 || static_cast<ssize>(code[0]) >= groups || code[1] < 2 || static_cast<ssize>(code[1]) > left) return Verdict::kBad;
        const Code* otherwise = code + code[1];
        Verdict then = otherwise - code >= 4 && otherwise[-2] == kJump ? check(t, code + 2, otherwise - 1, groups) : check(t, code + 2, otherwise, groups);
        if (then == Verdict::kBad) {
          then = check(t, code + 2, otherwise, groups);
        } else if (then == Verdict::kEndsInJump) {
          const Code* jump = otherwise - 1;
          if (!skip_fits(jump) || check(t, otherwise, jump + jump[0], groups) != Verdict::kGood) return Verdict::kBad;
          code = jump + jump[0];
          break;
        }
        if (then != Verdict::kGood) return Verdict::kBad;
        code = otherwise;
        break;
      }
      case kJump: return code == end ? Verdict::kEndsInJump : Verdict::kBad;
      default: return Verdict::kBad;
    }
  }
  return Verdict::kGood;
}

}  // namespace

bool valid_code(Thread& t, const Code* code, ssize size, ssize groups) {
  if (groups < 0 || groups > kMaxGroups || size < 1 || code[size - 1] != kSuccess) return false;
  return check(t, code, code + size - 1, groups) == Verdict::kGood;
}

}  // namespace ty::sre
