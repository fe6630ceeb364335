// syntax/ast_dump.cpp: ast.dump() and repr() of constants.
#include "syntax/ast_dump.h"

#include <cmath>
#include <cstdio>

#include "base/big_integer.h"
#include "base/float_text.h"
#include "base/unicode.h"
#include "base/utf.h"

namespace ty::ast {

namespace {

void append_float(std::string& out, double value) {
  char buffer[float_text::kReprSize];
  out.append(buffer, float_text::repr(value, buffer));
}

void append_bytes_repr(std::string& out, std::string_view text) {
  char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
  out += 'b';
  out += quote;
  for (char c : text) {
    switch (c) {
      case '\t': out += "\\t"; continue;
      case '\n': out += "\\n"; continue;
      case '\r': out += "\\r"; continue;
      default: break;
    }
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (uint8_t(c) < 0x20 || uint8_t(c) >= 0x7f) {
      char hex[8];
      snprintf(hex, sizeof(hex), "\\x%02x", unsigned(uint8_t(c)));
      out += hex;
    } else {
      out += c;
    }
  }
  out += quote;
}

void append_big_integer(std::string& out, const ConstantValue& value) {
  if (value.base == 10) {
    out += value.view();
    return;
  }
  big::Integer number;
  bool parsed = big::from_text(number, value.text, value.size, value.base);
  TextBuffer text;
  bool written = parsed && big::to_text(text, number, 10);
  out += written ? text.view() : "?";
}

}  // namespace

void append_str_repr(std::string& out, std::string_view text) {
  char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
  out += quote;
  auto* p = reinterpret_cast<const uint8_t*>(text.data());
  auto* end = p + text.size();
  while (p < end) {
    char32_t c = utf::next_utf8(p);
    switch (c) {
      case '\t': out += "\\t"; continue;
      case '\n': out += "\\n"; continue;
      case '\r': out += "\\r"; continue;
      default: break;
    }
    if (c == char32_t(quote) || c == '\\') {
      out += '\\';
      out += char(c);
    } else if (unicode::is_printable(c)) {
      char utf8[4];
      out.append(utf8, utf::encode_one(c, utf8));
    } else {
      char hex[16];
      snprintf(hex, sizeof(hex), c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", unsigned(c));
      out += hex;
    }
  }
  out += quote;
}

void append_constant_repr(std::string& out, const ConstantValue& value) {
  switch (value.kind) {
    case ConstantKind::None: out += "None"; return;
    case ConstantKind::True: out += "True"; return;
    case ConstantKind::False: out += "False"; return;
    case ConstantKind::Ellipsis: out += "Ellipsis"; return;
    case ConstantKind::Int: out += std::to_string(value.int_value); return;
    case ConstantKind::BigInt: append_big_integer(out, value); return;
    case ConstantKind::Float: append_float(out, value.double_value); return;
    case ConstantKind::Complex: {
      std::string text;
      append_float(text, value.double_value);
      if (text.ends_with(".0")) text.resize(text.size() - 2);
      out += text;
      out += 'j';
      return;
    }
    case ConstantKind::Str: append_str_repr(out, value.view()); return;
    case ConstantKind::Bytes: append_bytes_repr(out, value.view()); return;
    case ConstantKind::Object: out += "<object>"; return;
  }
}

namespace {

struct Dumper {
  std::string out;
  DumpAttributes attributes;

  void field(const FieldInfo& info, const char* place) {
    switch (info.kind) {
      case FieldKind::Identifier: case FieldKind::String: {
        auto* name = *reinterpret_cast<const Identifier* const*>(place);
        if (name) {
          append_str_repr(out, name->view());
        } else {
          out += "None";
        }
        return;
      }
      case FieldKind::Int: out += std::to_string(*reinterpret_cast<const int32_t*>(place)); return;
      case FieldKind::Constant:
        append_constant_repr(out, *reinterpret_cast<const ConstantValue*>(place));
        return;
      case FieldKind::Enum:
        out += info.enum_names[*reinterpret_cast<const uint8_t*>(place)];
        out += "()";
        return;
      case FieldKind::Node: node(*reinterpret_cast<const Node* const*>(place)); return;
    }
  }

  void sequence(const FieldInfo& info, const char* place) {
    auto& span = *reinterpret_cast<const Span<const char>*>(place);
    ssize item_size = info.kind == FieldKind::Enum ? 1 : ssize(sizeof(void*));
    out += '[';
    for (ssize i = 0; i < span.size; i++) {
      if (i) out += ", ";
      field(info, span.items + i * item_size);
    }
    out += ']';
  }

  void node(const Node* node) {
    if (!node) {
      out += "None";
      return;
    }
    const NodeInfo& info = node_info(node->node_kind);
    out += info.name;
    out += '(';
    bool first = true;
    auto label = [&](const char* name) {
      if (!first) out += ", ";
      first = false;
      out += name;
      out += '=';
    };
    for (int i = 0; i < info.field_count; i++) {
      const FieldInfo& f = info.fields[i];
      const char* place = reinterpret_cast<const char*>(node) + f.offset;
      if (f.quantity >= Quantity::Sequence) {
        label(f.name);
        sequence(f, place);
        continue;
      }
      if (f.quantity == Quantity::Optional && f.kind != FieldKind::Int &&
          !*reinterpret_cast<const void* const*>(place)) {
        continue;
      }
      label(f.name);
      field(f, place);
    }
    if (attributes == DumpAttributes::Include && info.has_attributes) {
      const Location& loc = static_cast<const LocatedNode*>(node)->loc;
      label("lineno");
      out += std::to_string(loc.lineno);
      label("col_offset");
      out += std::to_string(loc.col_offset);
      label("end_lineno");
      out += std::to_string(loc.end_lineno);
      label("end_col_offset");
      out += std::to_string(loc.end_col_offset);
    }
    out += ')';
  }
};

}  // namespace

std::string dump(const Node* node, DumpAttributes attributes) {
  Dumper dumper{{}, attributes};
  dumper.node(node);
  return std::move(dumper.out);
}

}  // namespace ty::ast
