#include "base/flags.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ty {

Flags g_flags;

namespace {
void parse(const char* text, bool* out) { *out = !(text[0] == '0' && text[1] == 0); }
void parse(const char* text, int* out) { *out = text[0] ? std::atoi(text) : 1; }
void print(const char* name, bool value, const char* help) { std::printf("%-20s %-6s %s\n", name, value ? "on" : "off", help); }
void print(const char* name, int value, const char* help) { std::printf("%-20s %-6d %s\n", name, value, help); }
}  // namespace

void read_flags_from_environment() {
#define FLAG(type, name, value, help) \
  if (const char* text = std::getenv("TYPHON_" #name)) parse(text, &g_flags.name);
#include "base/flags.def"
#undef FLAG
}

bool set_flag(const char* text) {
  const char* equals = std::strchr(text, '=');
  size_t length = equals ? static_cast<size_t>(equals - text) : std::strlen(text);
  const char* value_text = equals ? equals + 1 : "";
#define FLAG(type, name, value, help)                                       \
  if (length == sizeof(#name) - 1 && std::memcmp(text, #name, length) == 0) { \
    parse(value_text, &g_flags.name);                                       \
    return true;                                                            \
  }
#include "base/flags.def"
#undef FLAG
  return false;
}

void print_flags() {
#define FLAG(type, name, value, help) print(#name, g_flags.name, help);
#include "base/flags.def"
#undef FLAG
}

}  // namespace ty
