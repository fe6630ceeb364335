// modules/termios.cpp: the termios module. CPython: Modules/termios.c.
#include <asm/ioctls.h>
#include <linux/serial.h>
#include <linux/tty.h>
#include <cstring>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "modules/new_exception.h"
#include "modules/posix_path.h"
#include "types/int.h"
#include "types/tuple.h"

namespace ty {

namespace {

GlobalSlot g_error;

Raised raise_terminal(Thread& t) {
  int error = errno;
  auto text = str_decode_filesystem(t, strerror(error));
  if (!text.ok()) return Raised{};
  Owned held = text.take();
  auto arguments = tuple_pack(t, Value::small_int_unchecked(error), held);
  if (!arguments.ok()) return Raised{};
  Ref<Tuple> pair = arguments.take();
  return raise_with_value(t, exception_in(g_error), pair);
}
Result<void> check(Thread& t, int r) {
  if (r < 0) return raise_terminal(t);
  return {};
}
Result<Owned> termios_tcgetattr(Thread& t, Fildes fd) {
  termios mode;
  TRY(check(t, detached(t, [&] { return tcgetattr(fd.fd, &mode); })));
  Ref<List> characters = TRY(list_new(t, NCCS));
  for (int i = 0; i < NCCS; i++) {
    if (!(mode.c_lflag & ICANON) && (i == VMIN || i == VTIME)) {
      TRY(list_push(t, *characters, Value::small_int_unchecked(mode.c_cc[i])));
    } else {
      Ref<Bytes> c = TRY(bytes_new(t, &mode.c_cc[i], 1));
      TRY(list_push(t, *characters, c));
    }
  }
  Ref<List> result = TRY(list_new(t, 7));
  for (uint32_t n : {mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag, cfgetispeed(&mode), cfgetospeed(&mode)}) {
    TRY(list_push(t, *result, Value::small_int_unchecked(n)));
  }
  TRY(list_push(t, *result, characters));
  return Owned(std::move(result));
}
Result<void> termios_tcsetattr(Thread& t, Fildes fd, int when, Value attributes) {
  if (!is_instance(attributes, List::type()) || list_size(*attributes.as<List>()) != 7) return raise_type_error(t, "tcsetattr, arg 3: must be 7 element list");
  auto& list = *attributes.as<List>();
  termios mode;
  TRY(check(t, detached(t, [&] { return tcgetattr(fd.fd, &mode); })));
  uint32_t words[6];
  for (int i = 0; i < 6; i++) {
    Owned item = list_get(list, i);
    if (!item) return raise_type_error(t, "tcsetattr, arg 3: must be 7 element list");
    Owned number = TRY(number_index(t, item));
    words[i] = static_cast<uint32_t>(int_low_bits(number));
  }
  mode.c_iflag = words[0];
  mode.c_oflag = words[1];
  mode.c_cflag = words[2];
  mode.c_lflag = words[3];
  Owned characters = list_get(list, 6);
  if (!characters || !is_instance(characters, List::type()) || list_size(*characters.value().as<List>()) != NCCS) {
    return raise_type_error(t, "tcsetattr: attributes[6] must be %d element list", NCCS);
  }
  for (int i = 0; i < NCCS; i++) {
    Owned c = list_get(*characters.value().as<List>(), i);
    if (c && is_bytes(c) && c.value().as<Bytes>()->size == 1) mode.c_cc[i] = static_cast<cc_t>(c.value().as<Bytes>()->data()[0]);
    else if (c && is_int(c)) mode.c_cc[i] = static_cast<cc_t>(int_low_bits(c));
    else return raise_type_error(t, "tcsetattr: elements of attributes must be characters or integers");
  }
  TRY(check(t, cfsetispeed(&mode, words[4])));
  TRY(check(t, cfsetospeed(&mode, words[5])));
  return check(t, detached(t, [&] { return tcsetattr(fd.fd, when, &mode); }));
}
Result<void> termios_tcsendbreak(Thread& t, Fildes fd, int duration) { return check(t, detached(t, [&] { return tcsendbreak(fd.fd, duration); })); }
Result<void> termios_tcdrain(Thread& t, Fildes fd) { return check(t, detached(t, [&] { return tcdrain(fd.fd); })); }
Result<void> termios_tcflush(Thread& t, Fildes fd, int queue) { return check(t, detached(t, [&] { return tcflush(fd.fd, queue); })); }
Result<void> termios_tcflow(Thread& t, Fildes fd, int action) { return check(t, detached(t, [&] { return tcflow(fd.fd, action); })); }
Result<Owned> termios_tcgetwinsize(Thread& t, Fildes fd) {
  winsize size;
  TRY(check(t, ioctl(fd.fd, TIOCGWINSZ, &size)));
  return Owned(TRY(tuple_pack(t, Value::small_int_unchecked(size.ws_row), Value::small_int_unchecked(size.ws_col))));
}
Result<void> termios_tcsetwinsize(Thread& t, Fildes fd, Value v) {
  if (!is_sequence(v) || TRY(object_length(t, v)) != 2) return raise_type_error(t, "tcsetwinsize, arg 2: must be a two-item sequence");
  winsize size;
  Owned rows = TRY(sequence_get(t, v, 0)), columns = TRY(sequence_get(t, v, 1));
  TRY(check(t, ioctl(fd.fd, TIOCGWINSZ, &size)));
  int64_t r = TRY(convert_ssize(t, rows)), c = TRY(convert_ssize(t, columns));
  size.ws_row = static_cast<unsigned short>(r);
  size.ws_col = static_cast<unsigned short>(c);
  if (size.ws_row != r || size.ws_col != c) return raise_overflow_error(t, "winsize value(s) out of range.");
  return check(t, ioctl(fd.fd, TIOCSWINSZ, &size));
}

constexpr MethodDef kTermiosMethods[] = {
    function<&termios_tcgetattr>("tcgetattr", "($module, fd, /)", "Get the tty attributes for file descriptor fd."),
    function<&termios_tcsetattr>("tcsetattr", "($module, fd, when, attributes, /)", "Set the tty attributes for file descriptor fd."),
    function<&termios_tcsendbreak>("tcsendbreak", "($module, fd, duration, /)", "Send a break on file descriptor fd."),
    function<&termios_tcdrain>("tcdrain", "($module, fd, /)", "Wait until all output written to file descriptor fd has been transmitted."),
    function<&termios_tcflush>("tcflush", "($module, fd, queue, /)", "Discard queued data on file descriptor fd."),
    function<&termios_tcflow>("tcflow", "($module, fd, action, /)", "Suspend or resume input or output on file descriptor fd."),
    function<&termios_tcgetwinsize>("tcgetwinsize", "($module, fd, /)", "Get the tty winsize for file descriptor fd."),
    function<&termios_tcsetwinsize>("tcsetwinsize", "($module, fd, winsize, /)", "Set the tty winsize for file descriptor fd."),
    {}};
Result<void> termios_exec(Thread& t, Module& m) {
#define C(name) TRY(module_add_int(t, m, #name, static_cast<int64_t>(name)));
#include "modules/termios_constants.def"
#undef C
  TRY(module_add_int(t, m, "VSWTCH", VSWTC));
  return module_add_exception(t, m, g_error, "termios", "error");
}
constexpr ModuleDef kTermiosModule = {.name = "termios", .doc = "This module provides an interface to the Posix calls for tty I/O control.", .methods = kTermiosMethods, .exec = &termios_exec};
TY_MODULE(kTermiosModule)

}  // namespace

}  // namespace ty
