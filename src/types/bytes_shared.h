// types/bytes_shared.h: the methods that bytes and bytearray have in common. The receiver is a Value of either type; results are of the
// receiver's built-in type.
//
// Threads     the contents of a SHARED bytearray are copied under its lock before they are looked at; a LOCAL one is pinned like an exported
//             buffer, since it may be published (and then resized by others) at any safepoint.
#pragma once

#include "base/text_buffer.h"
#include "object/binding.h"
#include "types/bytes_internal.h"
#include "types/slice.h"

namespace ty {

/// What a bytes or bytearray holds, stable for the scope.
class Contents {
 public:
  Contents() = default;
  Contents(const Contents&) = delete;
  ~Contents() {
    if (pinned_ != nullptr) __atomic_sub_fetch(&pinned_->exports, 1, __ATOMIC_RELEASE);
  }
  Result<void> load(Thread& t, Value self) {
    if (TY_LIKELY(is_bytes(self))) {
      view_ = self.as<Bytes>()->view();
      return {};
    }
    auto* array = self.as<ByteArray>();
    if (array->is_local()) {
      __atomic_add_fetch(&array->exports, 1, __ATOMIC_RELAXED);
      pinned_ = array;
      view_ = {array->start, static_cast<size_t>(array->size)};
      return {};
    }
    CriticalSection section(t, array);
    copy_.append({array->start, static_cast<size_t>(array->size)});
    view_ = copy_.view();
    if (copy_.failed()) return raise_memory_error(t);
    return {};
  }
  std::string_view view() const { return view_; }
  ssize size() const { return static_cast<ssize>(view_.size()); }

