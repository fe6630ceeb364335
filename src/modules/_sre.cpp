// modules/_sre.cpp: the _sre module: Pattern, Match, Scanner, Template. CPython: Modules/_sre/sre.c.
//
// Threads     patterns, matches and templates are immutable (Match.regs is filled idempotently); a scanner works under its lock, with a flag against
//             a second thread or a signal handler entering while a match polls.
#include <cstring>

#include "modules/_sre_engine.h"
#include "base/hash.h"
#include "types/bytes.h"
#include "types/bytes_shared.h"
#include "types/container.h"
#include "types/dict.h"
#include "types/generic_alias.h"
#include "types/int.h"
#include "types/iterators.h"
#include "types/list.h"
#include "types/mapping_proxy.h"
#include "types/module.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

namespace {

using sre::Code;
using sre::Engine;

struct Pattern : Object {
  Slot pattern;      // [const] str, bytes-like or None
  Slot group_index;  // [const] Dict
  Slot index_group;  // [const] Tuple
  Code* code;        // [const]
  ssize code_size;   // [const]
  ssize groups;      // [const]
  int flags;         // [const]
  int is_bytes;      // [const] -1: a pattern without source
  static Type* type();
};
struct Match : Object {
  Slot string;       // [const]
  Slot pattern;      // [const]
  Slot regs;         // [atomic] Tuple once asked for
  ssize position;    // [const] pos
  ssize end;         // [const] endpos
  ssize last_index;  // [const] -1: none
  ssize groups;      // [const] group 0 included
  ssize marks[];     // [const] -1: unset
  static Type* type();
  Pattern& re() const { return *pattern.load_as<Pattern>(); }
};
struct Scanner : Object {
  Slot pattern;       // [const]
  Slot string;        // [const]
  Slot held;          // [const] memoryview that keeps the buffer of a mutable string in place, or null
  ssize start;        // [lock]
  ssize end;          // [const]
  ssize must_advance; // [lock]
  ssize position;     // [const]
  bool done;          // [lock]
  bool executing;     // [lock]
  static Type* type();
};
/// literal, then (group, literal or null) pairs.
struct Template : Object {
  Slot literal;       // [const]
  Slot rest;          // [const] Tuple: index, literal or None, …
  static Type* type();
};
Type pattern_type, match_type, scanner_type, template_type;
Type* Pattern::type() { return &pattern_type; }
Type* Match::type() { return &match_type; }
Type* Scanner::type() { return &scanner_type; }
Type* Template::type() { return &template_type; }

/// The text of a str or bytes-like object, held for the scope.
struct Subject {
  Value string;
  BytesLike view;
  const void* data = nullptr;
  ssize length = 0;
  int kind = 1;
  bool is_bytes = false;

  Result<void> acquire(Thread& t, Value v) {
    string = v;
    if (is_str(v)) {
      auto* s = v.as<Str>();
      data = s->data();
      length = s->length;
      kind = s->kind();
      return {};
    }
    if (!has_buffer(v)) return raise_type_error(t, "expected string or bytes-like object, got '%.200s'", type_of(v)->name);
    TRY(view.acquire(t, v));
    data = view.data();
    length = view.size();
    is_bytes = true;
    return {};
  }
  Result<Owned> slice(Thread& t, ssize from, ssize to) const {
    if (!is_bytes) {
      auto& s = *string.as<Str>();
      if (from == 0 && to == s.length && s.Object::type() == Str::type()) return dup(string);
      return Owned(TRY(str_substring(t, s, from, to)));
    }
    if (from > length) from = length;
    if (to > length) to = length;
    if (from == 0 && to == length && is_exact<Bytes>(string)) return dup(string);
    return Owned(TRY(bytes_new(t, static_cast<const char*>(data) + from, to > from ? to - from : 0)));
  }
};

/// An engine set up for `string[pos:endpos]`.
struct Run {
  Thread& t;
  Pattern& pattern;
  Subject subject;
  Engine engine;
  ssize position = 0;

