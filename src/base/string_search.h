// base/string_search.h: substring search in arrays of 1, 2 or 4 byte units.
//
// What        find/rfind/count for haystack and needle of the same unit type; callers widen the needle first.
// Invariants  find and count take time linear in the haystack plus the needle.
// Threads     any; no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.h"

namespace ty::search {

namespace detail {

/// Where the right half of the needle's critical factorization begins, and the period of that half.
template <class Unit>
struct Factorization {
  size_t cut;
  size_t period;
  bool periodic;
};
template <class Unit>
inline size_t maximal_suffix(const Unit* needle, size_t length, bool inverted, size_t* period) {
  size_t best = 0, candidate = 1, k = 0, p = 1;
  while (candidate + k < length) {
    Unit a = needle[candidate + k];
    Unit b = needle[best + k];
    if (inverted ? b < a : a < b) {
      candidate += k + 1;
      k = 0;
      p = candidate - best;
    } else if (a == b) {
      if (k + 1 != p) {
        ++k;
      } else {
        candidate += p;
        k = 0;
      }
    } else {
      best = candidate++;
      k = 0;
      p = 1;
    }
  }
  *period = p;
  return best;
}
template <class Unit>
inline Factorization<Unit> factorize(const Unit* needle, size_t length) {
  size_t period1, period2;
  size_t cut1 = maximal_suffix(needle, length, false, &period1);
  size_t cut2 = maximal_suffix(needle, length, true, &period2);
  Factorization<Unit> f;
  f.cut = cut1 > cut2 ? cut1 : cut2;
  f.period = cut1 > cut2 ? period1 : period2;
  f.periodic = f.cut + f.period <= length &&
               std::memcmp(needle, needle + f.period, f.cut * sizeof(Unit)) == 0;
  if (!f.periodic) f.period = (f.cut > length - f.cut ? f.cut : length - f.cut) + 1;
  return f;
}

/// Crochemore and Perrin's two-way search: linear time, constant space.
template <class Unit>
ssize two_way(const Unit* hay, size_t n, const Unit* needle, size_t m, const Factorization<Unit>& f) {
  size_t memory = 0;
  for (size_t at = 0; at + m <= n;) {
    size_t i = f.cut > memory ? f.cut : memory;
    while (i < m && needle[i] == hay[at + i]) ++i;
    if (i < m) {
      at += i - f.cut + 1;
      memory = 0;
      continue;
    }
    size_t j = f.cut;
    while (j > memory && needle[j - 1] == hay[at + j - 1]) --j;
    if (j <= memory) return static_cast<ssize>(at);
    at += f.period;
    memory = f.periodic ? m - f.period : 0;
  }
  return -1;
}

}  // namespace detail

/// First index of `c`; -1 when absent.
template <class Unit>
inline ssize find_char(const Unit* hay, ssize n, Unit c) {
  if constexpr (sizeof(Unit) == 1) {
    const void* hit = n > 0 ? std::memchr(hay, static_cast<int>(c), static_cast<size_t>(n)) : nullptr;
    return hit == nullptr ? -1 : static_cast<const Unit*>(hit) - hay;
  } else {
    ssize i = 0;
    // Blocks of 16 units: the inner loop has no exit, so it is vectorized.
    for (; i + 16 <= n; i += 16) {
      bool any = false;
      for (ssize k = 0; k < 16; ++k) any |= hay[i + k] == c;
      if (any) break;
    }
    for (; i < n; ++i)
      if (hay[i] == c) return i;
    return -1;
  }
}

/// Last index of `c`; -1 when absent.
template <class Unit>
inline ssize rfind_char(const Unit* hay, ssize n, Unit c) {
  if constexpr (sizeof(Unit) == 1) {
    const void* hit = n > 0 ? ::memrchr(hay, static_cast<int>(c), static_cast<size_t>(n)) : nullptr;
    return hit == nullptr ? -1 : static_cast<const Unit*>(hit) - hay;
  } else {
    for (ssize i = n - 1; i >= 0; --i)
      if (hay[i] == c) return i;
    return -1;
  }
}

/// First index of the needle (m >= 1); -1 when absent.
template <class Unit>
ssize find(const Unit* hay, ssize n, const Unit* needle, ssize m) {
  if (m > n) return -1;
  if (m == 1) return find_char(hay, n, needle[0]);
  if constexpr (sizeof(Unit) == 1) {
    const void* hit = ::memmem(hay, static_cast<size_t>(n), needle, static_cast<size_t>(m));
    return hit == nullptr ? -1 : static_cast<const Unit*>(hit) - hay;
  } else {
    // Jump from one occurrence of the last unit to the next; when comparing has cost more than a few passes over
    // the text, go on with the linear algorithm.
    const Unit last = needle[m - 1];
    const ssize limit = n - m;
    ssize work = 0;
    for (ssize at = 0; at <= limit;) {
      ssize step = find_char(hay + at + m - 1, limit - at + 1, last);
      if (step < 0) return -1;
      at += step;
      ssize k = 0;
      while (k < m - 1 && hay[at + k] == needle[k]) ++k;
      if (k == m - 1) return at;
      work += k + 8;
      ++at;
      if (work > 4096 && work > at * 2) {
        auto f = detail::factorize(needle, static_cast<size_t>(m));
        ssize found = detail::two_way(hay + at, static_cast<size_t>(n - at), needle,
                                      static_cast<size_t>(m), f);
        return found < 0 ? -1 : at + found;
      }
    }
    return -1;
  }
}

/// Last index of the needle (m >= 1); -1 when absent.
template <class Unit>
ssize rfind(const Unit* hay, ssize n, const Unit* needle, ssize m) {
  if (m > n) return -1;
  if (m == 1) return rfind_char(hay, n, needle[0]);
  const Unit first = needle[0];
  for (ssize at = n - m; at >= 0; --at) {
    at = rfind_char(hay, at + 1, first);
    if (at < 0) return -1;
    if (std::memcmp(hay + at, needle, static_cast<size_t>(m) * sizeof(Unit)) == 0) return at;
  }
  return -1;
}

/// Number of non-overlapping occurrences (m >= 1), at most `maximum`.
template <class Unit>
ssize count(const Unit* hay, ssize n, const Unit* needle, ssize m, ssize maximum) {
  ssize total = 0;
  if (m == 1) {
    const Unit c = needle[0];
    if (maximum >= n) {
      for (ssize i = 0; i < n; ++i) total += hay[i] == c;
      return total;
    }
  }
  for (ssize at = 0; total < maximum;) {
    ssize step = find(hay + at, n - at, needle, m);
    if (step < 0) break;
    ++total;
    at += step + m;
  }
  return total;
}

}  // namespace ty::search
