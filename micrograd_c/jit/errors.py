"""TraceError: messages that say why a function cannot be traced, and what to write instead.

Most functions here return an error for the caller to raise.
"""

import re

from micrograd_c.jit.user_code import definition_line, place_of_error, user_line, user_place
from python_ref.core import arrays
from python_ref.core.hints import FORMULAS
from python_ref.core.ops import NAMED


class TraceError(TypeError):
    """A jitted function does something that cannot be traced, such as branching on data."""


# Hints: what to write instead.

DO_NOT_BRANCH = (
    "what happens must be the same for every row: use where(cond_value, a, b), "
    "maximum or relu instead of branching"
)
USE_THE_VALUE = "it is another number in each row: compute with the Value itself"
DO_NOT_INDEX = (
    "what happens must be the same for every row: choose among the items with "
    "where(cond_value, a, b) or, by an argument of whole numbers, with take(items, index)"
)
ONE_EXAMPLE = (
    "a jitted function takes one example, not the batch: an argument of shape (n,) is a single "
    "Value there, one of shape (n, k) a list of k Values, and jit applies the function to every row"
)
COMPUTE_BEFORE = (
    "their operators are + - * / **; anything else has to be computed before, with NumPy, "
    "and passed as an argument of its own"
)


def unknown_data_error(what, instead=DO_NOT_BRANCH):
    """``what``: the operation that asked for the data of a traced Value."""
    return TraceError(
        f"{user_line()}: a Value depends on an argument of the jitted function, and {what}; "
        f"{instead}"
    )


def index_error(what):
    """``what``: what the index of ``take`` is, which is no column of an argument."""
    return TraceError(
        f"{user_line()}: the index of take is {what}: it must be an argument of the jitted "
        "function, or a column of one, whose rows are checked before they run; compute the index "
        "before the call, with NumPy, and pass it as an argument of its own"
    )


def equality_error():
    return unknown_data_error(
        "it was compared by == or !=",
        "a Value equals only itself, in eager programs too, and its data is unknown here: "
        "choose with where(x > 0.5, a, b), and don't branch",
    )


def conversion_error():
    """The error for float(), int(), round(), a format or a function of math, of any Value."""
    return TraceError(
        f"{user_line()}: a Value was made a number in a jitted function: the number would be the "
        f"same in every run and pass on no gradient; {instead_of_conversion()}"
    )


METHODS = {op.name: f"v.{op.name}()" for op in NAMED}
METHODS.update((name, f"v.{method}()") for name, method in arrays.METHODS.items())
METHODS.update(FORMULAS)
METHODS.update(
    fabs="abs(v)", absolute="abs(v)", pow="a ** b", atan2="v.atan2(w)", arctan2="v.atan2(w)",
    maximum="v.maximum(w)", minimum="v.minimum(w)",
)  # fmt: skip
CALL = re.compile(r"\b(?:(?:math|cmath|np|numpy)\.)?(\w+)\s*\(")


def instead_of_conversion(place=None):
    """Return what to write instead of a conversion to a number.

    If the user's line calls a known function, the text names it and its counterpart.
    """
    import linecache  # here, because its import is slow and few programs need it

    file, line = place or user_place()
    for call in CALL.finditer(linecache.getline(file, line)):
        before = call.string[: call.start()]
        if call[1] in METHODS and not before.endswith("."):
            return f"write {METHODS[call[1]]} instead of {call[0].rstrip('( ')}(...)"
    return (
        "compute with the Value itself, by its operators and methods, such as v.exp() instead of "
        "math.exp(v); where(cond_value, a, b), maximum and relu instead of branching"
    )


def custom_operator_error(place):
    return TraceError(
        f"{place}: an operator with a _backward of its own cannot be traced; "
        "build it from Value's operators"
    )


