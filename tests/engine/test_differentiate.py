"""grad, value_and_grad, jacobian, hessian, jvp, vjp, hvp: values, structures, nesting, errors."""

import math
import os
import random
import subprocess
import sys
from collections import namedtuple

import pytest

from micrograd_c import (
    Value,
    exp,
    grad,
    gradients,
    hessian,
    hvp,
    is_grad_enabled,
    jacobian,
    jit,
    jvp,
    no_grad,
    sin,
    tanh,
    value_and_grad,
    vjp,
)

Point = namedtuple("Point", "x y")


def test_on_the_python_engine():
    if os.environ.get("MICROGRAD_C_BACKEND") == "python":
        pytest.skip("this is that process")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__],
        check=True, env={**os.environ, "MICROGRAD_C_BACKEND": "python"},
    )  # fmt: skip


def cube(x):
    return x**3


def product(p):
    return p[0] ** 2 * sin(p[1])


PRODUCT_HESSIAN = [
    [2 * math.sin(0.7), 2 * 1.5 * math.cos(0.7)],
    [2 * 1.5 * math.cos(0.7), -(1.5**2) * math.sin(0.7)],
]


def test_numbers_in_floats_out():
    assert grad(cube)(2.0) == 12.0 and type(grad(cube)(2)) is float
    assert value_and_grad(cube)(2.0) == (8.0, 12.0)
    assert grad(lambda x, y: x * y**2, argnums=1)(2.0, 3.0) == 12.0
    assert grad(lambda x, y: x * y**2, argnums=(1, 0))(2.0, 3.0) == (12.0, 9.0)
    assert grad(lambda x, y: x * y**2, argnums=-1)(2.0, 3.0) == 12.0
    assert grad(lambda x, scale: x * scale)(2.0, scale=5.0) == 5.0


@pytest.mark.parametrize("order, expected", [(1, 12.0), (2, 12.0), (3, 6.0), (4, 0.0)])
def test_nested(order, expected):
    function = cube
    for _ in range(order):
        function = grad(function)
    assert function(2.0) == expected


def test_values_in_values_out():
    x = Value(2.0)
    slope = grad(cube)(x)
    assert isinstance(slope, Value) and slope.data == 12.0
    assert gradients(slope, [x])[0].data == 12.0
    slope.backward()
    assert x.grad == 12.0
    both = grad(lambda p: p[0] * p[1])([Value(2.0), 3.0])
    assert [type(v) for v in both] == [Value, Value]


def test_a_value_elsewhere_among_the_arguments():
    a = Value(5.0)
    slope = grad(lambda x, a: a * x**2)(3.0, a)
    assert gradients(slope, [a])[0].data == 6.0


def test_structures_are_kept():
    tree = {"a": [1.0, (2.0, 3.0)], "b": Point(4.0, 5.0)}

    def f(t):
        return t["a"][0] * t["a"][1][0] * t["a"][1][1] + t["b"].x * t["b"].y

    slopes = grad(f)(tree)
    assert slopes == {"a": [6.0, (3.0, 2.0)], "b": Point(5.0, 4.0)}
    assert type(slopes["b"]) is Point
    assert grad(lambda t: Value(1.0))(([], {}, ())) == ([], {}, ())


def test_no_grad_of_any_value_changes():
    w = Value(2.0)
    w.grad = 7.0
    assert grad(lambda x: w * x * x)(3.0) == 12.0
    assert hessian(lambda x: w * x * x)(3.0) == 4.0
    assert w.grad == 7.0


def test_the_same_value_inside_and_outside():
    """The inner derivative holds the outer x fixed, also where it is called with that x."""
    assert grad(lambda x: x * grad(lambda y: x * y)(x))(3.0) == 6.0
    x = Value(3.0)
    assert grad(lambda y: x * y)(x).data == 3.0


def test_an_inner_derivative_of_numbers_depends_on_what_is_outside():
    assert grad(lambda x: grad(lambda y: x * y * y)(3.0))(2.0) == 6.0
    assert grad(lambda x: jvp(lambda y: x * y * y, (3.0,), (1.0,))[1])(2.0) == 6.0
    assert grad(lambda x: vjp(lambda y: x * y * y, 3.0)[1](1.0)[0])(2.0) == 6.0


