// modules/time.cpp: the time module. CPython: Modules/timemodule.c.
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <pthread.h>
#include <string>

#include "base/clock.h"
#include "modules/time_value.h"
#include "sync/thread_state.h"
#include "types/bytes.h"
#include "types/dict.h"
#include "types/float.h"
#include "types/int.h"
#include "types/namespace.h"
#include "types/str.h"
#include "types/struct_sequence.h"

namespace ty {

namespace {

constexpr StructField kTimeFields[] = {
    {"tm_year", "year, for example, 1993"}, {"tm_mon", "month of year, range [1, 12]"}, {"tm_mday", "day of month, range [1, 31]"},
    {"tm_hour", "hours, range [0, 23]"}, {"tm_min", "minutes, range [0, 59]"}, {"tm_sec", "seconds, range [0, 61])"},
    {"tm_wday", "day of week, range [0, 6], Monday is 0"}, {"tm_yday", "day of year, range [1, 366]"},
    {"tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"}, {"tm_zone", "abbreviation of timezone name"},
    {"tm_gmtoff", "offset from UTC in seconds"}, {}};
constexpr StructSequenceDef kStructTime = {
    "time.struct_time", "The time value as returned by gmtime(), localtime(), and strptime(), and accepted by asctime(), mktime() and strftime().",
    kTimeFields, 9};
GlobalSlot g_struct_time;

Type* struct_time_type() { return g_struct_time.load().as<Type>(); }

Raised raise_errno(Thread& t) { return raise_os_error(t, errno); }

Result<Owned> seconds_float(Thread& t, int64_t nanoseconds) {
  return float_from_double(t, static_cast<double>(nanoseconds) / 1e9);
}

#define CLOCK_FUNCTIONS(name, clock)                                                             \
  Result<Owned> time_##name(Thread& t) { return seconds_float(t, clock_nanoseconds(clock)); }     \
  Result<Owned> time_##name##_ns(Thread& t) { return int_from_int64(t, clock_nanoseconds(clock)); }
CLOCK_FUNCTIONS(time, CLOCK_REALTIME)
CLOCK_FUNCTIONS(monotonic, CLOCK_MONOTONIC)
CLOCK_FUNCTIONS(perf_counter, CLOCK_MONOTONIC)
CLOCK_FUNCTIONS(process_time, CLOCK_PROCESS_CPUTIME_ID)
CLOCK_FUNCTIONS(thread_time, CLOCK_THREAD_CPUTIME_ID)
#undef CLOCK_FUNCTIONS

Result<int64_t> read_clock(Thread& t, int clock) {
  timespec ts;
  if (clock_gettime(clock, &ts) != 0) return raise_errno(t);
  return ts.tv_sec * kNanosecondsPerSecond + ts.tv_nsec;
}
Result<Owned> time_clock_gettime(Thread& t, int clock) { return seconds_float(t, TRY(read_clock(t, clock))); }
Result<Owned> time_clock_gettime_ns(Thread& t, int clock) { return int_from_int64(t, TRY(read_clock(t, clock))); }
Result<Owned> time_clock_getres(Thread& t, int clock) {
  timespec ts;
  if (clock_getres(clock, &ts) != 0) return raise_errno(t);
  return seconds_float(t, ts.tv_sec * kNanosecondsPerSecond + ts.tv_nsec);
}
Result<void> time_clock_settime(Thread& t, int clock, Value seconds) {
  timespec ts = to_timespec(TRY(seconds_to_nanoseconds(t, seconds, Rounding::kFloor)));
  if (clock_settime(clock, &ts) != 0) return raise_errno(t);
  return {};
}
Result<void> time_clock_settime_ns(Thread& t, int clock, Value nanoseconds) {
  if (!is_int(nanoseconds)) return raise_type_error(t, "an integer is required (got type %T)", nanoseconds);
  bool fits;
  int64_t n = int_as_int64(nanoseconds, &fits);
  if (!fits) return raise_overflow_error(t, "Python int too large to convert to C long");
  timespec ts = to_timespec(n);
  if (clock_settime(clock, &ts) != 0) return raise_errno(t);
  return {};
}
Result<int> time_pthread_getcpuclockid(Thread& t, uint64_t thread) {
  clockid_t clock;
  if (int error = pthread_getcpuclockid(static_cast<pthread_t>(thread), &clock)) return raise_os_error(t, error);
  return static_cast<int>(clock);
}

Result<void> time_sleep(Thread& t, Value seconds) {
  int64_t duration = TRY(seconds_to_nanoseconds(t, seconds, Rounding::kUp));
  if (duration < 0) return raise_value_error(t, "sleep length must be non-negative");
  int64_t now = monotonic_nanoseconds();
  int64_t deadline = duration > INT64_MAX - now ? INT64_MAX : now + duration;
  while (true) {
    int error;
    {
      DetachScope detached(t);
      timespec until = to_timespec(deadline);
      error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    }
    if (error && error != EINTR) return raise_os_error(t, error);
    TRY(poll(t));
    if (!error) return {};
  }
}

Result<Owned> to_struct(Thread& t, const tm& tm) {
  Owned zone = owned_none();
  if (tm.tm_zone) zone = TRY(str_decode_filesystem(t, tm.tm_zone));
  auto small = [](long n) { return Value::small_int_unchecked(n); };
  Value values[] = {small(tm.tm_year + 1900L), small(tm.tm_mon + 1), small(tm.tm_mday), small(tm.tm_hour), small(tm.tm_min),
                    small(tm.tm_sec), small((tm.tm_wday + 6) % 7), small(tm.tm_yday + 1), small(tm.tm_isdst), zone,
                    small(tm.tm_gmtoff)};
  return Owned(TRY(struct_sequence_new(t, struct_time_type(), values, 11)));
}

Result<int64_t> when(Thread& t, Value seconds) {
  if (seconds.is_null() || is_none(seconds)) return static_cast<int64_t>(std::time(nullptr));
  return seconds_to_time(t, seconds, Rounding::kFloor);
}
Result<Owned> time_gmtime(Thread& t, Value seconds) {
  time_t time = TRY(when(t, seconds));
  tm tm;
  errno = 0;
  if (!gmtime_r(&time, &tm)) return raise_os_error(t, errno ? errno : EINVAL);
  tm.tm_zone = "UTC";
  return to_struct(t, tm);
}
Result<void> local_time(Thread& t, time_t time, tm* out) {
  errno = 0;
  if (!localtime_r(&time, out)) return raise_os_error(t, errno ? errno : EINVAL);
  return {};
}
Result<Owned> time_localtime(Thread& t, Value seconds) {
  time_t time = TRY(when(t, seconds));
  tm tm;
  TRY(local_time(t, time, &tm));
  return to_struct(t, tm);
}

/// Reads a time tuple; zone text lives in `zone`.
Result<void> from_tuple(Thread& t, Value v, const char* function, tm* out, std::string* zone) {
  std::memset(out, 0, sizeof *out);
  if (!is_instance(v, Tuple::type())) return raise_type_error(t, "Tuple or struct_time argument required");
  Tuple& tuple = *v.as<Tuple>();
  if (tuple.size != 9) return raise_type_error(t, "%s(): illegal time tuple argument", function);
  int fields[9];
  for (int i = 0; i < 9; i++) fields[i] = TRY(convert_int(t, tuple.get(i)));
  if (fields[0] < INT32_MIN + 1900) return raise_overflow_error(t, "year out of range");
  out->tm_year = fields[0] - 1900;
  out->tm_mon = fields[1] - 1;
  out->tm_mday = fields[2];
  out->tm_hour = fields[3];
  out->tm_min = fields[4];
  out->tm_sec = fields[5];
  out->tm_wday = (fields[6] + 1) % 7;
  out->tm_yday = fields[7] - 1;
  out->tm_isdst = fields[8];
  if (type_of(v) == struct_time_type()) {
    Value name = tuple.items[9].load();
    if (is_instance(name, Str::type())) {
      *zone = std::string(TRY(str_utf8(t, *name.as<Str>())));
      out->tm_zone = zone->c_str();
    }
    Value offset = tuple.items[10].load();
    if (is_int(offset)) {
      bool fits;
      out->tm_gmtoff = int_as_int64(offset, &fits);
    }
  }
  return {};
}

Result<void> check_tm(Thread& t, tm* tm) {
  if (tm->tm_mon == -1) tm->tm_mon = 0;
  else if (tm->tm_mon < 0 || tm->tm_mon > 11) return raise_value_error(t, "month out of range");
  if (tm->tm_mday == 0) tm->tm_mday = 1;
  else if (tm->tm_mday < 0 || tm->tm_mday > 31) return raise_value_error(t, "day of month out of range");
  if (tm->tm_hour < 0 || tm->tm_hour > 23) return raise_value_error(t, "hour out of range");
  if (tm->tm_min < 0 || tm->tm_min > 59) return raise_value_error(t, "minute out of range");
  if (tm->tm_sec < 0 || tm->tm_sec > 61) return raise_value_error(t, "seconds out of range");
  if (tm->tm_wday < 0) return raise_value_error(t, "day of week out of range");
  if (tm->tm_yday == -1) tm->tm_yday = 0;
  else if (tm->tm_yday < 0 || tm->tm_yday > 365) return raise_value_error(t, "day of year out of range");
  return {};
}

Result<Owned> format_ctime(Thread& t, const tm& tm) {
  static const char* const kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char* const kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof text, "%s %s%3d %.2d:%.2d:%.2d %ld", kDays[tm.tm_wday], kMonths[tm.tm_mon], tm.tm_mday, tm.tm_hour,
                tm.tm_min, tm.tm_sec, 1900L + tm.tm_year);
  return Owned(TRY(str_from_ascii(t, text)));
}
Result<Owned> time_asctime(Thread& t, Value tuple) {
  tm tm;
  std::string zone;
  if (tuple.is_null()) {
    TRY(local_time(t, std::time(nullptr), &tm));
  } else {
    TRY(from_tuple(t, tuple, "asctime", &tm, &zone));
    TRY(check_tm(t, &tm));
  }
  return format_ctime(t, tm);
}
Result<Owned> time_ctime(Thread& t, Value seconds) {
  time_t time = TRY(when(t, seconds));
  tm tm;
  TRY(local_time(t, time, &tm));
  return format_ctime(t, tm);
}
Result<Owned> time_mktime(Thread& t, Value tuple) {
  tm tm;
  std::string zone;
  TRY(from_tuple(t, tuple, "mktime", &tm, &zone));
  tm.tm_wday = -1;
  time_t result = std::mktime(&tm);
  if (result == -1 && tm.tm_wday == -1) return raise_overflow_error(t, "mktime argument out of range");
  return float_from_double(t, static_cast<double>(result));
}

Result<Owned> time_strftime(Thread& t, Str& format, Value tuple) {
  tm tm;
  std::string zone;
  if (tuple.is_null()) {
    TRY(local_time(t, std::time(nullptr), &tm));
  } else {
    TRY(from_tuple(t, tuple, "strftime", &tm, &zone));
    TRY(check_tm(t, &tm));
  }
  if (tm.tm_isdst < -1) tm.tm_isdst = -1;
  else if (tm.tm_isdst > 1) tm.tm_isdst = 1;
  Owned encoded = TRY(str_encode_filesystem(t, format));
  std::string_view text = encoded.value().as<Bytes>()->view();
  std::string result;
  // NUL characters and text between them are formatted piece by piece.
  for (size_t at = 0; at <= text.size();) {
    size_t end = text.find('\0', at);
    std::string piece(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (!piece.empty()) {
      std::string guarded = piece + "x";  // so that an empty result is told from a full buffer
      std::string out(std::max<size_t>(256, guarded.size() * 4), '\0');
      size_t n;
      while ((n = std::strftime(out.data(), out.size(), guarded.c_str(), &tm)) == 0 && out.size() < (guarded.size() + 64) * 256) {
        out.resize(out.size() * 2);
      }
      if (n) result.append(out.data(), n - 1);
    }
    if (end == std::string_view::npos) break;
    result.push_back('\0');
    at = end + 1;
  }
  return str_decode_filesystem(t, result);
}

Result<Owned> time_strptime(Thread& t, Args args, Kwargs kwargs) {
  if (kwargs.size) return raise_type_error(t, "strptime() takes no keyword arguments");
  Owned function = TRY(import_attribute(t, "_strptime", "_strptime_time"));
  return call(t, function, args.data, args.size);
}

Result<void> set_zone_constants(Thread& t, Module& m) {
  constexpr time_t kYear = (365 * 24 + 6) * 3600;
  tm january, july;
  time_t base = (std::time(nullptr) / kYear) * kYear;
  time_t middle = base + kYear / 2;
  localtime_r(&base, &january);
  std::string january_name = january.tm_zone ? january.tm_zone : "   ";
  long january_zone = -january.tm_gmtoff;
  localtime_r(&middle, &july);
  std::string july_name = july.tm_zone ? july.tm_zone : "   ";
  long july_zone = -july.tm_gmtoff;
  bool southern = january_zone < july_zone;  // daylight saving time in January
  long standard = southern ? july_zone : january_zone, daylight = southern ? january_zone : july_zone;
  TRY(module_add_int(t, m, "timezone", standard));
  TRY(module_add_int(t, m, "altzone", daylight));
  TRY(module_add_int(t, m, "daylight", january_zone != july_zone));
  Owned first = TRY(str_decode_filesystem(t, southern ? july_name : january_name));
  Owned second = TRY(str_decode_filesystem(t, southern ? january_name : july_name));
  Ref<Tuple> names = TRY(tuple_pack(t, first, second));
  return module_add(t, m, "tzname", names);
}
Result<void> time_tzset(Thread& t, Module& m) {
  tzset();
  return set_zone_constants(t, m);
}

Result<Owned> time_get_clock_info(Thread& t, Str& name) {
  struct Clock {
    const char* name;
    clockid_t id;
    const char* implementation;
    bool monotonic, adjustable;
  };
  static const Clock kClocks[] = {
      {"time", CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", false, true},
      {"monotonic", CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", true, false},
      {"perf_counter", CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", true, false},
      {"process_time", CLOCK_PROCESS_CPUTIME_ID, "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true, false},
      {"thread_time", CLOCK_THREAD_CPUTIME_ID, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, false}};
  for (const Clock& clock : kClocks) {
    if (!str_equal_ascii(name, clock.name)) continue;
    timespec resolution;
    clock_getres(clock.id, &resolution);
    Ref<Dict> fields = TRY(dict_new(t));
    Ref<Str> implementation = TRY(str_from_ascii(t, clock.implementation));
    TRY(dict_set_text(t, *fields, "implementation", implementation));
    TRY(dict_set_text(t, *fields, "monotonic", bool_value(clock.monotonic)));
    TRY(dict_set_text(t, *fields, "adjustable", bool_value(clock.adjustable)));
    Owned seconds = TRY(seconds_float(t, resolution.tv_sec * kNanosecondsPerSecond + resolution.tv_nsec));
    TRY(dict_set_text(t, *fields, "resolution", seconds));
    return namespace_new(t, *fields);
  }
  return raise_value_error(t, "unknown clock");
}

Result<void> time_exec(Thread& t, Module& m) {
  Type* type = TRY(struct_sequence_type(t, kStructTime));
  g_struct_time.store(dup(Value(type)));
  TRY(module_add(t, m, "struct_time", Value(type)));
  TRY(module_add_int(t, m, "_STRUCT_TM_ITEMS", 11));
#define C(name) TRY(module_add_int(t, m, #name, name));
  C(CLOCK_REALTIME) C(CLOCK_MONOTONIC) C(CLOCK_MONOTONIC_RAW) C(CLOCK_PROCESS_CPUTIME_ID) C(CLOCK_THREAD_CPUTIME_ID)
  C(CLOCK_BOOTTIME) C(CLOCK_TAI)
#undef C
  return set_zone_constants(t, m);
}

constexpr MethodDef kTimeMethods[] = {
    function<&time_time>("time", "()", "time() -> floating-point number\n\nReturn the current time in seconds since the Epoch."),
    function<&time_time_ns>("time_ns", "()", "Return the current time in nanoseconds since the Epoch."),
    function<&time_clock_gettime>("clock_gettime", "(clk_id, /)", "Return the time of the specified clock clk_id as a float."),
    function<&time_clock_gettime_ns>("clock_gettime_ns", "(clk_id, /)", "Return the time of the specified clock clk_id as nanoseconds (int)."),
    function<&time_clock_settime>("clock_settime", "(clk_id, time, /)", "Set the time of the specified clock clk_id."),
    function<&time_clock_settime_ns>("clock_settime_ns", "(clk_id, time, /)", "Set the time of the specified clock clk_id with nanoseconds."),
    function<&time_clock_getres>("clock_getres", "(clk_id, /)", "Return the resolution (precision) of the specified clock clk_id."),
    function<&time_pthread_getcpuclockid>("pthread_getcpuclockid", "(thread_id, /)", "Return the clk_id of a thread's CPU time clock."),
    function<&time_sleep>("sleep", "(seconds, /)", "Delay execution for a given number of seconds."),
    function<&time_gmtime>("gmtime", "(seconds=None, /)", "Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a. GMT)."),
    function<&time_localtime>("localtime", "(seconds=None, /)", "Convert seconds since the Epoch to a time tuple expressing local time."),
    function<&time_asctime>("asctime", "(tuple=<now>, /)", "Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'."),
    function<&time_ctime>("ctime", "(seconds=None, /)", "Convert a time in seconds since the Epoch to a string in local time."),
    function<&time_mktime>("mktime", "(tuple, /)", "Convert a time tuple in local time to seconds since the Epoch."),
    function<&time_strftime>("strftime", "(format, tuple=<now>, /)", "Convert a time tuple to a string according to a format specification."),
    function<&time_strptime>("strptime", "(*args, **kwargs)", "Parse a string to a time tuple according to a format specification."),
    module_function<&time_tzset>("tzset", "($module, /)", "Initialize, or reinitialize, the local timezone to the value stored in os.environ['TZ']."),
    function<&time_monotonic>("monotonic", "()", "Monotonic clock, cannot go backward."),
    function<&time_monotonic_ns>("monotonic_ns", "()", "Monotonic clock, cannot go backward, as nanoseconds."),
    function<&time_process_time>("process_time", "()", "Process time for profiling: sum of the kernel and user-space CPU time."),
    function<&time_process_time_ns>("process_time_ns", "()", "Process time for profiling as nanoseconds."),
    function<&time_thread_time>("thread_time", "()", "Thread time for profiling: sum of the kernel and user-space CPU time."),
    function<&time_thread_time_ns>("thread_time_ns", "()", "Thread time for profiling as nanoseconds."),
    function<&time_perf_counter>("perf_counter", "()", "Performance counter for benchmarking."),
    function<&time_perf_counter_ns>("perf_counter_ns", "()", "Performance counter for benchmarking as nanoseconds."),
    function<&time_get_clock_info>("get_clock_info", "(name, /)", "Get information of the specified clock."),
    {}};
constexpr ModuleDef kTimeModule = {.name = "time", .doc = "This module provides various functions to manipulate time values.",
                                   .methods = kTimeMethods, .exec = &time_exec};
TY_MODULE(kTimeModule)

}  // namespace

}  // namespace ty
