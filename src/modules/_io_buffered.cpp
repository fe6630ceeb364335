// modules/_io_buffered.cpp: BufferedReader, BufferedWriter, BufferedRandom, BufferedRWPair. CPython: Modules/_io/bufferedio.c.
//
// State       one buffer: either bytes read ahead ([begin, end) not yet handed out) or bytes not yet written ([0, end)); `dirty` says which.
// Threads     `mutex` is held during every operation, also while a read blocks; re-entering from the same thread raises RuntimeError.
#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>

#include "mem/heap.h"
#include "modules/_io.h"
#include "sync/mutex.h"
#include "sync/thread_state.h"
#include "types/int.h"
#include "types/list.h"
#include "types/tuple.h"
#include "vm/interpreter.h"

namespace ty {

Type buffered_reader_type, buffered_writer_type, buffered_random_type, buffered_rwpair_type;

namespace {

struct Buffered : Object {  // [lock]
  Slot raw;          // [mutex] null: detached or not initialised
  char* buffer;      // [mutex]
  ssize capacity;    // [mutex]
  ssize begin, end;  // [mutex]
  Mutex mutex;       // [atomic]
  uint64_t owner;    // [atomic] tid of the holder
  bool ready, detached, dirty, can_read, can_write;  // [mutex]
  static Type* type() { return &buffered_reader_type; }
};

void buffered_release(Object* o) { free_buffer(static_cast<Buffered*>(o)->buffer); }

Result<void> check_ready(Thread& t, Buffered& self) {
  if (self.ready) return {};
  if (self.detached) return raise_value_error(t, "raw stream has been detached");
  return raise_value_error(t, "I/O operation on uninitialized object");
}

class Guard {
 public:
  Guard() = default;
  ~Guard() {
    if (!self_) return;
    __atomic_store_n(&self_->owner, uint64_t{0}, __ATOMIC_RELAXED);
    self_->mutex.unlock();
  }
  Result<void> enter(Thread& t, Buffered& self) {
    if (__atomic_load_n(&self.owner, __ATOMIC_RELAXED) == t.tid) return raise_runtime_error(t, "reentrant call inside %R", Value(&self));
    self.mutex.lock();
    __atomic_store_n(&self.owner, t.tid, __ATOMIC_RELAXED);
    self_ = &self;
    return {};
  }
  Guard(const Guard&) = delete;

