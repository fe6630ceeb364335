// compile/emitter.cpp: emission, clean-up passes, assembly.
#include "compile/emitter.h"

#include <algorithm>

namespace ty::compile {

namespace {
const OpInfo& info_of(Op op) { return kOpInfo[static_cast<size_t>(op)]; }
bool is_constant(Role role) { return role == Role::Const || role == Role::Name; }
}  // namespace

Op opposite_jump(Op op) {
  switch (op) {
    case Op::kJumpIfTrue: return Op::kJumpIfFalse;
    case Op::kJumpIfFalse: return Op::kJumpIfTrue;
    case Op::kJumpIfNone: return Op::kJumpIfNotNone;
    case Op::kJumpIfNotNone: return Op::kJumpIfNone;
    case Op::kJumpIfIs: return Op::kJumpIfIsNot;
    case Op::kJumpIfIsNot: return Op::kJumpIfIs;
#define PAIR(name)                                                       \
  case Op::kJumpIf##name: return Op::kJumpUnless##name;                  \
  case Op::kJumpUnless##name: return Op::kJumpIf##name;                  \
  case Op::kJumpIf##name##Const: return Op::kJumpUnless##name##Const;    \
  case Op::kJumpUnless##name##Const: return Op::kJumpIf##name##Const;
    PAIR(Lt) PAIR(Le) PAIR(Eq) PAIR(Ne) PAIR(Gt) PAIR(Ge)
#undef PAIR
    default: return Op::kNop;
  }
}

int Emitter::constant(const Const* c) {
  auto [it, added] = constant_index.emplace(c, static_cast<int>(constants.size()));
  if (added) constants.push_back(c);
  return it->second;
}

Ir& Emitter::emit(Op op, int a, int b, int c, uint8_t kill) {
  Ir ir;
  ir.op = op;
  ir.kill = kill;
  ir.a = a;
  ir.b = b;
  ir.c = c;
  ir.region = region;
  ir.depth = top;
  ir.loc = loc;
  code.push_back(ir);
  return code.back();
}

bool Emitter::after_terminator() const {
  return !code.empty() && (info_of(code.back().op).effects & Terminates) && last_bound_ != code.size();
}

void Emitter::thread_jumps() {
  std::vector<char> is_target(code.size() + 1, 0);
  for (int at : labels_) {
    if (at >= 0) is_target[static_cast<size_t>(at)] = 1;
  }
  for (size_t i = 0; i < code.size(); i++) {
    Ir& ir = code[i];
    if (ir.deleted || ir.label < 0) continue;
    // Follow chains of plain jumps.
    for (int hops = 0; hops < 8; hops++) {
      size_t t = next_live(target_of(ir));
      if (t >= code.size() || code[t].op != Op::kJump || t == i) break;
      ir.label = code[t].label;
    }
    if (ir.op == Op::kJump) {
      size_t t = next_live(target_of(ir));
      if (t == next_live(i + 1)) {
        ir.deleted = true;
        continue;
      }
      if (t < code.size() && code[t].op == Op::kReturnConst) {
        int region_here = ir.region;
        ir = code[t];
        ir.region = region_here;
      }
      continue;
    }
    // if c goto A; goto B; A:   →   if not c goto B; A:
    Op opposite = opposite_jump(ir.op);
    if (opposite == Op::kNop) continue;
    size_t n = next_live(i + 1);
    if (n < code.size() && code[n].op == Op::kJump && next_live(target_of(ir)) == next_live(n + 1)) {
      bool entered = false;  // is the plain jump itself a target?
      for (size_t k = i + 1; k <= n && !entered; k++) entered = is_target[k];
      if (entered) continue;
      ir.op = opposite;
      ir.label = code[n].label;
      code[n].deleted = true;
    }
  }
}

void Emitter::remove_unreachable() {
  std::vector<char> reached(code.size() + 1, 0);
  std::vector<size_t> work{0};
  std::vector<char> region_done(regions_.size(), 0);
  while (!work.empty()) {
    size_t i = work.back();
    work.pop_back();
    while (i < code.size() && !reached[i]) {
      reached[i] = 1;
      const Ir& ir = code[i];
      if (ir.deleted) {
        i++;
        continue;
      }
      const OpInfo& info = info_of(ir.op);
      if (ir.region >= 0 && (info.effects & Raises) && !region_done[static_cast<size_t>(ir.region)]) {
        region_done[static_cast<size_t>(ir.region)] = 1;
        work.push_back(static_cast<size_t>(labels_[static_cast<size_t>(regions_[static_cast<size_t>(ir.region)].handler.id)]));
      }
      if (ir.label >= 0) work.push_back(target_of(ir));
      if (info.effects & Terminates) break;
      i++;
    }
  }
  for (size_t i = 0; i < code.size(); i++) {
    if (!reached[i] || code[i].op == Op::kNop) code[i].deleted = true;
  }
}

/// Forward dataflow: which locals are certainly bound.
void Emitter::remove_bound_checks(int bound_locals) {
  bool any = false;
  for (const Ir& ir : code) any |= !ir.deleted && ir.op == Op::kCheckBound;
  if (!any) return;
  // Blocks begin at labels and after jumps.
  std::vector<char> leader(code.size() + 1, 0);
  leader[0] = 1;
  for (int at : labels_) {
    if (at >= 0) leader[static_cast<size_t>(at)] = 1;
  }
  for (size_t i = 0; i < code.size(); i++) {
    if (code[i].label >= 0 || (info_of(code[i].op).effects & Terminates)) leader[i + 1] = 1;
  }
  std::vector<int> block_of(code.size() + 1, -1);
  std::vector<size_t> starts;
  for (size_t i = 0; i <= code.size(); i++) {
    if (leader[i]) starts.push_back(i);
    block_of[i] = static_cast<int>(starts.size()) - 1;
  }
  size_t words = (static_cast<size_t>(local_count) + 63) / 64;
  size_t blocks = starts.size();
  std::vector<uint64_t> in(blocks * words, ~uint64_t{0});
  std::vector<char> seen(blocks, 0), dirty(blocks, 0);
  std::vector<uint64_t> state(words);
  auto flow = [&](size_t block) {
    uint64_t* target = &in[block * words];
    bool changed = !seen[block];
    for (size_t w = 0; w < words; w++) {
      uint64_t met = target[w] & state[w];
      changed |= met != target[w];
      target[w] = met;
    }
    seen[block] = 1;
    if (changed) dirty[block] = 1;
  };
  for (int i = 0; i < bound_locals; i++) state[static_cast<size_t>(i) / 64] |= uint64_t{1} << (i % 64);
  flow(0);
  auto get = [&](int r) { return r < local_count && (state[static_cast<size_t>(r) / 64] >> (r % 64) & 1); };
  auto set = [&](int r) {
    if (r < local_count) state[static_cast<size_t>(r) / 64] |= uint64_t{1} << (r % 64);
  };
  auto clear = [&](int r) {
    if (r < local_count) state[static_cast<size_t>(r) / 64] &= ~(uint64_t{1} << (r % 64));
  };
  auto run = [&](size_t block, bool rewrite) {
    std::copy_n(&in[block * words], words, state.begin());
    size_t end = block + 1 < blocks ? starts[block + 1] : code.size();
    for (size_t i = starts[block]; i < end; i++) {
      Ir& ir = code[i];
      if (ir.deleted) continue;
      const OpInfo& info = info_of(ir.op);
      if (!rewrite && ir.region >= 0 && (info.effects & Raises)) {
        flow(static_cast<size_t>(block_of[static_cast<size_t>(
            labels_[static_cast<size_t>(regions_[static_cast<size_t>(ir.region)].handler.id)])]));
      }
      if (!rewrite && ir.label >= 0) flow(static_cast<size_t>(block_of[target_of(ir)]));
      switch (ir.op) {
        case Op::kCheckBound:
          if (rewrite && get(ir.a)) ir.deleted = true;
          set(ir.a);
          break;
        case Op::kDrop: case Op::kDeleteLocal: clear(ir.a); break;
        case Op::kUnpackSequence: case Op::kUnpackStar: {
          int count = ir.op == Op::kUnpackStar ? ir.c + ir.extra + 1 : ir.c;
          for (int k = 0; k < count; k++) set(ir.a + k);
          break;
        }
        default:
          if (info.a == Role::Dst) set(ir.a);
          if (info.b == Role::Dst) set(ir.b);
      }
      if (info.effects & Terminates) return;
    }
    if (!rewrite && block + 1 < blocks) flow(block + 1);
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t b = 0; b < blocks; b++) {
      if (!dirty[b]) continue;
      dirty[b] = 0;
      changed = true;
      run(b, false);
    }
  }
  for (size_t b = 0; b < blocks; b++) {
    if (seen[b]) run(b, true);
  }
}

