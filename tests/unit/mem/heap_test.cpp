#include <vector>

#include "base/flags.h"
#include "fixture.h"
#include "sync/futex.h"

using namespace ty;
using namespace ty::test;

static void blocks_are_zeroed_and_found(Thread& t) {
  Node* a = make_node(t);
  CHECK(a->tid == t.tid && a->is_local() && a->ref_local == 1 && a->left == 0 && a->number == 0);
  CHECK(a->has(kTracked) && !a->has(kPrompt));
  CHECK(object_containing(reinterpret_cast<uint64_t>(a)) == a);
  CHECK(object_containing(reinterpret_cast<uint64_t>(a) | 2) == a);
  CHECK(object_containing(reinterpret_cast<uint64_t>(&a->number)) == a);
  CHECK(object_containing(reinterpret_cast<uint64_t>(&t)) == nullptr);
  CHECK(object_containing(0) == nullptr && object_containing(~uint64_t{0}) == nullptr);
  auto address = reinterpret_cast<uint64_t>(a);
  dec(a);
  CHECK(object_containing(address) == nullptr);
  Node* b = make_node(t);
  CHECK(reinterpret_cast<uint64_t>(b) == address);
  dec(b);
}

static void sizes(Thread& t) {
  for (size_t bytes = sizeof(Object); bytes < 300000; bytes = bytes * 5 / 4 + 8) {
    std::vector<Object*> objects;
    for (int i = 0; i < 20; i++) {
      Object* o = allocate_object(t, &leaf_type, bytes);
      for (size_t k = sizeof(Object); k < bytes; k++) CHECK(reinterpret_cast<char*>(o)[k] == 0);
      std::memset(reinterpret_cast<char*>(o) + sizeof(Object), 0xAB, bytes - sizeof(Object));
      CHECK(reinterpret_cast<uint64_t>(o) % 16 == 0 && block_size(o) >= bytes);
      CHECK(object_containing(reinterpret_cast<uint64_t>(o) + bytes - 1) == o);
      objects.push_back(o);
    }
    for (Object* o : objects) dec(o);
    for (Object* o : objects) CHECK(object_containing(reinterpret_cast<uint64_t>(o)) == nullptr);
  }
}

static void pages_come_back(Thread& t) {
  size_t before = heap_bytes_in_use();
  std::vector<Node*> nodes;
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 200000; i++) nodes.push_back(make_node(t));
    CHECK(heap_bytes_in_use() > before + 200000 * sizeof(Node));
    while (!nodes.empty()) {
      dec(nodes.back());
      nodes.pop_back();
    }
    trim_heap(*t.heap);
    CHECK(heap_bytes_in_use() < before + (size_t{1} << 20));
  }
}

static void chains_die_without_recursion(Thread& t) {
  uint64_t before = released;
  Node* head = nullptr;
  for (int i = 0; i < 1000000; i++) {
    Node* node = make_node(t);
    node->left = reinterpret_cast<uint64_t>(head);
    head = node;
  }
  dec(head);
  CHECK(released == before + 1000000);
}

static void allocation_failures(Thread& t) {
  g_flags.fail_alloc = 3;
  int failures = 0;
  for (int i = 0; i < 9; i++) {
    Object* o = allocate_object(t, &leaf_type, 48);
    if (o) {
      dec(o);
    } else {
      failures++;
    }
  }
  g_flags.fail_alloc = 0;
  CHECK(failures == 3);
}

static void speed(Thread& t) {
  constexpr int kRounds = 20000000;
  uint32_t bin = allocation_bin(node_layout.flags, sizeof(Node));
  TypeLayout quiet = node_layout;
  quiet.release = nullptr;
  Type type = make_type(quiet, "quiet");
  int64_t start = monotonic_nanoseconds();
  for (int i = 0; i < kRounds; i++) {
    Object* o = allocate_object_fast(t, &type, sizeof(Node), kCollectable, bin);
    __asm__ __volatile__("" : "+r"(o));
    dec(o);
  }
  double each = static_cast<double>(monotonic_nanoseconds() - start) / kRounds;
  std::printf("  allocate + die: %.1f ns\n", each);
}

int main() {
  Thread& t = start();
  RUN(blocks_are_zeroed_and_found);
  RUN(sizes);
  RUN(pages_come_back);
  RUN(chains_die_without_recursion);
  RUN(allocation_failures);
  RUN(speed);
  thread_exit(t);
  return 0;
}