  Run(Thread& t, Pattern& pattern) : t(t), pattern(pattern), engine(t, pattern.code, pattern.groups) {}
  Result<void> begin(Value string, ssize start, ssize end) {
    TRY(subject.acquire(t, string));
    if (subject.is_bytes && pattern.is_bytes == 0) return raise_type_error(t, "cannot use a string pattern on a bytes-like object");
    if (!subject.is_bytes && pattern.is_bytes > 0) return raise_type_error(t, "cannot use a bytes pattern on a string-like object");
    if (start < 0) start = 0;
    if (start > subject.length) start = subject.length;
    if (end < 0) end = 0;
    if (end > subject.length) end = subject.length;
    engine.text = subject.data;
    engine.kind = subject.kind;
    engine.start = position = start;
    engine.end = end;
    return engine.prepare();
  }
  /// After a match: the next one begins where it ended, and is not empty if it was.
  void advance() {
    engine.must_advance = engine.position == engine.start ? engine.position : -1;
    engine.start = engine.position;
  }
  Result<Owned> slice(ssize from, ssize to) { return subject.slice(t, from, to); }
  /// Group `i` of the current match; `absent` decides about an unset one.
  Result<Owned> group(ssize i, bool empty_if_unset) {
    ssize from = engine.marks[(i - 1) * 2], to = engine.marks[(i - 1) * 2 + 1];
    if (from < 0 || to < 0) {
      if (!empty_if_unset) return owned_none();
      from = to = 0;
    }
    if (to < from) return raise_span();
    return slice(from, to);
  }
  Raised raise_span() { return raise_system_error(t, "The span of capturing group is wrong, please report a bug for the re module."); }
};

Result<Ref<Match>> new_match(Thread& t, Run& run) {
  ssize groups = run.pattern.groups + 1;
  Object* o = allocate_object(t, &match_type, sizeof(Match) + static_cast<size_t>(groups) * 2 * sizeof(ssize));
  if (!o) return raise_memory_error(t);
  auto m = Ref<Match>::steal(static_cast<Match*>(o));
  m->string.init(dup(run.subject.string));
  m->pattern.init(dup(Value(&run.pattern)));
  m->groups = groups;
  m->position = run.position;
  m->end = run.engine.end;
  m->last_index = run.engine.last_index;
  m->marks[0] = run.engine.start;
  m->marks[1] = run.engine.position;
  for (ssize i = 0; i < run.pattern.groups; i++) {
    ssize from = run.engine.marks[i * 2], to = run.engine.marks[i * 2 + 1];
    if (from < 0 || to < 0) {
      from = to = -1;
    } else if (from > to) {
      return run.raise_span();
    }
    m->marks[i * 2 + 2] = from;
    m->marks[i * 2 + 3] = to;
  }
  return m;
}

ssize end_or_max(Opt<ssize> end) { return end ? end.value : PTRDIFF_MAX; }

enum class How { kMatch, kFullMatch, kSearch };
Result<Owned> find_one(Thread& t, Pattern& self, Value string, ssize pos, Opt<ssize> endpos, How how) {
  Run run(t, self);
  TRY(run.begin(string, pos, end_or_max(endpos)));
  run.engine.match_all = how == How::kFullMatch;
  bool found = how == How::kSearch ? TRY(run.engine.search()) : TRY(run.engine.match());
  if (!found) return owned_none();
  return Owned(TRY(new_match(t, run)));
}
Result<Owned> pattern_match(Thread& t, Pattern& self, Value string, ssize pos, Opt<ssize> endpos) { return find_one(t, self, string, pos, endpos, How::kMatch); }
Result<Owned> pattern_fullmatch(Thread& t, Pattern& self, Value string, ssize pos, Opt<ssize> endpos) { return find_one(t, self, string, pos, endpos, How::kFullMatch); }
Result<Owned> pattern_search(Thread& t, Pattern& self, Value string, ssize pos, Opt<ssize> endpos) { return find_one(t, self, string, pos, endpos, How::kSearch); }

Result<Owned> pattern_findall(Thread& t, Pattern& self, Value string, ssize pos, Opt<ssize> endpos) {
  Run run(t, self);
  TRY(run.begin(string, pos, end_or_max(endpos)));
  Ref<List> list = TRY(list_new(t));
  while (TRY(run.engine.search())) {
    if (self.groups <= 1) {
      Owned item = self.groups == 0 ? TRY(run.slice(run.engine.start, run.engine.position)) : TRY(run.group(1, true));
      TRY(list_push(t, *list, item));
    } else {
      Ref<Tuple> item = TRY(tuple_new(t, self.groups));
      for (ssize i = 0; i < self.groups; i++) item->items[i].init(TRY(run.group(i + 1, true)));
      TRY(list_push(t, *list, item));
    }
    run.advance();
  }
  return Owned(std::move(list));
}

Result<Owned> pattern_split(Thread& t, Pattern& self, Value string, ssize maxsplit) {
  Run run(t, self);
  TRY(run.begin(string, 0, PTRDIFF_MAX));
  Ref<List> list = TRY(list_new(t));
  ssize last = 0;
  for (ssize n = 0; (maxsplit == 0 || n < maxsplit) && TRY(run.engine.search()); n++) {
    Owned piece = TRY(run.slice(last, run.engine.start));
    TRY(list_push(t, *list, piece));
    for (ssize i = 0; i < self.groups; i++) {
      Owned group = TRY(run.group(i + 1, false));
      TRY(list_push(t, *list, group));
    }
    last = run.engine.position;
    run.advance();
  }
  Owned piece = TRY(run.slice(last, run.engine.end));
  TRY(list_push(t, *list, piece));
  return Owned(std::move(list));
}

// --- templates ---
Result<Owned> join(Thread& t, bool bytes, List& parts) {
  if (bytes) {
    Ref<Bytes> empty = TRY(bytes_new(t, "", 0));
    return bytes_shared::join(t, empty, Value(&parts));
  }
  return Owned(TRY(str_join_rpy(t, *g_empty_str.as<Str>(), Value(&parts))));
}

Result<Owned> match_group_slice(Thread& t, Match& m, ssize index, Value absent);

Result<Owned> template_expand(Thread& t, Template& self, Match& match) {
  Tuple& rest = *self.rest.load_as<Tuple>();
  Owned literal = self.literal.get();
  if (rest.size == 0) return literal;
  Ref<List> parts = TRY(list_new(t, rest.size + 1));
  TRY(list_push(t, *parts, literal));
  for (ssize i = 0; i < rest.size; i += 2) {
    ssize index = rest.get(i).small_int();
    if (index >= match.groups) return raise_index_error(t, "no such group");
    Owned item = TRY(match_group_slice(t, match, index, none()));
    if (!is_none(item)) TRY(list_push(t, *parts, item));
    if (!is_none(rest.get(i + 1))) TRY(list_push(t, *parts, rest.get(i + 1)));
  }
  return join(t, !is_str(literal), *parts);
}

Result<Owned> sre_template(Thread& t, Value, List& list) {
  ssize n = list_size(list);
  if ((n & 1) == 0) return raise_type_error(t, "invalid template");
  auto self = TRY(make_object<Template>(t));
  self->literal.init(list_get(list, 0));
  Ref<Tuple> rest = TRY(tuple_new(t, n - 1));
  for (ssize i = 1; i < n; i += 2) {
    Owned number = list_get(list, i);
    Owned literal = list_get(list, i + 1);
    if (!number || !literal) return raise_type_error(t, "invalid template");
    ssize index = TRY(number_as_ssize(t, number, &exc_OverflowError));
    if (index < 0) return raise_type_error(t, "invalid template");
    rest->items[i - 1].init(small_int(index));
    bool empty = (is_str(literal) && literal.value().as<Str>()->length == 0) || (is_instance(literal, Bytes::type()) && literal.value().as<Bytes>()->size == 0);
    rest->items[i].init(empty ? owned_none() : std::move(literal));
  }
  self->rest.init(std::move(rest));
  if (self->literal.is_null()) return raise_type_error(t, "invalid template");
  return Owned(std::move(self));
}

Result<Owned> compile_template(Thread& t, Pattern& pattern, Value text) {
  Owned compile = TRY(import_attribute(t, "re", "_compile_template"));
  auto first = call(t, compile, Value(&pattern), text);
  Owned made;
  if (first.ok()) {
    made = first.take();
  } else {
    if (!exception_matches(t, &exc_TypeError)) return Raised{};
    // An unhashable or odd text: once more with the plain type.
    Owned plain;
    if (is_str(text) && text.object()->type() != Str::type()) {
      clear_exception(t);
      plain = TRY(str_exact(t, *text.as<Str>()));
    } else if (!is_str(text) && has_buffer(text) && !is_exact<Bytes>(text)) {
      clear_exception(t);
      Subject subject;
      TRY(subject.acquire(t, text));
      plain = TRY(bytes_new(t, subject.data, subject.length));
    } else {
      return Raised{};
    }
    made = TRY(call(t, compile, Value(&pattern), plain));
  }
  if (!is_exact<Template>(made)) {
    return raise_runtime_error(t, "the result of compiling a replacement string is %.200s", type_of(made)->name);
  }
  return made;
}

Result<Owned> substitute(Thread& t, Pattern& self, Value replacement, Value string, ssize count, bool with_number) {
  enum { kLiteral, kTemplate, kCallable } filter_kind;
  Owned filter;
  if (is_callable(replacement)) {
    filter = dup(replacement);
    filter_kind = kCallable;
  } else {
    bool literal = false;
    if (is_str(replacement)) {
      auto& s = *replacement.as<Str>();
      literal = str_find_char(s, '\\', 0, s.length) < 0;
    } else if (has_buffer(replacement)) {
      BytesLike view;
      if (view.acquire(t, replacement).ok()) {
        literal = view.view().find('\\') == std::string_view::npos;
      } else {
        clear_exception(t);
      }
    }
    if (literal) {
      filter = dup(replacement);
      filter_kind = kLiteral;
    } else {
      filter = TRY(compile_template(t, self, replacement));
      filter_kind = kTemplate;
      auto* made = filter.value().as<Template>();
      if (made->rest.load_as<Tuple>()->size == 0) {
        filter = made->literal.get();
        filter_kind = kLiteral;
      }
    }
  }
  Run run(t, self);
  TRY(run.begin(string, 0, PTRDIFF_MAX));
  Ref<List> parts = TRY(list_new(t));
  ssize n = 0, last = 0;
  while ((count == 0 || n < count) && TRY(run.engine.search())) {
    ssize from = run.engine.start, to = run.engine.position;
    if (last < from) {
      Owned piece = TRY(run.slice(last, from));
      TRY(list_push(t, *parts, piece));
    }
    if (filter_kind == kLiteral) {
      TRY(list_push(t, *parts, filter));
    } else {
      Ref<Match> match = TRY(new_match(t, run));
      Owned item = filter_kind == kTemplate ? TRY(template_expand(t, *filter.value().as<Template>(), *match)) : TRY(call(t, filter, match));
      if (!is_none(item)) TRY(list_push(t, *parts, item));
    }
    last = to;
    n++;
    run.advance();
  }
  if (last < run.engine.end) {
    Owned piece = TRY(run.slice(last, run.engine.end));
    TRY(list_push(t, *parts, piece));
  }
  Owned text = list_size(*parts) == 0 ? TRY(run.slice(0, 0)) : TRY(join(t, run.subject.is_bytes, *parts));
  if (!with_number) return text;
  return Owned(TRY(tuple_pack(t, text, Value::small_int_unchecked(n))));
}
Result<Owned> pattern_sub(Thread& t, Pattern& self, Value repl, Value string, ssize count) { return substitute(t, self, repl, string, count, false); }
Result<Owned> pattern_subn(Thread& t, Pattern& self, Value repl, Value string, ssize count) { return substitute(t, self, repl, string, count, true); }

// --- scanner ---
Result<Owned> pattern_scanner(Thread& t, Pattern& self, Value string, ssize pos, Opt<ssize> endpos) {
  Run run(t, self);
  TRY(run.begin(string, pos, end_or_max(endpos)));
  auto scanner = TRY(make_object<Scanner>(t));
  scanner->pattern.init(dup(Value(&self)));
  scanner->string.init(dup(string));
  if (run.subject.is_bytes && !is_exact<Bytes>(string)) {
    Owned memoryview = TRY(import_attribute(t, "builtins", "memoryview"));
    scanner->held.init(TRY(call(t, memoryview, string)));
  }
  scanner->start = scanner->position = run.engine.start;
  scanner->end = run.engine.end;
  scanner->must_advance = -1;
  return Owned(std::move(scanner));
}
Result<Owned> scanner_step(Thread& t, Locked<Scanner> self, How how) {
  if (self->executing) return raise_value_error(t, "regular expression scanner already executing");
  if (self->done) return owned_none();
  Owned pattern = self->pattern.get(), string = self->string.get();
  Run run(t, *pattern.value().as<Pattern>());
  TRY(run.begin(string, self->start, self->end));
  run.position = self->position;
  run.engine.must_advance = self->must_advance;
  self->executing = true;
  auto result = how == How::kSearch ? run.engine.search() : run.engine.match();
  self.ensure();
  self->executing = false;
  if (!result.ok()) return Raised{};
  if (!result.take()) {
    self->done = true;
    return owned_none();
  }
  Ref<Match> match = TRY(new_match(t, run));
  run.advance();
  self.ensure();
  self->start = run.engine.start;
  self->must_advance = run.engine.must_advance;
  return Owned(std::move(match));
}
Result<Owned> scanner_match(Thread& t, Locked<Scanner> self) { return scanner_step(t, self, How::kMatch); }
Result<Owned> scanner_search(Thread& t, Locked<Scanner> self) { return scanner_step(t, self, How::kSearch); }
Owned scanner_pattern(Thread&, Scanner& self) { return self.pattern.get(); }

Result<Owned> pattern_finditer(Thread& t, Pattern& self, Value string, ssize pos, Opt<ssize> endpos) {
  Owned scanner = TRY(pattern_scanner(t, self, string, pos, endpos));
  Owned search = TRY(get_attribute(t, scanner, NAME("search")));
  return callable_iterator_new(t, search, none());
}

// --- Pattern ---
Result<Owned> self_copy(Thread&, Value self) { return dup(self); }
Result<Owned> self_deepcopy(Thread&, Value self, Value) { return dup(self); }
Result<Owned> pattern_groupindex(Thread& t, Pattern& self) { return mapping_proxy_new(t, self.group_index.get()); }
Owned pattern_pattern(Thread&, Pattern& self) { return self.pattern.get(); }
int pattern_flags(Thread&, Pattern& self) { return self.flags; }
ssize pattern_groups(Thread&, Pattern& self) { return self.groups; }

Result<Owned> pattern_repr(Thread& t, Value v) {
  static constexpr struct { const char* name; int value; } kNames[] = {
      {"re.IGNORECASE", sre::kFlagIgnoreCase}, {"re.LOCALE", sre::kFlagLocale}, {"re.MULTILINE", sre::kFlagMultiline}, {"re.DOTALL", sre::kFlagDotAll},
      {"re.UNICODE", sre::kFlagUnicode}, {"re.VERBOSE", sre::kFlagVerbose}, {"re.DEBUG", sre::kFlagDebug}, {"re.ASCII", sre::kFlagAscii}};
  auto& self = *v.as<Pattern>();
  int flags = self.flags;
  if (self.is_bytes == 0 && (flags & (sre::kFlagLocale | sre::kFlagUnicode | sre::kFlagAscii)) == sre::kFlagUnicode) flags &= ~sre::kFlagUnicode;
  TextBuffer text;
  for (const auto& row : kNames) {
    if (!(flags & row.value)) continue;
    text.append(text.size() ? "|" : ", ");
    text.append(row.name);
    flags &= ~row.value;
    if (text.view()[0] != ',') continue;
  }
  if (flags) {
    char rest[24];
    int n = std::snprintf(rest, sizeof rest, "%s0x%x", text.size() ? "|" : ", ", static_cast<unsigned>(flags));
    text.append({rest, static_cast<size_t>(n)});
  }
  text.push('\0');
  if (text.failed()) return raise_memory_error(t);
  Owned pattern = self.pattern.get();
  return Owned(TRY(str_from_format(t, "re.compile(%.200R%s)", pattern.value(), text.data())));
}
Result<ssize> pattern_hash(Thread& t, Value v) {
  auto& self = *v.as<Pattern>();
  Owned pattern = self.pattern.get();
  ssize hash = TRY(object_hash(t, pattern));
  hash ^= hash_bytes(self.code, static_cast<size_t>(self.code_size) * sizeof(Code));
  hash ^= self.flags ^ self.is_bytes ^ self.code_size;
  return hash == -1 ? -2 : hash;
}
Result<Owned> pattern_compare(Thread& t, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_exact<Pattern>(b)) return Owned::steal(not_implemented());
  auto& x = *a.as<Pattern>();
  auto& y = *b.as<Pattern>();
  bool equal = &x == &y;
  if (!equal && x.flags == y.flags && x.is_bytes == y.is_bytes && x.code_size == y.code_size &&
      std::memcmp(x.code, y.code, static_cast<size_t>(x.code_size) * sizeof(Code)) == 0) {
    Owned p = x.pattern.get(), q = y.pattern.get();
    equal = TRY(object_equal(t, p, q));
  }
  return owned_bool(equal == (op == CompareOp::kEq));
}
void pattern_release(Object* o) { free_buffer(static_cast<Pattern*>(o)->code); }

