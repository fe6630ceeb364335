// main/main.cpp: the entry point of the interpreter.
#include <clocale>
#include <cstdio>
#include <unistd.h>

#include "main/command_line.h"
#include "main/startup.h"

int main(int argc, char** argv) {
  using namespace ty;
  std::setlocale(LC_CTYPE, "");
  if (int code = parse_command_line(argc, argv, g_config); code >= 0) return code;
  if (!find_paths(g_config, argc > 0 ? argv[0] : nullptr)) return 1;
  Thread* t = runtime_start(g_config);
  if (!t) return 1;
  int code = runtime_finish(*t, run_main(*t));
  std::fflush(nullptr);
  _exit(code);
}