 private:
  Buffered* self_ = nullptr;
};

Result<bool> raw_closed(Thread& t, Buffered& self) {
  Owned raw = self.raw.get();
  return io_is_closed(t, raw);
}
Result<void> check_open(Thread& t, Buffered& self, const char* message) {
  TRY(check_ready(t, self));
  if (TRY(raw_closed(t, self))) return raise_value_error(t, "%s", message);
  return {};
}

/// One raw read; -2: would block; 0: end.
Result<ssize> raw_read(Thread& t, Buffered& self, char* data, ssize size) {
  Owned raw = self.raw.get();
  if (raw.value().object()->type() == &fileio_type) return fileio_read_into(t, raw, data, size);
  while (true) {
    Owned target = TRY(call(t, Value(&bytearray_type), Value::small_int_unchecked(size)));
    auto read = call_method(t, raw, NAME("readinto"), target);
    if (!read.ok()) {
      if (io_trap_eintr(t)) continue;
      return Raised{};
    }
    Owned got = read.take();
    if (is_none(got)) return ssize{-2};
    ssize n = TRY(number_as_ssize(t, got, &exc_ValueError));
    if (n < 0 || n > size) return raise_format(t, &exc_OSError, "raw readinto() returned invalid length %zd (should have been between 0 and %zd)", n, size);
    BytesLike view;
    TRY(view.acquire(t, target));
    std::memcpy(data, view.data(), static_cast<size_t>(n));
    return n;
  }
}
Result<ssize> raw_write(Thread& t, Buffered& self, const char* data, ssize size) {
  Owned raw = self.raw.get();
  if (raw.value().object()->type() == &fileio_type) return fileio_write_from(t, raw, data, size);
  while (true) {
    Ref<Bytes> bytes = TRY(bytes_new(t, data, size));
    auto written = call_method(t, raw, NAME("write"), bytes);
    if (!written.ok()) {
      if (io_trap_eintr(t)) continue;
      return Raised{};
    }
    Owned got = written.take();
    if (is_none(got)) return ssize{-2};
    ssize n = TRY(number_as_ssize(t, got, &exc_ValueError));
    if (n < 0 || n > size) return raise_format(t, &exc_OSError, "raw write() returned invalid length %zd (should have been between 0 and %zd)", n, size);
    return n;
  }
}
Result<int64_t> raw_seek(Thread& t, Buffered& self, int64_t offset, int whence) {
  Owned raw = self.raw.get(), to = TRY(io_int(t, offset));
  Owned at = TRY(call_method(t, raw, NAME("seek"), to, Value::small_int_unchecked(whence)));
  int64_t n = TRY(io_offset(t, at));
  if (n < 0) return raise_format(t, &exc_OSError, "Raw stream returned invalid position %ld", n);
  return n;
}
Result<int64_t> raw_tell(Thread& t, Buffered& self) {
  Owned raw = self.raw.get();
  Owned at = TRY(call_method(t, raw, NAME("tell")));
  int64_t n = TRY(io_offset(t, at));
  if (n < 0) return raise_format(t, &exc_OSError, "Raw stream returned invalid position %ld", n);
  return n;
}

Raised raise_would_block(Thread& t, ssize written) {
  auto arguments = tuple_pack(t, Value::small_int_unchecked(EAGAIN), NAME("write could not complete without blocking"), Value::small_int_unchecked(written));
  if (!arguments.ok()) return Raised{};
  Ref<Tuple> held = arguments.take();
  return raise_with_value(t, &exc_BlockingIOError, held);
}

/// Writes out what is pending.
Result<void> flush_pending(Thread& t, Buffered& self) {
  if (!self.dirty) return {};
  while (self.begin < self.end) {
    ssize n = TRY(raw_write(t, self, self.buffer + self.begin, self.end - self.begin));
    if (n == -2) return raise_would_block(t, 0);
    self.begin += n;
    TRY(poll(t));
  }
  self.begin = self.end = 0;
  self.dirty = false;
  return {};
}
/// Forgets what was read ahead, moving the raw position back to where the caller is.
Result<void> drop_read_ahead(Thread& t, Buffered& self) {
  if (self.dirty) return {};
  ssize ahead = self.end - self.begin;
  self.begin = self.end = 0;
  if (ahead) TRY(raw_seek(t, self, -ahead, SEEK_CUR));
  return {};
}
Result<void> prepare_read(Thread& t, Buffered& self) { return self.dirty ? flush_pending(t, self) : Result<void>(); }

/// Reads once into the empty buffer; what raw_read answers.
Result<ssize> fill(Thread& t, Buffered& self) {
  self.begin = self.end = 0;
  ssize n = TRY(raw_read(t, self, self.buffer, self.capacity));
  if (n > 0) self.end = n;
  return n;
}

// --- life ---

Result<Owned> buffered_new(Thread& t, Type& type, Args, Kwargs) {
  Object* o = allocate_object(t, &type, static_cast<size_t>(type.basicsize));
  if (!o) return raise_memory_error(t);
  return Owned::steal(Value(o));
}
Result<void> initialize(Thread& t, Buffered& self, Value raw, ssize size, bool reads, bool writes) {
  self.ready = false;
  self.detached = false;
  if (reads) TRY(io_check_able(t, raw, "readable", "File or stream is not readable."));
  if (writes) TRY(io_check_able(t, raw, "writable", "File or stream is not writable."));
  if (reads && writes) TRY(io_check_able(t, raw, "seekable", "File or stream is not seekable."));
  if (size <= 0) return raise_value_error(t, "buffer size must be strictly positive");
  auto* buffer = static_cast<char*>(allocate_buffer(static_cast<size_t>(size)));
  if (!buffer) return raise_memory_error(t);
  self.raw.store(&self, dup(raw));
  free_buffer(self.buffer);
  self.buffer = buffer;
  self.capacity = size;
  self.begin = self.end = 0;
  self.dirty = false;
  self.can_read = reads;
  self.can_write = writes;
  self.ready = true;
  return {};
}
Result<void> reader_init(Thread& t, Buffered& self, Value raw, ssize size) { return initialize(t, self, raw, size, true, false); }
Result<void> writer_init(Thread& t, Buffered& self, Value raw, ssize size) { return initialize(t, self, raw, size, false, true); }
Result<void> random_init(Thread& t, Buffered& self, Value raw, ssize size) { return initialize(t, self, raw, size, true, true); }

// --- reading ---

Result<Owned> read_all(Thread& t, Buffered& self) {
  std::string all(self.buffer + self.begin, static_cast<size_t>(self.end - self.begin));
  self.begin = self.end = 0;
  Owned raw = self.raw.get();
  Owned readall = TRY(find_attribute(t, raw, NAME("readall")));
  if (!readall.value().is_empty()) {
    Owned rest = TRY(call(t, readall));
    if (is_none(rest)) {
      if (all.empty()) return rest;
      return Owned(TRY(bytes_new(t, all)));
    }
    if (!is_instance(rest, Bytes::type())) return raise_type_error(t, "readall() should return bytes");
    if (all.empty()) return rest;
    all.append(rest.value().as<Bytes>()->view());
    return Owned(TRY(bytes_new(t, all)));
  }
  while (true) {
    ssize n = TRY(fill(t, self));
    if (n <= 0) {
      if (n == -2 && all.empty()) return owned_none();
      return Owned(TRY(bytes_new(t, all)));
    }
    all.append(self.buffer, static_cast<size_t>(n));
    self.begin = self.end = 0;
  }
}

/// Up to `n` bytes; stops at the end or when nothing is there without blocking. -2: nothing at all, would block.
Result<ssize> read_up_to(Thread& t, Buffered& self, char* out, ssize n, bool once) {
  ssize done = std::min(n, self.end - self.begin);
  if (done > 0) std::memcpy(out, self.buffer + self.begin, static_cast<size_t>(done));
  self.begin += done;
  while (done < n && !(once && done > 0)) {
    ssize left = n - done, got;
    if (left >= self.capacity) {
      self.begin = self.end = 0;
      got = TRY(raw_read(t, self, out + done, once ? left : left - left % self.capacity));
    } else {
      got = TRY(fill(t, self));
      if (got > 0) {
        ssize part = std::min(left, got);
        std::memcpy(out + done, self.buffer, static_cast<size_t>(part));
        self.begin = part;
        got = part;
      }
    }
    if (got == 0) break;
    if (got == -2) return done ? done : ssize{-2};
    done += got;
    if (once) break;
  }
  return done;
}

Result<Owned> buffered_read(Thread& t, Buffered& self, Value size) {
  TRY(check_ready(t, self));
  ssize n = TRY(io_size(t, size));
  if (n < -1) return raise_value_error(t, "read length must be non-negative or -1");
  TRY(check_open(t, self, "read of closed file"));
  if (!self.can_read) return raise_unsupported(t, "read");
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  TRY(prepare_read(t, self));
  if (n == -1) return read_all(t, self);
  if (n <= self.end - self.begin) {
    Owned bytes = TRY(bytes_new(t, self.buffer + self.begin, n));
    self.begin += n;
    return bytes;
  }
  std::string out(static_cast<size_t>(n), '\0');
  ssize got = TRY(read_up_to(t, self, out.data(), n, false));
  if (got == -2) return owned_none();
  return Owned(TRY(bytes_new(t, out.data(), got)));
}
Result<Owned> buffered_read1(Thread& t, Buffered& self, ssize size) {
  TRY(check_open(t, self, "read of closed file"));
  if (!self.can_read) return raise_unsupported(t, "read1");
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  TRY(prepare_read(t, self));
  if (size < 0) size = self.capacity;
  if (size == 0) return Owned(TRY(bytes_new(t, "", 0)));
  ssize have = self.end - self.begin;
  if (have > 0) {
    ssize n = std::min(size, have);
    Owned bytes = TRY(bytes_new(t, self.buffer + self.begin, n));
    self.begin += n;
    return bytes;
  }
  self.begin = self.end = 0;
  std::string out(static_cast<size_t>(size), '\0');
  ssize got = TRY(raw_read(t, self, out.data(), size));
  return Owned(TRY(bytes_new(t, out.data(), got == -2 ? 0 : got)));
}
Result<Owned> read_into(Thread& t, Buffered& self, Value target, bool once) {
  TRY(check_open(t, self, "readinto of closed file"));
  if (!self.can_read) return raise_unsupported(t, "readinto");
  BytesLike view;
  TRY(view.acquire_writable(t, target, "readinto"));
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  TRY(prepare_read(t, self));
  ssize got = TRY(read_up_to(t, self, view.data(), view.size(), once));
  if (got == -2) return owned_none();
  return io_int(t, got);
}
Result<Owned> buffered_readinto(Thread& t, Buffered& self, Value target) { return read_into(t, self, target, false); }
Result<Owned> buffered_readinto1(Thread& t, Buffered& self, Value target) { return read_into(t, self, target, true); }
Result<Owned> buffered_peek(Thread& t, Buffered& self, ssize) {
  TRY(check_open(t, self, "peek of closed file"));
  if (!self.can_read) return raise_unsupported(t, "peek");
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  TRY(prepare_read(t, self));
  if (self.end == self.begin) TRY(fill(t, self));
  return Owned(TRY(bytes_new(t, self.buffer + self.begin, self.end - self.begin)));
}

Result<Owned> read_line(Thread& t, Buffered& self, ssize limit) {
  TRY(check_open(t, self, "readline of closed file"));
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  TRY(prepare_read(t, self));
  std::string line;
  while (limit < 0 || static_cast<ssize>(line.size()) < limit) {
    ssize have = self.end - self.begin;
    if (have == 0) {
      if (TRY(fill(t, self)) <= 0) break;
      continue;
    }
    if (limit >= 0) have = std::min(have, limit - static_cast<ssize>(line.size()));
    const char* start = self.buffer + self.begin;
    const void* newline = std::memchr(start, '\n', static_cast<size_t>(have));
    ssize n = newline ? static_cast<const char*>(newline) - start + 1 : have;
    if (newline && line.empty()) {
      self.begin += n;
      return Owned(TRY(bytes_new(t, start, n)));
    }
    line.append(start, static_cast<size_t>(n));
    self.begin += n;
    if (newline) break;
  }
  return Owned(TRY(bytes_new(t, line)));
}
Result<Owned> buffered_readline(Thread& t, Buffered& self, Value size) {
  TRY(check_ready(t, self));
  return read_line(t, self, TRY(io_size(t, size)));
}
Lookup<Owned> buffered_next(Thread& t, Value v) {
  Owned line;
  if (type_of(v) == &buffered_reader_type || type_of(v) == &buffered_random_type) {
    line = TRY(read_line(t, *v.as<Buffered>(), -1));
  } else {
    line = TRY(call_method(t, v, NAME("readline")));
    if (!is_instance(line, Bytes::type())) {
      return raise_format(t, &exc_OSError, "readline() should have returned a bytes object, not '%.200s'", type_of(line)->name);
    }
  }
  if (line.value().as<Bytes>()->size == 0) return Absent{};
  return line;
}

// --- writing ---

Result<Owned> buffered_write(Thread& t, Buffered& self, Value data) {
  TRY(check_ready(t, self));
  if (is_instance(data, Str::type())) return raise_type_error(t, "a bytes-like object is required, not '%.100s'", type_of(data)->name);
  if (!self.can_write) return raise_unsupported(t, "write");
  BytesLike view;
  TRY(view.acquire(t, data));
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  if (TRY(raw_closed(t, self))) return raise_value_error(t, "write to closed file");
  TRY(drop_read_ahead(t, self));
  ssize n = view.size();
  if (n > self.capacity - self.end && self.dirty) {
    auto flushed = flush_pending(t, self);
    if (!flushed.ok()) {
      if (!exception_matches(t, &exc_BlockingIOError)) return Raised{};
      ssize room = self.capacity - (self.end - self.begin);
      std::memmove(self.buffer, self.buffer + self.begin, static_cast<size_t>(self.end - self.begin));
      self.end -= self.begin;
      self.begin = 0;
      ssize part = std::min(room, n);
      std::memcpy(self.buffer + self.end, view.data(), static_cast<size_t>(part));
      self.end += part;
      if (part == n) {
        clear_exception(t);
        return io_int(t, n);
      }
      clear_exception(t);
      return raise_would_block(t, part);
    }
  }
  ssize done = 0;
  while (n - done > self.capacity) {
    ssize written = TRY(raw_write(t, self, view.data() + done, n - done));
    if (written == -2) {
      ssize part = std::min(self.capacity, n - done);
      std::memcpy(self.buffer, view.data() + done, static_cast<size_t>(part));
      self.begin = 0;
      self.end = part;
      self.dirty = true;
      return raise_would_block(t, done + part);
    }
    done += written;
    TRY(poll(t));
  }
  std::memcpy(self.buffer + self.end, view.data() + done, static_cast<size_t>(n - done));
  self.end += n - done;
  if (self.end > self.begin) self.dirty = true;
  return io_int(t, n);
}

Result<void> buffered_flush(Thread& t, Buffered& self) {
  TRY(check_ready(t, self));
  if (TRY(raw_closed(t, self))) return raise_value_error(t, "flush of closed file");
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  if (self.dirty) return flush_pending(t, self);
  if (self.can_read && self.can_write) return drop_read_ahead(t, self);
  return {};
}
Result<Owned> reader_flush(Thread& t, Buffered& self) {
  TRY(check_ready(t, self));
  Owned raw = self.raw.get();
  return call_method(t, raw, NAME("flush"));
}

// --- position ---

Result<Owned> buffered_tell(Thread& t, Buffered& self) {
  TRY(check_ready(t, self));
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  int64_t at = TRY(raw_tell(t, self));
  at += self.dirty ? self.end - self.begin : self.begin - self.end;
  return io_int(t, std::max<int64_t>(at, 0));
}
Result<Owned> buffered_seek(Thread& t, Buffered& self, Value target, int whence) {
  TRY(check_ready(t, self));
  if (whence < 0 || whence > 2) return raise_value_error(t, "whence value %d unsupported", whence);
  TRY(check_open(t, self, "seek of closed file"));
  Owned raw = self.raw.get();
  TRY(io_check_able(t, raw, "seekable", "File or stream is not seekable."));
  int64_t offset = TRY(io_offset(t, target));
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  if (!self.dirty && whence != 2 && self.end > 0) {  // inside what was read ahead?
    int64_t raw_at = TRY(raw_tell(t, self));
    int64_t here = raw_at - (self.end - self.begin);
    int64_t to = whence == 0 ? offset : here + offset;
    if (to >= raw_at - self.end && to <= raw_at && to >= 0) {
      self.begin += to - here;
      return io_int(t, to);
    }
  }
  if (self.dirty) {
    TRY(flush_pending(t, self));
  } else if (whence == 1) {
    offset -= self.end - self.begin;
  }
  int64_t at = TRY(raw_seek(t, self, offset, whence));
  self.begin = self.end = 0;
  return io_int(t, at);
}
Result<Owned> buffered_truncate(Thread& t, Buffered& self, Value size) {
  TRY(check_ready(t, self));
  if (!self.can_write) return raise_unsupported(t, "truncate");
  TRY(check_open(t, self, "truncate of closed file"));
  Ref<Buffered> keep = dup(self);
  Guard guard;
  TRY(guard.enter(t, self));
  if (self.dirty) TRY(flush_pending(t, self));
  else TRY(drop_read_ahead(t, self));
  Owned raw = self.raw.get();
  return call_method(t, raw, NAME("truncate"), size);
}

// --- the rest ---

Result<bool> buffered_closed(Thread& t, Buffered& self) {
  TRY(check_ready(t, self));
  return raw_closed(t, self);
}
Result<Owned> buffered_close(Thread& t, Buffered& self) {
  TRY(check_ready(t, self));
  if (TRY(raw_closed(t, self))) return owned_none();
  Ref<Buffered> keep = dup(self);
  auto flushed = call_method(t, Value(&self), NAME("flush"));
  Ref<Object> error = flushed.ok() ? nullptr : take_exception(t);
  if (flushed.ok()) Owned ignored = flushed.take();
  Owned raw = self.raw.get();
  auto closed = call_method(t, raw, NAME("close"));
  {
    Guard guard;
    if (guard.enter(t, self).ok()) self.begin = self.end = 0, self.dirty = false;
    else clear_exception(t);
  }
  if (!closed.ok()) {
    if (error) chain_exceptions(t, std::move(error));
    return Raised{};
  }
  if (error) {
    restore_exception(t, std::move(error));
    return Raised{};
  }
  return closed;
}
Result<Owned> buffered_detach(Thread& t, Buffered& self) {
  TRY(check_ready(t, self));
  Owned ignored = TRY(call_method(t, Value(&self), NAME("flush")));
  Owned raw = self.raw.exchange(&self, Owned());
  self.detached = true;
  self.ready = false;
  return raw;
}
Result<Owned> buffered_raw(Thread&, Buffered& self) { return self.raw.is_null() ? Result<Owned>(owned_none()) : Result<Owned>(self.raw.get()); }
Result<Owned> buffered_name(Thread& t, Buffered& self) {
  TRY(check_ready(t, self));
  Owned raw = self.raw.get();
  return get_attribute(t, raw, NAME("name"));
}
Result<Owned> buffered_mode(Thread& t, Buffered& self) {
  TRY(check_ready(t, self));
  Owned raw = self.raw.get();
  return get_attribute(t, raw, NAME("mode"));
}
Result<Owned> raw_predicate(Thread& t, Buffered& self, Value name) {
  TRY(check_ready(t, self));
  Owned raw = self.raw.get();
  return call_method(t, raw, name);
}
Result<Owned> buffered_seekable(Thread& t, Buffered& self) { return raw_predicate(t, self, NAME("seekable")); }
Result<Owned> buffered_readable(Thread& t, Buffered& self) { return raw_predicate(t, self, NAME("readable")); }
Result<Owned> buffered_writable(Thread& t, Buffered& self) { return raw_predicate(t, self, NAME("writable")); }
Result<Owned> buffered_fileno(Thread& t, Buffered& self) { return raw_predicate(t, self, NAME("fileno")); }
Result<Owned> buffered_isatty(Thread& t, Buffered& self) { return raw_predicate(t, self, NAME("isatty")); }
Result<void> buffered_dealloc_warn(Thread&, Buffered&, Value) { return {}; }
Result<Owned> buffered_getstate(Thread& t, Buffered& self) { return raise_type_error(t, "cannot pickle '%.100s' instances", self.Object::type()->name); }
Result<Owned> buffered_repr(Thread& t, Value v) {
  auto& self = *v.as<Buffered>();
  Owned name;
  if (self.ready) {
    Owned raw = self.raw.get();
    auto found = find_attribute(t, raw, NAME("name"));
    if (found.found()) name = found.take();
    else if (found.raised()) clear_exception(t);
  }
  if (!name) return Owned(TRY(str_from_format(t, "<%s>", self.Object::type()->name)));
  if (repr_enter(t, v)) return raise_runtime_error(t, "reentrant call inside %s.__repr__", self.Object::type()->name);
  auto text = str_from_format(t, "<%s name=%R>", self.Object::type()->name, name.value());
  repr_leave(t, v);
  return Owned(TRY(std::move(text)));
}
void buffered_finalize(Thread& t, Value v) {
  if (v.as<Buffered>()->ready) iobase_finalize(t, v);
}

#define TY_BUFFERED_COMMON                                                                                                       \
  method<&buffered_detach>("detach", "($self, /)", nullptr), method<&buffered_close>("close", "($self, /)", nullptr),            \
      method<&buffered_seekable>("seekable", "($self, /)", nullptr), method<&buffered_fileno>("fileno", "($self, /)", nullptr),  \
      method<&buffered_isatty>("isatty", "($self, /)", nullptr), method<&buffered_tell>("tell", "($self, /)", nullptr),          \
      method<&buffered_seek>("seek", "($self, target, whence=0, /)", nullptr),                                                   \
      method<&buffered_truncate>("truncate", "($self, pos=None, /)", nullptr),                                                   \
      method<&buffered_dealloc_warn>("_dealloc_warn", "($self, source, /)", nullptr),                                            \
      method<&buffered_getstate>("__getstate__", "($self, /)", nullptr)
#define TY_BUFFERED_READING                                                                                                          \
  method<&buffered_read>("read", "($self, size=-1, /)", nullptr), method<&buffered_peek>("peek", "($self, size=0, /)", nullptr),      \
      method<&buffered_read1>("read1", "($self, size=-1, /)", nullptr), method<&buffered_readinto>("readinto", "($self, buffer, /)", nullptr), \
      method<&buffered_readinto1>("readinto1", "($self, buffer, /)", nullptr), method<&buffered_readline>("readline", "($self, size=-1, /)", nullptr), \
      method<&buffered_readable>("readable", "($self, /)", nullptr)
#define TY_BUFFERED_WRITING \
  method<&buffered_write>("write", "($self, buffer, /)", nullptr), method<&buffered_writable>("writable", "($self, /)", nullptr)

constexpr MethodDef kReaderMethods[] = {TY_BUFFERED_COMMON, TY_BUFFERED_READING, method<&reader_flush>("flush", "($self, /)", nullptr), {}};
constexpr MethodDef kWriterMethods[] = {TY_BUFFERED_COMMON, TY_BUFFERED_WRITING, method<&buffered_flush>("flush", "($self, /)", nullptr), {}};
constexpr MethodDef kRandomMethods[] = {TY_BUFFERED_COMMON, TY_BUFFERED_READING, TY_BUFFERED_WRITING,
                                        method<&buffered_flush>("flush", "($self, /)", nullptr), {}};
constexpr GetSetDef kBufferedGetSet[] = {getter<&buffered_closed>("closed"), getter<&buffered_name>("name"), getter<&buffered_mode>("mode"),
                                         getter<&buffered_raw>("raw"), {}};
constexpr uint16_t kBufferedSlots[] = {offsetof(Buffered, raw)};
constexpr TypeLayout kBufferedLayout = {.slot_offsets = kBufferedSlots, .slot_count = 1,
                                        .flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType, .release = &buffered_release};
constexpr TypeOps kReaderOps = {.repr = &buffered_repr, .next = &buffered_next, .init = initializer<"BufferedReader", "(raw, buffer_size=8192)", &reader_init>,
                                .create = constructor<"BufferedReader", "(*args, **kwargs)", &buffered_new>, .finalize = &buffered_finalize};
constexpr TypeOps kWriterOps = {.repr = &buffered_repr, .init = initializer<"BufferedWriter", "(raw, buffer_size=8192)", &writer_init>,
                                .create = constructor<"BufferedWriter", "(*args, **kwargs)", &buffered_new>, .finalize = &buffered_finalize};
constexpr TypeOps kRandomOps = {.repr = &buffered_repr, .next = &buffered_next, .init = initializer<"BufferedRandom", "(raw, buffer_size=8192)", &random_init>,
                                .create = constructor<"BufferedRandom", "(*args, **kwargs)", &buffered_new>, .finalize = &buffered_finalize};
constexpr TypeDef kReaderDef = {.name = "_io.BufferedReader", .size = sizeof(Buffered), .base = &bufferediobase_type, .layout = kBufferedLayout,
    .ops = &kReaderOps, .methods = kReaderMethods, .getset = kBufferedGetSet, .doc = "Create a new buffered reader using the given readable raw IO object.",
    .text_signature = "(raw, buffer_size=8192)"};
constexpr TypeDef kWriterDef = {.name = "_io.BufferedWriter", .size = sizeof(Buffered), .base = &bufferediobase_type, .layout = kBufferedLayout,
    .ops = &kWriterOps, .methods = kWriterMethods, .getset = kBufferedGetSet, .doc = "A buffer for a writeable sequential RawIO object.",
    .text_signature = "(raw, buffer_size=8192)"};
constexpr TypeDef kRandomDef = {.name = "_io.BufferedRandom", .size = sizeof(Buffered), .base = &bufferediobase_type, .layout = kBufferedLayout,
    .ops = &kRandomOps, .methods = kRandomMethods, .getset = kBufferedGetSet, .doc = "A buffered interface to random access streams.",
    .text_signature = "(raw, buffer_size=8192)"};

// --- BufferedRWPair ---

struct RWPair : Object {
  Slot reader, writer;  // [atomic]
  static Type* type() { return &buffered_rwpair_type; }
};
Result<void> pair_init(Thread& t, RWPair& self, Value reader, Value writer, ssize size) {
  TRY(io_check_able(t, reader, "readable", "File or stream is not readable."));
  TRY(io_check_able(t, writer, "writable", "File or stream is not writable."));
  Owned r = TRY(call(t, Value(&buffered_reader_type), reader, Value::small_int_unchecked(size)));
  Owned w = TRY(call(t, Value(&buffered_writer_type), writer, Value::small_int_unchecked(size)));
  self.reader.store(&self, std::move(r));
  self.writer.store(&self, std::move(w));
  return {};
}
Result<Owned> forward(Thread& t, Slot& slot, Value name, Args args) {
  Owned target = slot.get();
  if (!target) return raise_value_error(t, "I/O operation on uninitialized object");
  return call_method(t, target, name, args.data, args.size);
}
#define TY_PAIR(side, name) \
  Result<Owned> pair_##name(Thread& t, RWPair& self, Args args) { return forward(t, self.side, NAME(#name), args); }
TY_PAIR(reader, read) TY_PAIR(reader, peek) TY_PAIR(reader, read1) TY_PAIR(reader, readinto) TY_PAIR(reader, readinto1)
TY_PAIR(reader, readable) TY_PAIR(writer, write) TY_PAIR(writer, flush) TY_PAIR(writer, writable)
#undef TY_PAIR
Result<Owned> pair_close(Thread& t, RWPair& self) {
  auto first = forward(t, self.writer, NAME("close"), {});
  Ref<Object> error = first.ok() ? nullptr : take_exception(t);
  if (first.ok()) Owned ignored = first.take();
  auto second = forward(t, self.reader, NAME("close"), {});
  if (!second.ok()) {
    if (error) chain_exceptions(t, std::move(error));
    return Raised{};
  }
  if (error) {
    restore_exception(t, std::move(error));
    return Raised{};
  }
  return second;
}
Result<Owned> pair_isatty(Thread& t, RWPair& self) {
  Owned writer = TRY(forward(t, self.writer, NAME("isatty"), {}));
  if (TRY(object_is_true(t, writer))) return writer;
  return forward(t, self.reader, NAME("isatty"), {});
}
Result<Owned> pair_closed(Thread& t, RWPair& self) {
  Owned writer = self.writer.get();
  if (!writer) return raise_runtime_error(t, "the BufferedRWPair object is being garbage-collected");
  return get_attribute(t, writer, NAME("closed"));
}
constexpr MethodDef kPairMethods[] = {
    method<&pair_read>("read", "($self, /, *args)", nullptr), method<&pair_peek>("peek", "($self, /, *args)", nullptr),
    method<&pair_read1>("read1", "($self, /, *args)", nullptr), method<&pair_readinto>("readinto", "($self, /, *args)", nullptr),
    method<&pair_readinto1>("readinto1", "($self, /, *args)", nullptr), method<&pair_write>("write", "($self, /, *args)", nullptr),
    method<&pair_flush>("flush", "($self, /, *args)", nullptr), method<&pair_readable>("readable", "($self, /, *args)", nullptr),
    method<&pair_writable>("writable", "($self, /, *args)", nullptr), method<&pair_close>("close", "($self, /)", nullptr),
    method<&pair_isatty>("isatty", "($self, /)", nullptr), {}};
constexpr GetSetDef kPairGetSet[] = {getter<&pair_closed>("closed"), {}};
constexpr uint16_t kPairSlots[] = {offsetof(RWPair, reader), offsetof(RWPair, writer)};
constexpr TypeOps kPairOps = {.init = initializer<"BufferedRWPair", "(reader, writer, buffer_size=8192, /)", &pair_init>,
                              .create = constructor<"BufferedRWPair", "(*args, **kwargs)", &buffered_new>};
constexpr TypeDef kPairDef = {.name = "_io.BufferedRWPair", .size = sizeof(RWPair), .base = &bufferediobase_type,
    .layout = {.slot_offsets = kPairSlots, .slot_count = 2, .flags = kCollectable | kHasAttributes | kHasFinalizer | kPromptType},
    .ops = &kPairOps, .methods = kPairMethods, .getset = kPairGetSet, .doc = "A buffered reader and writer object together."};

}  // namespace

Result<void> io_add_buffered(Thread& t, Module& m) {
  TRY(type_ready(t, &buffered_reader_type, kReaderDef));
  TRY(type_ready(t, &buffered_writer_type, kWriterDef));
  TRY(type_ready(t, &buffered_random_type, kRandomDef));
  TRY(type_ready(t, &buffered_rwpair_type, kPairDef));
  for (Type* type : {&buffered_reader_type, &buffered_writer_type, &buffered_random_type, &buffered_rwpair_type}) TRY(module_add_type(t, m, type));
  return {};
}

}  // namespace ty
