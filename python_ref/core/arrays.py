"""A Value among NumPy's arrays, scalars and functions.

Operators between a Value and an array go element by element. NumPy's own functions call
``array_function``, which is Value's ``__array_ufunc__``. So do the operators of NumPy's
scalars and arrays when a Value stands on the right.
"""

import sys

from python_ref.core.hints import FORMULAS
from python_ref.core.numbers import describe, is_value, to_float

# NumPy's function for each operator, and Value's reflected method for it.
REFLECTED = {
    "add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "divide": "__rtruediv__",
    "power": "__rpow__", "less": "__gt__", "less_equal": "__ge__", "greater": "__lt__",
    "greater_equal": "__le__", "true_divide": "__rtruediv__", "floor_divide": "__rfloordiv__",
    "remainder": "__rmod__", "divmod": "__rdivmod__",
}  # fmt: skip
# For these NumPy calls the operator of each element.
BY_ELEMENT = {*REFLECTED, "equal", "not_equal", "negative", "positive", "absolute", "square",
              "reciprocal", "matmul", "float_power", "fabs"}  # fmt: skip
# NumPy's functions, and the methods of Value that compute them.
METHODS = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "sin": "sin",
    "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "absolute": "abs", "fabs": "abs",
    "exp2": "exp2", "log2": "log2", "log10": "log10", "floor": "floor", "ceil": "ceil",
    "sign": "sign", "hypot": "hypot", "arctan2": "atan2", "maximum": "maximum",
    "minimum": "minimum", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
}  # fmt: skip

_reflected = {}  # a function of NumPy -> the reflected method; each is entered when first met


def elementwise(operator, x, y):
    """Return ``operator(x, y)`` of a Value and an array, as an object array of Values.

    Return NotImplemented if neither is a NumPy array.
    """
    numpy = sys.modules.get("numpy")  # a program that has an array has imported it
    if numpy is None or not (isinstance(x, numpy.ndarray) or isinstance(y, numpy.ndarray)):
        return NotImplemented
    for number in (x, y):
        if number is numpy.ma.masked:
            to_float(number)  # raises
    return operator(boxed(x, numpy), boxed(y, numpy))


def boxed(x, numpy):
    """Return an array unchanged, or a Value as an object array without dimensions."""
    if isinstance(x, numpy.ndarray):
        return x
    box = numpy.empty((), dtype=object)
    box[()] = x
    return box


def without_values(x):
    """Return ``x`` with data in place of Values, whose float() may warn."""
    items = x.tolist() if getattr(getattr(x, "dtype", None), "kind", "") == "O" else x
    if not isinstance(items, (list, tuple)) or not any(map(is_value, items)):
        return x
    return [v.data if is_value(v) else v for v in items]


def array_function(self, function, kind, *operands, **options):
    """Value's ``__array_ufunc__``: NumPy's ``function`` of operands, one of which is ``self``."""
    if len(operands) == 2 and operands[1] is self and not options:
        # A fast path for numpy.float64 * Value, which programs use in loops.
        reflected = _reflected.get(function)
        if reflected and kind == "__call__" and not getattr(operands[0], "ndim", 1):
            return getattr(self, reflected)(operands[0])
    return general_function(self, function, kind, operands, options)


def general_function(self, function, kind, operands, options):
    import numpy

    outputs = options.get("out", ())
    for x in (*operands, *outputs):
        if not (is_value(x) or isinstance(x, numpy.ndarray)) and overrides(x, numpy):
            return NotImplemented  # another library's object, which may know what to do
    name = function.__name__
    if name in REFLECTED and function not in _reflected:
        _reflected[function] = REFLECTED[name]
        return array_function(self, function, kind, *operands, **options)
    if kind == "__call__" and not options and name in METHODS:
        return apply(METHODS[name], operands, numpy)
    if name not in BY_ELEMENT:
        raise TypeError(f"numpy.{name} does not take a {type(self).__name__}: {instead(name)}")
    for out in outputs:
        if is_value(out) or (
            name not in COMPARISONS and getattr(getattr(out, "dtype", None), "kind", "O") != "O"
        ):
            raise TypeError(
                f"numpy.{name}: the result is Values, which cannot be written to "
                f"{describe(out)}; write a = a - v for a -= v, or make it an array of objects"
            )
    boxes = [boxed(x, numpy) if is_value(x) else x for x in operands]
    return getattr(function, kind)(*boxes, **options)


COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


def overrides(x, numpy):
    """Return True if the type of ``x`` has its own ``__array_ufunc__``, which NumPy would call."""
    return not isinstance(x, numpy.generic) and hasattr(type(x), "__array_ufunc__")


def apply(method, operands, numpy):
    """Return a method of Value applied to operands that may be numbers or arrays."""

    def call(x, *rest):
        if not is_value(x):
            x = rest[0]._constant(x)
        return getattr(x, method)(*rest)

    if any(getattr(x, "ndim", 0) for x in operands):
        boxes = [boxed(x, numpy) if is_value(x) else x for x in operands]
        return numpy.frompyfunc(call, len(operands), 1)(*boxes)
    return call(*operands)


def instead(name):
    """Return what to write instead of NumPy's function of that name, for an error message."""
    what = FORMULAS.get(name)
    return (f"write {what}, or " if what else "write ") + (
        f"numpy.{name}(v.data) for the number alone; Value has methods, such as v.exp()"
    )
