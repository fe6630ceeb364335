#include "vm/suggest.h"

#include <algorithm>

namespace ty {

namespace {

constexpr size_t kMaxCandidates = 750;
constexpr size_t kMaxLength = 40;
constexpr size_t kMoveCost = 2;
constexpr size_t kCaseCost = 1;

size_t substitution_cost(char a, char b) {
  if ((a & 31) != (b & 31)) return kMoveCost;
  if (a == b) return 0;
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return lower(a) == lower(b) ? kCaseCost : kMoveCost;
}

/// Weighted Levenshtein distance; anything above `limit` may be reported as limit + 1.
size_t distance(std::string_view a, std::string_view b, size_t limit) {
  if (a == b) return 0;
  while (!a.empty() && !b.empty() && a.front() == b.front()) a.remove_prefix(1), b.remove_prefix(1);
  while (!a.empty() && !b.empty() && a.back() == b.back()) a.remove_suffix(1), b.remove_suffix(1);
  if (a.empty() || b.empty()) return (a.size() + b.size()) * kMoveCost;
  if (a.size() > kMaxLength || b.size() > kMaxLength) return limit + 1;
  if (b.size() < a.size()) std::swap(a, b);
  if ((b.size() - a.size()) * kMoveCost > limit) return limit + 1;
  size_t row[kMaxLength];
  for (size_t i = 0; i < a.size(); i++) row[i] = (i + 1) * kMoveCost;
  size_t result = 0;
  for (size_t j = 0; j < b.size(); j++) {
    size_t diagonal = result = j * kMoveCost;
    size_t minimum = SIZE_MAX;
    for (size_t i = 0; i < a.size(); i++) {
      size_t substitute = diagonal + substitution_cost(b[j], a[i]);
      diagonal = row[i];
      size_t insert_delete = std::min(result, diagonal) + kMoveCost;
      result = std::min(insert_delete, substitute);
      row[i] = result;
      minimum = std::min(minimum, result);
    }
    if (minimum > limit) return limit + 1;
  }
  return result;
}

}  // namespace

const std::string* suggest_name(const std::vector<std::string>& candidates, const std::string& wanted) {
  if (candidates.size() >= kMaxCandidates) return nullptr;
  const std::string* best = nullptr;
  size_t best_distance = SIZE_MAX;
  for (const std::string& candidate : candidates) {
    if (candidate == wanted) continue;
    size_t limit = (wanted.size() + candidate.size() + 3) * kMoveCost / 6;
    limit = std::min(limit, best_distance == SIZE_MAX ? SIZE_MAX : best_distance - 1);
    size_t d = distance(wanted, candidate, limit);
    if (d > limit) continue;
    if (!best || d < best_distance) {
      best = &candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace ty
