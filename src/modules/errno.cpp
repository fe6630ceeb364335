// modules/errno.cpp: the errno module: the symbols of <errno.h>.
#include <cerrno>

#include "types/int.h"
#include "types/module.h"
#include "types/str.h"

namespace ty {

namespace {

struct ErrnoName {
  const char* name;
  int value;
};
constexpr ErrnoName kErrnoNames[] = {
#define E(name) {#name, name},
    E(ENODEV) E(ENOCSI) E(EHOSTUNREACH) E(ENOMSG) E(EUCLEAN) E(EL2NSYNC) E(EL2HLT) E(ENODATA) E(ENOTBLK) E(ENOSYS) E(EPIPE)
    E(EINVAL) E(EOVERFLOW) E(EADV) E(EINTR) E(EUSERS) E(ENOTEMPTY) E(ENOBUFS) E(EPROTO) E(EREMOTE) E(ENAVAIL) E(ECHILD)
    E(ELOOP) E(EXDEV) E(E2BIG) E(ESRCH) E(EMSGSIZE) E(EAFNOSUPPORT) E(EBADR) E(EHOSTDOWN) E(EPFNOSUPPORT) E(ENOPROTOOPT)
    E(EBUSY) E(EWOULDBLOCK) E(EBADFD) E(EDOTDOT) E(EISCONN) E(ENOTCONN) E(ESHUTDOWN) E(ECONNREFUSED) E(EBADRQC) E(EBADF)
    E(ENONET) E(EBADE) E(EAGAIN) E(EPROTOTYPE) E(EBADMSG) E(ENOANO) E(EDEADLK) E(EDEADLOCK) E(EROFS) E(ENFILE) E(EDQUOT)
    E(EISDIR) E(ENETRESET) E(ETIMEDOUT) E(ENOENT) E(EEXIST) E(EDOM) E(ENAMETOOLONG) E(ENETUNREACH) E(EIO) E(ERANGE)
    E(EINPROGRESS) E(ENOLINK) E(ENOLCK) E(ESTRPIPE) E(EALREADY) E(ECANCELED) E(EREMOTEIO) E(ENETDOWN) E(EADDRNOTAVAIL)
    E(ESPIPE) E(EPROTONOSUPPORT) E(ETIME) E(ETOOMANYREFS) E(EADDRINUSE) E(ECHRNG) E(EPERM) E(ECONNRESET) E(ECOMM)
    E(ENOSTR) E(ENOPKG) E(ENOMEM) E(ESOCKTNOSUPPORT) E(EMFILE) E(EMLINK) E(ELNRNG) E(ELIBSCN) E(EXFULL) E(ELIBBAD) E(EL3HLT)
    E(EUNATCH) E(EILSEQ) E(EMULTIHOP) E(ESRMNT) E(EDESTADDRREQ) E(ENOTSOCK) E(ENOSR) E(ENOEXEC) E(ENOSPC) E(ENOTNAM)
    E(EFBIG) E(EFAULT) E(ENOTDIR) E(ENOTTY) E(EACCES) E(ELIBMAX) E(ELIBEXEC) E(EREMCHG) E(ENOTUNIQ) E(ERESTART) E(ETXTBSY)
    E(ECONNABORTED) E(EISNAM) E(ELIBACC) E(EBFONT) E(ENXIO) E(EIDRM) E(EL3RST) E(EBADSLT) E(EL2NSYNC) E(ENOTSUP) E(EOPNOTSUPP)
    E(EOWNERDEAD) E(ENOTRECOVERABLE) E(ERFKILL) E(EHWPOISON) E(EKEYEXPIRED) E(EKEYREVOKED) E(EKEYREJECTED) E(ENOKEY)
    E(EMEDIUMTYPE) E(ENOMEDIUM)
#undef E
};

Result<void> errno_exec(Thread& t, Module& m) {
  Ref<Dict> names = TRY(dict_new(t));
  for (const ErrnoName& e : kErrnoNames) {
    TRY(module_add_int(t, m, e.name, e.value));
    Ref<Str> name = TRY(str_from_ascii(t, e.name));
    TRY(dict_set(t, *names, Value::small_int_unchecked(e.value), name));
  }
  return module_add(t, m, "errorcode", names);
}

constexpr ModuleDef kErrnoModule = {.name = "errno", .doc = "Standard errno system symbols.", .exec = &errno_exec};
TY_MODULE(kErrnoModule)

}  // namespace

}  // namespace ty
