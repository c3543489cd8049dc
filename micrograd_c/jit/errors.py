"""TraceError: what it says of a function that cannot be traced, and what to write instead."""

import os
import re
import sys

from python_ref.core import arrays
from python_ref.core.hints import FORMULAS
from python_ref.core.ops import NAMED


class TraceError(TypeError):
    """The function does what cannot be traced."""


BRANCHING = (
    "what happens must be the same for every row: use where(cond_value, a, b), "
    "maximum or relu instead of branching"
)
ITSELF = "it is another number in each row: compute with the Value itself"
INDEXING = (
    "what happens must be the same for every row: choose among the items with "
    "where(cond_value, a, b), or look the item up before and give it as a column of its own"
)
ONE_EXAMPLE = (
    "a jitted function takes one example, not the batch: an argument of shape (n,) is a single "
    "Value there, one of shape (n, k) a list of k Values, and jit applies the function to every row"
)
NO_OPERATOR = (
    "their operators are + - * / **; anything else has to be computed before, with NumPy, "
    "and passed as an argument of its own"
)


def unknown(what, instead=BRANCHING):
    return TraceError(
        f"{users_line()}: a Value depends on an argument of the jitted function, and {what}; "
        f"{instead}"
    )


def equality():
    return unknown(
        "it was compared by == or !=",
        "Values are equal to themselves alone, in eager programs too, and their data cannot be "
        "looked at here: choose with where(x > 0.5, a, b), and don't branch",
    )


def made_a_number():
    """The error for float(), int(), round(), a format or a function of math, of any Value."""
    return TraceError(
        f"{users_line()}: a Value was made a number in a jitted function, which would be the same "
        f"number in every run and pass on no gradient; {instead_of_a_number()}"
    )


METHODS = {op.name: f"v.{op.name}()" for op in NAMED}
METHODS.update((name, f"v.{method}()") for name, method in arrays.METHODS.items())
METHODS.update(FORMULAS)
METHODS.update(
    fabs="abs(v)", absolute="abs(v)", pow="a ** b", atan2="v.atan2(w)", arctan2="v.atan2(w)",
    maximum="v.maximum(w)", minimum="v.minimum(w)",
)  # fmt: skip
CALL = re.compile(r"\b(?:(?:math|cmath|np|numpy)\.)?(\w+)\s*\(")


def instead_of_a_number(place=None):
    """What to write instead, named exactly if the user's line shows the function."""
    import linecache  # which takes long to import, and few programs come here

    file, line = place or users_place()
    for call in CALL.finditer(linecache.getline(file, line)):
        before = call.string[: call.start()]
        if call[1] in METHODS and not before.endswith("."):
            return f"write {METHODS[call[1]]} instead of {call[0].rstrip('( ')}(...)"
    return (
        "compute with the Value itself, by its operators and methods, such as v.exp() instead of "
        "math.exp(v); where(cond_value, a, b), maximum and relu instead of branching"
    )


def own_operator(place):
    return TraceError(
        f"{place}: an operator with a _backward of its own cannot be traced; "
        "build it of Value's operators"
    )


def gradients_inside(what="backward()"):
    return TraceError(
        f"{users_line()}: {what} was called inside of a jitted function, which is called once, "
        "when it is traced: what it computes of the gradients would be the same number in every run"
    )


def without_gradient():
    return TraceError(
        f"{users_line()}: no_grad() cannot be traced: use detach() on the Values "
        "through which no gradient should flow"
    )


def of_another_trace(function):
    return TraceError(
        f"{line_of(function)}: the function uses a Value that depends on an argument of another "
        "trace: one kept from an earlier call, or of another jitted function"
    )


# --- errors that Python itself raises -------------------------------------------

TRACED = re.compile(r"'(?:TracedValue|Comparison)'")
A_VALUE = re.compile(r"\bTracedValue\b|(?<=')Comparison(?=')")
AS_A_BATCH = re.compile(
    r"not iterable|has no len\(\)|not subscriptable|must support iteration|"
    r"list indices must be integers or slices, not tuple"
)
NO_ATTRIBUTE = re.compile(r"'(TracedValue|Comparison|Vector)' object has no attribute '(\w+)'")
OF_ARRAYS = {
    "shape", "ndim", "size", "dtype", "T", "mean", "sum", "std", "var", "dot", "reshape", "ravel",
    "flatten", "tolist", "astype", "argmax", "any", "all", "cumsum", "transpose", "min", "max",
}  # fmt: skip


def explained(error, widths):
    """A TraceError in place of an error of a traced function; None where that is clear enough.

    ``widths``: the numbers of columns of its arguments, None for a single Value.
    """
    place, text = place_of(error), str(error)
    if isinstance(error, TraceError) or place is None:
        return None
    if isinstance(error, ValueError):  # NumPy's, in place of what an element raised
        return error.__cause__ if isinstance(error.__cause__, TraceError) else None
    hint, missing = None, NO_ATTRIBUTE.search(text)
    if isinstance(error, AttributeError) and missing:
        if missing[1] == "Vector" and missing[2] not in OF_ARRAYS:
            hint = of_one_column(widths) or (
                "a row of an argument of shape (n, k) is a list of k Values: take its elements"
            )
        elif missing[2] in OF_ARRAYS:
            hint = ONE_EXAMPLE
    elif isinstance(error, TypeError) and AS_A_BATCH.search(text):
        is_rows = "iteration" in text or ("tuple" in text and any(widths))
        hint = ONE_EXAMPLE if TRACED.search(text) or is_rows else None
    elif isinstance(error, TypeError) and "unsupported operand" in text and TRACED.search(text):
        hint = NO_OPERATOR
    elif isinstance(error, TypeError) and "'Vector'" in text:
        hint = of_one_column(widths)
    elif isinstance(error, TypeError) and "TracedValue" in text:  # a ufunc, a % of a str
        hint = instead_of_a_number(place)
    elif isinstance(error, IndexError) and text.startswith("only integers"):
        hint = INDEXING
    return hint and TraceError(f"{place[0]}:{place[1]}: {A_VALUE.sub('Value', text)}; {hint}")


def of_one_column(widths):
    """The hint for an argument of shape (n, 1)."""
    for i, width in enumerate(widths):
        if width == 1:
            return (
                f"argument {i} has the shape (n, 1), so that its row is a list of one Value: "
                "give it as shape (n,), such as y[:, 0]"
            )
    return None


# --- places ------------------------------------------------------------------------


def line_of(function):
    """Where a function begins, as 'file:line'."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


def users_line():
    """Where the user's code is, as 'file:line'."""
    return "{}:{}".format(*users_place())


def users_place():
    """Where the user's code is: file and line."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_passed_through(frame):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def place_of(error):
    """The file and line of the user's code that raised it; None if it was no user's code."""
    place, traceback = None, error.__traceback__
    while traceback is not None:
        if not is_passed_through(traceback.tb_frame):
            place = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return place


STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep


def is_passed_through(frame):
    """Whether the code is ours, NumPy's or the standard library's."""
    file = frame.f_code.co_filename
    is_standard = file.startswith(STANDARD_LIBRARY) and "site-packages" not in file
    return is_standard or is_ours(frame) or package_of(frame) == "numpy"


def is_ours(frame):
    return package_of(frame) in ("micrograd_c", "python_ref")


def package_of(frame):
    return frame.f_globals.get("__name__", "").split(".")[0]
