// vm/suggest.h: "Did you mean": the closest of a list of names. CPython: Python/suggestions.c.
//
// Threads     pure.
#pragma once

#include <string>
#include <vector>

namespace ty {

/// The candidate nearest to `wanted`, or null when none is near enough.
const std::string* suggest_name(const std::vector<std::string>& candidates, const std::string& wanted);

}  // namespace ty
