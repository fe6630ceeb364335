// vm/ops/misc.cpp: instructions that are their C++ half.
#include "vm/ops/ops.h"

TY_OPS_BEGIN

GENERIC(DeleteAttr)
GENERIC(LoadSuperAttr)
GENERIC(LoadSuperMethod)
GENERIC(LoadSpecial)
GENERIC(DeleteSubscript)
GENERIC(BuildSlice)
GENERIC(GetIter)
GENERIC(GetAIter)
GENERIC(GetANext)
GENERIC(GetAwaitable)
GENERIC(GetYieldFromIter)
GENERIC(EndAsyncFor)
GENERIC(CleanupThrow)
GENERIC(WrapAsyncYield)
GENERIC(MakeFunction)
GENERIC(SetFunctionPart)
GENERIC(LoadBuildClass)
GENERIC(BuildTuple)
GENERIC(BuildList)
GENERIC(BuildSet)
GENERIC(BuildDict)
GENERIC(BuildString)
GENERIC(ListExtend)
GENERIC(ListToTuple)
GENERIC(SetAdd)
GENERIC(SetUpdate)
GENERIC(DictAdd)
GENERIC(DictUpdate)
GENERIC(DictMerge)
GENERIC(UnpackStar)
GENERIC(FormatSimple)
GENERIC(FormatSpec)
GENERIC(Convert)
GENERIC(PushException)
GENERIC(PopException)
GENERIC(ExceptionMatches)
GENERIC(ExceptionGroupMatches)
GENERIC(PrepareReraiseStar)
GENERIC(CallExit)
GENERIC(LoadAssertionError)
GENERIC(StopIterationError)
GENERIC(ImportName)
GENERIC(ImportFrom)
GENERIC(ImportStar)
GENERIC(GetLength)
GENERIC(MatchMapping)
GENERIC(MatchSequence)
GENERIC(MatchKeys)
GENERIC(MatchClass)
GENERIC(Intrinsic1)
GENERIC(Intrinsic2)

HANDLER(Raise) {
  SAVE();
  slow_Raise(*t, R, K, decode<Op::kRaise>(pc));
  UNWIND();
}
HANDLER(Reraise) {
  SAVE();
  slow_Reraise(*t, R, K, decode<Op::kReraise>(pc));
  UNWIND();
}

TY_OPS_END
