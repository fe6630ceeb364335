// str.format() and str.format_map().
#include "types/format_markup.h"
#include "types/float.h"
#include "types/int.h"
#include "types/number_format.h"
#include "types/str_internal.h"
#include "types/tuple.h"

namespace ty {

namespace {

using markup::Span;

/// Where replacement fields find their values.
struct Arguments {
  const Value* positional = nullptr;   // null: format_map
  ssize count = 0;
  Tuple* names = nullptr;              // of the values after the positional ones
  Value mapping;                       // format_map's argument
};

enum class Numbering { kUndecided, kAutomatic, kManual };

class Formatter {
 public:
  Formatter(Thread& t, const Arguments& arguments) : t_(t), arguments_(arguments) {}

  Result<void> run(Str& text, ssize start, ssize end, int depth, StrWriter& out) {
    if (depth <= 0) return raise_value_error(t_, "Max string recursion exceeded");
    markup::Parser parser(text, start, end);
    markup::Piece piece;
    while (TRY(parser.next(t_, piece))) {
      TRY(out.substring(text, piece.literal.start, piece.literal.end));
      if (piece.has_field) TRY(field(text, piece, depth, out));
    }
    return {};
  }

 private:
  Result<void> field(Str& text, const markup::Piece& piece, int depth, StrWriter& out) {
    Owned value = TRY(find(text, piece.field_name));
    if (piece.conversion != 0) value = TRY(convert(value, piece.conversion));
    Ref<Str> spec;
    if (piece.nested) {
      StrWriter expanded(t_);
      TRY(run(text, piece.spec.start, piece.spec.end, depth - 1, expanded));
      spec = TRY(expanded.finish());
    } else if (!piece.spec.empty()) {
      spec = TRY(str_substring(t_, text, piece.spec.start, piece.spec.end));
    }
    if (spec == nullptr || spec->length == 0) {
      if (is_exact<Str>(value)) return out.str(*value.value().as<Str>());
    } else if (is_exact<Str>(value)) {
      value = TRY(str_format_spec_rpy(t_, value, *spec));
      return out.str(*value.value().as<Str>());
    }
    Owned shown = TRY(str_format_value_rpy(t_, value, spec == nullptr ? Value() : Value(spec)));
    return out.str(*shown.value().as<Str>());
  }

  Result<Owned> convert(const Owned& value, char32_t conversion) {
    switch (conversion) {
      case 'r': return object_repr(t_, value);
      case 's': return object_str(t_, value);
      case 'a': return object_ascii(t_, value);
      default: break;
    }
    if (conversion > 32 && conversion < 127)
      return raise_value_error(t_, "Unknown conversion specifier %c", static_cast<int>(conversion));
    return raise_value_error(t_, "Unknown conversion specifier \\x%x", static_cast<unsigned>(conversion));
  }

  /// Decides between automatic and manual numbering.
  Result<ssize> number(Span first, ssize index) {
    bool empty = first.empty();
    if (!empty && index < 0) return ssize{-1};
    if (numbering_ == Numbering::kUndecided) numbering_ = empty ? Numbering::kAutomatic : Numbering::kManual;
    if (numbering_ == Numbering::kManual && empty)
      return raise_value_error(t_, "cannot switch from manual field specification to automatic field numbering");
    if (numbering_ == Numbering::kAutomatic && !empty)
      return raise_value_error(t_, "cannot switch from automatic field numbering to manual field specification");
    return empty ? next_++ : index;
  }

  Result<Owned> find(Str& text, Span name) {
    Span first = markup::first_name(text, name);
    ssize index = TRY(markup::number_in(t_, text, first));
    index = TRY(number(first, index));
    Owned value;
    if (index >= 0) {
      if (arguments_.positional == nullptr) return raise_value_error(t_, "Format string contains positional fields");
      if (index >= arguments_.count)
        return raise_index_error(t_, "Replacement index %zd out of range for positional args tuple", index);
      value = borrow_or_dup(arguments_.positional[index]);
    } else {
      Ref<Str> key = TRY(str_substring(t_, text, first.start, first.end));
      value = TRY(named(*key));
    }
    markup::AccessParser accesses(text, first.end, name.end);
    markup::Access access;
    while (TRY(accesses.next(t_, access))) {
      if (access.index >= 0) {
        if (is_sequence(value)) {
          value = TRY(sequence_get(t_, value, access.index));
        } else {
          Owned key = TRY(int_from_int64(t_, access.index));
          value = TRY(get_item(t_, value, key));
        }
        continue;
      }
      Ref<Str> part = TRY(str_substring(t_, text, access.name.start, access.name.end));
      if (access.is_attribute) value = TRY(get_attribute(t_, value, part));
      else value = TRY(get_item(t_, value, part));
    }
    return value;
  }

  Result<Owned> named(Str& key) {
    if (!arguments_.mapping.is_null()) return get_item(t_, arguments_.mapping, Value(&key));
    if (arguments_.names != nullptr) {
      for (ssize i = 0; i < arguments_.names->size; ++i)
        if (str_equal(*arguments_.names->get(i).as<Str>(), key))
          return borrow_or_dup(arguments_.positional[arguments_.count + i]);
    }
    return raise_key_error(t_, Value(&key));
  }

  Thread& t_;
  const Arguments& arguments_;
  Numbering numbering_ = Numbering::kUndecided;
  ssize next_ = 0;
};

Result<Owned> format(Thread& t, Str& self, const Arguments& arguments) {
  StrWriter out(t);
  Formatter formatter(t, arguments);
  TRY(formatter.run(self, 0, self.length, 2, out));
  Ref<Str> result = TRY(out.finish());
  return Owned(std::move(result));
}

}  // namespace

Result<Owned> str_format_method(Thread& t, const MethodDef&, Value self, const Value* args, size_t nargs, Tuple* kwnames) {
  // An empty argument array may be null; format_map alone has no positional arguments at all.
  static const Value kNothing[1] = {};
  Arguments arguments;
  arguments.positional = args != nullptr ? args : kNothing;
  arguments.count = static_cast<ssize>(nargs);
  arguments.names = kwnames;
  return format(t, *self.as<Str>(), arguments);
}

Result<Owned> str_format_map(Thread& t, Str& self, Value mapping) {
  Arguments arguments;
  arguments.mapping = mapping;
  return format(t, self, arguments);
}

}  // namespace ty