Result<Owned> sre_compile(Thread& t, Value source, int flags, List& code, ssize groups, Dict& groupindex, Tuple& indexgroup) {
  auto self = TRY(make_object<Pattern>(t));
  ssize n = list_size(code);
  self->code = static_cast<Code*>(allocate_buffer(static_cast<size_t>(n ? n : 1) * sizeof(Code)));
  if (!self->code) return raise_memory_error(t);
  for (ssize i = 0; i < n; i++) {
    Owned item = list_get(code, i);
    if (!item || !is_int(item)) return raise_type_error(t, "an integer is required");
    bool fits;
    uint64_t word = int_as_uint64(item, &fits);
    if (!fits || word > UINT32_MAX) return raise_overflow_error(t, "regular expression code size limit exceeded");
    self->code[i] = static_cast<Code>(word);
  }
  self->code_size = n;
  self->groups = groups;
  self->flags = flags;
  if (is_none(source)) {
    self->is_bytes = -1;
  } else {
    Subject subject;
    TRY(subject.acquire(t, source));
    self->is_bytes = subject.is_bytes;
  }
  self->pattern.init(dup(source));
  self->group_index.init(dup(Value(&groupindex)));
  self->index_group.init(dup(Value(&indexgroup)));
  if (!sre::valid_code(t, self->code, n, groups)) return raise_runtime_error(t, "invalid SRE code");
  return Owned(std::move(self));
}

