// vm/print_stack.cpp: the Python stack of a thread as text, without allocating: for check_failed() and faulthandler.
#include <cstdio>
#include <cstring>
#include <unistd.h>

#include "types/str.h"
#include "vm/unwind.h"
#include "vm/vm.h"

namespace ty {

namespace {

void put_text(int fd, const char* text) {
  ssize_t ignored = write(fd, text, std::strlen(text));
  (void)ignored;
}
void put_str(int fd, Value v) {
  if (!v || !is_str(v)) return put_text(fd, "???");
  Str& s = *v.as<Str>();
  char buffer[512];
  size_t n = 0;
  for (ssize k = 0; k < s.length && n < sizeof buffer - 12; k++) {
    char32_t c = s.at(k);
    if (c < 0x80) buffer[n++] = static_cast<char>(c);
    else n += static_cast<size_t>(std::snprintf(buffer + n, 12, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", static_cast<unsigned>(c)));
  }
  buffer[n] = 0;
  put_text(fd, buffer);
}

}  // namespace

void print_python_stack(Thread& t, int fd) {
  Value* R = t.base;
  const Insn* pc = t.pc;
  for (int depth = 0; R; ) {
    if (!is_entry_frame(R)) {
      if (depth++ == 100) return put_text(fd, "  ...\n");
      Code* code = frame_code(R);
      put_text(fd, "  File \"");
      put_str(fd, code->filename.load());
      char number[32];
      int line = code_position(*code, static_cast<uint32_t>(reinterpret_cast<const uint64_t*>(pc) - code->body->words)).line;
      std::snprintf(number, sizeof number, "\", line %d in ", line);
      put_text(fd, number);
      put_str(fd, code->name.load());
      put_text(fd, "\n");
    }
    pc = return_pc(R[kFrameReturn]) - 1;
    R = caller_base(R);
  }
}

}  // namespace ty
