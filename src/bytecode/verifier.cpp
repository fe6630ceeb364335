// bytecode/verifier.cpp: are the rules of docs/bytecode.md kept?
//
// A forward dataflow over the states of temporaries: undefined (garbage, may not lie below a depth), dead (a word that was consumed: harmless below a
// depth, no operand), live. Where paths meet, the worse of two states holds; a temporary that is live on one path and not below the depth there is
// an error by itself, because nothing would ever release it.
#include <algorithm>
#include <vector>

#include "bytecode/code_format.h"
#include "bytecode/frame_layout.h"

namespace ty {

namespace {

enum State : uint8_t { kUndefined, kDead, kLive };

class Verifier {
 public:
  explicit Verifier(const CodeView& code) : code_(code) {}

  std::string run(bool structure_only) {
    if (code_.word_count == 0) return "no instructions";
    if (!structure() || structure_only) return error_;
    temporaries_ = code_.register_count - code_.local_count;
    states_.assign(size_t{code_.word_count} * temporaries_, kUndefined);
    seen_.assign(code_.word_count, 0);
    flow(0, std::vector<uint8_t>(temporaries_, kUndefined));
    while (!work_.empty() && error_.empty()) {
      uint32_t at = work_.back();
      work_.pop_back();
      queued_[at] = 0;
      step(at);
    }
    return error_;
  }

 private:
  void fail(uint32_t at, const std::string& what) {
    if (!error_.empty()) return;
    Decoded d = decode(code_, at);
    error_ = "at " + std::to_string(at) + " " + kOpInfo[static_cast<size_t>(d.op)].name + ": " + what;
  }

  bool structure() {
    begins_.assign(code_.word_count + 1, 0);
    queued_.assign(code_.word_count + 1, 0);
    if (code_.local_count > code_.register_count) fail(0, "more locals than registers");
    for (uint32_t at = 0; at < code_.word_count;) {
      if ((code_.words[at] & 0xFFFFFFFF) >= kOpCount) {
        error_ = "at " + std::to_string(at) + ": no such operation";
        return false;
      }
      begins_[at] = 1;
      Decoded d = decode(code_, at);
      if (at + d.words > code_.word_count) fail(at, "truncated");
      at += d.words;
    }
    for (uint32_t at = 0; at < code_.word_count && error_.empty();) {
      Decoded d = decode(code_, at);
      const OpInfo& info = kOpInfo[static_cast<size_t>(d.op)];
      operand(at, info.a, d.a, d, kKillA);
      operand(at, info.b, d.b, d, kKillB);
      operand(at, info.c, d.c, d, kKillC);
      if (info.format == Format::Jump && (d.target >= code_.word_count || !begins_[d.target])) fail(at, "jumps into the middle of something");
      if (has_extra_operand(d.op) && d.op != Op::kUnpackStar && d.extra >= code_.constant_count) fail(at, "constant out of range");
      if (code_.depths[at] > code_.register_count || code_.depths[at] < code_.local_count) fail(at, "depth out of range");
      at += d.words;
      if (at >= code_.word_count && !(info.effects & Terminates)) fail(at - d.words, "runs off the end");
    }
    for (uint32_t i = 0; i < code_.exception_count && error_.empty(); i++) {
      const ExceptionRange& x = code_.exceptions[i];
      if (x.start >= x.end || x.end > code_.word_count || x.handler >= code_.word_count || !begins_[x.start] || !begins_[x.handler] ||
          x.depth < code_.local_count || x.depth >= code_.register_count) {
        error_ = "exception range " + std::to_string(i) + " is malformed";
      }
    }
    for (uint32_t i = 0; i < code_.window_count && error_.empty(); i++) {
      const WindowRange& x = code_.windows[i];
      if (x.start >= x.end || x.end > code_.word_count || x.first < code_.local_count || x.first + kFrameHeaderWords > static_cast<int>(code_.register_count)) {
        error_ = "window range " + std::to_string(i) + " is malformed";
      }
    }
    return error_.empty();
  }

