// vm/slow/arith.cpp: operators.
#include "types/dict.h"
#include "types/str.h"
#include "vm/slow/slow.h"

namespace ty {

bool slow_binary(Thread& t, Value* R, Value c, Ins i, BinaryFn fn) {
  // s += part: the register's reference may be the only one, and the str grow in place.
  if (i.a == i.b && (fn == &number_inplace_add || fn == &number_add) && R[i.b].is_counted() && is_exact<Str>(R[i.b]) && is_exact<Str>(c)) {
    Owned left = Owned::steal(R[i.b]);
    R[i.b] = Value::empty();
    bool ok = str_append(t, left, *c.as<Str>()).ok();
    R[i.b] = left.release();
    if (ok && (i.kill & kKillC) && i.c != i.a) clear_register(R, i.c);
    return ok;
  }
  return finish_bc(R, i, fn(t, R[i.b], c));
}
Result<Owned> vm_power(Thread& t, Value a, Value b) { return number_power(t, a, b, none()); }
Result<Owned> vm_inplace_power(Thread& t, Value a, Value b) { return number_inplace_power(t, a, b, none()); }
bool slow_Positive(Thread& t, Value* R, const Value*, Ins i) { return finish_b(R, i, number_positive(t, R[i.b])); }
bool slow_Negative(Thread& t, Value* R, const Value*, Ins i) { return finish_b(R, i, number_negative(t, R[i.b])); }
bool slow_Invert(Thread& t, Value* R, const Value*, Ins i) { return finish_b(R, i, number_invert(t, R[i.b])); }

int slow_truth(Thread& t, Value v) {
  auto r = object_is_true(t, v);
  if (!r.ok()) return -1;
  return r.take();
}
bool slow_Not(Thread& t, Value* R, const Value*, Ins i) {
  int r = slow_truth(t, R[i.b]);
  return r < 0 ? false : finish_b(R, i, owned_bool(!r));
}
bool slow_ToBool(Thread& t, Value* R, const Value*, Ins i) {
  int r = slow_truth(t, R[i.b]);
  return r < 0 ? false : finish_b(R, i, owned_bool(r));
}
bool slow_compare(Thread& t, Value* R, Ins i, CompareOp op) { return finish_bc(R, i, object_compare(t, R[i.b], R[i.c], op)); }
int slow_compare_truth(Thread& t, Value a, Value b, CompareOp op) {
  auto r = object_compare(t, a, b, op);
  if (!r.ok()) return -1;
  Owned v = r.take();
  if (is_true(v)) return 1;
  if (is_false(v)) return 0;
  return slow_truth(t, v);
}
bool slow_Is(Thread&, Value* R, const Value*, Ins i) { return finish_bc(R, i, owned_bool(is_same(R[i.b], R[i.c]))); }
bool slow_IsNot(Thread&, Value* R, const Value*, Ins i) { return finish_bc(R, i, owned_bool(!is_same(R[i.b], R[i.c]))); }
bool slow_Contains(Thread& t, Value* R, const Value*, Ins i) {
  auto r = object_contains(t, R[i.c], R[i.b]);
  return r.ok() && finish_bc(R, i, owned_bool(r.take()));
}
bool slow_NotContains(Thread& t, Value* R, const Value*, Ins i) {
  auto r = object_contains(t, R[i.c], R[i.b]);
  return r.ok() && finish_bc(R, i, owned_bool(!r.take()));
}

}  // namespace ty
