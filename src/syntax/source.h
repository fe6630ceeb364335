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

/// The text, followed by a zero byte, in the arena. False: `error` says why.
bool load_source(Arena& arena, std::string_view source, const ParseOptions& options,
                 FinalNewline final_newline, std::string_view* text, SyntaxErrorInfo* error);

/// A printf-style message in the arena.
[[gnu::format(printf, 2, 3)]] std::string_view format_text(Arena& arena, const char* format, ...);

/// How many code points begin in the first `bytes` bytes of `line`, counting the position past the end as one.
int32_t character_offset(std::string_view line, ssize bytes);

}  // namespace ty::syntax
