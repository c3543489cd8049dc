"""Every operator on every pair of special numbers, in every way of writing it.

Both engines must return the same value, the same gradients whatever gradient arrives, and the
same exception with the same message; and both must compute what Python's own floats do.
"""

import math

import pytest
from conftest import load_c_engine, load_python_engine

from micrograd_c.parity.compare import bits
from micrograd_c.parity.programs import FORMS, INFIX, METHODS
from python_ref.core import gamma, libm, ops
from python_ref.core.ops import ONLY_TRACED, OPS, SYMBOLS

NUMBERS = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 5e-324, -5e-324, 2.2e-308, -2.2e-308, 1e308, -1e308,
    math.inf, -math.inf, math.nan,
)  # fmt: skip
ARRIVING = (1.0, -5e-324, math.inf, math.nan)

UNARY = [
    "neg",
    *(op.name for op in METHODS if op.kind == ops.UNARY),
]
UNARY_K = [op.name for op in METHODS if op.kind == ops.UNARY_K]
BINARY = [*sorted(INFIX), *(op.name for op in METHODS if op.kind == ops.BINARY)]


def outcome(call, *operands):
    """Return the call's result, or its exception as text."""
    try:
        return call(*operands)
    except Exception as error:  # the other engine must raise the same
        return f"{type(error).__name__}: {error}"


def made(Value, form, x, y, way):
    """Apply an operator to x and y, written in one of the ways; return leaves and outcome."""
    leaves = [x if way == "number first" else Value(x)]
    if y is not None:
        second = y if way == "number second" or form in UNARY_K else Value(y)
        leaves.append(leaves[0] if way == "the same twice" else second)
    return leaves, outcome(FORMS[form].call, *leaves)


def observed(Value, leaves, result):
    """Return all that a user can see of a result."""
    seen = [bits(result.data), result._op] if isinstance(result, Value) else [str(result)]
    nodes = below(result) if isinstance(result, Value) else []
    for g in ARRIVING if nodes else ():
        outer = result * g
        for node in nodes:
            node.grad = 0.0
        outer.backward()
        seen += [bits(leaf.grad) for leaf in leaves if isinstance(leaf, Value)]
    return seen


def below(result):
    return [result, *(x for node in result._prev for x in below(node))]


def ways(form, x, y):
    """The ways to write an operator; for a method such as atan2 the first operand is a Value."""
    if form in UNARY or form in UNARY_K:
        return ["plain"]
    some = ["plain", "number second", *(["the same twice"] if x is y else [])]
    return [*some, "number first"] if form in INFIX else some


@pytest.mark.parametrize("form", [*UNARY, *BINARY, *UNARY_K])
def test_both_engines(form):
    ours, theirs = load_c_engine().Value, load_python_engine().Value
    pairs = [(x, y) for x in NUMBERS for y in ((None,) if form in UNARY else NUMBERS)]
    cases = [(form, x, y, way) for x, y in pairs for way in ways(form, x, y)]
    # All are made before the first is observed, as each _prev searches for all living Values.
    got, expected = ([made(V, *case) for case in cases] for V in (ours, theirs))
    for case, one, other in zip(cases, got, expected):
        assert observed(ours, *one) == observed(theirs, *other), case


OF_PYTHON = {  # in place of a function of math that is not C's
    "neg": lambda x: -x, "abs": abs, "erf": libm.erf, "erfc": libm.erfc, "log2": libm.log2,
    "exp2": lambda x: 2.0**x, "hypot": libm.hypot, "floor": libm.floor,
    "ceil": libm.ceil, "lgamma": gamma.lgamma,
}  # fmt: skip
KNOWN_TO_PYTHON = {"maximum", "minimum", *OF_PYTHON, *INFIX, *vars(math)}


def as_float_does(form, x, y):
    """Return what Python's floats and math compute, or None if they have no such operator."""
    if form in INFIX:
        return outcome(INFIX[form], x, y)
    if form in ("maximum", "minimum") and x == x and y == y:
        return outcome({"maximum": max, "minimum": min}[form], x, y)
    call = OF_PYTHON.get(form) or getattr(math, form, None)
    return call and outcome(call, *([x] if y is None else [x, y]))


@pytest.mark.parametrize("form", [*UNARY, *BINARY])
def test_as_pythons_floats(engine, form):
    compared = 0
    for x in NUMBERS:
        for y in (None,) if form in UNARY else NUMBERS:
            expected = as_float_does(form, x, y)
            if expected is None or (form == "/" and isinstance(expected, float)):
                continue  # ours computes a / b as a * b**-1, which rounds twice
            got = outcome(
                FORMS[form].call, engine.Value(x), *([] if y is None else [engine.Value(y)])
            )
            got = got.data if isinstance(got, engine.Value) else got
            about = f"{form} of {x!r} and {y!r}"
            compared += 1
            if isinstance(expected, complex):
                assert got.startswith("ValueError"), about
            elif isinstance(expected, float):
                assert isinstance(got, float) and bits(got) == bits(expected), about
            else:
                assert got.split(":")[0] == expected.split(":")[0], about
    assert bool(compared) == (form in KNOWN_TO_PYTHON)


def test_every_operator_is_here():
    """jit's where() has operators that eager programs cannot write; test_jit.py tests those."""
    here = {*UNARY, *BINARY, *UNARY_K} - {"neg", *INFIX}
    assert here == set(OPS) - {*SYMBOLS, *ONLY_TRACED}