def test_jacobian():
    assert jacobian(lambda p: [p[0] * p[1], p[0], 4.0])([2.0, 3.0]) == [
        [3.0, 2.0], [1.0, 0.0], [0.0, 0.0],
    ]  # fmt: skip
    assert jacobian(cube)(2.0) == 12.0
    both = jacobian(lambda x, y: {"sum": x + y, "product": x * y}, argnums=(0, 1))(2.0, 3.0)
    assert both == {"sum": (1.0, 1.0), "product": (3.0, 2.0)}


def test_hessian():
    found = hessian(product)([1.5, 0.7])
    for row, expected in zip(found, PRODUCT_HESSIAN):
        assert row == pytest.approx(expected, rel=1e-14)
    assert hessian(lambda p: p["a"] ** 2 * p["b"])({"a": 1.0, "b": 2.0}) == {
        "a": {"a": 4.0, "b": 2.0}, "b": {"a": 2.0, "b": 0.0},
    }  # fmt: skip
    assert hessian(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0) == ((0.0, 1.0), (1.0, 0.0))


def test_jvp_and_vjp_are_products_with_the_jacobian():
    def f(p, q):
        return [p[0] * p[1], exp(p[0]) * q, q]

    primals, direction, weights = ([0.5, 2.0], 3.0), ([1.0, -2.0], 0.5), [1.0, 2.0, -1.0]
    rows = [[*to_p, to_q] for to_p, to_q in jacobian(f, argnums=(0, 1))(*primals)]
    values, tangents = jvp(f, primals, direction)
    assert values == [1.0, 3.0 * math.exp(0.5), 3.0]
    flat = [1.0, -2.0, 0.5]
    assert tangents == pytest.approx([sum(a * b for a, b in zip(row, flat)) for row in rows])
    again, multiply = vjp(f, *primals)
    to_p, to_q = multiply(weights)
    expected = [sum(w * row[i] for w, row in zip(weights, rows)) for i in range(3)]
    assert again == values and [*to_p, to_q] == pytest.approx(expected)
    assert multiply([0.0, 0.0, 1.0]) == ([0.0, 0.0], 1.0)


def test_hvp():
    (found,) = hvp(product, ([1.5, 0.7],), ([1.0, -2.0],))
    expected = [row[0] - 2 * row[1] for row in PRODUCT_HESSIAN]
    assert found == pytest.approx(expected, rel=1e-14)
    (slow,) = jvp(grad(product), ([1.5, 0.7],), ([1.0, -2.0],))[1:]
    assert found == slow
    assert hvp(lambda x, y: x * y * y, (2.0, 3.0), (1.0, 0.0)) == (0.0, 6.0)


def test_newton_converges():
    x = 3.0
    for _ in range(8):
        x -= grad(lambda x: exp(x) - 2 * x)(x) / hessian(lambda x: exp(x) - 2 * x)(x)
    assert x == pytest.approx(math.log(2.0), rel=1e-15)


def test_a_function_that_returns_a_number():
    assert grad(lambda x: 3.0)(1.0) == 0.0
    assert value_and_grad(lambda x: 3)(1.0) == (3.0, 0.0)
    assert jvp(lambda x: [x, 2.0], (1.0,), (5.0,)) == ([1.0, 2.0], [5.0, 0.0])


def test_within_no_grad():
    with no_grad():
        assert grad(cube)(2.0) == 12.0 and hessian(cube)(2.0) == 12.0
        assert hvp(product, ([1.5, 0.7],), ([1.0, 0.0],))[0][0] == pytest.approx(2 * math.sin(0.7))
        assert not is_grad_enabled()


def test_an_exception_leaves_no_mode_behind():
    def fails(x):
        raise KeyError("mine")

    with no_grad(), pytest.raises(KeyError):
        grad(fails)(1.0)
    assert is_grad_enabled() and type(grad(cube)(2.0)) is float


