"""Writes the types of operators into the stubs (``.pyi``), from the operator table.

Only the lines between BEGIN and END of a stub are written. ``make_api.py`` calls this.
"""

import textwrap
from pathlib import Path

from micrograd_c import functional
from python_ref.core.ops import BINARY, NAMED, UNARY, UNARY_K

BEGIN = "# --- operators: written by python docs/make_api.py ---"
END = "# --- end of the operators ---"
PACKAGE = Path(functional.__file__).parent

# The overloads of a function, by the operator's kind: the types of the two parameters and of
# the result.
OVERLOADS = {
    UNARY: [("Value", None, "Value"), ("_Number", None, "float")],
    UNARY_K: [("Value", "_Number", "Value"), ("_Number", "_Number", "float")],
    BINARY: [
        ("Value", "_Operand", "Value"),
        ("_Number", "Value", "Value"),
        ("_Number", "_Number", "float"),
    ],
}


def methods():
    """Yield the lines of Value's methods, for engine.pyi."""
    for op in NAMED:
        yield f"def {op.name}(self{second(op, op.second, OVERLOADS[op.kind][0][1])}) -> Value: ..."


def functions():
    """Yield the lines of the functions and of their names in ``__all__``, for functional.pyi."""
    for op in NAMED:
        name = op.second if op.kind == UNARY_K else "y"
        for x, other, result in OVERLOADS[op.kind]:
            yield "@overload"
            yield f"def {op.name}(x: {x}{second(op, name, other)}) -> {result}: ..."
    names = ", ".join(f'"{op.name}"' for op in NAMED if op.name in functional.__all__)
    yield "__all__ += ["
    yield from textwrap.wrap(names + ",", 95, initial_indent="    ", subsequent_indent="    ")
    yield "]"


def second(op, name, kind):
    """Return the second parameter with its type, empty for an operator that has none."""
    if op.kind == UNARY:
        return ""
    return f", {name}: {kind}" + ("" if op.default is None else f" = {op.default}")


def between_marks(text, lines):
    """Return a stub's text with ``lines`` between its BEGIN and END, indented as BEGIN is."""
    before, after = text.split(BEGIN)
    indent = before.rpartition("\n")[2]
    kept = after.partition(f"{indent}{END}")[2]
    written = "".join(f"{indent}{line}\n" for line in lines)
    return f"{before}{BEGIN}\n{written}{indent}{END}{kept}"


LINES = {"engine.pyi": methods, "functional.pyi": functions}


def stubs():
    """Return the text that each stub with operators should have, by its path."""
    paths = {PACKAGE / name: lines for name, lines in LINES.items()}
    return {path: between_marks(path.read_text("utf-8"), lines()) for path, lines in paths.items()}


def write():
    """Write all that ``stubs`` returns."""
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")
