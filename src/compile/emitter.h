// compile/emitter.h: the instructions of one function while it is compiled, its registers, and their assembly into a CodeUnit.
//
// Registers   0 … local_count-1 are locals; temporaries are a stack above them, `top` the first free one. An instruction's static depth is the
//             `top` at which it was emitted: whatever lies below is valid (or a dead word of a window being evaluated).
// Regions     every instruction belongs to the innermost exception region; regions of different depth never overlap in one instruction.
// finish()    threads jumps, drops unreachable code and needless CheckBounds, orders constants, chooses narrow or wide words.
// Threads     one.
#pragma once

#include "bytecode/frame_layout.h"
#include "compile/unit.h"

namespace ty::compile {

struct Label {
  int id = -1;
  bool valid() const { return id >= 0; }
};

/// An instruction before assembly. Const and Name operands are indices into Emitter::constants.
struct Ir {
  Op op = Op::kNop;
  uint8_t kill = 0;
  bool deleted = false;
  int a = 0, b = 0, c = 0;
  int label = -1;
  int extra = -1;
  int region = -1;
  int depth = 0;
  ast::Location loc;
};

/// A register that holds an operand; `temp`: a temporary that dies with its use.
struct Operand {
  int reg = 0;
  bool temp = false;
};

struct Region {
  Label handler;
  int depth;
  bool keep_offset;
};

class Emitter {
 public:
  explicit Emitter(int local_count) : local_count(local_count), top(local_count), max_top(local_count) {}

  std::vector<Ir> code;
  std::vector<const Const*> constants;
  std::unordered_map<const Const*, int> constant_index;
  const int local_count;
  int top, max_top;
  int region = -1;           // current exception region
  ast::Location loc;         // position of what is emitted

  Label new_label() {
    labels_.push_back(-1);
    return {static_cast<int>(labels_.size()) - 1};
  }
  void bind(Label label) {
    labels_[static_cast<size_t>(label.id)] = static_cast<int>(code.size());
    last_bound_ = code.size();
  }

  int push() {
    int r = top++;
    if (top > max_top) max_top = top;
    return r;
  }
  /// Declares the temporaries up to `t` (exclusive) valid.
  void set_top(int t) {
    top = t;
    if (top > max_top) max_top = top;
  }
  /// Reserves a call window: returns the callable's register, `top` stands there.
  int begin_window() {
    int first = top;
    set_top(top + kWindowReserve);
    windows_.push_back({static_cast<int>(code.size()), -1, first});
    open_windows_.push_back(static_cast<int>(windows_.size()) - 1);
    return top;
  }
  /// After the call was emitted: `top` goes back to the window's beginning.
  void end_window() {
    Window& w = windows_[static_cast<size_t>(open_windows_.back())];
    open_windows_.pop_back();
    w.end = static_cast<int>(code.size());
    top = w.first;
  }
  /// One more dead word for the instruction emitted next.
  void dead_words_once(int first) {
    windows_.push_back({static_cast<int>(code.size()), static_cast<int>(code.size()) + 1, first});
  }

  int add_region(Label handler, int depth, bool keep_offset = false) {
    regions_.push_back({handler, depth, keep_offset});
    return static_cast<int>(regions_.size()) - 1;
  }

  int constant(const Const* c);
  Ir& emit(Op op, int a = 0, int b = 0, int c = 0, uint8_t kill = 0);
  void jump(Op op, Label target, int a = 0, int b = 0, int c = 0, uint8_t kill = 0) { emit(op, a, b, c, kill).label = target.id; }
  void jump(Label target) { jump(Op::kJump, target); }
  void load_const(int dst, const Const* c) { emit(Op::kLoadConst, dst, constant(c)); }
  /// Nothing emitted now can be reached by falling through.
  bool after_terminator() const;

  /// Fills words, tables, constants and counts of `unit`; `bound_locals`: how many locals are bound at entry.
  void finish(CodeUnit& unit, int bound_locals);

 private:
  struct Window {
    int start, end, first;
  };
  size_t target_of(const Ir& ir) const { return static_cast<size_t>(labels_[static_cast<size_t>(ir.label)]); }
  size_t next_live(size_t i) const {
    while (i < code.size() && (code[i].deleted || code[i].op == Op::kNop)) i++;
    return i;
  }
  void thread_jumps();
  void remove_unreachable();
  void remove_bound_checks(int bound_locals);
  void assemble(CodeUnit& unit);

  std::vector<int> labels_;
  size_t last_bound_ = SIZE_MAX;
  std::vector<Region> regions_;
  std::vector<Window> windows_;
  std::vector<int> open_windows_;
};

/// The operation that jumps on the opposite condition, or kNop.
Op opposite_jump(Op op);

}  // namespace ty::compile
