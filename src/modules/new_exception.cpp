#include "modules/new_exception.h"

#include "object/type_object.h"
#include "types/dict.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

Result<void> module_add_exception(Thread& t, Module& m, GlobalSlot& slot, const char* module, const char* name, Value base, const char* doc) {
  if (slot.load()) return module_add(t, m, name, slot.load());  // a second module object shares the class
  Ref<Dict> ns = TRY(dict_new(t));
  Value module_name = TRY(str_intern_utf8(t, module));
  TRY(dict_set(t, *ns, NAME("__module__"), module_name));
  if (doc) {
    Ref<Str> text = TRY(str_from_utf8(t, doc));
    TRY(dict_set(t, *ns, NAME("__doc__"), text));
  }
  Ref<Tuple> bases = TRY(tuple_pack(t, base ? base : Value(&exc_Exception)));
  Value class_name = TRY(str_intern_utf8(t, name));
  Value arguments[] = {class_name, bases, ns};
  Owned made = TRY(call(t, Value(&type_type), arguments, 3));
  slot.store(dup(made.value()));
  return module_add(t, m, name, made);
}

}  // namespace ty
