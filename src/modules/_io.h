// modules/_io.h: what the files of the _io module share.
//
// _IOBase and its kin have attribute dicts and a finalizer that closes; FileIO reads and writes a descriptor; the buffered types hold a Mutex of their own
// (critical sections are suspended while a read blocks); TextIOWrapper works under its critical section.
// See         CPython Modules/_io/, Lib/_pyio.py
#pragma once

#include "types/bytes.h"
#include "types/module.h"
#include "types/str.h"

namespace ty {

extern Type iobase_type, rawiobase_type, bufferediobase_type, textiobase_type, fileio_type, bytesio_type, stringio_type, buffered_reader_type,
    buffered_writer_type, buffered_random_type, buffered_rwpair_type, textiowrapper_type, newline_decoder_type;

inline constexpr ssize kIoBufferSize = 8192;

/// io.UnsupportedOperation(message).
[[gnu::cold]] Raised raise_unsupported(Thread& t, const char* message);
/// file.closed as a bool.
Result<bool> io_is_closed(Thread& t, Value file);
Result<void> io_check_closed(Thread& t, Value file, const char* message = "I/O operation on closed file.");
/// Calls a predicate method (readable, writable, seekable) and raises UnsupportedOperation when it is false.
Result<void> io_check_able(Thread& t, Value file, const char* method, const char* message);
/// A file offset argument.
Result<int64_t> io_offset(Thread& t, Value v);
/// The optional size argument of read(): None or negative is -1.
Result<ssize> io_size(Thread& t, Value v);
Result<Owned> io_int(Thread& t, int64_t n);
/// True when the pending exception is OSError with EINTR: clears it after running signal handlers.
bool io_trap_eintr(Thread& t);
/// Finalizer of all of them: close() if not closed yet, errors unraisable.
void iobase_finalize(Thread& t, Value self);

/// Raw reads and writes of a FileIO by native code: detached, EINTR retried. -2: EAGAIN.
Result<ssize> fileio_read_into(Thread& t, Value fileio, char* data, ssize size);
Result<ssize> fileio_write_from(Thread& t, Value fileio, const char* data, ssize size);

Result<void> io_add_base(Thread& t, Module& m);
Result<void> io_add_file(Thread& t, Module& m);
Result<void> io_add_buffered(Thread& t, Module& m);
Result<void> io_add_text(Thread& t, Module& m);
Result<void> io_add_memory(Thread& t, Module& m);

/// Decoder with universal newlines over `decoder` (or None).
Result<Owned> newline_decoder_new(Thread& t, Value decoder, bool translate);
/// decoder.decode(input, final) without a Python call; `input` a str or bytes.
Result<Owned> newline_decoder_decode(Thread& t, Value self, Value input, bool final);

}  // namespace ty