// --- Match ---
Result<Owned> match_group_slice(Thread& t, Match& m, ssize index, Value absent) {
  if (index < 0 || index >= m.groups) return raise_index_error(t, "no such group");
  ssize from = m.marks[index * 2], to = m.marks[index * 2 + 1];
  if (from < 0) return dup(absent);
  Owned string = m.string.get();
  Subject subject;
  TRY(subject.acquire(t, string));
  return subject.slice(t, from, to);
}
Result<ssize> match_index(Thread& t, Match& m, Value group) {
  ssize i = -1;
  if (has_index(group)) {
    i = TRY(number_as_ssize(t, group, nullptr));
  } else {
    Owned names = m.re().group_index.get();
    auto found = dict_get(t, *names.value().as<Dict>(), group);
    if (found.raised()) {
      clear_exception(t);
    } else if (found.found()) {
      Owned number = found.take();
      if (is_int(number)) i = TRY(number_as_ssize(t, number, nullptr));
    }
  }
  if (i < 0 || i >= m.groups) return raise_index_error(t, "no such group");
  return i;
}
Result<Owned> match_group_of(Thread& t, Match& m, Value group) { return match_group_slice(t, m, TRY(match_index(t, m, group)), none()); }
Result<Owned> match_group(Thread& t, Match& self, Args args) {
  if (args.size == 0) return match_group_slice(t, self, 0, none());
  if (args.size == 1) return match_group_of(t, self, args[0]);
  Ref<Tuple> result = TRY(tuple_new(t, static_cast<ssize>(args.size)));
  for (size_t i = 0; i < args.size; i++) result->items[i].init(TRY(match_group_of(t, self, args[i])));
  return Owned(std::move(result));
}
Result<Owned> match_getitem(Thread& t, Value self, Value group) { return match_group_of(t, *self.as<Match>(), group); }
Result<Owned> match_groups(Thread& t, Match& self, Value fallback) {
  Ref<Tuple> result = TRY(tuple_new(t, self.groups - 1));
  for (ssize i = 1; i < self.groups; i++) result->items[i - 1].init(TRY(match_group_slice(t, self, i, fallback)));
  return Owned(std::move(result));
}
Result<Owned> match_groupdict(Thread& t, Match& self, Value fallback) {
  Ref<Dict> result = TRY(dict_new(t));
  Owned names = self.re().group_index.get();
  Ref<Dict> copy = TRY(dict_copy(t, *names.value().as<Dict>()));
  ssize at = 0;
  Owned key, number;
  while (dict_next(*copy, &at, &key, &number)) {
    Owned value = TRY(match_group_slice(t, self, TRY(match_index(t, self, key)), fallback));
    TRY(dict_set(t, *result, key, value));
  }
  return Owned(std::move(result));
}
Result<ssize> match_start(Thread& t, Match& self, Value group) { return self.marks[TRY(match_index(t, self, group)) * 2]; }
Result<ssize> match_end(Thread& t, Match& self, Value group) { return self.marks[TRY(match_index(t, self, group)) * 2 + 1]; }
Result<Ref<Tuple>> span_of(Thread& t, ssize from, ssize to) { return tuple_pack(t, Value::small_int_unchecked(from), Value::small_int_unchecked(to)); }
Result<Owned> match_span(Thread& t, Match& self, Value group) {
  ssize i = TRY(match_index(t, self, group));
  return Owned(TRY(span_of(t, self.marks[i * 2], self.marks[i * 2 + 1])));
}
Result<Owned> match_expand(Thread& t, Match& self, Value text) {
  Owned made = TRY(compile_template(t, self.re(), text));
  return template_expand(t, *made.value().as<Template>(), self);
}
Result<Owned> match_regs(Thread& t, Match& self) {
  Owned known = self.regs.get();
  if (known) return known;
  Ref<Tuple> regs = TRY(tuple_new(t, self.groups));
  for (ssize i = 0; i < self.groups; i++) regs->items[i].init(TRY(span_of(t, self.marks[i * 2], self.marks[i * 2 + 1])));
  publish_for(&self, regs);
  CriticalSection section(t, self);
  if (self.regs.is_null()) self.regs.store(&self, dup(Value(regs)));
  return Owned(std::move(regs));
}
Owned match_string(Thread&, Match& self) { return self.string.get(); }
Owned match_re(Thread&, Match& self) { return self.pattern.get(); }
ssize match_pos(Thread&, Match& self) { return self.position; }
ssize match_endpos(Thread&, Match& self) { return self.end; }
Owned match_lastindex(Thread&, Match& self) { return self.last_index >= 0 ? small_int(self.last_index) : owned_none(); }
Owned match_lastgroup(Thread&, Match& self) {
  Tuple& names = *self.re().index_group.load_as<Tuple>();
  return self.last_index >= 0 && self.last_index < names.size ? names.items[self.last_index].get() : owned_none();
}
Result<Owned> match_repr(Thread& t, Value v) {
  auto& self = *v.as<Match>();
  Owned text = TRY(match_group_slice(t, self, 0, none()));
  return Owned(TRY(str_from_format(t, "<%s object; span=(%zd, %zd), match=%.50R>", self.Object::type()->name, self.marks[0], self.marks[1], text.value())));
}