  void operand(uint32_t at, Role role, uint32_t value, const Decoded& d, KillBit bit) {
    if (d.op == Op::kRaise && bit != kKillC && d.c < (bit == kKillA ? 1u : 2u)) return;  // not read
    switch (role) {
      case Role::Dst: case Role::Use: case Role::Kill: case Role::Cell: case Role::Base:
        if (value >= code_.register_count && !(role == Role::Base && run_length(d) == 0 && value <= code_.register_count)) {
          fail(at, "register out of range");
        }
        break;
      case Role::Const: case Role::Name:
        if (value >= code_.constant_count) fail(at, "constant out of range");
        break;
      case Role::Free:
        if (value >= code_.free_count) fail(at, "free variable out of range");
        break;
      default: break;
    }
    if ((d.kill & bit) && role != Role::Kill && d.op != Op::kLoadSpecial) fail(at, "kill bit on an operand that cannot die");
    if ((d.kill & bit) && value < code_.local_count) fail(at, "kill bit on a local");
  }

  /// Length of the run at the Base operand that is read.
  static int run_length(const Decoded& d) {
    switch (d.op) {
      case Op::kLoadSuperAttr: case Op::kLoadSuperMethod: return 3;
      case Op::kBuildSlice: return static_cast<int>(d.c);
      case Op::kCall: case Op::kCallKeywords: return static_cast<int>(d.c) + 1;
      case Op::kCallMethod: case Op::kCallMethodKeywords: return static_cast<int>(d.c) + 2;
      case Op::kCallSpread: return 2 + static_cast<int>(d.c);
      case Op::kBuildTuple: case Op::kBuildList: case Op::kBuildSet: case Op::kBuildString: return static_cast<int>(d.c);
      case Op::kBuildDict: return 2 * static_cast<int>(d.c);
      case Op::kImportName: case Op::kIntrinsic2: return 2;
      case Op::kMatchClass: return 3;
      case Op::kCallExit: return 2;
      default: return 0;
    }
  }

  void flow(uint32_t to, const std::vector<uint8_t>& state) {
    uint8_t* target = states_.data() + size_t{to} * temporaries_;
    bool changed = !seen_[to];
    for (uint32_t i = 0; i < temporaries_; i++) {
      uint8_t met = seen_[to] ? std::min(target[i], state[i]) : state[i];
      changed |= met != target[i];
      target[i] = met;
    }
    seen_[to] = 1;
    if (changed && !queued_[to]) {
      queued_[to] = 1;
      work_.push_back(to);
    }
  }

  bool in_window(uint32_t at, uint32_t reg) const {
    for (uint32_t i = 0; i < code_.window_count; i++) {
      const WindowRange& w = code_.windows[i];
      if (at >= w.start && at < w.end && reg >= w.first && reg < w.first + static_cast<uint32_t>(kFrameHeaderWords)) return true;
    }
    return false;
  }

