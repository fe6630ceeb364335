#include "header/thread.h"

namespace ty {

thread_local Thread* g_current_thread = nullptr;
bool g_multi = false;
Thread* g_world_stopper = nullptr;

}  // namespace ty