// --- module functions ---
int sre_getcodesize(Thread&) { return 4; }
bool sre_ascii_iscased(Thread&, int c) { return sre::iscased_ascii(static_cast<char32_t>(c)); }
bool sre_unicode_iscased(Thread&, int c) { return sre::iscased_unicode(static_cast<char32_t>(c)); }
int sre_ascii_tolower(Thread&, int c) { return static_cast<int>(sre::lower_ascii(static_cast<char32_t>(c))); }
int sre_unicode_tolower(Thread&, int c) { return static_cast<int>(sre::lower_unicode(static_cast<char32_t>(c))); }

constexpr MethodDef kPatternMethods[] = {
    method<&pattern_match>("match", "($self, /, string, pos=0, endpos=sys.maxsize)", "Matches zero or more characters at the beginning of the string."),
    method<&pattern_fullmatch>("fullmatch", "($self, /, string, pos=0, endpos=sys.maxsize)", "Matches against all of the string."),
    method<&pattern_search>("search", "($self, /, string, pos=0, endpos=sys.maxsize)",
        "Scan through string looking for a match, and return a corresponding match object instance.\n\nReturn None if no position in the string matches."),
    method<&pattern_sub>("sub", "($self, /, repl, string, count=0)",
        "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl."),
    method<&pattern_subn>("subn", "($self, /, repl, string, count=0)",
        "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl."),
    method<&pattern_findall>("findall", "($self, /, string, pos=0, endpos=sys.maxsize)", "Return a list of all non-overlapping matches of pattern in string."),
    method<&pattern_split>("split", "($self, /, string, maxsplit=0)", "Split string by the occurrences of pattern."),
    method<&pattern_finditer>("finditer", "($self, /, string, pos=0, endpos=sys.maxsize)",
        "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\nFor each match, the iterator returns a match object."),
    method<&pattern_scanner>("scanner", "($self, /, string, pos=0, endpos=sys.maxsize)", ""),
    method<&self_copy>("__copy__", "($self, /)", ""),
    method<&self_deepcopy>("__deepcopy__", "($self, memo, /)", ""),
    TY_CLASS_GETITEM,
    {}};
