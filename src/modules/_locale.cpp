// modules/_locale.cpp: the _locale module. CPython: Modules/_localemodule.c.
//
// Threads     the C locale is the process's own: setlocale() in one thread while others use it is the program's affair, as in CPython; calls here are
//             serialised by a lock.
#include <climits>
#include <clocale>
#include <cstring>
#include <cwchar>
#include <langinfo.h>
#include <pthread.h>
#include <string>
#include <vector>

#include "modules/new_exception.h"
#include "modules/posix_path.h"
#include "types/dict.h"
#include "types/int.h"
#include "vm/interpreter.h"

namespace ty {

namespace {

GlobalSlot g_error;
pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;

Result<Owned> decode(Thread& t, const char* text) { return str_decode_filesystem(t, text); }

Result<Owned> locale_setlocale(Thread& t, int category, Value locale) {
  std::string wanted;
  bool set = !locale.is_null() && !is_none(locale);
  if (set) {
    if (!is_str(locale)) return raise_type_error(t, "setlocale() argument 2 must be str or None, not %T", locale);
    auto text = TRY(str_utf8(t, *locale.as<Str>()));
    if (text.find('\0') != std::string_view::npos) return raise_value_error(t, "embedded null character");
    wanted = std::string(text);
  }
  std::string result;
  bool ok;
  {
    DetachScope scope(t);
    pthread_mutex_lock(&g_lock);
    const char* answer = setlocale(category, set ? wanted.c_str() : nullptr);
    ok = answer != nullptr;
    if (ok) result = answer;
    pthread_mutex_unlock(&g_lock);
  }
  if (!ok) return raise_format(t, exception_in(g_error), set ? "unsupported locale setting" : "locale query failed");
  return decode(t, result.c_str());
}
Result<Owned> grouping_list(Thread& t, const std::string& text) {
  Ref<List> list = TRY(list_new(t));
  size_t i = 0;
  for (; i < text.size() && text[i] != CHAR_MAX; i++) TRY(list_push(t, *list, Value::small_int_unchecked(text[i])));
  if (!text.empty()) TRY(list_push(t, *list, Value::small_int_unchecked(i < text.size() ? CHAR_MAX : 0)));
  return Owned(std::move(list));
}
Result<Owned> locale_localeconv(Thread& t) {
  struct {
    const char* name;
    std::string text;
  } texts[] = {{"decimal_point", {}}, {"thousands_sep", {}}, {"grouping", {}}, {"int_curr_symbol", {}}, {"currency_symbol", {}}, {"mon_decimal_point", {}},
               {"mon_thousands_sep", {}}, {"mon_grouping", {}}, {"positive_sign", {}}, {"negative_sign", {}}};
  lconv numbers;
  pthread_mutex_lock(&g_lock);
  numbers = *localeconv();
  const char* sources[] = {numbers.decimal_point, numbers.thousands_sep, numbers.grouping, numbers.int_curr_symbol, numbers.currency_symbol,
                           numbers.mon_decimal_point, numbers.mon_thousands_sep, numbers.mon_grouping, numbers.positive_sign, numbers.negative_sign};
  for (size_t i = 0; i < 10; i++) texts[i].text = sources[i];
  pthread_mutex_unlock(&g_lock);
  Ref<Dict> dict = TRY(dict_new(t));
  for (auto& entry : texts) {
    bool grouping = std::strstr(entry.name, "grouping");
    Owned value = grouping ? TRY(grouping_list(t, entry.text)) : TRY(decode(t, entry.text.c_str()));
    TRY(dict_set_text(t, *dict, entry.name, value));
  }
#define N(name) TRY(dict_set_text(t, *dict, #name, Value::small_int_unchecked(numbers.name)));
  N(int_frac_digits) N(frac_digits) N(p_cs_precedes) N(p_sep_by_space) N(n_cs_precedes) N(n_sep_by_space) N(p_sign_posn) N(n_sign_posn)
#undef N
  return Owned(std::move(dict));
}
Result<std::wstring> wide_text(Thread& t, Str& s) {
  std::wstring out(static_cast<size_t>(s.length), L'\0');
  static_assert(sizeof(wchar_t) == 4);
  str_copy_units(s, 0, s.length, 4, out.data());
  if (out.find(L'\0') != std::wstring::npos) return raise_value_error(t, "embedded null character");
  return out;
}
Result<int> locale_strcoll(Thread& t, Str& a, Str& b) {
  std::wstring x = TRY(wide_text(t, a)), y = TRY(wide_text(t, b));
  return wcscoll(x.c_str(), y.c_str());
}
Result<Owned> locale_strxfrm(Thread& t, Str& s) {
  std::wstring in = TRY(wide_text(t, s));
  errno = 0;
  size_t n = wcsxfrm(nullptr, in.c_str(), 0);
  if (errno && errno != ERANGE) return raise_errno(t);
  std::vector<wchar_t> out(n + 1);
  wcsxfrm(out.data(), in.c_str(), n + 1);
  return Owned(TRY(str_from_ucs4(t, reinterpret_cast<const char32_t*>(out.data()), static_cast<ssize>(n))));
}
struct LangInfo {
  const char* name;
  int value;
};
constexpr LangInfo kLangInfo[] = {
#define L(name) {#name, name},
    L(DAY_1) L(DAY_2) L(DAY_3) L(DAY_4) L(DAY_5) L(DAY_6) L(DAY_7) L(ABDAY_1) L(ABDAY_2) L(ABDAY_3) L(ABDAY_4) L(ABDAY_5) L(ABDAY_6) L(ABDAY_7)
    L(MON_1) L(MON_2) L(MON_3) L(MON_4) L(MON_5) L(MON_6) L(MON_7) L(MON_8) L(MON_9) L(MON_10) L(MON_11) L(MON_12)
    L(ABMON_1) L(ABMON_2) L(ABMON_3) L(ABMON_4) L(ABMON_5) L(ABMON_6) L(ABMON_7) L(ABMON_8) L(ABMON_9) L(ABMON_10) L(ABMON_11) L(ABMON_12)
    L(RADIXCHAR) L(THOUSEP) L(CRNCYSTR) L(D_FMT) L(D_T_FMT) L(T_FMT) L(AM_STR) L(PM_STR) L(CODESET) L(T_FMT_AMPM) L(ERA) L(ERA_D_FMT) L(ERA_D_T_FMT)
    L(ERA_T_FMT) L(ALT_DIGITS) L(YESEXPR) L(NOEXPR) L(_DATE_FMT)
#undef L
};
Result<Owned> locale_nl_langinfo(Thread& t, int key) {
  for (const LangInfo& entry : kLangInfo) {
    if (entry.value != key) continue;
    const char* text = nl_langinfo(key);
    return decode(t, text ? text : "");
  }
  return raise_value_error(t, "unsupported langinfo constant");
}
Result<Owned> locale_getencoding(Thread& t) {
  if (t.interpreter->config->utf8_mode) return Owned(TRY(str_from_ascii(t, "utf-8")));
  const char* name = nl_langinfo(CODESET);
  return decode(t, name && *name ? name : "utf-8");
}

constexpr MethodDef kLocaleMethods[] = {
    function<&locale_setlocale>("setlocale", "($module, category, locale=<unrepresentable>, /)", "Activates/queries locale processing."),
    function<&locale_localeconv>("localeconv", "($module, /)", "Returns numeric and monetary locale-specific parameters."),
    function<&locale_strcoll>("strcoll", "($module, os1, os2, /)", "Compares two strings according to the locale."),
    function<&locale_strxfrm>("strxfrm", "($module, string, /)", "Return a string that can be used as a key for locale-aware comparisons."),
    function<&locale_nl_langinfo>("nl_langinfo", "($module, key, /)", "Return the value for the locale information associated with key."),
    function<&locale_getencoding>("getencoding", "($module, /)", "Get the current locale encoding."),
    {}};
Result<void> locale_exec(Thread& t, Module& m) {
#define C(name) TRY(module_add_int(t, m, #name, name));
  C(LC_CTYPE) C(LC_TIME) C(LC_COLLATE) C(LC_MONETARY) C(LC_MESSAGES) C(LC_NUMERIC) C(LC_ALL) C(CHAR_MAX)
#undef C
  for (const LangInfo& entry : kLangInfo) TRY(module_add_int(t, m, entry.name, entry.value));
  return module_add_exception(t, m, g_error, "locale", "Error");
}
constexpr ModuleDef kLocaleModule = {.name = "_locale", .doc = "Support for POSIX locales.", .methods = kLocaleMethods, .exec = &locale_exec};
TY_MODULE(kLocaleModule)

}  // namespace

}  // namespace ty
