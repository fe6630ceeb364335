// The table of interned strs: open addressing, grown by replacing. Readers take no lock: entries are immortal, appear by
// release stores, and never go away.
#include <cstring>

#include "base/hash.h"
#include "base/utf.h"
#include "mem/refcount.h"
#include "sync/leaf_lock.h"
#include "types/str.h"

namespace ty {

namespace {

struct InternTable {
  size_t mask;
  Str* entries[];
};

constinit InternTable* g_interned = nullptr;  // [atomic] replaced under g_intern_lock
constinit size_t g_interned_count = 0;        // [g_intern_lock]
constinit LeafLock g_intern_lock{LockRank::kTable};

InternTable* make_table(size_t capacity) {
  size_t bytes = sizeof(InternTable) + capacity * sizeof(Str*);
  auto* table = static_cast<InternTable*>(allocate_buffer(bytes));
  if (table == nullptr) return nullptr;
  std::memset(static_cast<void*>(table), 0, bytes);
  table->mask = capacity - 1;
  return table;
}

template <class Same>
Str* probe(InternTable* table, int64_t hash, Same same) {
  if (table == nullptr) return nullptr;
  for (size_t at = static_cast<size_t>(hash) & table->mask;; at = (at + 1) & table->mask) {
    Str* s = __atomic_load_n(&table->entries[at], __ATOMIC_ACQUIRE);
    if (s == nullptr) return nullptr;
    if (s->hash == hash && same(*s)) return s;
  }
}

void put(InternTable* table, Str* s) {
  size_t at = static_cast<size_t>(s->hash) & table->mask;
  while (table->entries[at] != nullptr) at = (at + 1) & table->mask;
  __atomic_store_n(&table->entries[at], s, __ATOMIC_RELEASE);
}

}  // namespace

Result<Value> str_intern(Thread& t, Value v) {
  auto* s = v.as<Str>();
  if (s->is_interned()) return Value::uncounted(s);
  if (s->length <= 1 && s->kind() == 1)
    return s->length == 0 ? g_empty_str : str_from_code_point(s->at(0)).value();
  int64_t hash = str_hash(*s);
  auto same = [&](const Str& other) { return str_equal(other, *s); };
  if (Str* found = probe(__atomic_load_n(&g_interned, __ATOMIC_ACQUIRE), hash, same)) return Value::uncounted(found);
  Ref<Str> exact = TRY(str_exact(t, *s));
  str_hash(*exact);
  InternTable* old = nullptr;
  Str* result = nullptr;
  {
    LeafGuard guard(g_intern_lock);
    InternTable* table = g_interned;
    result = probe(table, hash, same);
    if (result == nullptr) {
      if (table == nullptr || g_interned_count * 3 / 2 >= table->mask) {
        InternTable* bigger = make_table(table == nullptr ? 8192 : (table->mask + 1) * 2);
        if (bigger != nullptr) {
          for (size_t i = 0; table != nullptr && i <= table->mask; ++i)
            if (table->entries[i] != nullptr) put(bigger, table->entries[i]);
          __atomic_store_n(&g_interned, bigger, __ATOMIC_RELEASE);
          old = table;
          table = bigger;
        } else if (table == nullptr || g_interned_count + 1 >= table->mask) {
          table = nullptr;
        }
      }
      if (table != nullptr) {
        result = exact.get();
        make_immortal(result);
        __atomic_fetch_or(&result->state, 2u, __ATOMIC_RELAXED);
        put(table, result);
        ++g_interned_count;
      }
    }
  }
  if (old != nullptr) retire_buffer(old, sizeof(InternTable) + (old->mask + 1) * sizeof(Str*));
  if (result == nullptr) return raise_memory_error(t);
  return Value::uncounted(result);
}

Result<Value> str_intern_utf8(Thread& t, std::string_view text) {
  if (text.size() > 1 && utf::is_ascii(text.data(), text.size())) {
    int64_t hash = hash_bytes(text.data(), text.size());
    auto same = [&](const Str& other) { return str_equal_ascii(other, text); };
    if (Str* found = probe(__atomic_load_n(&g_interned, __ATOMIC_ACQUIRE), hash, same)) return Value::uncounted(found);
  }
  Ref<Str> s = TRY(str_from_wtf8(t, text));
  return str_intern(t, s);
}

}  // namespace ty