constexpr GetSetDef kPatternGetSet[] = {
    getter<&pattern_groupindex>("groupindex", "A dictionary mapping group names to group numbers."),
    getter<&pattern_pattern>("pattern", "The pattern string from which the RE object was compiled."),
    getter<&pattern_flags>("flags", "The regex matching flags."),
    getter<&pattern_groups>("groups", "The number of capturing groups in the pattern."), {}};
constexpr uint16_t kPatternSlots[] = {offsetof(Pattern, pattern), offsetof(Pattern, group_index), offsetof(Pattern, index_group)};
constexpr TypeOps kPatternOps = {.repr = &pattern_repr, .hash = &pattern_hash, .compare = &pattern_compare};
constexpr TypeDef kPatternDef = {.name = "re.Pattern", .size = sizeof(Pattern),
    .flags = kTypeDisallowInstantiation | kTypeImmutable | kTypeWeakReferable,
    .layout = {.slot_offsets = kPatternSlots, .slot_count = 3, .flags = kCollectable, .release = &pattern_release},
    .ops = &kPatternOps, .methods = kPatternMethods, .getset = kPatternGetSet, .doc = "Compiled regular expression object."};

constexpr MethodDef kMatchMethods[] = {
    method<&match_group>("group", "($self, *args)",
        "group([group1, ...]) -> str or tuple.\nReturn subgroup(s) of the match by indices or names.\nFor 0 returns the entire match."),
    method<&match_start>("start", "($self, group=0, /)", "Return index of the start of the substring matched by group."),
    method<&match_end>("end", "($self, group=0, /)", "Return index of the end of the substring matched by group."),
    method<&match_span>("span", "($self, group=0, /)", "For match object m, return the 2-tuple (m.start(group), m.end(group))."),
    method<&match_groups>("groups", "($self, /, default=None)",
        "Return a tuple containing all the subgroups of the match, from 1.\n\n  default\n    Is used for groups that did not participate in the match."),
    method<&match_groupdict>("groupdict", "($self, /, default=None)",
        "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.\n\n  default\n    Is used for groups that did not participate in the match."),
    method<&match_expand>("expand", "($self, /, template)",
        "Return the string obtained by doing backslash substitution on the string template, as done by the sub() method."),
    method<&self_copy>("__copy__", "($self, /)", ""),
    method<&self_deepcopy>("__deepcopy__", "($self, memo, /)", ""),
    TY_CLASS_GETITEM,
    {}};
