// modules/import_bootstrap.h: the modules that must be there before importlib can import, and their cached code.
#pragma once

#include "types/code.h"

namespace ty {

/// Code of a standard-library source by path relative to the library's folder ("importlib/_bootstrap.py"): from its cached module if that is
/// valid, else compiled, and cached where that is possible.
Result<Ref<Code>> library_code(Thread& t, const char* relative_path, const char* filename);
/// The code of a module that is found before there is a path: importlib's two halves. Null inside the Owned: no such module.
Lookup<Owned> frozen_code(Thread& t, std::string_view name);
bool is_frozen(std::string_view name);

}  // namespace ty
