"""Runs a program's class and ours side by side on the same numbers.

Each method is run on numbers of all sizes and signs, at 0 and where exp overflows, and the
gradients come from each class's own ``backward()``. So a method counts as ours by what it
computes, not by how it is written.
"""

import contextlib
import inspect
import io
import math
import operator
import random
import sys
import warnings
from numbers import Real

from micrograd_c.engine import Value
from micrograd_c.replace.code import function_of
from micrograd_c.replace.compare import Raised
from micrograd_c.replace.methods import (
    BINARY,
    COMPARISONS,
    CONVERSIONS,
    IN_PLACE,
    TEXTS,
    UNARY,
)

SIZES = (1.0, 0.5, 2.0, 1e-3, 1e-9, 1e-13, 10.0, 37.5, 300.0, 710.0, 1e5, 1e10)
EDGES = [0.0, *(sign * x for x in SIZES for sign in (1, -1))]
EXPONENTS = [2, 3, 1, 0, -1, -2, 0.5, -0.5, 1.5, 2.0, -1.0, 4.0, 0.3]
UPSTREAM = 3.7  # the gradient that arrives at a method's result


def numbers(count, seed):
    """Return pseudo-random numbers of different sizes and both signs."""
    draw = random.Random(seed)
    return [draw.choice((-1, 1)) * 10 ** draw.uniform(-1, 1) for _ in range(count)]


SINGLE = [(x,) for x in EDGES + numbers(25, 1)]
PAIRS = [(x, y) for x in EDGES[:7] for y in EDGES[:7]]
PAIRS += zip(numbers(25, 2), numbers(25, 3))
POWERS = [(x, k) for x in (*EDGES[:9], *numbers(12, 4)) for k in EXPONENTS]


def unary(function):
    return [(lambda cls, x: function(cls(x)), SINGLE)]


def binary(function, pairs=PAIRS):
    """Ways to call a function of two: with two objects, the same object twice, a number."""
    return [
        (lambda cls, x, y: function(cls(x), cls(y)), pairs),
        (lambda cls, x, y: function(cls(x), y), pairs),
    ]


def twice(function):
    def call(cls, x):
        value = cls(x)
        return function(value, value)

    return [(call, [(x,) for x in numbers(20, 6)])]


def reflected(function, pairs=PAIRS):
    return [(lambda cls, x, y: function(y, cls(x)), pairs)]


def in_place(function):
    """Return the object before and after too: it may have been changed, or replaced."""

    def call(cls, x, y):
        before = cls(x)
        after = function(before, cls(y))
        return [before.data, after is before, after]

    return [(call, PAIRS)]


def ways_to_call(name, attribute):
    """Return how a method is probed: pairs of a function of a class and numbers, and the numbers.

    Empty where that is not known.
    """
    base = name.strip("_")
    if name in BINARY:
        pairs = POWERS if "pow" in name else PAIRS
        if base.startswith("r") and f"__{base[1:]}__" in BINARY:
            if base == "rpow":  # a number to the power of a Value
                pairs = [(k, abs(x)) for x, k in POWERS]
            return reflected(getattr(operator, base[1:]), pairs)
        function = getattr(operator, base)
        return binary(function, pairs) + (twice(function) if base in ("sub", "truediv") else [])
    if name in IN_PLACE:
        return in_place(getattr(operator, base))
    if name in UNARY:
        return unary(getattr(operator, base))
    if name in COMPARISONS:
        function = getattr(operator, base)
        return binary(function) + twice(function)
    if name in (*CONVERSIONS, "__bool__"):
        convert = {"float": float, "int": int, "round": round, "bool": bool}.get(base)
        return unary(convert or getattr(math, base))
    if name in TEXTS:
        text = {"__repr__": repr, "__str__": str, "__format__": "{:.4f}".format}[name]
        return [(lambda cls, x: text(with_slope(cls, x)), SINGLE)]
    return named(name, attribute)


def with_slope(cls, x):
    """Return an object with a gradient. It is a float, as our gradients always are."""
    value = cls(x)
    (value * cls(0.1)).backward()
    value.grad = float(value.grad)
    return value


