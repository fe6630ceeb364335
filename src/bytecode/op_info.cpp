#include "bytecode/instruction.h"

namespace ty {

const OpInfo kOpInfo[kOpCount] = {
#define OP(name, format, a, b, c, effects, words) \
  {#name, Format::format, Role::a, Role::b, Role::c, effects, words},
#include "bytecode/opcodes.def"
#undef OP
};

uint64_t opcode_table_hash() {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  auto add = [&](uint64_t x) { hash = (hash ^ x) * 0x100000001b3u; };
  for (const OpInfo& info : kOpInfo) {
    for (const char* s = info.name; *s; s++) add(static_cast<unsigned char>(*s));
    add(static_cast<uint64_t>(info.format));
    add(static_cast<uint64_t>(info.a));
    add(static_cast<uint64_t>(info.b));
    add(static_cast<uint64_t>(info.c));
    add(info.effects);
    add(info.cache_words);
  }
  return hash;
}

}  // namespace ty
