// syntax/source.h: source bytes to the UTF-8 text that the tokenizer reads.
//
// What        Finds BOM and coding cookie (PEP 263), decodes UTF-8, Latin-1 and ASCII here and the rest through the
//             caller's codec callback, translates newlines to \n, and adds the final newline of file input.
// Threads     any.
#pragma once

#include <string_view>

#include "syntax/parse.h"

namespace ty::syntax {

enum class FinalNewline : uint8_t { Keep, Add };

/// A source as the tokenizer wants it.
struct LoadedSource {
  std::string_view text;   // followed by a zero byte, in the arena
  bool valid_utf8 = true;  // false: names and strings must be checked one by one
};

/// False: `error` says why.
bool load_source(Arena& arena, std::string_view source, const ParseOptions& options,
                 FinalNewline final_newline, LoadedSource* loaded, SyntaxErrorInfo* error);

/// `text` with U+FFFD for what is not UTF-8, as decoding with "replace" gives it.
std::string_view replace_bad_utf8(Arena& arena, std::string_view text);

/// Whether `text` is UTF-8; if not, `message` (in the arena) is that of UnicodeDecodeError.
bool check_utf8(Arena& arena, std::string_view text, std::string_view* message);

/// A printf-style message in the arena.
[[gnu::format(printf, 2, 3)]] std::string_view format_text(Arena& arena, const char* format, ...);

/// How many code points begin in the first `bytes` bytes of `line`, counting the position past the end as one.
int32_t character_offset(std::string_view line, ssize bytes);

}  // namespace ty::syntax
