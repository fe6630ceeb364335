#!/usr/bin/env python3
"""Makes the AST node structs and field tables from src/syntax/ast.asdl.

usage: gen_ast.py ast.asdl OUT_DIR      writes OUT_DIR/ast_nodes.h and OUT_DIR/ast_info.inc
"""
import os
import re
import sys

# Categories whose constructors carry nothing: C++ enum names.
ENUM_NAMES = {"expr_context": "ExprContext", "boolop": "BoolOperator", "operator": "Operator",
              "unaryop": "UnaryOperator", "cmpop": "CmpOperator"}
# Struct names that differ from the constructor's, because a category has the name already.
STRUCT_NAMES = {"Expr": "ExprStmt"}
BUILTINS = {"identifier": "const Identifier*", "string": "const Identifier*", "int": "int32_t",
            "constant": "ConstantValue"}


def camel(name):
    special = {"excepthandler": "ExceptHandler", "withitem": "WithItem"}
    return special.get(name) or "".join(part.capitalize() for part in name.split("_"))


class Field:
    def __init__(self, type_name, quantity, name):
        self.type, self.quantity, self.name = type_name, quantity, name


class Constructor:
    def __init__(self, name, fields):
        self.name, self.fields = name, fields


class Category:
    def __init__(self, name, constructors, attributes, product):
        self.name, self.constructors = name, constructors
        self.attributes, self.product = attributes, product
        self.is_enum = not product and all(not c.fields for c in constructors)


def parse(text):
    text = re.sub(r"--[^\n]*", "", text)
    tokens = re.findall(r"[A-Za-z_]+|[=|(),?*{}]", text)
    pos = 0

    def take(expected=None):
        nonlocal pos
        token = tokens[pos]
        assert expected is None or token == expected, (token, expected, pos)
        pos += 1
        return token

    def fields():
        out = []
        take("(")
        while tokens[pos] != ")":
            type_name, quantity = take(), ""
            while tokens[pos] in "?*":
                quantity += take()
            out.append(Field(type_name, quantity, take()))
            if tokens[pos] == ",":
                take()
        take(")")
        return out

    categories = []
    take("module"), take(), take("{")
    while tokens[pos] != "}":
        name = take()
        take("=")
        product = tokens[pos] == "("
        constructors = []
        if product:
            constructors.append(Constructor(name, fields()))
        else:
            while True:
                constructor = take()
                constructors.append(Constructor(constructor, fields() if tokens[pos] == "(" else []))
                if tokens[pos] != "|":
                    break
                take()
        attributes = False
        if tokens[pos] == "attributes":
            take()
            fields()
            attributes = True
        categories.append(Category(name, constructors, attributes, product))
    return categories


def struct_name(category, constructor):
    if category.product:
        return camel(category.name)
    return STRUCT_NAMES.get(constructor.name, constructor.name)


def has_base(category):
    """Categories with several struct constructors get a base struct and a kind enum."""
    return not category.product and len(category.constructors) > 1


def category_type(category):
    return camel(category.name)


