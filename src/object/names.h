// object/names.h: interned names known at compile time.
//
// NAME("append") is the interned, immortal Str of that text as a register-form Value; after start-up it is one load.
// Threads     constant once names_intern_all() has run.
#pragma once

#include "header/value.h"

namespace ty {

struct NameNode {
  const char* text;
  Value value;
  NameNode* next;
  static NameNode* first;
  explicit NameNode(const char* text) : text(text), next(first) { first = this; }
};

template <size_t n>
struct FixedString {
  char text[n];
  consteval FixedString(const char (&literal)[n]) {
    for (size_t i = 0; i < n; i++) text[i] = literal[i];
  }
};
template <FixedString s>
struct StaticName {
  static inline NameNode node{s.text};
};

/// Interns the text of every NAME(…) in the program. Called once, when `str` is ready.
void names_intern_all(struct Thread& t);

}  // namespace ty

#define NAME(literal) (::ty::StaticName<literal>::node.value)
