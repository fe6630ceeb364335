// vm/ic_table.cpp: the specialised handlers.
#include "vm/handlers.h"

namespace ty {

const Specialised kSpecialised[] = {{nullptr, Op::kNop}};
const size_t kSpecialisedCount = 0;

}  // namespace ty
