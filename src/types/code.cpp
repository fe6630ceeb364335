// types/code.cpp: code objects: making them, what Python sees of them, equality.
#include "types/code.h"

#include <cstring>
#include <string>
#include <vector>

#include "base/hash.h"
#include "mem/heap.h"
#include "object/binding.h"
#include "object/errors.h"
#include "types/bytes.h"
#include "types/float.h"
#include "types/int.h"
#include "types/list.h"
#include "types/set.h"
#include "types/str.h"
#include "types/tuple.h"

namespace ty {

void (*g_thread_code)(Code& code) = nullptr;
Op (*g_opcode_of)(const Insn& insn) = nullptr;

namespace {

constexpr uint8_t kKindHidden = 0x10, kKindLocal = 0x20, kKindCell = 0x40, kKindFree = 0x80;
enum Part : ssize { kPartConstants, kPartLocalNames, kPartFreeNames, kPartDocstring, kPartCount };

CodeView view_of(const CodeInit& init) {
  return {init.words, init.word_count, init.wide, init.local_count, init.register_count,
          static_cast<uint32_t>(init.constants.as<Tuple>()->size), static_cast<uint32_t>(init.free_names.as<Tuple>()->size),
          init.depths, init.exceptions, init.exception_count, init.windows, init.window_count, init.positions, init.position_count};
}

/// Makes what can never be part of garbage worth collecting immortal: then a LoadConst counts nothing.
bool make_constant_immortal(Value v) {
  if (!v.is_object()) return true;
  Object* o = v.object();
  if (o->is_immortal()) return true;
  Type* type = o->type();
  if (type == &tuple_type) {
    auto* tuple = static_cast<Tuple*>(o);
    for (ssize i = 0; i < tuple->size; i++) {
      if (!make_constant_immortal(tuple->get(i))) return false;
    }
  } else if (type != &str_type && type != &bytes_type && type != &int_type && type != &float_type && type != &complex_type) {
    return false;
  }
  make_immortal(o);
  return true;
}

template <class T>
T* copy_array(const T* from, size_t count) {
  auto* to = static_cast<T*>(allocate_buffer(count ? count * sizeof(T) : 1));
  if (to && count) memcpy(to, from, count * sizeof(T));
  return to;
}

}  // namespace
void (*g_release_caches)(Code& code) = nullptr;
namespace {

void code_release(Object* o) {
  auto* code = static_cast<Code*>(o);
  if (CodeBody* body = code->body) {
    if (body->words && g_release_caches) g_release_caches(*code);
    if (body->words) free_buffer(body->words);
    if (body->depths) free_buffer(body->depths);
    if (body->exceptions) free_buffer(body->exceptions);
    if (body->windows) free_buffer(body->windows);
    if (body->positions) free_buffer(body->positions);
    free_buffer(body);
  }
  if (code->constants) free_buffer(const_cast<Value*>(code->constants));
}

Op op_at(const CodeBody& body, uint32_t offset) {
  Insn insn;
  memcpy(&insn, &body.words[offset], sizeof insn);
  return g_opcode_of ? g_opcode_of(insn) : static_cast<Op>(insn.handler);
}

/// The words as they were before threading, caches empty.
std::vector<uint64_t> plain_words(Code& code) {
  const CodeBody& body = *code.body;
  std::vector<uint64_t> words(body.words, body.words + body.word_count);
  for (uint32_t at = 0; at < body.word_count;) {
    Op op = op_at(body, at);
    const OpInfo& info = kOpInfo[static_cast<size_t>(op)];
    words[at] = (words[at] & ~uint64_t{0xFFFFFFFF}) | static_cast<uint64_t>(op);
    unsigned n = instruction_words(info, code.wide);
    for (unsigned k = 0; k < info.cache_words; k++) {
      if (!code_word_is_immediate(op, k)) words[at + n - info.cache_words + k] = 0;
    }
    at += n;
  }
  return words;
}

/// co_consts: what instructions use as constants; a function's begins with its docstring or None.
Result<Ref<Tuple>> python_constants(Thread& t, const CodeInit& init) {
  auto* constants = init.constants.as<Tuple>();
  std::vector<char> used(static_cast<size_t>(constants->size), 0);
  CodeView view = view_of(init);
  for (uint32_t at = 0; at < view.word_count;) {
    Decoded d = decode(view, at);
    const OpInfo& info = kOpInfo[static_cast<size_t>(d.op)];
    if (info.a == Role::Const) used[d.a] = 1;
    if (info.b == Role::Const) used[d.b] = 1;
    if (info.c == Role::Const) used[d.c] = 1;
    if (has_extra_operand(d.op) && d.op != Op::kUnpackStar) used[d.extra] = 1;
    at += d.words;
  }
  std::vector<Value> out;
  auto* name = init.name.as<Str>();
  bool function = (init.flags & kCodeNewLocals) && (name->length == 0 || name->at(0) != '<' || str_equal_ascii(*name, "<lambda>"));
  Value doc = init.docstring_or_null ? init.docstring_or_null : none();
  if (function) out.push_back(doc);
  for (ssize i = 0; i < constants->size; i++) {
    Value v = constants->get(i);
    if (used[static_cast<size_t>(i)] && !(function && v.identity() == doc.identity())) out.push_back(v);
  }
  return tuple_from(t, out.data(), static_cast<ssize>(out.size()));
}

}  // namespace

bool code_word_is_immediate(Op op, unsigned index) { return index == 0 && has_extra_operand(op); }

bool code_words_valid(const CodeInit& init) {
  if (init.register_count > 0xFFFF || init.local_count > init.register_count) return false;
  if (static_cast<uint32_t>(init.local_names.as<Tuple>()->size) != init.local_count) return false;
  return verify_structure(view_of(init)).empty();
}

Result<Ref<Code>> code_new(Thread& t, const CodeInit& init) {
#if defined(TYPHON_DCHECK)
  std::string wrong = verify_bytecode(view_of(init));
  DCHECK(wrong.empty(), wrong.c_str());
#endif
  Ref<Tuple> consts = TRY(python_constants(t, init));
  auto* locals = init.local_names.as<Tuple>();
  auto* free_names = init.free_names.as<Tuple>();
  Ref<Tuple> names = TRY(tuple_new(t, locals->size + free_names->size));
  std::string kinds(reinterpret_cast<const char*>(init.local_kinds), static_cast<size_t>(locals->size));
  for (ssize i = 0; i < locals->size; i++) names->items[i].init(dup(locals->get(i)));
  for (ssize i = 0; i < free_names->size; i++) {
    names->items[locals->size + i].init(dup(free_names->get(i)));
    kinds += static_cast<char>(kKindFree);
  }
  Ref<Bytes> kind_bytes = TRY(bytes_new(t, kinds));
  Value docstring = init.docstring_or_null ? init.docstring_or_null : none();
  Ref<Tuple> parts = TRY(tuple_pack(t, init.constants, init.local_names, init.free_names, docstring));

  Object* o = allocate_object(t, &code_type, sizeof(Code));
  if (!o) return raise_memory_error(t);
  Ref<Code> code = Ref<Code>::steal(static_cast<Code*>(o));
  code->consts.init(std::move(consts));
  code->names.init(dup(init.names));
  code->local_plus_names.init(std::move(names));
  code->local_plus_kinds.init(std::move(kind_bytes));
  code->filename.init(dup(init.filename));
  code->name.init(dup(init.name));
  code->qualname.init(dup(init.qualname));
  code->constant_tuple.init(std::move(parts));
  code->flags = init.flags;
  code->argument_count = init.argument_count;
  code->positional_only_count = init.positional_only_count;
  code->keyword_only_count = init.keyword_only_count;
  code->register_count = static_cast<int>(init.register_count);
  code->first_line = init.first_line;
  code->local_count = static_cast<int>(init.local_count);
  code->free_count = static_cast<int>(free_names->size);
  code->local_plus_count = code->local_count + code->free_count;
  code->frame_size = code->register_count;
  int cells = 0;
  for (uint32_t i = 0; i < init.local_count; i++) cells += (init.local_kinds[i] & kKindCell) != 0;
  code->cell_count = cells;
  int parameters = init.argument_count + init.keyword_only_count;
  if (init.flags & kCodeVarArgs) parameters++;
  if (init.flags & kCodeVarKeywords) parameters++;
  code->nonparameter_start = static_cast<uint32_t>(parameters);
  code->wide = init.wide;
  code->simple = !(init.flags & (kCodeVarArgs | kCodeVarKeywords | kCodeGenerator | kCodeCoroutine | kCodeAsyncGenerator)) &&
                 init.keyword_only_count == 0 && (init.flags & kCodeNewLocals);

  auto* body = static_cast<CodeBody*>(allocate_buffer(sizeof(CodeBody)));
  if (!body) return raise_memory_error(t);
  *body = {};
  code->body = body;
  body->word_count = init.word_count;
  body->exception_count = init.exception_count;
  body->window_count = init.window_count;
  body->position_count = init.position_count;
  body->words = copy_array(init.words, init.word_count);
  body->depths = copy_array(init.depths, init.word_count);
  body->exceptions = copy_array(init.exceptions, init.exception_count);
  body->windows = copy_array(init.windows, init.window_count);
  body->positions = copy_array(init.positions, init.position_count);
  auto* constants = init.constants.as<Tuple>();
  auto* k = static_cast<Value*>(allocate_buffer(static_cast<size_t>(constants->size ? constants->size : 1) * sizeof(Value)));
  code->constants = k;
  if (!body->words || !body->depths || !body->exceptions || !body->windows || !body->positions || !k) return raise_memory_error(t);
  for (ssize i = 0; i < constants->size; i++) {
    Value v = constants->get(i);
    if (init.immortal_constants) make_constant_immortal(v);
    k[i] = v.is_object() && v.object()->is_immortal() ? Value::uncounted(v.object()) : v;
  }
  code->entry = reinterpret_cast<const Insn*>(body->words);
  if (g_thread_code) g_thread_code(*code);
  return code;
}

CodeParts code_parts(Code& code) {
  auto* parts = code.constant_tuple.load_as<Tuple>();
  return {parts->get(kPartConstants), code.names.load(), parts->get(kPartLocalNames), parts->get(kPartFreeNames),
          reinterpret_cast<const uint8_t*>(code.local_plus_kinds.load_as<Bytes>()->data()), parts->get(kPartDocstring)};
}

SourcePosition code_position(Code& code, uint32_t offset) {
  const CodeBody& body = *code.body;
  uint32_t low = 0, high = body.position_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (body.positions[middle].offset <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return {0, code.first_line, code.first_line, -1, -1};
  return body.positions[low - 1];
}

// --- what Python sees ---

namespace {

Owned code_argcount(Thread& t, Code& c) { return Owned::steal(Value::small_int_unchecked(c.argument_count)); }
Owned code_posonlyargcount(Thread& t, Code& c) { return Owned::steal(Value::small_int_unchecked(c.positional_only_count)); }
Owned code_kwonlyargcount(Thread& t, Code& c) { return Owned::steal(Value::small_int_unchecked(c.keyword_only_count)); }
Owned code_stacksize(Thread& t, Code& c) { return Owned::steal(Value::small_int_unchecked(c.register_count)); }
Owned code_flags(Thread& t, Code& c) { return Owned::steal(Value::small_int_unchecked(c.flags & ~(kCodeHasDocstring | kCodeMethod))); }
Owned code_firstlineno(Thread& t, Code& c) { return Owned::steal(Value::small_int_unchecked(c.first_line)); }
Owned code_consts(Thread& t, Code& c) { return c.consts.get(); }
Owned code_names(Thread& t, Code& c) { return c.names.get(); }
Owned code_filename(Thread& t, Code& c) { return c.filename.get(); }
Owned code_name(Thread& t, Code& c) { return c.name.get(); }
Owned code_qualname(Thread& t, Code& c) { return c.qualname.get(); }
Owned code_all_constants(Thread& t, Code& c) { return dup(code_parts(c).constants); }
Owned code_wide(Thread& t, Code& c) { return owned_bool(c.wide); }

Result<Owned> names_of_kind(Thread& t, Code& c, uint8_t kind, uint8_t without) {
  auto* names = c.local_plus_names.load_as<Tuple>();
  auto* kinds = c.local_plus_kinds.load_as<Bytes>();
  std::vector<Value> out;
  for (ssize i = 0; i < names->size; i++) {
    auto k = static_cast<uint8_t>(kinds->data()[i]);
    if ((k & kind) && !(k & without)) out.push_back(names->get(i));
  }
  return Owned(TRY(tuple_from(t, out.data(), static_cast<ssize>(out.size()))));
}
Result<Owned> code_varnames(Thread& t, Code& c) { return names_of_kind(t, c, kKindLocal, kKindHidden); }
Result<Owned> code_cellvars(Thread& t, Code& c) { return names_of_kind(t, c, kKindCell, 0); }
Result<Owned> code_freevars(Thread& t, Code& c) { return names_of_kind(t, c, kKindFree, 0); }
Result<Owned> code_nlocals(Thread& t, Code& c) {
  Owned names = TRY(code_varnames(t, c));
  return Owned::steal(Value::small_int_unchecked(names.value().as<Tuple>()->size));
}
Result<Owned> code_code(Thread& t, Code& c) {
  std::vector<uint64_t> words = plain_words(c);
  return Owned(TRY(bytes_new(t, words.data(), static_cast<ssize>(words.size() * 8))));
}

void put_varint(std::string& out, uint32_t n, bool first) {
  uint8_t mark = first ? 0x80 : 0;
  int shift = 24;
  while (shift > 0 && (n >> shift) == 0) shift -= 6;
  for (; shift >= 0; shift -= 6) {
    out += static_cast<char>(mark | (shift ? 0x40 : 0) | ((n >> shift) & 0x3F));
    mark = 0;
  }
}
Result<Owned> code_exceptiontable(Thread& t, Code& c) {
  std::string out;
  for (uint32_t i = 0; i < c.body->exception_count; i++) {
    const ExceptionRange& x = c.body->exceptions[i];
    put_varint(out, x.start, true);
    put_varint(out, x.end - x.start, false);
    put_varint(out, x.handler, false);
    put_varint(out, static_cast<uint32_t>(x.depth) << 1 | x.push_lasti, false);
  }
  return Owned(TRY(bytes_new(t, out)));
}

struct PositionRange {
  uint32_t start, end;
  SourcePosition position;
};
std::vector<PositionRange> position_ranges(Code& c) {
  std::vector<PositionRange> out;
  for (uint32_t i = 0; i < c.body->position_count; i++) {
    const SourcePosition& p = c.body->positions[i];
    out.push_back({p.offset, i + 1 < c.body->position_count ? c.body->positions[i + 1].offset : c.body->word_count, p});
  }
  return out;
}

void put_location_varint(std::string& out, uint32_t n) {
  for (; n >= 64; n >>= 6) out += static_cast<char>(0x40 | (n & 0x3F));
  out += static_cast<char>(n);
}
void put_location_svarint(std::string& out, int32_t n) {
  put_location_varint(out, n < 0 ? (static_cast<uint32_t>(-static_cast<int64_t>(n)) << 1) | 1 : static_cast<uint32_t>(n) << 1);
}
/// CPython's location table: the long form throughout.
Result<Owned> code_linetable(Thread& t, Code& c) {
  std::string out;
  int line = c.first_line;
  for (const PositionRange& r : position_ranges(c)) {
    for (uint32_t at = r.start; at < r.end;) {
      uint32_t n = r.end - at < 8 ? r.end - at : 8;
      at += n;
      if (r.position.line < 0) {
        out += static_cast<char>(0x80 | 15 << 3 | (n - 1));
        continue;
      }
      bool columns = r.position.column >= 0 && r.position.end_column >= 0;
      out += static_cast<char>(0x80 | (columns ? 14 : 13) << 3 | (n - 1));
      put_location_svarint(out, r.position.line - line);
      line = r.position.line;
      if (columns) {
        put_location_varint(out, static_cast<uint32_t>(r.position.end_line - r.position.line));
        put_location_varint(out, static_cast<uint32_t>(r.position.column) + 1);
        put_location_varint(out, static_cast<uint32_t>(r.position.end_column) + 1);
      }
    }
  }
  return Owned(TRY(bytes_new(t, out)));
}

Owned number_or_none(int32_t n) { return n < 0 ? owned_none() : Owned::steal(Value::small_int_unchecked(n)); }

Result<Owned> code_co_lines(Thread& t, Code& c) {
  Ref<List> list = TRY(list_new(t));
  std::vector<PositionRange> ranges = position_ranges(c);
  for (size_t i = 0; i < ranges.size();) {
    size_t j = i;
    while (j < ranges.size() && ranges[j].position.line == ranges[i].position.line) j++;
    Owned line = number_or_none(ranges[i].position.line);
    Ref<Tuple> entry = TRY(tuple_pack(t, Value::small_int_unchecked(2 * int64_t{ranges[i].start}),
                                      Value::small_int_unchecked(2 * int64_t{ranges[j - 1].end}), line.value()));
    TRY(list_push(t, *list, entry));
    i = j;
  }
  return get_iterator(t, list);
}

Result<Owned> code_co_positions(Thread& t, Code& c) {
  Ref<List> list = TRY(list_new(t));
  for (const PositionRange& r : position_ranges(c)) {
    const SourcePosition& p = r.position;
    Owned line = number_or_none(p.line), end = number_or_none(p.end_line), column = number_or_none(p.column),
          end_column = number_or_none(p.end_column);
    Ref<Tuple> entry = TRY(tuple_pack(t, line.value(), end.value(), column.value(), end_column.value()));
    for (uint32_t i = r.start; i < r.end; i++) TRY(list_push(t, *list, entry));
  }
  return get_iterator(t, list);
}

/// The old table of byte and line increments.
Result<Owned> code_lnotab(Thread& t, Code& c) {
  TRY(warn_rpy(t, &exc_DeprecationWarning, 1, "co_lnotab is deprecated, use co_lines instead."));
  std::string out;
  int line = c.first_line;
  uint32_t offset = 0;
  for (const PositionRange& r : position_ranges(c)) {
    if (r.position.line < 0 || r.position.line == line) continue;
    int64_t bytes = 2 * (int64_t{r.start} - offset);
    int lines = r.position.line - line;
    for (; bytes > 254; bytes -= 254) out += std::string{static_cast<char>(254), 0};
    while (lines > 127 || lines < -128) {
      int step = lines > 127 ? 127 : -128;
      out += static_cast<char>(bytes);
      out += static_cast<char>(step);
      bytes = 0;
      lines -= step;
    }
    out += static_cast<char>(bytes);
    out += static_cast<char>(lines);
    line = r.position.line;
    offset = r.start;
  }
  return Owned(TRY(bytes_new(t, out)));
}

/// The cell or free variable `index` (Python's numbering of local-plus names).
Result<Owned> code_varname_from_oparg(Thread& t, Code& c, ssize oparg) {
  auto* names = c.local_plus_names.load_as<Tuple>();
  if (oparg < 0 || oparg >= names->size) return raise_index_error(t, "tuple index out of range");
  return dup(names->get(oparg));
}

Result<Owned> code_repr(Thread& t, Value v) {
  auto* c = v.as<Code>();
  int line = c->first_line ? c->first_line : -1;
  return Owned(TRY(str_from_format(t, "<code object %U at %p, file \"%U\", line %d>", c->name.load(), c, c->filename.load(), line)));
}

/// Equal kind and value, as constants of code must be to be the same.
Result<bool> same_constant(Thread& t, Value a, Value b) {
  if (a.identity() == b.identity()) return true;
  Type* type = type_of(a);
  if (type != type_of(b)) return false;
  if (type == &float_type) {
    double x = float_value(a), y = float_value(b);
    return memcmp(&x, &y, 8) == 0;
  }
  if (type == &complex_type) return memcmp(&a.as<Complex>()->real, &b.as<Complex>()->real, 16) == 0;
  if (type == &tuple_type) {
    auto *x = a.as<Tuple>(), *y = b.as<Tuple>();
    if (x->size != y->size) return false;
    for (ssize i = 0; i < x->size; i++) {
      if (!TRY(same_constant(t, x->get(i), y->get(i)))) return false;
    }
    return true;
  }
  return object_equal(t, a, b);
}

Result<bool> same_code(Thread& t, Code& a, Code& b) {
  if (&a == &b) return true;
  if (a.argument_count != b.argument_count || a.positional_only_count != b.positional_only_count ||
      a.keyword_only_count != b.keyword_only_count || a.flags != b.flags || a.first_line != b.first_line ||
      a.body->word_count != b.body->word_count || a.body->exception_count != b.body->exception_count ||
      a.body->position_count != b.body->position_count) {
    return false;
  }
  if (plain_words(a) != plain_words(b)) return false;
  for (uint32_t i = 0; i < a.body->position_count; i++) {
    const SourcePosition &x = a.body->positions[i], &y = b.body->positions[i];
    if (x.offset != y.offset || x.line != y.line || x.end_line != y.end_line || x.column != y.column || x.end_column != y.end_column) return false;
  }
  if (a.body->exception_count && memcmp(a.body->exceptions, b.body->exceptions, sizeof(ExceptionRange) * a.body->exception_count)) return false;
  if (!TRY(same_constant(t, code_parts(a).constants, code_parts(b).constants))) return false;
  if (!TRY(object_equal(t, a.name.load(), b.name.load()))) return false;
  if (!TRY(object_equal(t, a.local_plus_names.load(), b.local_plus_names.load()))) return false;
  return true;
}

Result<Owned> code_compare(Thread& t, Value a, Value b, CompareOp op) {
  if ((op != CompareOp::kEq && op != CompareOp::kNe) || !is_exact<Code>(a) || !is_exact<Code>(b)) return Owned::steal(not_implemented());
  bool same = TRY(same_code(t, *a.as<Code>(), *b.as<Code>()));
  return owned_bool(same == (op == CompareOp::kEq));
}

Result<ssize> code_hash(Thread& t, Value v) {
  auto& c = *v.as<Code>();
  uint64_t h = static_cast<uint64_t>(str_hash(*c.name.load_as<Str>()));
  auto add = [&](uint64_t x) { h = (h ^ x) * 0x9E3779B97F4A7C15u; };
  add(static_cast<uint64_t>(c.argument_count));
  add(static_cast<uint64_t>(c.keyword_only_count));
  add(static_cast<uint64_t>(c.flags));
  add(static_cast<uint64_t>(c.first_line));
  for (uint64_t word : plain_words(c)) add(word);
  auto result = static_cast<ssize>(h);
  return result == -1 ? -2 : result;
}

/// A copy with some fields changed.
struct Replacement {
  Value argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, firstlineno, code, consts, names, varnames, freevars, cellvars,
      filename, name, qualname, linetable, exceptiontable;
};

Result<int> replaced_int(Thread& t, Value v, int now) {
  if (!v) return now;
  return static_cast<int>(TRY(number_as_ssize(t, v, &exc_OverflowError)));
}

Result<Owned> code_replace_with(Thread& t, Code& c, const Replacement& r) {
  CodeInit init;
  CodeParts parts = code_parts(c);
  init.flags = TRY(replaced_int(t, r.flags, c.flags));
  if (r.flags) init.flags |= c.flags & kCodeHasDocstring;
  init.argument_count = TRY(replaced_int(t, r.argcount, c.argument_count));
  init.positional_only_count = TRY(replaced_int(t, r.posonlyargcount, c.positional_only_count));
  init.keyword_only_count = TRY(replaced_int(t, r.kwonlyargcount, c.keyword_only_count));
  init.first_line = TRY(replaced_int(t, r.firstlineno, c.first_line));
  int stack = TRY(replaced_int(t, r.stacksize, c.register_count));
  if (init.argument_count < init.positional_only_count || init.positional_only_count < 0 || init.keyword_only_count < 0 || init.flags < 0) {
    return raise_value_error(t, "code: arguments are inconsistent");
  }
  init.register_count = static_cast<uint32_t>(stack > c.register_count ? stack : c.register_count);
  init.local_count = static_cast<uint32_t>(c.local_count);
  int parameters = init.argument_count + init.keyword_only_count + !!(init.flags & kCodeVarArgs) + !!(init.flags & kCodeVarKeywords);
  if (parameters > c.local_count) return raise_value_error(t, "code: varnames is too small");
  init.wide = c.wide;
  std::vector<uint64_t> words = plain_words(c);
  std::vector<uint16_t> depths(c.body->depths, c.body->depths + c.body->word_count);
  if (r.code) {
    BytesLike bytes;
    TRY(bytes.acquire(t, r.code));
    if (bytes.size() % 8 || bytes.size() == 0) return raise_value_error(t, "code: co_code is malformed");
    words.assign(static_cast<size_t>(bytes.size()) / 8, 0);
    memcpy(words.data(), bytes.data(), static_cast<size_t>(bytes.size()));
    // Where the length changed, every temporary counts as in use nowhere: only code that keeps its shape is accepted.
    if (words.size() != depths.size()) return raise_value_error(t, "code: co_code has another length");
  }
  init.words = words.data();
  init.word_count = static_cast<uint32_t>(words.size());
  init.depths = depths.data();
  init.exceptions = c.body->exceptions;
  init.exception_count = c.body->exception_count;
  init.windows = c.body->windows;
  init.window_count = c.body->window_count;
  init.positions = c.body->positions;
  init.position_count = c.body->position_count;
  Owned constants = dup(parts.constants);
  Value docstring = parts.docstring_or_none;
  if (r.consts) {
    auto* before = c.consts.load_as<Tuple>();
    if (!is_instance(r.consts, &tuple_type)) return raise_type_error(t, "replace() argument 'co_consts' must be tuple, not %T", r.consts);
    auto* after = r.consts.as<Tuple>();
    if (after->size < before->size) return raise_value_error(t, "code: co_consts is too short");
    Ref<Tuple> changed = TRY(tuple_from(t, parts.constants.as<Tuple>()->values(), parts.constants.as<Tuple>()->size));
    for (ssize i = 0; i < before->size; i++) {
      if (docstring.identity() == before->get(i).identity() && i == 0) docstring = is_str(after->get(0)) ? after->get(0) : none();
      for (ssize k = 0; k < changed->size; k++) {
        if (parts.constants.as<Tuple>()->get(k).identity() == before->get(i).identity()) changed->items[k].store(changed.get(), dup(after->get(i)));
      }
    }
    constants = Owned(std::move(changed));
  }
  init.constants = constants;
  init.names = r.names ? r.names : parts.names;
  // Renamed variables keep their registers.
  Ref<Tuple> locals = TRY(tuple_from(t, parts.local_names.as<Tuple>()->values(), parts.local_names.as<Tuple>()->size));
  auto rename = [&](Value names, uint8_t kind, uint8_t without) -> Result<void> {
    if (!names) return {};
    if (!is_instance(names, &tuple_type)) return raise_type_error(t, "replace() argument must be tuple, not %T", names);
    ssize next = 0;
    for (ssize i = 0; i < locals->size; i++) {
      uint8_t k = parts.local_kinds[i];
      if (!(k & kind) || (k & without)) continue;
      if (next >= names.as<Tuple>()->size) return raise_value_error(t, "code: varnames is too small");
      locals->items[i].store(locals.get(), dup(names.as<Tuple>()->get(next++)));
    }
    if (next != names.as<Tuple>()->size) return raise_value_error(t, "code: co_nlocals != len(co_varnames)");
    return {};
  };
  TRY(rename(r.varnames, kKindLocal, kKindHidden));
  TRY(rename(r.cellvars, kKindCell, 0));
  init.local_names = locals;
  init.local_kinds = parts.local_kinds;
  init.free_names = r.freevars ? r.freevars : parts.free_names;
  if (!is_exact<Tuple>(init.free_names) || init.free_names.as<Tuple>()->size != c.free_count) {
    return raise_value_error(t, "code: co_freevars has another length");
  }
  init.filename = r.filename ? r.filename : c.filename.load();
  init.name = r.name ? r.name : c.name.load();
  init.qualname = r.qualname ? r.qualname : c.qualname.load();
  for (Value v : {init.filename, init.name, init.qualname}) {
    if (!is_str(v)) return raise_type_error(t, "replace() argument must be str, not %T", v);
  }
  if (!is_exact<Tuple>(init.names)) return raise_type_error(t, "replace() argument 'co_names' must be tuple, not %T", init.names);
  init.docstring_or_null = is_none(docstring) ? Value() : docstring;
  if (!code_words_valid(init)) return raise_value_error(t, "code: malformed bytecode");
  return Owned(TRY(code_new(t, init)));
}

Result<Owned> code_replace(Thread& t, Code& c, Kwargs changes) {
  Replacement r;
  struct Field {
    const char* name;
    Value Replacement::*place;
  };
  static constexpr Field kFields[] = {{"co_argcount", &Replacement::argcount}, {"co_posonlyargcount", &Replacement::posonlyargcount},
      {"co_kwonlyargcount", &Replacement::kwonlyargcount}, {"co_nlocals", &Replacement::nlocals}, {"co_stacksize", &Replacement::stacksize},
      {"co_flags", &Replacement::flags}, {"co_firstlineno", &Replacement::firstlineno}, {"co_code", &Replacement::code},
      {"co_consts", &Replacement::consts}, {"co_names", &Replacement::names}, {"co_varnames", &Replacement::varnames},
      {"co_freevars", &Replacement::freevars}, {"co_cellvars", &Replacement::cellvars}, {"co_filename", &Replacement::filename},
      {"co_name", &Replacement::name}, {"co_qualname", &Replacement::qualname}, {"co_linetable", &Replacement::linetable},
      {"co_exceptiontable", &Replacement::exceptiontable}};
  for (size_t i = 0; i < changes.size; i++) {
    bool known = false;
    for (const Field& field : kFields) {
      if (!str_equal_ascii(*changes.names[i].as<Str>(), field.name)) continue;
      r.*field.place = changes.values[i];
      known = true;
    }
    if (!known) return raise_type_error(t, "replace() got an unexpected keyword argument '%U'", changes.names[i]);
  }
  return code_replace_with(t, c, r);
}

Result<Owned> code_sizeof(Thread& t, Code& c) {
  size_t size = sizeof(Code) + sizeof(CodeBody) + c.body->word_count * 10 + c.body->exception_count * sizeof(ExceptionRange) +
                c.body->window_count * sizeof(WindowRange) + c.body->position_count * sizeof(SourcePosition);
  return int_from_int64(t, static_cast<int64_t>(size));
}

constexpr MethodDef kCodeMethods[] = {
    method<&code_co_lines>("co_lines", "($self, /)", nullptr),
    method<&code_co_positions>("co_positions", "($self, /)", nullptr),
    method<&code_replace>("replace", "($self, /, **changes)", "Return a copy of the code object with new values for the specified fields."),
    method<&code_replace>("__replace__", "($self, /, **changes)", "The same as replace()."),
    method<&code_varname_from_oparg>("_varname_from_oparg", "($self, /, oparg)",
                                     "(internal-only) Return the local variable name for the given oparg.\n\n"
                                     "WARNING: this method is for internal use only and may change or go away."),
    method<&code_sizeof>("__sizeof__", "($self, /)", nullptr),
    {}};
constexpr GetSetDef kCodeGetSet[] = {
    getter<&code_argcount>("co_argcount"), getter<&code_posonlyargcount>("co_posonlyargcount"),
    getter<&code_kwonlyargcount>("co_kwonlyargcount"), getter<&code_nlocals>("co_nlocals"), getter<&code_stacksize>("co_stacksize"),
    getter<&code_flags>("co_flags"), getter<&code_code>("co_code"), getter<&code_code>("_co_code_adaptive"),
    getter<&code_consts>("co_consts"), getter<&code_names>("co_names"),
    getter<&code_varnames>("co_varnames"), getter<&code_freevars>("co_freevars"), getter<&code_cellvars>("co_cellvars"),
    getter<&code_filename>("co_filename"), getter<&code_name>("co_name"), getter<&code_qualname>("co_qualname"),
    getter<&code_firstlineno>("co_firstlineno"), getter<&code_linetable>("co_linetable"), getter<&code_lnotab>("co_lnotab"),
    getter<&code_exceptiontable>("co_exceptiontable"), getter<&code_all_constants>("_co_constants"), getter<&code_wide>("_co_wide"), {}};
constexpr uint16_t kCodeSlots[] = {offsetof(Code, consts), offsetof(Code, names), offsetof(Code, exception_table), offsetof(Code, local_plus_names),
                                   offsetof(Code, local_plus_kinds), offsetof(Code, filename), offsetof(Code, name), offsetof(Code, qualname),
                                   offsetof(Code, line_table), offsetof(Code, constant_tuple)};
constexpr TypeOps kCodeOps = {.repr = code_repr, .hash = code_hash, .compare = code_compare};

}  // namespace

constexpr TypeDef kCodeDef = {.name = "code", .size = sizeof(Code), .flags = kTypeWeakReferable | kTypeDisallowInstantiation,
    .layout = {.slot_offsets = kCodeSlots, .slot_count = sizeof kCodeSlots / sizeof *kCodeSlots, .flags = kDeferredWhenShared, .release = code_release},
    .ops = &kCodeOps, .methods = kCodeMethods, .getset = kCodeGetSet, .doc = "Create a code object.  Not for mere mortals."};
Type code_type;

}  // namespace ty