constexpr GetSetDef kMatchGetSet[] = {
    getter<&match_lastindex>("lastindex", "The integer index of the last matched capturing group."),
    getter<&match_lastgroup>("lastgroup", "The name of the last matched capturing group."), getter<&match_regs>("regs"),
    getter<&match_string>("string", "The string passed to match() or search()."), getter<&match_re>("re", "The regular expression object."),
    getter<&match_pos>("pos", "The index into the string at which the RE engine started looking for a match."),
    getter<&match_endpos>("endpos", "The index into the string beyond which the RE engine will not go."), {}};
constexpr uint16_t kMatchSlots[] = {offsetof(Match, string), offsetof(Match, pattern), offsetof(Match, regs)};
constexpr TypeOps kMatchOps = {.repr = &match_repr, .subscript = &match_getitem};
constexpr TypeDef kMatchDef = {.name = "re.Match", .size = sizeof(Match), .flags = kTypeDisallowInstantiation | kTypeImmutable,
    .layout = {.slot_offsets = kMatchSlots, .slot_count = 3, .flags = kCollectable},
    .ops = &kMatchOps, .methods = kMatchMethods, .getset = kMatchGetSet,
    .doc = "The result of re.match() and re.search().\nMatch objects always have a boolean value of True."};

constexpr MethodDef kScannerMethods[] = {method<&scanner_match>("match", "($self, /)", ""), method<&scanner_search>("search", "($self, /)", ""), {}};
constexpr GetSetDef kScannerGetSet[] = {getter<&scanner_pattern>("pattern"), {}};
constexpr uint16_t kScannerSlots[] = {offsetof(Scanner, pattern), offsetof(Scanner, string), offsetof(Scanner, held)};
constexpr TypeDef kScannerDef = {.name = "_sre.SRE_Scanner", .size = sizeof(Scanner), .flags = kTypeDisallowInstantiation | kTypeImmutable,
    .layout = {.slot_offsets = kScannerSlots, .slot_count = 3, .flags = kCollectable}, .methods = kScannerMethods, .getset = kScannerGetSet};
