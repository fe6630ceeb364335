// The matching loop. CPython: Modules/_sre/sre_lib.h (behaviour).
#include "modules/_sre_engine.h"

#include <cctype>

#include "base/string_search.h"
#include "base/unicode.h"
#include "object/errors.h"
#include "sync/thread_state.h"

namespace ty::sre {

char32_t lower_ascii(char32_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
char32_t lower_unicode(char32_t c) { return c < 0x80 ? lower_ascii(c) : unicode::to_lower(c); }
bool iscased_ascii(char32_t c) { return c < 128 && ((c | 32) >= 'a' && (c | 32) <= 'z'); }
bool iscased_unicode(char32_t c) {
  if (unicode::to_lower(c) != c) return true;
  char32_t upper[3];
  return unicode::to_upper_full(c, upper) != 1 || upper[0] != c;
}

namespace {

enum Kind : uint32_t {
  // Choices: taken up again on failure.
  kChooseBranch,     // a: code of the next alternative's skip word, b: position
  kChooseShorter,    // a: code behind REPEAT_ONE, b: position of the first item, c: count tried last
  kChooseLonger,     // a: code behind MIN_REPEAT_ONE, b: position, c: count
  kChooseTail,       // a: code behind MAX_UNTIL, b: position, index: repeat
  kChooseBody,       // a: unused, b: position, c: count, index: repeat
  // Barriers: a: code behind the opcode, b: position, c: the outer barrier; index: count of a possessive repeat
  kBarrierAssert, kBarrierAssertNot, kBarrierAtomic, kBarrierPossessive,
  // Records of what to put back.
  kUndoMark,         // index: mark, a: old value, b: old last_index
  kUndoRepeat,       // index: repeat, a: count, b: last
  kUndoCurrent,      // a: old current repeat
  kUndoNew,          // a: old current repeat; the newest repeat dies
};
constexpr uint32_t kFirstBarrier = kBarrierAssert, kFirstUndo = kUndoMark;

bool is_word_ascii(char32_t c) { return c < 128 && (std::isalnum(static_cast<int>(c)) || c == '_'); }
bool is_word_locale(char32_t c) { return c < 256 && (std::isalnum(static_cast<int>(c)) || c == '_'); }
bool is_word_unicode(char32_t c) { return c < 128 ? is_word_ascii(c) : unicode::is_alnum(c); }
char32_t lower_locale(char32_t c) { return c < 256 ? static_cast<char32_t>(std::tolower(static_cast<int>(c))) : c; }
char32_t upper_locale(char32_t c) { return c < 256 ? static_cast<char32_t>(std::toupper(static_cast<int>(c))) : c; }
bool is_space_ascii(char32_t c) { return c == ' ' || (c >= 9 && c <= 13); }

bool in_category(Code category, char32_t c) {
  switch (category) {
    case 0: return c >= '0' && c <= '9';
    case 1: return !(c >= '0' && c <= '9');
    case 2: return is_space_ascii(c);
    case 3: return !is_space_ascii(c);
    case 4: return is_word_ascii(c);
    case 5: return !is_word_ascii(c);
    case 6: return c == '\n';
    case 7: return c != '\n';
    case 8: return is_word_locale(c);
    case 9: return !is_word_locale(c);
    case 10: return unicode::is_decimal(c);
    case 11: return !unicode::is_decimal(c);
    case 12: return unicode::is_space(c);
    case 13: return !unicode::is_space(c);
    case 14: return is_word_unicode(c);
    case 15: return !is_word_unicode(c);
    case 16: return unicode::is_line_break(c);
    default: return !unicode::is_line_break(c);
  }
}

bool in_charset(const Code* set, char32_t c) {
  bool ok = true;
  while (true) {
    switch (*set++) {
      case kFailure: return !ok;
      case kLiteral:
        if (c == *set++) return ok;
        break;
      case kCategory:
        if (in_category(*set++, c)) return ok;
        break;
      case kCharset:
        if (c < 256 && (set[c >> 5] >> (c & 31) & 1)) return ok;
        set += 8;
        break;
      case kRange:
        if (set[0] <= c && c <= set[1]) return ok;
        set += 2;
        break;
      case kRangeUniIgnore: {
        char32_t upper = unicode::to_upper(c);
        if ((set[0] <= c && c <= set[1]) || (set[0] <= upper && upper <= set[1])) return ok;
        set += 2;
        break;
      }
      case kNegate: ok = !ok; break;
      case kBigCharset: {
        Code blocks = *set++;
        if (c < 0x10000) {
          Code block = reinterpret_cast<const uint8_t*>(set)[c >> 8];
          const Code* bits = set + 64 + size_t{block} * 8;
          if (bits[(c & 255) >> 5] >> (c & 31) & 1) return ok;
        }
        set += 64 + size_t{blocks} * 8;
        break;
      }
      default: return false;
    }
  }
}
bool in_charset_locale(const Code* set, char32_t c) {
  char32_t lower = lower_locale(c);
  if (in_charset(set, lower)) return true;
  char32_t upper = upper_locale(c);
  return upper != lower && in_charset(set, upper);
}
bool same_locale(char32_t pattern, char32_t c) { return c == pattern || lower_locale(c) == pattern || upper_locale(c) == pattern; }

/// One character against a one-character opcode.
TY_INLINE bool unit_matches(const Code* pc, char32_t c) {
  switch (pc[0]) {
    case kAny: return c != '\n';
    case kAnyAll: return true;
    case kLiteral: return c == pc[1];
    case kNotLiteral: return c != pc[1];
    case kIn: return in_charset(pc + 2, c);
    case kLiteralIgnore: return lower_ascii(c) == pc[1];
    case kNotLiteralIgnore: return lower_ascii(c) != pc[1];
    case kInIgnore: return in_charset(pc + 2, lower_ascii(c));
    case kLiteralUniIgnore: return lower_unicode(c) == pc[1];
    case kNotLiteralUniIgnore: return lower_unicode(c) != pc[1];
    case kInUniIgnore: return in_charset(pc + 2, lower_unicode(c));
    case kLiteralLocIgnore: return same_locale(pc[1], c);
    case kNotLiteralLocIgnore: return !same_locale(pc[1], c);
    case kInLocIgnore: return in_charset_locale(pc + 2, c);
    default: return false;
  }
}

/// How many characters from `p` on, at most up to `end`, match.
template <class Unit>
const Unit* skip_units(const Code* pc, const Unit* p, const Unit* end) {
  switch (pc[0]) {
    case kAnyAll: return end;
    case kAny: {
      ssize n = search::find_char(p, end - p, static_cast<Unit>('\n'));
      return n < 0 ? end : p + n;
    }
    case kLiteral: {
      char32_t c = pc[1];
      while (p < end && *p == c) p++;
      return p;
    }
    case kNotLiteral: {
      char32_t c = pc[1];
      if (static_cast<Unit>(c) != c) return end;
      ssize n = search::find_char(p, end - p, static_cast<Unit>(c));
      return n < 0 ? end : p + n;
    }
    case kIn: {
      const Code* set = pc + 2;
      if (set[0] == kCategory && set[2] == kFailure && set[1] == 14) {
        while (p < end && is_word_unicode(*p)) p++;
        return p;
      }
      if (set[0] == kRange && set[3] == kFailure) {
        while (p < end && *p >= set[1] && *p <= set[2]) p++;
        return p;
      }
      while (p < end && in_charset(set, *p)) p++;
      return p;
    }
    default:
      while (p < end && unit_matches(pc, *p)) p++;
      return p;
  }
}

template <class Unit>
bool at_position(Code where, const Unit* p, const Unit* begin, const Unit* end) {
  auto boundary = [&](bool (*is_word)(char32_t)) {
    bool before = p > begin && is_word(p[-1]);
    bool here = p < end && is_word(p[0]);
    return before != here;
  };
  switch (where) {
    case 0: case 2: return p == begin;
    case 1: return p == begin || p[-1] == '\n';
    case 3: return begin != end && boundary(is_word_ascii);
    case 4: return begin != end && !boundary(is_word_ascii);
    case 5: return p == end || (end - p == 1 && *p == '\n');
    case 6: return p == end || *p == '\n';
    case 7: return p == end;
    case 8: return begin != end && boundary(is_word_locale);
    case 9: return begin != end && !boundary(is_word_locale);
    case 10: return begin != end && boundary(is_word_unicode);
    case 11: return begin != end && !boundary(is_word_unicode);
    default: return false;
  }
}

constexpr ssize kChunk = 1 << 15;

template <class Unit>
struct Runner {
  Engine& e;
  const Unit* const begin;
  const Unit* const end;
  const Unit* p = nullptr;
  const Code* pc = nullptr;
  int32_t current = -1;   // the repeat whose body is being matched
  int64_t barrier = -1;   // index of the innermost barrier in the stack
  uint32_t work = 0;

  explicit Runner(Engine& e) : e(e), begin(static_cast<const Unit*>(e.text)), end(begin + e.end) {}

  Result<void> poll_now() {
    work = 0;
    return poll(e.t);
  }
  /// As skip_units, polling between chunks. Null Result: an exception.
  Result<const Unit*> count(const Code* unit, const Unit* from, ssize limit) {
    const Unit* stop = limit < end - from ? from + limit : end;
    while (true) {
      const Unit* chunk = stop - from > kChunk ? from + kChunk : stop;
      const Unit* reached = skip_units(unit, from, chunk);
      if (TY_LIKELY(reached != chunk || chunk == stop)) return reached;
      TRY(poll(e.t));
      from = reached;
    }
  }
  static ssize limit_of(Code max) { return max == kMaxRepeat ? PTRDIFF_MAX : static_cast<ssize>(max); }
  bool push(uint32_t kind, uint32_t index, int64_t a, int64_t b, int64_t c) { return e.stack.push(Entry{kind, index, a, b, c}); }
  static int64_t word(const void* pointer) { return reinterpret_cast<int64_t>(pointer); }
  static const Code* code_of(int64_t word) { return reinterpret_cast<const Code*>(word); }
  static const Unit* unit_of(int64_t word) { return reinterpret_cast<const Unit*>(word); }
  bool recording() { return e.stack.size() != 0; }

  bool set_mark(Code index) {
    ssize at = p - begin;
    if (recording() && !push(kUndoMark, index, e.marks[index], e.last_index, 0)) return false;
    if (index & 1) e.last_index = index / 2 + 1;
    e.marks[index] = at;
    return true;
  }
  bool set_repeat(uint32_t index, ssize count, ssize last) {
    Repeat& r = e.repeats[index];
    if (!push(kUndoRepeat, index, r.count, r.last, 0)) return false;
    r.count = count;
    r.last = last;
    return true;
  }
  bool set_current(int32_t index) {
    if (!push(kUndoCurrent, 0, current, 0, 0)) return false;
    current = index;
    return true;
  }
  void undo(const Entry& entry) {
    switch (entry.kind) {
      case kUndoMark:
        e.marks[entry.index] = entry.a;
        e.last_index = entry.b;
        break;
      case kUndoRepeat:
        e.repeats[entry.index].count = entry.a;
        e.repeats[entry.index].last = entry.b;
        break;
      case kUndoNew:
        e.repeats.pop();
        current = static_cast<int32_t>(entry.a);
        break;
      default: current = static_cast<int32_t>(entry.a); break;
    }
  }
  /// Forgets the choices from `from` on; what undoes changes stays.
  void cut(size_t from) {
    size_t kept = from;
    for (size_t i = from; i < e.stack.size(); i++) {
      if (e.stack[i].kind >= kFirstUndo) e.stack[kept++] = e.stack[i];
    }
    e.stack.truncate(kept);
  }
  bool enter_barrier(uint32_t kind, uint32_t count, const Code* at) {
    if (!push(kind, count, word(at), word(p), barrier)) return false;
    barrier = static_cast<int64_t>(e.stack.size()) - 1;
    return true;
  }
  /// After `count` iterations of the possessive repeat at `at`: begins the next one, or goes on behind it.
  bool next_possessive(const Code* at, uint32_t count, bool optional_and_empty) {
    if (count < at[1] || ((count < at[2] || at[2] == kMaxRepeat) && !optional_and_empty)) {
      if (!enter_barrier(kBarrierPossessive, count, at)) return false;
      pc = at + 3;
    } else {
      pc = at + at[0] + 1;
    }
    return true;
  }
  bool unset(Code group) {
    ssize from = e.marks[group * 2], to = e.marks[group * 2 + 1];
    return from < 0 || to < 0 || to < from;
  }
  template <class Same>
  bool group_again(Code group, Same&& same) {
    if (unset(group)) return false;
    const Unit* q = begin + e.marks[group * 2];
    const Unit* stop = begin + e.marks[group * 2 + 1];
    for (; q < stop; q++, p++) {
      if (p >= end || !same(*q, *p)) return false;
    }
    return true;
  }

  Result<bool> run(const Code* code, const Unit* from);
};

#define FAIL goto fail
#define PUSH(condition) \
  if (TY_UNLIKELY(!(condition))) return raise_memory_error(e.t)

template <class Unit>
Result<bool> Runner<Unit>::run(const Code* code, const Unit* from) {
  pc = code;
  p = from;
  current = -1;
  barrier = -1;
  e.stack.truncate(0);
  e.repeats.truncate(0);
  while (true) {
    switch (*pc++) {
      case kSuccess:
        if (barrier < 0) {
          if ((e.match_all && p != end) || p - begin == e.must_advance) FAIL;
          e.position = p - begin;
          return true;
        } else {
          Entry b = e.stack[static_cast<size_t>(barrier)];
          auto index = static_cast<size_t>(barrier);
          if (b.kind == kBarrierAssertNot) {
            while (e.stack.size() > index + 1) {
              Entry entry = e.stack.top();
              e.stack.pop();
              if (entry.kind >= kFirstUndo) undo(entry);
            }
            e.stack.pop();
            barrier = b.c;
            FAIL;
          }
          cut(index);
          barrier = b.c;
          const Code* at = code_of(b.a);
          if (b.kind == kBarrierAssert) {
            p = unit_of(b.b);
            pc = at + at[0];
          } else if (b.kind == kBarrierAtomic) {
            pc = at + at[0];
          } else {
            bool optional = b.index >= at[1];
            PUSH(next_possessive(at, b.index + 1, optional && p == unit_of(b.b)));
            if (++work > 4096) TRY(poll_now());
          }
        }
        break;
      case kFailure: FAIL;
      case kMark:
        PUSH(set_mark(*pc++));
        break;
      case kLiteral:
        if (p >= end || *p != *pc) FAIL;
        pc++, p++;
        break;
      case kNotLiteral:
        if (p >= end || *p == *pc) FAIL;
        pc++, p++;
        break;
      case kAny:
        if (p >= end || *p == '\n') FAIL;
        p++;
        break;
      case kAnyAll:
        if (p >= end) FAIL;
        p++;
        break;
      case kIn:
        if (p >= end || !in_charset(pc + 1, *p)) FAIL;
        pc += pc[0], p++;
        break;
      case kLiteralIgnore: case kNotLiteralIgnore: case kLiteralUniIgnore: case kNotLiteralUniIgnore: case kLiteralLocIgnore: case kNotLiteralLocIgnore:
        if (p >= end || !unit_matches(pc - 1, *p)) FAIL;
        pc++, p++;
        break;
      case kInIgnore: case kInUniIgnore: case kInLocIgnore:
        if (p >= end || !unit_matches(pc - 1, *p)) FAIL;
        pc += pc[0], p++;
        break;
      case kCategory:
        if (p >= end || !in_category(*pc, *p)) FAIL;
        pc++, p++;
        break;
      case kAt:
        if (!at_position(*pc, p, begin, end)) FAIL;
        pc++;
        break;
      case kJump: case kInfo:
        pc += pc[0];
        break;
      case kBranch:
      next_branch: {
        // pc is at the skip word of an alternative; alternatives that cannot begin here are passed over.
        const Code* chosen = nullptr;
        const Code* alternative = pc;
        for (; alternative[0]; alternative += alternative[0]) {
          if (alternative[1] == kLiteral && (p >= end || *p != alternative[2])) continue;
          if (alternative[1] == kIn && (p >= end || !in_charset(alternative + 3, *p))) continue;
          if (chosen) break;
          chosen = alternative;
        }
        if (!chosen) FAIL;
        if (alternative[0]) PUSH(push(kChooseBranch, 0, word(alternative), word(p), 0));
        pc = chosen + 1;
        break;
      }
      case kRepeatOne: {
        if (static_cast<ssize>(pc[1]) > end - p) FAIL;
        const Unit* first = p;
        const Unit* reached = first;
        {
          auto counted = count(pc + 3, p, limit_of(pc[2]));
          if (!counted.ok()) return Raised{};
          reached = counted.take();
        }
        ssize n = reached - first, least = static_cast<ssize>(pc[1]);
        if (n < least) FAIL;
        const Code* tail = pc + pc[0];
        if (tail[0] == kLiteral) {  // only where the next character fits
          char32_t c = tail[1];
          while (n >= least && (first + n >= end || first[n] != c)) n--;
          if (n < least) FAIL;
        }
        if (n > least) PUSH(push(kChooseShorter, 0, word(pc), word(first), n));
        p = first + n;
        pc = tail;
        break;
      }
      case kMinRepeatOne: {
        ssize least = static_cast<ssize>(pc[1]);
        if (least > end - p) FAIL;
        if (least) {
          auto counted = count(pc + 3, p, least);
          if (!counted.ok()) return Raised{};
          const Unit* reached = counted.take();
          if (reached - p < least) FAIL;
          p = reached;
        }
        if (least < limit_of(pc[2])) PUSH(push(kChooseLonger, 0, word(pc), word(p), least));
        pc += pc[0];
        break;
      }
      case kPossessiveRepeatOne: {
        if (static_cast<ssize>(pc[1]) > end - p) FAIL;
        auto counted = count(pc + 3, p, limit_of(pc[2]));
        if (!counted.ok()) return Raised{};
        const Unit* reached = counted.take();
        if (reached - p < static_cast<ssize>(pc[1])) FAIL;
        p = reached;
        pc += pc[0];
        break;
      }
      case kRepeat:
        PUSH(e.repeats.push(Repeat{-1, -1, pc, current}));
        PUSH(push(kUndoNew, 0, current, 0, 0));
        current = static_cast<int32_t>(e.repeats.size()) - 1;
        pc += pc[0];  // to the UNTIL
        break;
      case kMaxUntil: {
        if (current < 0) return raise_runtime_error(e.t, "internal error in regular expression engine");
        if (++work > 4096) TRY(poll_now());
        auto index = static_cast<uint32_t>(current);
        Repeat r = e.repeats[index];
        ssize n = r.count + 1, at = p - begin;
        if (n < static_cast<ssize>(r.code[1])) {
          PUSH(set_repeat(index, n, r.last));
          pc = r.code + 3;
        } else if (n < limit_of(r.code[2]) && at != r.last) {
          PUSH(push(kChooseTail, index, word(pc), word(p), 0));
          PUSH(set_repeat(index, n, at));
          pc = r.code + 3;
        } else {
          PUSH(set_current(r.previous));
        }
        break;
      }
      case kMinUntil: {
        if (current < 0) return raise_runtime_error(e.t, "internal error in regular expression engine");
        if (++work > 4096) TRY(poll_now());
        auto index = static_cast<uint32_t>(current);
        Repeat r = e.repeats[index];
        ssize n = r.count + 1;
        if (n < static_cast<ssize>(r.code[1])) {
          PUSH(set_repeat(index, n, r.last));
          pc = r.code + 3;
        } else {
          PUSH(push(kChooseBody, index, 0, word(p), n));
          PUSH(set_current(r.previous));
        }
        break;
      }
      case kPossessiveRepeat:
        PUSH(next_possessive(pc, 0, false));
        break;
      case kAtomicGroup:
        PUSH(enter_barrier(kBarrierAtomic, 0, pc));
        pc++;
        break;
      case kAssert:
        if (p - begin < static_cast<ssize>(pc[1])) FAIL;
        PUSH(enter_barrier(kBarrierAssert, 0, pc));
        p -= pc[1];
        pc += 2;
        break;
      case kAssertNot:
        if (p - begin < static_cast<ssize>(pc[1])) {
          pc += pc[0];
          break;
        }
        PUSH(enter_barrier(kBarrierAssertNot, 0, pc));
        p -= pc[1];
        pc += 2;
        break;
      case kGroupRef:
        if (!group_again(*pc, [](Unit a, Unit b) { return a == b; })) FAIL;
        pc++;
        break;
      case kGroupRefIgnore:
        if (!group_again(*pc, [](Unit a, Unit b) { return lower_ascii(a) == lower_ascii(b); })) FAIL;
        pc++;
        break;
      case kGroupRefUniIgnore:
        if (!group_again(*pc, [](Unit a, Unit b) { return lower_unicode(a) == lower_unicode(b); })) FAIL;
        pc++;
        break;
      case kGroupRefLocIgnore:
        if (!group_again(*pc, [](Unit a, Unit b) { return lower_locale(a) == lower_locale(b); })) FAIL;
        pc++;
        break;
      case kGroupRefExists:
        pc += unset(*pc) ? pc[1] : 2;
        break;
      default: return raise_runtime_error(e.t, "internal error in regular expression engine");
    }
    continue;

  fail:
    if (++work > 4096) TRY(poll_now());
    while (true) {
      if (e.stack.size() == 0) return false;
      Entry& entry = e.stack.top();
      if (entry.kind >= kFirstUndo) {
        undo(entry);
        e.stack.pop();
        continue;
      }
      if (entry.kind >= kFirstBarrier) {
        Entry b = entry;
        e.stack.pop();
        barrier = b.c;
        const Code* at = code_of(b.a);
        if (b.kind == kBarrierAssertNot) {
          p = unit_of(b.b);
          pc = at + at[0];
          break;
        }
        if (b.kind == kBarrierPossessive && b.index >= at[1]) {
          p = unit_of(b.b);
          pc = at + at[0] + 1;
          break;
        }
        continue;
      }
      if (entry.kind == kChooseBranch) {
        pc = code_of(entry.a);
        p = unit_of(entry.b);
        e.stack.pop();
        goto next_branch;
      }
      if (entry.kind == kChooseShorter) {
        const Code* at = code_of(entry.a);
        const Unit* first = unit_of(entry.b);
        ssize n = entry.c - 1, least = static_cast<ssize>(at[1]);
        const Code* tail = at + at[0];
        if (tail[0] == kLiteral) {
          char32_t c = tail[1];
          while (n >= least && first[n] != c) n--;
        }
        if (n <= least) {
          e.stack.pop();
          if (n < least) continue;
        } else {
          entry.c = n;
        }
        p = first + n;
        pc = tail;
        break;
      }
      if (entry.kind == kChooseLonger) {
        const Code* at = code_of(entry.a);
        const Unit* here = unit_of(entry.b);
        if (here >= end || !unit_matches(at + 3, *here)) {
          e.stack.pop();
          continue;
        }
        p = here + 1;
        pc = at + at[0];
        if (entry.c + 1 < limit_of(at[2])) {
          entry.b = word(p);
          entry.c++;
        } else {
          e.stack.pop();
        }
        break;
      }
      Entry choice = entry;
      e.stack.pop();
      p = unit_of(choice.b);
      Repeat r = e.repeats[choice.index];
      if (choice.kind == kChooseTail) {
        current = static_cast<int32_t>(choice.index);
        PUSH(set_current(r.previous));
        pc = code_of(choice.a);
        break;
      }
      if (choice.c >= limit_of(r.code[2]) || p - begin == r.last) continue;
      PUSH(set_repeat(choice.index, choice.c, p - begin));
      current = static_cast<int32_t>(choice.index);
      pc = r.code + 3;
      break;
    }
  }
}
#undef FAIL
#undef PUSH

template <class Unit>
Result<bool> search_units(Engine& e) {
  Runner<Unit> run(e);
  const Unit* p = run.begin + e.start;
  const Unit* const end = run.end;
  const Code* code = e.code;
  if (p > end) return false;
  const Unit* last = end;  // the last place where a match can begin
  const Code* charset = nullptr;
  Unit prefix[32];
  ssize prefix_length = 0;
  bool prefix_is_all = false;
  if (code[0] == kInfo) {
    Code flags = code[2];
    ssize width = code[3];
    if (width > end - p) return false;
    last = end - width;
    if (flags & 1) {
      ssize n = code[5];
      prefix_length = n < 32 ? n : 32;
      for (ssize i = 0; i < prefix_length; i++) {
        prefix[i] = static_cast<Unit>(code[7 + i]);
        if (prefix[i] != code[7 + i]) return false;  // no such character in this text
      }
      prefix_is_all = (flags & 2) && n == prefix_length && !e.match_all;
    } else if (flags & 4) {
      charset = code + 5;
    }
    code += 1 + code[1];
  }
  bool anchored = code[0] == kAt && (code[1] == 0 || code[1] == 2);
  auto attempt = [&](const Unit* at) -> Result<bool> {
    e.reset();
    auto r = run.run(code, at);
    if (r.ok()) {
      bool yes = r.take();
      if (yes) e.start = at - run.begin;
      return yes;
    }
    return Raised{};
  };
  auto skip = [&](auto&& step) -> Result<const Unit*> {  // scans in chunks, polling
    while (true) {
      const Unit* chunk = last + 1 - p > kChunk ? p + kChunk : last + 1;
      const Unit* hit = step(p, chunk);
      if (hit) return hit;
      if (chunk == last + 1) return last + 1;
      p = chunk;
      TRY(poll(e.t));
    }
  };
  for (; p <= last; p++) {
    if (prefix_length) {
      p = TRY(skip([&](const Unit* from, const Unit* to) -> const Unit* {
        ssize n = search::find(from, (to - from) + prefix_length - 1, prefix, prefix_length);
        return n < 0 ? nullptr : from + n;
      }));
      if (p > last) return false;
      if (prefix_is_all) {
        e.reset();
        e.start = p - run.begin;
        e.position = e.start + prefix_length;
        return true;
      }
    } else if (charset) {
      p = TRY(skip([&](const Unit* from, const Unit* to) -> const Unit* {
        while (from < to && !in_charset(charset, *from)) from++;
        return from < to ? from : nullptr;
      }));
      if (p > last) return false;
    }
    if (TRY(attempt(p))) return true;
    if (anchored) return false;
    if (++run.work > 4096) TRY(run.poll_now());
  }
  return false;
}

template <class Unit>
Result<bool> match_units(Engine& e) {
  Runner<Unit> run(e);
  if (e.start > e.end) return false;
  e.reset();
  const Code* code = e.code;
  if (code[0] == kInfo) {
    if (static_cast<ssize>(code[3]) > e.end - e.start) return false;
    code += 1 + code[1];
  }
  return run.run(code, run.begin + e.start);
}

}  // namespace

Result<void> Engine::prepare() {
  ssize n = groups * 2;
  marks = inline_marks;
  if (n > 16) {
    marks = static_cast<ssize*>(__builtin_malloc(static_cast<size_t>(n) * sizeof(ssize)));
    if (!marks) return raise_memory_error(t);
  }
  reset();
  return {};
}
void Engine::reset() {
  for (ssize i = 0; i < groups * 2; i++) marks[i] = -1;
  last_index = -1;
}
Result<bool> Engine::match() { return kind == 1 ? match_units<uint8_t>(*this) : kind == 2 ? match_units<uint16_t>(*this) : match_units<char32_t>(*this); }
Result<bool> Engine::search() {
  return kind == 1 ? search_units<uint8_t>(*this) : kind == 2 ? search_units<uint16_t>(*this) : search_units<char32_t>(*this);
}

}  // namespace ty::sre