def named(name, attribute):
    if not inspect.isfunction(attribute):
        return []
    needed = [
        p
        for p in list(inspect.signature(function_of(attribute)).parameters.values())[1:]
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if not needed:
        return unary(lambda value: getattr(value, name)()) + [(state_after(name), SINGLE[:12])]
    if len(needed) == 1:
        return binary(lambda value, other: getattr(value, name)(other))
    if len(needed) == 2:
        return unary(lambda value: getattr(value, name)(-0.5, 0.5))
    return []


def state_after(name):
    """Return a function that calls a method of a computed object, and returns all numbers then."""

    def state(cls, x):
        leaf, factor = cls(x), cls(0.5)
        value = leaf * factor + leaf
        value.backward()
        if isinstance(getattr(value, name)(), type(value)):
            raise NotImplementedError("it is an operator, which other probes compare")
        return [number for v in (leaf, factor, value) for number in (v.data, v.grad)]

    return state


def outcome(call, cls, *arguments):
    """Return what a call gives, as a list of numbers and texts, or Raised.

    For an object of the class these are its data, and the gradients of all arguments that the
    call made objects of.
    """
    made = []

    class Recorder:  # a class cannot be wrapped, but what makes its objects can
        def __new__(self, data):
            made.append(cls(data))
            return made[-1]

    try:
        return flat(call(Recorder, *arguments), cls, made)
    except Exception as error:
        return Raised(error)


def flat(result, cls, made):
    if isinstance(result, cls):
        data = result.data
        (result * cls(UPSTREAM)).backward()
        found = [data, *(value.grad for value in made)]
    elif isinstance(result, (list, tuple)):
        found = [x for part in result for x in flat(part, cls, made)]
    else:
        found = [result]
    if any(isinstance(x, complex) for x in found):
        raise ValueError("a complex number")
    return [x if isinstance(x, (Real, str, type(None))) else type(x).__name__ for x in found]


# --- backward of whole graphs -------------------------------------------------------


def graph(cls, seed):
    """Return the leaves and inner objects of a small random graph of sums and products.

    Most are used several times, so that the order counts in which gradients are added.
    """
    draw = random.Random(seed)
    scale = (1.0, 1e4, 1e-4)[seed % 3]
    values = [cls(x * scale) for x in numbers(4, seed + 100)]
    for _ in range(12):
        x, y = draw.choice(values[-6:]), draw.choice(values)
        values.append(x * y if draw.random() < 0.5 else x + y)
        if draw.random() < 0.5:
            values.append(values[-1] * cls(draw.uniform(-0.5, 0.5)))
    root = values[0]
    for value in values[1:]:
        root = root + value
    return [*values, root]


def gradients(cls, seed):
    values = graph(cls, seed)
    values[-1].backward()
    return [number for value in values for number in (value.data, value.grad)]


def gradients_again(cls, seed):
    """Gradients after a second backward(), of a graph whose gradients were not 0 at first."""
    values = graph(cls, seed)
    values[0].grad = 5.0
    values[-1].backward()
    values[1].grad = 0.0
    values[-1].backward()
    return [value.grad for value in values]


def old_data(cls):
    """A gradient where an operand was changed between the product and backward()."""
    x, y = cls(2.0), cls(3.0)
    product = x * y
    y.data = 7.0
    product.backward()
    return x.grad


def after_setting(cls):
    """Return what an object and one made of it have after data and gradient were set."""
    found = []
    for x in (2.5, -1e10, 1e-13, 0.0):
        leaf = cls(1.5)
        product = leaf * cls(3.0)
        leaf.data, leaf.grad = x, -x
        found += [leaf.data, leaf.grad, product.data]
    return found


@contextlib.contextmanager
def _silent():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def unnoticed():
    """No output, no warnings, and the same random numbers afterwards."""
    numpy = sys.modules.get("numpy")
    state, arrays = random.getstate(), numpy and numpy.random.get_state()
    out, error = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error), _silent():
            yield
    finally:
        random.setstate(state)
        if numpy:
            numpy.random.set_state(arrays)


def is_scalar(number):
    """True for a Python or NumPy number; not for an array without axes."""
    return isinstance(number, Real) and not isinstance(number, Value)