def test_wrapped_functions_keep_their_names():
    assert grad(cube).__name__ == "cube" and jacobian(cube).__wrapped__ is cube


# --- under jit ------------------------------------------------------------------------


def test_jit_of_derivatives():
    xs = [0.5, 1.0, -2.0]
    assert jit(grad(cube))(xs).tolist() == [grad(cube)(x) for x in xs]
    assert jit(grad(grad(cube)))(xs).tolist() == [6 * x for x in xs]
    rows = [[1.5, 0.7], [0.1, -0.3]]
    assert jit(grad(product))(rows).tolist() == [grad(product)(row) for row in rows]


def test_a_loss_with_a_gradient_of_a_net_inside():
    """As physics-informed losses have it."""
    rng = random.Random(5)
    ws = [Value(rng.uniform(-1, 1)) for _ in range(9)]

    def u(t):
        return sum(ws[i] * tanh(ws[i + 1] * t + ws[i + 2]) for i in range(0, 9, 3))

    def residual(t):
        return (grad(u)(t) + u(t)) ** 2

    loss = jit(residual)
    ts = [0.0, 0.5, 1.0]
    eager = sum(residual(Value(t)) for t in ts) / 3
    assert loss.backward(ts) == pytest.approx(eager.data, rel=1e-15)
    compiled = [w.grad for w in ws]
    for w in ws:
        w.grad = 0.0
    eager.backward()
    assert compiled == pytest.approx([w.grad for w in ws], rel=1e-12)
    loss.check(ts)


# --- mistakes -------------------------------------------------------------------------


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian, vjp])
def test_what_is_no_function(transform):
    with pytest.raises(TypeError, match="expected a function of Values, got float"):
        transform(2.0)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: grad(cube)("x"), TypeError, "argument 0: expected numbers or Values, .* got str"),
        (lambda: grad(cube)(None), TypeError, "argument 0: .* got NoneType"),
        (lambda: grad(cube)(), ValueError, "argnums is 0, but there are 0 positional arguments"),
        (lambda: grad(cube, 1)(2.0), ValueError, "argnums is 1, but there are 1 positional"),
        (lambda: grad(cube, "0")(2.0), TypeError, "expected an int or a list or tuple of ints"),
        (lambda: grad(cube, True)(2.0), TypeError, "as argnums, got bool"),
        (lambda: grad(lambda p: [p, p])(2.0), TypeError, "single Value, got list: use jacobian"),
        (lambda: grad(lambda p: "x")(2.0), TypeError, "what <lambda> returns: .* got str"),
        (lambda: grad(lambda p: None)(2.0), TypeError, "what <lambda> returns: .* got NoneType"),
        (lambda: jvp(cube, 2.0, (1.0,)), TypeError, "jvp: .* as primals, got float: write"),
        (lambda: jvp(cube, (2.0,), 1.0), TypeError, "jvp: .* as tangents, got float"),
        (lambda: jvp(cube, (2.0,), (1.0, 2.0)), ValueError, "tangents: expected a tuple of 1"),
        (lambda: jvp(cube, ([2.0],), ([1.0, 2.0],)), ValueError, r"at \[0\]: expected a list of 1"),
        (lambda: jvp(cube, (2.0,), ("x",)), TypeError, "tangents: expected numbers or Values"),
        (lambda: vjp(cube, 2.0)[1]([1.0]), ValueError, "the cotangent: expected a number or Value"),
        (lambda: hvp(cube, 2.0, (1.0,)), TypeError, "hvp: .* as primals"),
        (lambda: hvp(cube, ({"a": 1.0},), ({"b": 1.0},)), ValueError, "with the keys 'a'"),
    ],
)
def test_wrong_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_arrays_are_refused_with_what_to_write():
    numpy = pytest.importorskip("numpy")
    with pytest.raises(TypeError, match=r"argument 0: .* got ndarray of shape \(2,\): write .tol"):
        grad(product)(numpy.array([1.0, 2.0]))
    assert grad(cube)(numpy.float64(2.0)) == 12.0
