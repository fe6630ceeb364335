// modules/resource.cpp: the resource module. CPython: Modules/resource.c.
#include <sys/resource.h>
#include <unistd.h>

#include "modules/posix.h"
#include "types/float.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty {

namespace {

constexpr StructField kUsageFields[] = {{"ru_utime", "user time used"}, {"ru_stime", "system time used"}, {"ru_maxrss", "max. resident set size"},
    {"ru_ixrss", "shared memory size"}, {"ru_idrss", "unshared data size"}, {"ru_isrss", "unshared stack size"}, {"ru_minflt", "page faults not requiring I/O"},
    {"ru_majflt", "page faults requiring I/O"}, {"ru_nswap", "number of swap outs"}, {"ru_inblock", "block input operations"},
    {"ru_oublock", "block output operations"}, {"ru_msgsnd", "IPC messages sent"}, {"ru_msgrcv", "IPC messages received"},
    {"ru_nsignals", "signals received"}, {"ru_nvcsw", "voluntary context switches"}, {"ru_nivcsw", "involuntary context switches"}, {}};
constexpr StructSequenceDef kUsage = {"resource.struct_rusage", "struct_rusage: Result from getrusage.", kUsageFields, 16};
GlobalSlot g_usage;

Result<Owned> resource_getrusage(Thread& t, int who) {
  struct rusage usage;
  if (getrusage(static_cast<__rusage_who_t>(who), &usage) != 0) {
    if (errno == EINVAL) return raise_value_error(t, "invalid who parameter");
    return raise_errno(t);
  }
  return posix::rusage_object(t, usage);
}
Result<void> check_resource(Thread& t, int which) {
  if (which < 0 || which >= static_cast<int>(RLIM_NLIMITS)) return raise_value_error(t, "invalid resource specified");
  return {};
}
Result<Owned> limit_object(Thread& t, rlim_t n) { return n == RLIM_INFINITY ? int_from_int64(t, -1) : int_from_uint64(t, n); }
Result<Owned> limit_pair(Thread& t, const rlimit64& limit) {
  Owned soft = TRY(limit_object(t, limit.rlim_cur));
  Owned hard = TRY(limit_object(t, limit.rlim_max));
  return Owned(TRY(tuple_pack(t, soft, hard)));
}
Result<rlimit64> read_limits(Thread& t, Value v) {
  Ref<Tuple> pair = TRY(tuple_from_iterable_rpy(t, v));
  if (pair->size != 2) return raise_value_error(t, "expected a tuple of 2 integers");
  rlimit64 limit;
  limit.rlim_cur = static_cast<rlim_t>(TRY(convert_int64(t, pair->get(0))));
  limit.rlim_max = static_cast<rlim_t>(TRY(convert_int64(t, pair->get(1))));
  return limit;
}
Raised raise_limit(Thread& t) {
  if (errno == EINVAL) return raise_value_error(t, "current limit exceeds maximum limit");
  if (errno == EPERM) return raise_value_error(t, "not allowed to raise maximum limit");
  return raise_errno(t);
}
Result<Owned> resource_getrlimit(Thread& t, int which) {
  TRY(check_resource(t, which));
  rlimit64 limit;
  if (getrlimit64(static_cast<__rlimit_resource_t>(which), &limit) != 0) return raise_errno(t);
  return limit_pair(t, limit);
}
Result<void> resource_setrlimit(Thread& t, int which, Value limits) {
  TRY(check_resource(t, which));
  rlimit64 limit = TRY(read_limits(t, limits));
  if (setrlimit64(static_cast<__rlimit_resource_t>(which), &limit) != 0) return raise_limit(t);
  return {};
}
Result<Owned> resource_prlimit(Thread& t, int pid, int which, Value limits) {
  TRY(check_resource(t, which));
  rlimit64 old, wanted;
  bool set = !is_none(limits);
  if (set) wanted = TRY(read_limits(t, limits));
  if (prlimit64(pid, static_cast<enum __rlimit_resource>(which), set ? &wanted : nullptr, &old) != 0) {
    if (errno == EINVAL) return raise_value_error(t, "current limit exceeds maximum limit");
    return raise_errno(t);
  }
  return limit_pair(t, old);
}
int resource_getpagesize(Thread&) { return static_cast<int>(sysconf(_SC_PAGESIZE)); }

constexpr MethodDef kResourceMethods[] = {
    function<&resource_getrusage>("getrusage", "($module, who, /)", nullptr),
    function<&resource_getrlimit>("getrlimit", "($module, resource, /)", nullptr),
    function<&resource_setrlimit>("setrlimit", "($module, resource, limits, /)", nullptr),
    function<&resource_prlimit>("prlimit", "($module, pid, resource, limits=None, /)", nullptr),
    function<&resource_getpagesize>("getpagesize", "($module, /)", nullptr),
    {}};
Result<void> resource_exec(Thread& t, Module& m) {
  TRY(module_add(t, m, "error", Value(&exc_OSError)));
  TRY(module_add_sequence_type(t, m, kUsage, g_usage));
  TRY(module_add_int(t, m, "RLIM_INFINITY", -1));
#define C(name) TRY(module_add_int(t, m, #name, name));
  C(RLIMIT_CPU) C(RLIMIT_FSIZE) C(RLIMIT_DATA) C(RLIMIT_STACK) C(RLIMIT_CORE) C(RLIMIT_NOFILE) C(RLIMIT_OFILE) C(RLIMIT_AS) C(RLIMIT_RSS) C(RLIMIT_NPROC)
  C(RLIMIT_MEMLOCK) C(RLIMIT_MSGQUEUE) C(RLIMIT_NICE) C(RLIMIT_RTPRIO) C(RLIMIT_RTTIME) C(RLIMIT_SIGPENDING) C(RUSAGE_SELF) C(RUSAGE_CHILDREN) C(RUSAGE_THREAD)
#undef C
  return {};
}
constexpr ModuleDef kResourceModule = {.name = "resource", .methods = kResourceMethods, .exec = &resource_exec};
TY_MODULE(kResourceModule)

}  // namespace

Result<Owned> posix::rusage_object(Thread& t, const struct rusage& u) {
  if (!g_usage.load()) {
    Type* type = TRY(struct_sequence_type(t, kUsage));
    g_usage.store(dup(Value(type)));
  }
  Fields<16> f(t);
  for (const timeval& tv : {u.ru_utime, u.ru_stime}) {
    TRY(f.add(TRY(float_from_double(t, static_cast<double>(tv.tv_sec) + 1e-6 * static_cast<double>(tv.tv_usec)))));
  }
  for (long n : {u.ru_maxrss, u.ru_ixrss, u.ru_idrss, u.ru_isrss, u.ru_minflt, u.ru_majflt, u.ru_nswap, u.ru_inblock, u.ru_oublock, u.ru_msgsnd, u.ru_msgrcv,
                 u.ru_nsignals, u.ru_nvcsw, u.ru_nivcsw}) {
    TRY(f.integer(n));
  }
  return f.make(g_usage);
}

}  // namespace ty
