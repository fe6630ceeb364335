// types/code_flags.h: co_flags. Known to the compiler, which knows no objects.
#pragma once

namespace ty {

/// co_flags.
enum CodeFlag : int {
  kCodeOptimized = 0x1, kCodeNewLocals = 0x2, kCodeVarArgs = 0x4, kCodeVarKeywords = 0x8, kCodeNested = 0x10,
  kCodeGenerator = 0x20, kCodeCoroutine = 0x80, kCodeIterableCoroutine = 0x100, kCodeAsyncGenerator = 0x200,
  kCodeFutureBarryAsBdfl = 0x400000, kCodeFutureAnnotations = 0x1000000, kCodeNoMonitoring = 0x2000000,
  kCodeHasDocstring = 0x4000000, kCodeMethod = 0x8000000,
};

}  // namespace ty
