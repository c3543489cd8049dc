"""Derivatives inside jitted functions: detach, and what they refuse."""

import math
import random

import pytest

from micrograd_c import TraceError, Value, grad, gradients, hessian, jit, jvp, vjp, where
from micrograd_c.differentiate import depth
from micrograd_c.parity.programs import FORMS, Step, Var, random_operation

pytestmark = pytest.mark.usefixtures("jit_engine")

ROWS = [[1.0, 2.0], [3.0, 4.0]]


def cube(x):
    return x * x * x


def test_detach_hides_a_value_from_derivatives():
    def f(x):
        return x.detach() * x * x

    assert jit(grad(f))([3.0]).tolist() == [18.0]
    assert jit(hessian(f))([3.0]).tolist() == [6.0]
    assert jit(grad(lambda x: x.detach()))([3.0]).tolist() == [0.0]


@pytest.mark.parametrize(
    "function, error, message",
    [
        (grad(lambda p: p * 2), TypeError, "single Value, got Vector: use jacobian"),
        (grad(lambda p: p[0], argnums=1), ValueError, "argnums is 1, but there are 1 positional"),
        (grad(lambda p: "x"), TypeError, "what <lambda> returns: expected numbers or Values"),
        (
            lambda p: jvp(lambda p: p[0] * p[1], (p,), ([1.0],)),
            ValueError,
            r"tangents: at \[0\]: expected a Vector of 2, got a list of 1",
        ),
        (
            lambda p: vjp(lambda p: p[0] * p[1], p)[1]([1.0]),
            ValueError,
            "the cotangent: expected a number or Value, got a list of 1",
        ),
        (lambda p: gradients(p[0], [p]), TypeError, "expected a Value as an input, got Vector"),
        (lambda p: gradients(p, p), TypeError, "expected a Value as output, got Vector"),
    ],
)
def test_mistakes(function, error, message):
    with pytest.raises(error, match=message):
        jit(function)(ROWS)
    assert depth.get() == 0


@pytest.mark.parametrize(
    "function",
    [
        grad(lambda x: x if x.data > 0 else -x),
        grad(lambda x: x if x > 0 else -x),
        lambda x: math.exp(grad(cube)(x)),
        lambda x: x if grad(cube)(x) > 0 else -x,
    ],
)
def test_functions_that_need_the_data(function):
    with pytest.raises(TraceError):
        jit(function)([1.0])
    assert depth.get() == 0


def test_a_custom_backward():
    def own_square(x):
        out = Value(2.0, (x,), "square")
        out._backward = lambda: None
        return out

    with pytest.raises(TraceError):
        jit(grad(own_square))([1.0])


def test_a_branch_at_a_pole_that_is_not_selected():
    first = grad(lambda x: where(x, x.sqrt(), x * x))
    assert jit(first)([0.0, 1.0]).tolist() == [0.0, 0.5]
    assert jit(grad(first))([0.0, 1.0]).tolist() == [2.0, -0.25]


def test_a_gradient_of_0_that_arrives_at_a_quotient_by_0():
    """As relu passes it on to the second derivative of sqrt, which is -inf at 0."""
    second = grad(grad(lambda x: x.sqrt()))
    assert jit(second)([0.0, 1.0]).tolist() == [-math.inf, -0.25]
    for f in (lambda x: second(x).relu(), lambda x: where(second(x), second(x), x)):
        eager = [grad(f)(x) for x in (0.0, 1.0)]
        assert jit(grad(f))([0.0, 1.0]).tolist() == eager
        assert not any(map(math.isnan, eager))


# --- random functions of two numbers ------------------------------------------------------


def random_function(rng):
    """A function of a pair by a few random operators of the table."""
    steps, alive = [], [Var(0), Var(1)]
    for _ in range(rng.randint(2, 8)):
        form, *operands = random_operation(rng, alive)
        alive.append(Var(len(alive)))
        steps.append(Step(form, operands, alive[-1]))

    def function(pair):
        values = dict(zip(alive, pair))
        for step in steps:
            operands = [values[x] if isinstance(x, Var) else x for x in step.operands]
            values[step.makes] = FORMS[step.form].call(*operands)
        return values[alive[-1]]

    return function


def test_hessians_of_random_functions_are_those_of_each_row(jit_engine):
    """Also where they are infinite or NaN, though the formulas are chosen in another way."""
    compared = 0
    for seed in range(200 if jit_engine == "c" else 80):
        rng = random.Random(seed)
        function = hessian(random_function(rng))
        rows = [[rng.uniform(-2, 2), rng.uniform(-2, 2)] for _ in range(3)]
        try:
            expected = [function(row) for row in rows]
        except (ArithmeticError, ValueError):  # an eager operator raises where its result is NaN
            continue
        compared += 1
        for ours, theirs in zip(jit(function)(rows).reshape(3, 4).tolist(), expected):
            theirs = [x for row in theirs for x in row]
            size = max([1.0, *(abs(x) for x in theirs if math.isfinite(x))])
            assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-10 * size, nan_ok=True), seed
    assert compared > 20
