// syntax/ast.cpp: field tables and the interner.
#include "syntax/ast.h"

#include <cstddef>
#include <cstdlib>

namespace ty::ast {

namespace {
#include "syntax/ast_info.inc"
}  // namespace

const NodeInfo& node_info(NodeKind kind) { return kNodeInfo[int(kind)]; }

Span<const CategoryInfo> categories() {
  return {kCategoryInfo, ssize(sizeof(kCategoryInfo) / sizeof(kCategoryInfo[0]))};
}

Interner::~Interner() { free(table_); }

static uint32_t hash_text(std::string_view text) {
  uint64_t h = 0x9E3779B97F4A7C15u ^ text.size();
  const char* p = text.data();
  size_t n = text.size();
  while (n >= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    h = (h ^ word) * 0xFF51AFD7ED558CCDu;
    h ^= h >> 32;
    p += 8, n -= 8;
  }
  uint64_t tail = 0;
  memcpy(&tail, p, n);
  h = (h ^ tail) * 0xFF51AFD7ED558CCDu;
  return uint32_t(h ^ (h >> 32));
}

const Identifier* Interner::intern(std::string_view text) {
  if (count_ * 2 >= capacity_) grow();
  uint32_t hash = hash_text(text);
  uint32_t mask = capacity_ - 1;
  for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
    const Identifier* entry = table_[i];
    if (!entry) {
      auto* made = static_cast<Identifier*>(
          arena_.allocate(offsetof(Identifier, text) + text.size() + 1));
      made->length = uint32_t(text.size());
      made->hash = hash;
      if (!text.empty()) memcpy(made->text, text.data(), text.size());
      table_[i] = made;
      count_++;
      return made;
    }
    if (entry->hash == hash && entry->view() == text) return entry;
  }
}

void Interner::grow() {
  uint32_t capacity = capacity_ ? capacity_ * 2 : 256;
  auto** table = static_cast<const Identifier**>(calloc(capacity, sizeof(Identifier*)));
  CHECK(table != nullptr, "out of memory in the interner");
  for (uint32_t i = 0; i < capacity_; i++) {
    if (!table_[i]) continue;
    uint32_t j = table_[i]->hash & (capacity - 1);
    while (table[j]) j = (j + 1) & (capacity - 1);
    table[j] = table_[i];
  }
  free(table_);
  table_ = table;
  capacity_ = capacity;
}

}  // namespace ty::ast
