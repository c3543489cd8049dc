"""The operators and elementary functions as C text: what operators.h says.

``OPERATORS`` has a row of ``csrc/graph/ops.h`` for each operator. Its expressions are in terms of
x, y, out and g, and name elementary functions as ``MG_M(exp)``.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

HEADER = Path(__file__).with_name("operators.h")


class Operator(NamedTuple):
    """A row of the table, see ``csrc/graph/ops.h``: expressions in C."""

    kind: str  # "BINARY", "UNARY" or "UNARY_K"
    may_raise: bool
    fast: str  # true where the mg_fast_ functions may be used; "1" if there are none
    value: str
    dx: str
    dy: str


@lru_cache(None)
def header():
    """Return the definitions of operators.h, and its table."""
    text = HEADER.read_text(encoding="utf-8")
    start = text.index("#define MG_OPS(X)")
    return text[:start], text[start:]


@lru_cache(None)
def operators():
    """Return a dict: each operator's row by its name."""
    found = {}
    for name, kind, _, raises, fast, value, dx, dy in rows("MG_OPS"):
        kind = kind.replace("MG_", "", 1)
        found[name] = Operator(kind, raises == "1", fast, value, dx, dy)
    return found


@lru_cache(None)
def powers():
    """Return a dict: the row for ``**`` by the exponents that have one of their own."""
    row = operators()["pow_k"]
    return {
        float(k): row._replace(fast=fast, value=value, dx=dx)
        for k, fast, value, dx in rows("MG_FIXED_POWERS")
    }


def rows(table):
    """Yield the arguments of each row of a table."""
    start = header()[1].index(f"#define {table}(X)")
    for line in header()[1][start:].split("\n")[1:]:
        line = line.strip().rstrip("\\").strip()
        if not line.startswith("X("):
            break
        yield split(line[2:-1])


def split(text):
    """Return the arguments of a macro's call: parts between commas outside of parentheses."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [*parts, text[start:].strip()]


@lru_cache(None)
def definitions():
    """Return a list: (names, text, names that the text uses) of each definition, in order."""
    found, lines = [], []
    for line in re.sub(r"/\*.*?\*/", "", header()[0], flags=re.DOTALL).split("\n"):
        if not line.strip():
            continue
        lines.append(line)
        text = "\n".join(lines)
        if not is_whole(text):
            continue
        lines = []
        if text.startswith("#"):
            name = re.search(r"#define (\w+)", text)[1]
        elif text.startswith("typedef"):
            name = re.search(r"\} (\w+);$", text)[1]
        else:
            name = re.match(r"[\w\s*]*?\b(\w+)(?:\[\w*\])*\s*(?:\(|=)", text)[1]
        found.append((name, text, set(re.findall(r"[A-Za-z_]\w*", text)) - {name}))
    return found


def is_whole(text):
    """True if lines are a whole definition."""
    if text.startswith("#if"):
        return text.endswith("#endif")
    if text.startswith("#"):
        return not text.endswith("\\")
    return text.count("{") == text.count("}") and text[-1] in ";}"


def definitions_for(text):
    """Return the definitions that C text needs, in the order of operators.h."""
    places = {}
    for i, (name, _, _) in enumerate(definitions()):
        places.setdefault(name, i)
    new, chosen = set(re.findall(r"[A-Za-z_]\w*", text)), set()
    while new:
        found = {places[name] for name in new if name in places} - chosen
        chosen |= found
        new = set().union(*(definitions()[i][2] for i in found))
    return "\n\n".join(definitions()[i][1] for i in sorted(chosen))


def family(expression, name):
    """Return the expression with the elementary functions of a family, as "mg_jit_"."""
    text = re.sub(r"MG_M\((\w+)\)", rf"{name}\1", expression)
    return re.sub(r"MG_IN\((\w+)\)", r"mg_fast_range_\1", text)


def number(x):
    """Return a double as C text with the same bits, except those of a NaN."""
    if x != x:
        return "NAN"
    if x in (float("inf"), float("-inf")):
        return "INFINITY" if x > 0.0 else "(-INFINITY)"
    return repr(x) if x >= 0.0 and not str(x).startswith("-") else f"({x!r})"
