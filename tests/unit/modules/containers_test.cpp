// Lists, dicts and sets against simple models, LOCAL and SHARED.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#include <algorithm>
#include <cstdio>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "../mem/fixture.h"
#include "object/type_object.h"
#include "sync/thread_state.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/set.h"
#include "types/str.h"
#include "types/tuple.h"

using namespace ty;

namespace {

std::mt19937_64 rng(12345);
Value small(int64_t n) { return Value::small_int_unchecked(n); }

void check(bool ok, const char* what) {
  if (ok) return;
  fprintf(stderr, "failed: %s\n", what);
  abort();
}

void dict_against_map(Thread& t, bool shared) {
  Ref<Dict> dict = MUST(dict_new(t));
  if (shared) publish(dict.get());
  std::map<int64_t, int64_t> model;
  std::vector<Value> names;
  for (int i = 0; i < 50; i++) names.push_back(MUST(str_intern_utf8(t, "name" + std::to_string(i))));
  auto key_of = [&](int64_t k) { return k < 50 ? names[static_cast<size_t>(k)] : small(k * 1000003); };
  for (int step = 0; step < 20000; step++) {
    int64_t k = static_cast<int64_t>(rng() % 300);
    switch (rng() % 5) {
      case 0:
      case 1: {
        auto v = static_cast<int64_t>(rng() % 1000);
        MUST(dict_set(t, *dict, key_of(k), small(v)));
        model[k] = v;
        break;
      }
      case 2: {
        bool removed = MUST(dict_delete(t, *dict, key_of(k)));
        check(removed == (model.erase(k) == 1), "delete");
        break;
      }
      default: {
        Owned v = MUST(dict_get(t, *dict, key_of(k)));
        auto found = model.find(k);
        check(v.value().is_empty() == (found == model.end()), "get");
        if (found != model.end()) check(v.value() == small(found->second), "value");
      }
    }
    check(dict_used(*dict) == static_cast<ssize>(model.size()), "used");
    if (step % 4000 == 0) dict_clear(t, *dict), model.clear();
  }
  size_t n = 0;
  Owned key, value;
  for (ssize position = 0; dict_next(*dict, &position, &key, &value);) n++;
  check(n == model.size(), "iteration");
  Ref<Dict> copy = MUST(dict_copy(t, *dict));
  check(MUST(dict_equal_rpy(t, *copy, *dict)), "copy");
  while (dict_used(*dict)) Owned pair = MUST(dict_popitem(t, *dict));
}

void set_against_set(Thread& t, bool shared) {
  Owned set = MUST(set_new(t, nullptr));
  if (shared) publish(set.value());
  std::set<int64_t> model;
  for (int step = 0; step < 20000; step++) {
    int64_t k = static_cast<int64_t>(rng() % 400) * 7;
    switch (rng() % 3) {
      case 0:
        MUST(set_add(t, set, small(k)));
        model.insert(k);
        break;
      case 1:
        check(MUST(set_discard(t, set, small(k))) == (model.erase(k) == 1), "discard");
        break;
      default:
        check(MUST(set_contains(t, set, small(k))) == (model.count(k) == 1), "contains");
    }
    check(set_size(set) == static_cast<ssize>(model.size()), "set size");
  }
}

void sort_against_stable_sort(Thread& t, bool shared) {
  for (int round = 0; round < 300; round++) {
    ssize n = static_cast<ssize>(rng() % (round % 10 == 0 ? 5000 : 200));
    int mode = round % 5;
    std::vector<int64_t> model;
    Ref<List> list = MUST(list_new(t));
    for (ssize i = 0; i < n; i++) {
      int64_t v = mode == 0 ? static_cast<int64_t>(rng() % 1000) : mode == 1 ? i : mode == 2 ? n - i : mode == 3 ? i / 40 + static_cast<int64_t>(rng() % 3) : (i * 37) % 101;
      model.push_back(v);
      Ref<Tuple> item = MUST(tuple_pack(t, small(v), small(i)));
      if (round % 2) {
        MUST(list_push(t, *list, item));
      } else {
        MUST(list_push(t, *list, small(v)));
      }
    }
    if (shared) publish(list.get());
    bool reverse = round % 3 == 0;
    MUST(list_sort_rpy(t, *list, none(), reverse));
    if (reverse) std::stable_sort(model.begin(), model.end(), std::greater<>());
    else std::stable_sort(model.begin(), model.end());
    check(list_size(*list) == n, "sorted size");
    for (ssize i = 0; i < n; i++) {
      Owned item = list_get(*list, i);
      Value v = round % 2 ? item.value().as<Tuple>()->get(0) : item.value();
      check(v == small(model[static_cast<size_t>(i)]), "sorted order");
    }
  }
}

void list_against_vector(Thread& t, bool shared) {
  Ref<List> list = MUST(list_new(t));
  if (shared) publish(list.get());
  std::vector<int64_t> model;
  for (int step = 0; step < 20000; step++) {
    auto v = static_cast<int64_t>(rng() % 1000);
    size_t n = model.size();
    switch (rng() % 6) {
      case 0:
      case 1:
        MUST(list_push(t, *list, small(v)));
        model.push_back(v);
        break;
      case 2: {
        size_t i = rng() % (n + 1);
        MUST(list_insert_at(t, *list, static_cast<ssize>(i), small(v)));
        model.insert(model.begin() + static_cast<ssize>(i), v);
        break;
      }
      case 3:
        if (n) {
          size_t i = rng() % n;
          Owned item = MUST(list_pop_at(t, *list, static_cast<ssize>(i)));
          check(item.value() == small(model[i]), "pop");
          model.erase(model.begin() + static_cast<ssize>(i));
        }
        break;
      case 4:
        if (n > 30) {
          size_t a = rng() % n, b = a + rng() % 20;
          if (b > n) b = n;
          Ref<Tuple> words = MUST(tuple_pack(t, small(v), small(v + 1), small(v + 2)));
          MUST(list_replace_slice(t, *list, static_cast<ssize>(a), static_cast<ssize>(b), words));
          model.erase(model.begin() + static_cast<ssize>(a), model.begin() + static_cast<ssize>(b));
          model.insert(model.begin() + static_cast<ssize>(a), {v, v + 1, v + 2});
        }
        break;
      default:
        if (n) {
          size_t i = rng() % n;
          check(list_get(*list, static_cast<ssize>(i)).value() == small(model[i]), "list get");
        }
    }
    check(list_size(*list) == static_cast<ssize>(model.size()), "list size");
  }
}

/// Threads that change and read the same containers: every value read must be a tuple (i, i).
void race(Thread& t) {
  constexpr int kThreads = 4, kSteps = 60000;
  Ref<List> list = MUST(list_new(t));
  Ref<Dict> dict = MUST(dict_new(t));
  Owned set = MUST(set_new(t, nullptr));
  std::vector<Value> names;
  for (int i = 0; i < 64; i++) names.push_back(MUST(str_intern_utf8(t, "race" + std::to_string(i))));
  Value arguments[] = {list, dict, set};
  enter_multi(t, arguments, 3);
  DetachScope detached(t);
  std::vector<std::thread> threads;
  std::atomic<int> ready{0};
  for (int n = 0; n < kThreads; n++) {
    threads.emplace_back([&, n] {
      Thread& u = *thread_create(nullptr);
      ready++;
      while (ready < kThreads) std::this_thread::yield();
      std::mt19937_64 random(static_cast<uint64_t>(n));
      auto pair_ok = [](Value v) { return is_exact<Tuple>(v) && v.as<Tuple>()->get(0) == v.as<Tuple>()->get(1); };
      for (int step = 0; step < kSteps; step++) {
        poll_quiet(u);
        auto k = static_cast<int64_t>(random() % 64);
        Ref<Tuple> pair = MUST(tuple_pack(u, small(step), small(step)));
        Value key = k % 2 ? names[static_cast<size_t>(k)] : small(k * 977);
        switch (random() % 16) {
          case 0:
          case 1: MUST(list_push(u, *list, pair)); break;
          case 2:
            if (list_size(*list) > 40) {
              auto item = list_pop_at(u, *list, k % 8);
              if (item.ok()) check(pair_ok(item.take()), "popped");
              else clear_exception(u);
            }
            break;
          case 3: MUST(list_insert_at(u, *list, k, pair)); break;
          case 4:
            if (step % 100 == 0) list_clear(u, *list);
            break;
          case 5: {
            Ref<Tuple> all = MUST(list_to_tuple(u, *list));
            for (ssize i = 0; i < all->size; i++) check(pair_ok(all->get(i)), "snapshot");
            break;
          }
          case 6:
          case 7: MUST(dict_set(u, *dict, key, pair)); break;
          case 8: MUST(dict_delete(u, *dict, key)); break;
          case 9: {
            Owned a, b;
            for (ssize position = 0; dict_next(*dict, &position, &a, &b);) check(pair_ok(b), "dict iteration");
            break;
          }
          case 10:
            if (step % 200 == 0) dict_clear(u, *dict);
            break;
          case 11: {
            Owned value = MUST(dict_pop(u, *dict, key));
            if (!value.value().is_empty()) check(pair_ok(value), "dict pop");
            break;
          }
          case 12: MUST(set_add(u, set, key)); break;
          case 13: MUST(set_discard(u, set, key)); break;
          case 14:
            if (step % 500 == 0) {
              auto sorted = list_sort_rpy(u, *list, none(), false);
              if (!sorted.ok()) clear_exception(u);
            }
            break;
          default: {
            Owned item;
            for (ssize position = 0; set_next(set, &position, &item);) check(!item.value().is_null(), "set iteration");
          }
        }
        for (int i = 0; i < 4; i++) {
          Owned item = list_get(*list, static_cast<ssize>(random() % 50));
          if (item) check(pair_ok(item), "list item");
          Owned value = MUST(dict_get(u, *dict, key));
          if (!value.value().is_empty()) check(pair_ok(value), "dict value");
        }
      }
      thread_exit(u);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace

int main() {
  Thread& t = test::start();
  MUST(runtime_init_types(t));
  for (bool shared : {false, true}) {
    dict_against_map(t, shared);
    set_against_set(t, shared);
    list_against_vector(t, shared);
    sort_against_stable_sort(t, shared);
  }
  race(t);
  printf("containers: ok\n");
}