  void step(uint32_t at) {
    Decoded d = decode(code_, at);
    const OpInfo& info = kOpInfo[static_cast<size_t>(d.op)];
    const uint8_t* state = states_.data() + size_t{at} * temporaries_;
    std::vector<uint8_t> s(state, state + temporaries_);
    uint32_t base = code_.local_count;
    auto state_of = [&](uint32_t r) { return r < base ? uint8_t{kLive} : s[r - base]; };
    auto set = [&](uint32_t r, State to) {
      if (r >= base && r < code_.register_count) s[r - base] = to;
    };
    auto need = [&](uint32_t r) {
      if (r >= code_.register_count) {
        fail(at, "register out of range");
      } else if (state_of(r) != kLive) {
        fail(at, "reads r" + std::to_string(r) + (state_of(r) == kDead ? ", which is dead" : ", which is undefined"));
      }
    };
    // What lies below the depth is defined, what lies above is not live.
    uint32_t depth = code_.depths[at];
    if (info.effects & (Raises | RunsPython | Polls)) {
      for (uint32_t r = base; r < depth; r++) {
        if (state_of(r) == kUndefined && !in_window(at, r)) fail(at, "r" + std::to_string(r) + " lies below the depth and is undefined");
      }
      for (uint32_t r = depth; r < code_.register_count; r++) {
        if (state_of(r) == kLive) fail(at, "r" + std::to_string(r) + " is live above the depth " + std::to_string(depth));
      }
    }
    // Exceptional edge: before any effect.
    if (info.effects & Raises) {
      for (uint32_t i = 0; i < code_.exception_count; i++) {
        const ExceptionRange& x = code_.exceptions[i];
        if (at < x.start || at >= x.end) continue;
        std::vector<uint8_t> h = s;
        for (uint32_t r = base; r < code_.register_count; r++) {
          if (r >= x.depth) h[r - base] = kUndefined;
          if (r < x.depth && h[r - base] == kUndefined && !in_window(at, r)) fail(at, "r" + std::to_string(r) + " is undefined below the depth of the handler");
        }
        if (x.depth > depth) fail(at, "handler's depth is above the instruction's");
        h[x.depth - base] = kLive;
        flow(x.handler, h);
        break;
      }
    }
    bool empty_allowed = d.op == Op::kMove || d.op == Op::kDrop;  // of LoadMethod's EMPTY, and of what died already
    auto read = [&](Role role, uint32_t r) {
      if (role != Role::Use && role != Role::Kill && role != Role::Cell) return;
      if (d.op == Op::kRaise) return;  // by count, below
      if (empty_allowed) {
        if (r >= base && state_of(r) == kUndefined) fail(at, "reads r" + std::to_string(r) + ", which is undefined");
        return;
      }
      need(r);
    };
    read(info.a, d.a);
    read(info.b, d.b);
    read(info.c, d.c);
    if (d.op == Op::kRaise) {
      if (d.c >= 1) need(d.a);
      if (d.c >= 2) need(d.b);
    }
    int run = run_length(d);
    for (int i = 0; i < run; i++) need(d.b + static_cast<uint32_t>(i));
    // Consumption.
    if (d.kill & kKillA) set(d.a, kDead);
    if (d.kill & kKillB) set(d.b, kDead);
    if (d.kill & kKillC) set(d.c, kDead);
    switch (d.op) {
      case Op::kMatchClass:
        set(d.b + 1, kDead);
        set(d.b + 2, kDead);
        break;
      case Op::kCallExit: break;
      default:
        for (int i = 0; i < run; i++) set(d.b + static_cast<uint32_t>(i), kDead);
    }
    if (d.op == Op::kDrop || d.op == Op::kPopException) set(d.a, kDead);
    // Definitions.
    std::vector<uint8_t> jumped = s;
    if (info.a == Role::Dst) set(d.a, kLive);
    if (info.b == Role::Dst) set(d.b, kLive);
    switch (d.op) {
      case Op::kLoadMethod: case Op::kLoadSuperMethod: case Op::kLoadSpecial:
        set(d.a, kLive);
        set(d.a + 1, kLive);
        if (d.op == Op::kLoadSuperMethod) set(d.b + 2, kDead);
        break;
      case Op::kUnpackSequence:
        for (uint32_t i = 0; i < d.c; i++) set(d.a + i, kLive);
        break;
      case Op::kUnpackStar:
        for (uint32_t i = 0; i < d.c + d.extra + 1; i++) set(d.a + i, kLive);
        break;
      default: break;
    }
    if (info.format == Format::Jump) {
      if (d.op == Op::kForIter) {
        if (d.b >= base) jumped[d.b - base] = kDead;
      } else if (d.op == Op::kSend) {
        if (d.a >= base) jumped[d.a - base] = kLive;
      } else {
        jumped = s;
      }
      flow(d.target, jumped);
    }
    if (!(info.effects & Terminates)) flow(at + d.words, s);
  }

  const CodeView& code_;
  std::string error_;
  uint32_t temporaries_ = 0;
  std::vector<char> begins_, seen_, queued_;
  std::vector<uint8_t> states_;
  std::vector<uint32_t> work_;
};

}  // namespace

std::string verify_bytecode(const CodeView& code) { return Verifier(code).run(false); }
std::string verify_structure(const CodeView& code) { return Verifier(code).run(true); }

}  // namespace ty
