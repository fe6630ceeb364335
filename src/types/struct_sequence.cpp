#include "types/struct_sequence.h"

#include <cstdlib>
#include <cstring>

#include "mem/heap.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/list.h"
#include "types/str.h"

namespace ty {

namespace {

/// The TypeDef of a struct sequence carries what its methods need.
struct SequenceTypeDef : TypeDef {
  const StructField* fields;
  ssize visible;
  ssize total;
  ssize named_total;
};

const SequenceTypeDef& def_of(const Type* type) {
  while (!type->info->def || !(type->info->def->layout.each)) type = reinterpret_cast<Type*>(type->base_);
  return *static_cast<const SequenceTypeDef*>(type->info->def);
}

bool is_unnamed(const StructField& f) { return f.name == kUnnamedField; }

void sequence_each(Object* o, SlotVisitor& visitor) {
  auto& self = *static_cast<Tuple*>(o);
  const SequenceTypeDef& def = def_of(o->type());
  for (ssize i = def.visible; i < def.total; i++) visitor(self.items[i].address());
}

Result<Ref<Tuple>> sequence_allocate(Thread& t, Type* type) {
  const SequenceTypeDef& def = def_of(type);
  Object* o = allocate_object(t, type, sizeof(Tuple) + sizeof(Slot) * static_cast<size_t>(def.total));
  if (!o) return raise_memory_error(t);
  auto* self = static_cast<Tuple*>(o);
  self->size = def.visible;
  return Ref<Tuple>::steal(self);
}

Result<Owned> sequence_new(Thread& t, Type& type, Value sequence, Value dict) {
  const SequenceTypeDef& def = def_of(&type);
  Ref<Tuple> items = TRY(tuple_from_iterable_rpy(t, sequence));
  if (!is_none(dict) && !is_instance(dict, Dict::type())) {
    return raise_type_error(t, "%.500s() takes a dict as second arg, if any", def.name);
  }
  if (def.visible != def.total) {
    if (items->size < def.visible) {
      return raise_type_error(t, "%.500s() takes an at least %zd-sequence (%zd-sequence given)", def.name, def.visible, items->size);
    }
    if (items->size > def.total) {
      return raise_type_error(t, "%.500s() takes an at most %zd-sequence (%zd-sequence given)", def.name, def.total, items->size);
    }
  } else if (items->size != def.visible) {
    return raise_type_error(t, "%.500s() takes a %zd-sequence (%zd-sequence given)", def.name, def.visible, items->size);
  }
  Ref<Tuple> self = TRY(sequence_allocate(t, &type));
  ssize found = 0;
  for (ssize i = 0; i < def.total; i++) {
    Owned value = owned_none();
    if (i < items->size) {
      value = dup(items->get(i));
      if (!is_none(dict) && i >= def.visible &&
          TRY(dict_contains(t, *dict.as<Dict>(), TRY(str_from_ascii(t, def.fields[i].name))))) {
        return raise_type_error(t, "%.500s() got duplicate or unexpected field name(s)", def.name);
      }
    } else if (!is_none(dict)) {
      Owned given = TRY(dict_get_text(t, *dict.as<Dict>(), def.fields[i].name));
      if (!given.value().is_empty()) {
        found++;
        value = dup(given.value());
      }
    }
    self->items[i].init(std::move(value));
  }
  if (!is_none(dict) && found < dict_length(*dict.as<Dict>())) {
    return raise_type_error(t, "%.500s() got duplicate or unexpected field name(s)", def.name);
  }
  return Owned(std::move(self));
}

Result<Owned> sequence_repr(Thread& t, Value v) {
  auto& self = *v.as<Tuple>();
  const SequenceTypeDef& def = def_of(self.Object::type());
  StrWriter out(t);
  TRY(out.ascii(self.Object::type()->name));
  TRY(out.put('('));
  ssize named = 0;
  for (ssize i = 0; i < def.visible; i++) {
    if (i) TRY(out.ascii(", "));
    while (is_unnamed(def.fields[named])) named++;  // names are counted without the unnamed ones: stat_result's times
    TRY(out.ascii(def.fields[named++].name));
    TRY(out.put('='));
    Owned text = TRY(object_repr(t, self.get(i)));
    TRY(out.str(*text.value().as<Str>()));
  }
  TRY(out.put(')'));
  return Owned(TRY(out.finish()));
}

/// {name: value} of the hidden fields.
Result<Ref<Dict>> hidden_fields(Thread& t, Tuple& self, const SequenceTypeDef& def) {
  Ref<Dict> dict = TRY(dict_new(t));
  for (ssize i = def.visible; i < def.total; i++) TRY(dict_set_text(t, *dict, def.fields[i].name, self.get(i)));
  return dict;
}

Result<Owned> sequence_reduce(Thread& t, Tuple& self) {
  const SequenceTypeDef& def = def_of(self.Object::type());
  Ref<Tuple> items = TRY(tuple_from(t, self.values(), def.visible));
  Ref<Dict> hidden = TRY(hidden_fields(t, self, def));
  Ref<Tuple> arguments = TRY(tuple_pack(t, items, hidden));
  return Owned(TRY(tuple_pack(t, Value(self.Object::type()), arguments)));
}

Result<Owned> sequence_replace(Thread& t, Tuple& self, Kwargs changes) {
  const SequenceTypeDef& def = def_of(self.Object::type());
  if (def.named_total != def.total) {
    return raise_type_error(t, "__replace__() is not supported for %.500s because it has unnamed field(s)", def.name);
  }
  Ref<Tuple> result = TRY(sequence_allocate(t, self.Object::type()));
  size_t used = 0;
  for (ssize i = 0; i < def.total; i++) {
    Value value = self.get(i);
    for (size_t k = 0; k < changes.size; k++) {
      if (str_equal_ascii(*changes.names[k].as<Str>(), def.fields[i].name)) {
        value = changes.values[k];
        used++;
      }
    }
    result->items[i].init(dup(value));
  }
  if (used < changes.size) {
    Ref<List> unknown = TRY(list_new(t));
    for (size_t k = 0; k < changes.size; k++) {
      bool known = false;
      for (ssize i = 0; i < def.total; i++) known = known || str_equal_ascii(*changes.names[k].as<Str>(), def.fields[i].name);
      if (!known) TRY(list_push(t, *unknown, changes.names[k]));
    }
    return raise_value_error(t, "Got unexpected field name(s): %R", Value(unknown.get()));
  }
  return Owned(std::move(result));
}

constexpr MethodDef kSequenceMethods[] = {
    method<&sequence_reduce>("__reduce__", "($self, /)", nullptr),
    method<&sequence_replace>("__replace__", "($self, /, **changes)",
                              "Return a copy of the structure with new values for the specified fields."),
    {}};
constexpr TypeOps kSequenceOps = {
    .repr = &sequence_repr,
    .create = constructor<"structseq", "(sequence, dict=None)", &sequence_new>,
};

}  // namespace

Result<Type*> struct_sequence_type(Thread& t, const StructSequenceDef& source) {
  ssize total = 0, named = 0;
  while (source.fields[total].name) named += !is_unnamed(source.fields[total++]);
  auto* members = static_cast<MemberDef*>(std::calloc(static_cast<size_t>(named) + 1, sizeof(MemberDef)));
  auto* def = new SequenceTypeDef();
  ssize m = 0;
  for (ssize i = 0; i < total; i++) {
    if (is_unnamed(source.fields[i])) continue;
    members[m++] = MemberDef{.name = source.fields[i].name, .kind = MemberKind::kObject, .read_only = true,
                             .offset = sizeof(Tuple) + sizeof(Slot) * static_cast<size_t>(i), .doc = source.fields[i].doc};
  }
  def->name = source.name;
  def->size = sizeof(Tuple);
  def->item_size = sizeof(Slot);
  def->base = Tuple::type();
  def->flags = 0;
  def->layout = {.items_offset = sizeof(Tuple), .flags = kCollectable, .each = &sequence_each};
  def->ops = &kSequenceOps;
  def->methods = kSequenceMethods;
  def->members = members;
  def->doc = source.doc;
  def->fields = source.fields;
  def->visible = source.visible;
  def->total = total;
  def->named_total = named;
  const char* dot = std::strrchr(source.name, '.');
  char module[64] = "builtins";
  if (dot) {
    std::memcpy(module, source.name, static_cast<size_t>(dot - source.name));
    module[dot - source.name] = 0;
  }
  Type* type = TRY(type_create_native(t, *def, module));
  auto& dict = *reinterpret_cast<Dict*>(type->dict_);
  TRY(dict_set_text(t, dict, "n_sequence_fields", Value::small_int_unchecked(def->visible)));
  TRY(dict_set_text(t, dict, "n_fields", Value::small_int_unchecked(total)));
  TRY(dict_set_text(t, dict, "n_unnamed_fields", Value::small_int_unchecked(total - named)));
  Ref<List> match = TRY(list_new(t));
  for (ssize i = 0; i < def->visible; i++) {
    if (!is_unnamed(source.fields[i])) TRY(list_push(t, *match, TRY(str_from_ascii(t, source.fields[i].name))));
  }
  TRY(dict_set_text(t, dict, "__match_args__", TRY(list_to_tuple(t, *match))));
  type_modified(t, type);
  return type;
}

Result<Ref<Tuple>> struct_sequence_new(Thread& t, Type* type, const Value* values, ssize count) {
  Ref<Tuple> self = TRY(sequence_allocate(t, type));
  const SequenceTypeDef& def = def_of(type);
  for (ssize i = 0; i < def.total; i++) self->items[i].init(i < count ? dup(values[i]) : owned_none());
  return self;
}

}  // namespace ty
