#include "vm/version.h"

#define TY_TEXT_(x) #x
#define TY_TEXT(x) TY_TEXT_(x)

namespace ty {

const char* version_string() {
  return "3.13.5 experimental free-threading build (main, " __DATE__ ", " __TIME__
         ") [Clang " TY_TEXT(__clang_major__) "." TY_TEXT(__clang_minor__) "." TY_TEXT(__clang_patchlevel__) "]";
}

}  // namespace ty