def main():
    source, out_dir = sys.argv[1:3]
    with open(source, encoding="utf-8") as file:
        categories = parse(file.read())
    by_name = {c.name: c for c in categories}
    nodes = [(c, k) for c in categories if not c.is_enum for k in c.constructors]

    def base_type(field):
        if field.type in BUILTINS:
            return BUILTINS[field.type]
        category = by_name[field.type]
        return ENUM_NAMES[category.name] if category.is_enum else category_type(category) + "*"

    h = ["// Made by tools/gen_ast.py from src/syntax/ast.asdl. Do not edit.", "#pragma once", "",
         "namespace ty::ast {", "", "enum class NodeKind : uint8_t {"]
    h += [f"  {struct_name(c, k)}," for c, k in nodes]
    h += ["};", f"inline constexpr int kNodeKindCount = {len(nodes)};", ""]
    for c in categories:
        if c.is_enum:
            names = ", ".join(k.name for k in c.constructors)
            h.append(f"enum class {ENUM_NAMES[c.name]} : uint8_t {{ {names} }};")
    h.append("")
    for c in categories:
        if has_base(c) and not c.is_enum:
            h.append(f"enum class {category_type(c)}Kind : uint8_t {{")
            h += [f"  {k.name} = uint8_t(NodeKind::{struct_name(c, k)})," for k in c.constructors]
            h.append("};")
    h.append("")
    for c in categories:
        if c.is_enum:
            continue
        if has_base(c):
            name = category_type(c)
            h += [f"struct {name} : {'LocatedNode' if c.attributes else 'Node'} {{",
                  f"  {name}Kind kind() const {{ return {name}Kind(node_kind); }}", "};"]
        else:
            h.append(f"struct {struct_name(c, c.constructors[0])};")
    h.append("")
    for c, k in nodes:
        name = struct_name(c, k)
        base = category_type(c) if has_base(c) else ("LocatedNode" if c.attributes else "Node")
        h += [f"struct {name} : {base} {{",
              f"  static constexpr NodeKind kKind = NodeKind::{name};"]
        for f in k.fields:
            type_name = base_type(f)
            if "*" in f.quantity:
                type_name = f"Span<{type_name}>"
            h.append(f"  {type_name} {f.name}{{}};" + ("  // may be null" if f.quantity == "?" else
                     "  // items may be null" if f.quantity == "?*" else ""))
        h += [f"  {name}() {{ node_kind = kKind; }}", "};"]
    h += ["", "}  // namespace ty::ast", ""]

    t = ["// Made by tools/gen_ast.py from src/syntax/ast.asdl. Do not edit.", ""]
    for c in categories:
        if c.is_enum:
            names = ", ".join(f'"{k.name}"' for k in c.constructors)
            t.append(f"constexpr const char* k{ENUM_NAMES[c.name]}Names[] = {{{names}}};")
    t.append("")
    kinds = {"identifier": "Identifier", "string": "String", "int": "Int", "constant": "Constant"}
    quantities = {"": "One", "?": "Optional", "*": "Sequence", "?*": "SequenceOfOptional"}
    for c, k in nodes:
        if not k.fields:
            continue
        t.append(f"constexpr FieldInfo k{struct_name(c, k)}Fields[] = {{")
        for f in k.fields:
            kind, enum_names = kinds.get(f.type), "nullptr"
            if kind is None:
                category = by_name[f.type]
                kind = "Enum" if category.is_enum else "Node"
                if category.is_enum:
                    enum_names = f"k{ENUM_NAMES[category.name]}Names"
            t.append(f'  {{"{f.name}", "{f.type}", FieldKind::{kind}, Quantity::{quantities[f.quantity]},'
                     f" offsetof({struct_name(c, k)}, {f.name}), {enum_names}}},")
        t.append("};")
    t.append("constexpr NodeInfo kNodeInfo[] = {")
    for c, k in nodes:
        fields = f"k{struct_name(c, k)}Fields" if k.fields else "nullptr"
        t.append(f'  {{"{k.name}", "{c.name}", {fields}, {len(k.fields)}, '
                 f'{"true" if c.attributes else "false"}, sizeof({struct_name(c, k)})}},')
    t += ["};", ""]
    t.append("constexpr CategoryInfo kCategoryInfo[] = {")
    index = 0
    for c in categories:
        count = len(c.constructors)
        first = "-1" if c.is_enum else str(index)
        names = f"k{ENUM_NAMES[c.name]}Names" if c.is_enum else "nullptr"
        t.append(f'  {{"{c.name}", {first}, {count}, {"true" if c.product else "false"}, '
                 f'{"true" if c.attributes else "false"}, {names}}},')
        if not c.is_enum:
            index += count
    t += ["};", ""]
    os.makedirs(out_dir, exist_ok=True)
    for name, lines in (("ast_nodes.h", h), ("ast_info.inc", t)):
        path = os.path.join(out_dir, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))


main()
