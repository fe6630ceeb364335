// _string: the parser of str.format(), for string.Formatter.
#include "mem/heap.h"
#include "types/format_markup.h"
#include "types/int.h"
#include "types/module.h"
#include "types/tuple.h"

namespace ty {

namespace {

/// Iterates over (literal, field name, format spec, conversion).
struct FormatterIterator : Object {
  Slot text;       // [const] Str
  ssize position;  // [lock]
};
/// Iterates over (is attribute, name or index).
struct FieldNameIterator : Object {
  Slot text;       // [const] Str
  ssize position;  // [lock]
};

constinit Type g_formatter_iterator_type{}, g_field_name_iterator_type{};

Result<Owned> span_text(Thread& t, Str& text, markup::Span span) {
  Ref<Str> s = TRY(str_substring(t, text, span.start, span.end));
  return Owned(std::move(s));
}

Result<Owned> formatter_step(Thread& t, FormatterIterator* it) {
  Owned held = it->text.get();
  auto& text = *held.value().as<Str>();
  markup::Piece piece;
  {
    CriticalSection section(t, it);
    markup::Parser parser(text, it->position, text.length);
    bool more = TRY(parser.next(t, piece));
    if (!more) return Owned::steal(Value::empty());
    it->position = parser.position();
  }
  Owned literal = TRY(span_text(t, text, piece.literal));
  Owned name = owned_none(), spec = owned_none(), conversion = owned_none();
  if (piece.has_field) {
    name = TRY(span_text(t, text, piece.field_name));
    spec = piece.spec.present ? TRY(span_text(t, text, piece.spec)) : Owned::steal(g_empty_str);
    if (piece.conversion != 0) conversion = TRY(str_of_code_point(t, piece.conversion));
  }
  Ref<Tuple> result = TRY(tuple_pack(t, literal, name, spec, conversion));
  return Owned(std::move(result));
}

Result<Owned> field_name_step(Thread& t, FieldNameIterator* it) {
  Owned held = it->text.get();
  auto& text = *held.value().as<Str>();
  markup::Access access;
  {
    CriticalSection section(t, it);
    markup::AccessParser parser(text, it->position, text.length);
    bool more = TRY(parser.next(t, access));
    if (!more) return Owned::steal(Value::empty());
    it->position = parser.position();
  }
  Owned what = access.index >= 0 ? TRY(int_from_int64(t, access.index)) : TRY(span_text(t, text, access.name));
  Ref<Tuple> result = TRY(tuple_pack(t, bool_value(access.is_attribute), what));
  return Owned(std::move(result));
}

template <class Iterator, Result<Owned> (*step)(Thread&, Iterator*)>
Lookup<Owned> iterator_next_of(Thread& t, Value self) {
  auto r = step(t, self.as<Iterator>());
  if (!r.ok()) return Raised{};
  Owned v = r.take();
  if (v.value().is_empty()) return Absent{};
  return v;
}
Result<Owned> self_iter(Thread& t, Value self) { return borrow_or_dup(self); }

constexpr uint16_t kTextSlot[] = {offsetof(FormatterIterator, text)};
constexpr TypeOps kFormatterIteratorOps = {.iter = &self_iter, .next = &iterator_next_of<FormatterIterator, &formatter_step>};
constexpr TypeOps kFieldNameIteratorOps = {.iter = &self_iter, .next = &iterator_next_of<FieldNameIterator, &field_name_step>};
constexpr TypeDef kFormatterIteratorDef = {.name = "formatteriterator", .size = sizeof(FormatterIterator),
                                           .flags = kTypeDisallowInstantiation,
                                           .layout = {.slot_offsets = kTextSlot, .slot_count = 1}, .ops = &kFormatterIteratorOps};
constexpr TypeDef kFieldNameIteratorDef = {.name = "fieldnameiterator", .size = sizeof(FieldNameIterator),
                                           .flags = kTypeDisallowInstantiation,
                                           .layout = {.slot_offsets = kTextSlot, .slot_count = 1}, .ops = &kFieldNameIteratorOps};

template <class Iterator>
Result<Owned> make_iterator(Thread& t, Type* type, Value text, ssize position) {
  Object* o = allocate_object(t, type, sizeof(Iterator));
  if (o == nullptr) return raise_memory_error(t);
  auto* it = static_cast<Iterator*>(o);
  it->text.init(dup(text));
  it->position = position;
  return Owned::steal(Value(o));
}

Result<Owned> string_formatter_parser(Thread& t, Value text) {
  if (!is_str(text)) return raise_type_error(t, "expected str, got %T", text);
  return make_iterator<FormatterIterator>(t, &g_formatter_iterator_type, text, 0);
}

Result<Owned> string_formatter_field_name_split(Thread& t, Value value) {
  if (!is_str(value)) return raise_type_error(t, "expected str, got %T", value);
  auto& text = *value.as<Str>();
  markup::Span first = markup::first_name(text, {0, text.length, true});
  ssize index = TRY(markup::number_in(t, text, first));
  Owned name = index >= 0 ? TRY(int_from_int64(t, index)) : TRY(span_text(t, text, first));
  Owned rest = TRY(make_iterator<FieldNameIterator>(t, &g_field_name_iterator_type, value, first.end));
  Ref<Tuple> result = TRY(tuple_pack(t, name, rest));
  return Owned(std::move(result));
}

Result<void> string_exec(Thread& t, Module&) {
  TRY(type_ready(t, &g_formatter_iterator_type, kFormatterIteratorDef));
  return type_ready(t, &g_field_name_iterator_type, kFieldNameIteratorDef);
}

constexpr MethodDef kStringMethods[] = {
    function<&string_formatter_field_name_split>("formatter_field_name_split", "($module, object, /)", "split the argument as a field name"),
    function<&string_formatter_parser>("formatter_parser", "($module, object, /)", "parse the argument as a format string"),
    {}};
constexpr ModuleDef kStringModule = {.name = "_string", .doc = "string helper module", .methods = kStringMethods, .exec = &string_exec};

}  // namespace

TY_MODULE(kStringModule)

}  // namespace ty