 private:
  ByteArray* pinned_ = nullptr;
  TextBuffer copy_;
  std::string_view view_;
};

/// A new object of the kind of `self`.
Result<Owned> make_like(Thread& t, Value self, std::string_view bytes);
/// As make_like; bytes that are all of an exact bytes object answer the object itself.
Result<Owned> make_part(Thread& t, Value self, std::string_view whole, size_t start, size_t end);

namespace bytes_shared {
Result<ssize> find(Thread& t, Value self, Value sub, Value start, Value end);
Result<ssize> rfind(Thread& t, Value self, Value sub, Value start, Value end);
Result<ssize> index(Thread& t, Value self, Value sub, Value start, Value end);
Result<ssize> rindex(Thread& t, Value self, Value sub, Value start, Value end);
Result<ssize> count(Thread& t, Value self, Value sub, Value start, Value end);
Result<bool> startswith(Thread& t, Value self, Value prefix, Value start, Value end);
Result<bool> endswith(Thread& t, Value self, Value suffix, Value start, Value end);
Result<bool> contains(Thread& t, Value self, Value item);
Result<Owned> split(Thread& t, Value self, Value sep, ssize maximum);
Result<Owned> rsplit(Thread& t, Value self, Value sep, ssize maximum);
Result<Owned> splitlines(Thread& t, Value self, bool keep_ends);
Result<Owned> partition(Thread& t, Value self, Value sep);
Result<Owned> rpartition(Thread& t, Value self, Value sep);
Result<Owned> replace(Thread& t, Value self, BytesLike& old_bytes, BytesLike& new_bytes, ssize count);
Result<Owned> join(Thread& t, Value self, Value iterable);
Result<Owned> strip(Thread& t, Value self, Value bytes);
Result<Owned> lstrip(Thread& t, Value self, Value bytes);
Result<Owned> rstrip(Thread& t, Value self, Value bytes);
Result<Owned> removeprefix(Thread& t, Value self, BytesLike& prefix);
Result<Owned> removesuffix(Thread& t, Value self, BytesLike& suffix);
Result<Owned> expandtabs(Thread& t, Value self, int tab_size);
Result<Owned> center(Thread& t, Value self, ssize width, Value fill);
Result<Owned> ljust(Thread& t, Value self, ssize width, Value fill);
Result<Owned> rjust(Thread& t, Value self, ssize width, Value fill);
Result<Owned> zfill(Thread& t, Value self, ssize width);
Result<Owned> translate(Thread& t, Value self, Value table, Value deleted);
Result<Owned> maketrans(Thread& t, BytesLike& from, BytesLike& to);
Result<Owned> lower(Thread& t, Value self);
Result<Owned> upper(Thread& t, Value self);
Result<Owned> title(Thread& t, Value self);
Result<Owned> capitalize(Thread& t, Value self);
Result<Owned> swapcase(Thread& t, Value self);
Result<bool> isalpha(Thread& t, Value self);
Result<bool> isalnum(Thread& t, Value self);
Result<bool> isascii(Thread& t, Value self);
Result<bool> isdigit(Thread& t, Value self);
Result<bool> islower(Thread& t, Value self);
Result<bool> isspace(Thread& t, Value self);
Result<bool> istitle(Thread& t, Value self);
Result<bool> isupper(Thread& t, Value self);
Result<Owned> decode(Thread& t, Value self, Opt<Str&> encoding, Opt<Str&> errors);
Result<Owned> hex(Thread& t, Value self, Value sep, int bytes_per_sep);
/// bytes(source, encoding, errors) and bytearray(…): the contents. `what` is "bytes" or "byte".
Result<void> contents_of_arguments(Thread& t, Value source, Opt<Str&> encoding, Opt<Str&> errors, const char* type_name,
                                   TextBuffer& out);
/// The digits of fromhex().
Result<void> parse_hex(Thread& t, Str& text, TextBuffer& out);
}  // namespace bytes_shared

/// "0a:0b": binascii.hexlify and the hex() methods. `sep` null: none.
Result<Owned> hex_text(Thread& t, std::string_view bytes, Value sep, int bytes_per_sep, bool as_bytes);

#define TY_BYTES_SHARED_METHODS                                                                                              \
  method<&bytes_shared::capitalize>("capitalize", "($self, /)",                                                             \
                                    "B.capitalize() -> copy of B\n\nReturn a copy of B with only its first character capitalized (ASCII)\nand the rest lower-cased."), \
      method<&bytes_shared::center>("center", "($self, width, fillchar=b' ', /)",                                            \
                                    "Return a centered string of length width.\n\nPadding is done using the specified fill character."),       \
      method<&bytes_shared::count>("count", "($self, sub, start=None, end=None, /)",                                        \
                                   "Return the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end]."),            \
      method<&bytes_shared::decode>("decode", "($self, /, encoding='utf-8', errors='strict')",                              \
                                    "Decode the bytes using the codec registered for encoding."),                          \
      method<&bytes_shared::endswith>("endswith", "($self, suffix, start=None, end=None, /)",                               \
                                      "Return True if the bytes ends with the specified suffix, False otherwise."),         \
      method<&bytes_shared::expandtabs>("expandtabs", "($self, /, tabsize=8)",                                              \
                                        "Return a copy where all tab characters are expanded using spaces."),               \
      method<&bytes_shared::find>("find", "($self, sub, start=None, end=None, /)",                                          \
                                  "Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end]."), \
      method<&bytes_shared::hex>("hex", "($self, /, sep=<unrepresentable>, bytes_per_sep=1)",                               \
                                 "Create a string of hexadecimal numbers from a bytes object."),                           \
      method<&bytes_shared::index>("index", "($self, sub, start=None, end=None, /)",                                        \
                                   "Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end]."), \
      method<&bytes_shared::isalnum>("isalnum", "($self, /)", "Return True if all characters in B are alphanumeric and there is at least one, False otherwise."), \
      method<&bytes_shared::isalpha>("isalpha", "($self, /)", "Return True if all characters in B are alphabetic and there is at least one, False otherwise."), \
      method<&bytes_shared::isascii>("isascii", "($self, /)", "Return True if B is empty or all characters in B are ASCII, False otherwise."), \
      method<&bytes_shared::isdigit>("isdigit", "($self, /)", "Return True if all characters in B are digits and there is at least one, False otherwise."), \
      method<&bytes_shared::islower>("islower", "($self, /)", "Return True if all cased characters in B are lowercase and there is at least one, False otherwise."), \
      method<&bytes_shared::isspace>("isspace", "($self, /)", "Return True if all characters in B are whitespace and there is at least one, False otherwise."), \
      method<&bytes_shared::istitle>("istitle", "($self, /)", "Return True if B is a titlecased string and there is at least one character in B."), \
      method<&bytes_shared::isupper>("isupper", "($self, /)", "Return True if all cased characters in B are uppercase and there is at least one, False otherwise."), \
      method<&bytes_shared::join>("join", "($self, iterable_of_bytes, /)",                                                  \
                                  "Concatenate any number of bytes objects.\n\nThe bytes whose method is called is inserted in between each pair."), \
      method<&bytes_shared::ljust>("ljust", "($self, width, fillchar=b' ', /)",                                              \
                                   "Return a left-justified string of length width.\n\nPadding is done using the specified fill character."), \
      method<&bytes_shared::lower>("lower", "($self, /)", "B.lower() -> copy of B\n\nReturn a copy of B with all ASCII characters converted to lowercase."), \
      method<&bytes_shared::lstrip>("lstrip", "($self, bytes=None, /)", "Strip leading bytes contained in the argument."),  \
      static_method<&bytes_shared::maketrans>("maketrans", "(frm, to, /)",                                                  \
                                              "Return a translation table usable for the bytes or bytearray translate method."), \
      method<&bytes_shared::partition>("partition", "($self, sep, /)", "Partition the bytes into three parts using the given separator."), \
      method<&bytes_shared::replace>("replace", "($self, old, new, count=-1, /)",                                           \
                                     "Return a copy with all occurrences of substring old replaced by new."),               \
      method<&bytes_shared::removeprefix>("removeprefix", "($self, prefix, /)", "Return a bytes object with the given prefix string removed if present."), \
      method<&bytes_shared::removesuffix>("removesuffix", "($self, suffix, /)", "Return a bytes object with the given suffix string removed if present."), \
      method<&bytes_shared::rfind>("rfind", "($self, sub, start=None, end=None, /)",                                        \
                                   "Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end]."), \
      method<&bytes_shared::rindex>("rindex", "($self, sub, start=None, end=None, /)",                                      \
                                    "Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end]."), \
      method<&bytes_shared::rjust>("rjust", "($self, width, fillchar=b' ', /)",                                              \
                                   "Return a right-justified string of length width.\n\nPadding is done using the specified fill character."), \
      method<&bytes_shared::rpartition>("rpartition", "($self, sep, /)", "Partition the bytes into three parts using the given separator."), \
      method<&bytes_shared::rsplit>("rsplit", "($self, /, sep=None, maxsplit=-1)",                                          \
                                    "Return a list of the sections in the bytes, using sep as the delimiter."),             \
      method<&bytes_shared::rstrip>("rstrip", "($self, bytes=None, /)", "Strip trailing bytes contained in the argument."), \
      method<&bytes_shared::split>("split", "($self, /, sep=None, maxsplit=-1)",                                            \
                                   "Return a list of the sections in the bytes, using sep as the delimiter."),              \
      method<&bytes_shared::splitlines>("splitlines", "($self, /, keepends=False)",                                         \
                                        "Return a list of the lines in the bytes, breaking at line boundaries."),           \
      method<&bytes_shared::startswith>("startswith", "($self, prefix, start=None, end=None, /)",                           \
                                        "Return True if the bytes starts with the specified prefix, False otherwise."),     \
      method<&bytes_shared::strip>("strip", "($self, bytes=None, /)", "Strip leading and trailing bytes contained in the argument."), \
      method<&bytes_shared::swapcase>("swapcase", "($self, /)",                                                             \
                                      "B.swapcase() -> copy of B\n\nReturn a copy of B with uppercase ASCII characters converted\nto lowercase ASCII and vice versa."), \
      method<&bytes_shared::title>("title", "($self, /)",                                                                   \
                                   "B.title() -> copy of B\n\nReturn a titlecased version of B, i.e. ASCII words start with uppercase\ncharacters, all remaining cased characters have lowercase."), \
      method<&bytes_shared::translate>("translate", "($self, table, /, delete=b'')",                                        \
                                       "Return a copy with each character mapped by the given translation table."),         \
      method<&bytes_shared::upper>("upper", "($self, /)", "B.upper() -> copy of B\n\nReturn a copy of B with all ASCII characters converted to uppercase."), \
      method<&bytes_shared::zfill>("zfill", "($self, width, /)",                                                            \
                                   "Pad a numeric string with zeros on the left, to fill a field of the given width.\n\nThe original string is never truncated.")

}  // namespace ty