constexpr uint16_t kTemplateSlots[] = {offsetof(Template, literal), offsetof(Template, rest)};
constexpr TypeDef kTemplateDef = {.name = "_sre.SRE_Template", .size = sizeof(Template), .flags = kTypeDisallowInstantiation | kTypeImmutable,
    .layout = {.slot_offsets = kTemplateSlots, .slot_count = 2, .flags = kCollectable}};

Result<void> sre_exec(Thread& t, Module& m) {
  TRY(type_ready(t, &pattern_type, kPatternDef));
  TRY(type_ready(t, &match_type, kMatchDef));
  TRY(type_ready(t, &scanner_type, kScannerDef));
  TRY(type_ready(t, &template_type, kTemplateDef));
  TRY(module_add_int(t, m, "MAGIC", 20230612));
  TRY(module_add_int(t, m, "CODESIZE", 4));
  TRY(module_add_int(t, m, "MAXREPEAT", sre::kMaxRepeat));
  TRY(module_add_int(t, m, "MAXGROUPS", sre::kMaxGroups));
  return module_add_string(t, m, "copyright", " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ");
}
constexpr MethodDef kSreMethods[] = {
    function<&sre_compile>("compile", "($module, /, pattern, flags, code, groups, groupindex, indexgroup)", ""),
    function<&sre_template>("template", "($module, pattern, template, /)",
        "\n\n  template\n    A list containing interleaved literal strings (str or bytes) and group\n    indices (int), as returned by re._parser.parse_template():\n        [literal1, group1, ..., literalN, groupN]"),
    function<&sre_getcodesize>("getcodesize", "($module, /)", ""),
    function<&sre_ascii_iscased>("ascii_iscased", "($module, character, /)", ""),
    function<&sre_unicode_iscased>("unicode_iscased", "($module, character, /)", ""),
    function<&sre_ascii_tolower>("ascii_tolower", "($module, character, /)", ""),
    function<&sre_unicode_tolower>("unicode_tolower", "($module, character, /)", ""),
    {}};
constexpr ModuleDef kSreModule = {.name = "_sre", .methods = kSreMethods, .exec = &sre_exec};
TY_MODULE(kSreModule)

}  // namespace

}  // namespace ty
