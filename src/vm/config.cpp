#include "vm/config.h"

namespace ty {
Config g_config;
}  // namespace ty