void Emitter::assemble(CodeUnit& unit) {
  // Constants that short operands need come first.
  std::vector<int> rank(constants.size(), 0);  // 0 unused, 1 only in Bx, 2 in an 8-bit operand
  auto note = [&](Role role, int value, int how) {
    if (is_constant(role)) rank[static_cast<size_t>(value)] = std::max(rank[static_cast<size_t>(value)], how);
  };
  for (const Ir& ir : code) {
    if (ir.deleted) continue;
    const OpInfo& info = info_of(ir.op);
    if (info.format == Format::Bx) {
      note(info.a, ir.a, 1);
    } else if (info.format == Format::ABx) {
      note(info.b, ir.b, 1);
    } else {
      note(info.a, ir.a, 2);
      note(info.b, ir.b, 2);
      note(info.c, ir.c, 2);
    }
    if (ir.op == Op::kCallKeywords || ir.op == Op::kCallMethodKeywords) rank[static_cast<size_t>(ir.extra)] = std::max(rank[static_cast<size_t>(ir.extra)], 1);
  }
  std::vector<int> number(constants.size(), -1);
  for (int wanted = 2; wanted >= 1; wanted--) {
    for (size_t i = 0; i < constants.size(); i++) {
      if (rank[i] != wanted) continue;
      number[i] = static_cast<int>(unit.constants.size());
      unit.constants.push_back(constants[i]);
    }
  }
  auto operand = [&](Role role, int value) { return is_constant(role) ? number[static_cast<size_t>(value)] : value; };
  bool wide = false;
  for (const Ir& ir : code) {
    if (ir.deleted) continue;
    const OpInfo& info = info_of(ir.op);
    if (info.format == Format::Bx) {
      wide |= operand(info.a, ir.a) > 0xFFFF;
    } else if (info.format == Format::ABx) {
      wide |= ir.a > 255 || operand(info.b, ir.b) > 0xFFFF;
    } else {
      wide |= operand(info.a, ir.a) > 255 || operand(info.b, ir.b) > 255 || operand(info.c, ir.c) > 255;
    }
  }
  std::vector<uint32_t> offset(code.size() + 1);
  uint32_t at = 0;
  for (size_t i = 0; i < code.size(); i++) {
    offset[i] = at;
    if (!code[i].deleted) at += instruction_words(info_of(code[i].op), wide);
  }
  offset[code.size()] = at;
  unit.wide = wide;
  unit.words.assign(at, 0);
  unit.depths.assign(at, 0);
  int open_region = -1;
  for (size_t i = 0; i < code.size(); i++) {
    const Ir& ir = code[i];
    if (ir.deleted) continue;
    const OpInfo& info = info_of(ir.op);
    uint32_t here = offset[i];
    uint64_t a = static_cast<uint64_t>(operand(info.a, ir.a));
    uint64_t b = static_cast<uint64_t>(operand(info.b, ir.b));
    uint64_t c = static_cast<uint64_t>(operand(info.c, ir.c));
    uint64_t word = static_cast<uint64_t>(ir.op) | static_cast<uint64_t>(ir.kill) << 32;
    uint32_t next = here + 1;
    unsigned bits = wide ? 16 : 8;
    uint64_t mask = wide ? 0xFFFF : 0xFF;
    uint64_t fields;
    if (info.format == Format::Bx) {
      fields = (a & mask) << bits | (a >> bits & mask) << (2 * bits);
    } else if (info.format == Format::ABx) {
      fields = a | (b & mask) << bits | (b >> bits & mask) << (2 * bits);
    } else {
      fields = a | b << bits | c << (2 * bits);
    }
    if (wide) {
      unit.words[next++] = fields;
    } else {
      word |= fields << 40;
    }
    unit.words[here] = word;
    uint32_t end = here + instruction_words(info, wide);
    // Every word: a frame that called is known by the last word of its instruction.
    for (uint32_t w = here; w < end; w++) unit.depths[w] = static_cast<uint16_t>(ir.depth);
    if (info.format == Format::Jump) {
      unit.words[next++] = static_cast<uint64_t>(static_cast<int64_t>(offset[target_of(ir)]) - static_cast<int64_t>(end));
    }
    if (has_extra_operand(ir.op)) {
      unit.words[next] = static_cast<uint64_t>(ir.op == Op::kUnpackStar ? ir.extra : number[static_cast<size_t>(ir.extra)]);
    }
    if (ir.region >= 0 && (info.effects & Raises)) {
      const Region& r = regions_[static_cast<size_t>(ir.region)];
      uint32_t handler = offset[static_cast<size_t>(labels_[static_cast<size_t>(r.handler.id)])];
      if (open_region == ir.region && !unit.exceptions.empty()) {
        unit.exceptions.back().end = end;
      } else {
        unit.exceptions.push_back({here, end, handler, static_cast<uint16_t>(r.depth), static_cast<uint16_t>(r.keep_offset)});
      }
      open_region = ir.region;
    } else if (ir.region != open_region) {
      open_region = -1;
    }
    SourcePosition position;
    position.offset = here;
    position.line = ir.loc.lineno > 0 ? ir.loc.lineno : -1;
    position.end_line = ir.loc.end_lineno > 0 ? ir.loc.end_lineno : position.line;
    position.column = ir.loc.lineno > 0 && ir.loc.col_offset >= 0 && ir.loc.col_offset < 0x7FFF ? static_cast<int16_t>(ir.loc.col_offset) : -1;
    position.end_column =
        ir.loc.lineno > 0 && ir.loc.end_col_offset >= 0 && ir.loc.end_col_offset < 0x7FFF ? static_cast<int16_t>(ir.loc.end_col_offset) : -1;
    if (unit.positions.empty() || unit.positions.back().line != position.line || unit.positions.back().end_line != position.end_line ||
        unit.positions.back().column != position.column || unit.positions.back().end_column != position.end_column) {
      unit.positions.push_back(position);
    }
  }
  for (const Window& w : windows_) {
    uint32_t start = offset[static_cast<size_t>(w.start)], end = offset[static_cast<size_t>(std::min<size_t>(static_cast<size_t>(w.end), code.size()))];
    if (start < end) unit.windows.push_back({start, end, static_cast<uint16_t>(w.first)});
  }
  std::sort(unit.windows.begin(), unit.windows.end(),
            [](const WindowRange& x, const WindowRange& y) { return x.start != y.start ? x.start < y.start : x.first < y.first; });
  unit.local_count = static_cast<uint32_t>(local_count);
  unit.register_count = static_cast<uint32_t>(max_top);
}

void Emitter::finish(CodeUnit& unit, int bound_locals) {
  thread_jumps();
  remove_unreachable();
  thread_jumps();
  remove_unreachable();
  remove_bound_checks(bound_locals);
  assemble(unit);
}

}  // namespace ty::compile