def inner_backward_error(what="backward()"):
    """``what``: the call that was made within a jitted function."""
    return TraceError(
        f"{user_line()}: {what} was called inside of a jitted function, which is called once, "
        "when it is traced: gradients computed there would be the same numbers in every run"
    )


def no_grad_error():
    return TraceError(
        f"{user_line()}: no_grad() cannot be traced: use detach() on the Values "
        "through which no gradient should flow"
    )


def detect_anomaly_error():
    return TraceError(
        f"{user_line()}: detect_anomaly() cannot be traced: write it around the call of the "
        "jitted function, whose results it then checks"
    )


def other_trace_error(function):
    return TraceError(
        f"{definition_line(function)}: the function uses a Value that depends on an argument of "
        "another trace: one kept from an earlier call, or one of another jitted function"
    )


# --- errors that Python itself raises -------------------------------------------

TRACED = re.compile(r"'(?:TracedValue|Comparison)'")
CLASS_NAME = re.compile(r"\bTracedValue\b|(?<=')Comparison(?=')")
USED_AS_A_BATCH = re.compile(
    r"not iterable|has no len\(\)|not subscriptable|must support iteration|"
    r"list indices must be integers or slices, not tuple"
)
MISSING_ATTRIBUTE = re.compile(r"'(TracedValue|Comparison|Vector)' object has no attribute '(\w+)'")
ARRAY_ATTRIBUTES = {
    "shape", "ndim", "size", "dtype", "T", "mean", "sum", "std", "var", "dot", "reshape", "ravel",
    "flatten", "tolist", "astype", "argmax", "any", "all", "cumsum", "transpose", "min", "max",
}  # fmt: skip


def as_trace_error(error, widths):
    """Return a TraceError that explains an error raised in a traced function.

    Returns None where the error itself is clear enough. ``widths``: for each argument of the
    function, its number of columns, or None for a single Value.
    """
    place, text = place_of_error(error), str(error)
    if isinstance(error, TraceError) or place is None:
        return None
    if isinstance(error, ValueError):  # NumPy raised it in place of an element's error
        return error.__cause__ if isinstance(error.__cause__, TraceError) else None
    hint, missing = None, MISSING_ATTRIBUTE.search(text)
    if isinstance(error, AttributeError) and missing:
        if missing[1] == "Vector" and missing[2] not in ARRAY_ATTRIBUTES:
            hint = one_column_hint(widths) or (
                "a row of an argument of shape (n, k) is a list of k Values: take its elements"
            )
        elif missing[2] in ARRAY_ATTRIBUTES:
            hint = ONE_EXAMPLE
    elif isinstance(error, TypeError) and USED_AS_A_BATCH.search(text):
        is_rows = "iteration" in text or ("tuple" in text and any(widths))
        hint = ONE_EXAMPLE if TRACED.search(text) or is_rows else None
    elif isinstance(error, TypeError) and "unsupported operand" in text and TRACED.search(text):
        hint = COMPUTE_BEFORE
    elif isinstance(error, TypeError) and "'Vector'" in text:
        hint = one_column_hint(widths)
    elif isinstance(error, TypeError) and "TracedValue" in text:  # from a ufunc, or "%d" % x
        hint = instead_of_conversion(place)
    elif isinstance(error, IndexError) and text.startswith("only integers"):
        hint = DO_NOT_INDEX
    return hint and TraceError(f"{place[0]}:{place[1]}: {CLASS_NAME.sub('Value', text)}; {hint}")


def one_column_hint(widths):
    """Return the hint for the first argument of shape (n, 1); None if there is none."""
    for i, width in enumerate(widths):
        if width == 1:
            return (
                f"argument {i} has the shape (n, 1), so that its row is a list of one Value: "
                "give it as shape (n,), such as y[:, 0]"
            )
    return None


def several_outputs_error(method, program):
    hint = one_column_hint(program.widths)
    return TypeError(
        f"{method} needs a function that returns a single Value, not a list or tuple"
        + (f"; {hint}" if hint else "")
    )
