// bytecode/disassembler.cpp: taking instructions apart, and their text.
#include <vector>

#include "bytecode/code_format.h"

namespace ty {

Decoded decode(const CodeView& code, uint32_t offset) {
  uint64_t word = code.words[offset];
  Decoded d{};
  d.op = static_cast<Op>(word & 0xFFFFFFFF);
  d.kill = static_cast<uint8_t>(word >> 32);
  const OpInfo& info = kOpInfo[static_cast<size_t>(d.op) < kOpCount ? static_cast<size_t>(d.op) : 0];
  uint32_t next = offset + 1;
  uint64_t fields = word >> 40;
  unsigned bits = 8;
  if (code.wide) {
    fields = next < code.word_count ? code.words[next] : 0;
    next++;
    bits = 16;
  }
  uint64_t mask = (uint64_t{1} << bits) - 1;
  d.a = static_cast<uint32_t>(fields & mask);
  d.b = static_cast<uint32_t>(fields >> bits & mask);
  d.c = static_cast<uint32_t>(fields >> (2 * bits) & mask);
  if (info.format == Format::ABx) {
    d.b |= d.c << bits;
    d.c = 0;
  } else if (info.format == Format::Bx) {
    d.a = d.b | d.c << bits;
    d.b = d.c = 0;
  }
  d.words = instruction_words(info, code.wide);
  if (info.format == Format::Jump && next < code.word_count) {
    d.target = static_cast<uint32_t>(static_cast<int64_t>(offset) + d.words + static_cast<int64_t>(code.words[next]));
    next++;
  }
  if (info.cache_words && next < code.word_count) d.extra = static_cast<uint32_t>(code.words[next]);
  return d;
}

std::string disassemble(const CodeView& code, const DisassemblyNames& names) {
  std::string out;
  std::vector<char> is_target(code.word_count + 1, 0);
  for (uint32_t at = 0; at < code.word_count;) {
    Decoded d = decode(code, at);
    if (kOpInfo[static_cast<size_t>(d.op)].format == Format::Jump && d.target <= code.word_count) is_target[d.target] = 1;
    at += d.words;
  }
  for (uint32_t i = 0; i < code.exception_count; i++) is_target[code.exceptions[i].handler] = 1;
  uint32_t position = 0;
  int32_t line = -2;
  for (uint32_t at = 0; at < code.word_count;) {
    Decoded d = decode(code, at);
    const OpInfo& info = kOpInfo[static_cast<size_t>(d.op)];
    while (position + 1 < code.position_count && code.positions[position + 1].offset <= at) position++;
    char text[96];
    int32_t here = code.position_count ? code.positions[position].line : -1;
    if (here != line) {
      if (here >= 0) {
        snprintf(text, sizeof text, "%5d", here);
      } else {
        snprintf(text, sizeof text, "   --");
      }
      line = here;
    } else {
      snprintf(text, sizeof text, "     ");
    }
    out += text;
    snprintf(text, sizeof text, " %s%5u  %-22s", is_target[at] ? ">" : " ", at, info.name);
    out += text;
    std::string operands;
    auto add = [&](Role role, uint32_t value, KillBit bit) {
      if (role == Role::No) return;
      if (!operands.empty()) operands += ", ";
      switch (role) {
        case Role::Dst: case Role::Use: case Role::Kill: case Role::Cell: case Role::Base:
          operands += "r" + std::to_string(value);
          if (d.kill & bit) operands += "!";
          if (names.local && value < code.local_count) operands += "(" + names.local(names.context, value) + ")";
          break;
        case Role::Const: case Role::Name:
          operands += names.constant ? names.constant(names.context, value) : "k" + std::to_string(value);
          break;
        case Role::Free: operands += names.free ? "free(" + names.free(names.context, value) + ")" : "free" + std::to_string(value); break;
        case Role::Count: case Role::Kind: operands += std::to_string(value); break;
        case Role::No: break;
      }
    };
    add(info.a, d.a, kKillA);
    add(info.b, d.b, kKillB);
    add(info.c, d.c, kKillC);
    if (has_extra_operand(d.op)) {
      operands += ", ";
      operands += d.op == Op::kUnpackStar ? std::to_string(d.extra) : names.constant ? names.constant(names.context, d.extra) : "k" + std::to_string(d.extra);
    }
    if (info.format == Format::Jump) operands += (operands.empty() ? "-> " : " -> ") + std::to_string(d.target);
    out += operands;
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
    at += d.words;
  }
  if (code.exception_count) {
    out += "exceptions:\n";
    for (uint32_t i = 0; i < code.exception_count; i++) {
      const ExceptionRange& x = code.exceptions[i];
      out += "  " + std::to_string(x.start) + " to " + std::to_string(x.end) + " -> " + std::to_string(x.handler) + " [" +
             std::to_string(x.depth) + "]" + (x.push_lasti ? " lasti" : "") + "\n";
    }
  }
  return out;
}

}  // namespace ty
