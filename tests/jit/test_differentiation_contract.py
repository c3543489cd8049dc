"""Derivatives under jit: shapes, rows as Vectors, nesting, and what cannot be traced."""

import math
import re

import numpy as np
import pytest

from micrograd_c import (
    TraceError,
    Value,
    exp,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jit,
    jvp,
    maximum,
    sin,
    tanh,
    value_and_grad,
    vjp,
    where,
)
from python_ref.core.vector import Vector

pytestmark = pytest.mark.usefixtures("jit_engine")

XS = np.array([0.5, -1.0, 2.0])
ROWS = np.array([[0.5, 1.0], [2.0, -1.0], [0.3, 0.2]])


def f(p):
    return p[0] ** 2 * tanh(p[1]) + exp(p[0] * p[1])


def rows_of(function):
    """The function applied to one row after the other, by the eager engine."""
    return np.array([function(row) for row in ROWS.tolist()])


def close(found, expected):
    return np.allclose(found, expected, rtol=1e-13, atol=1e-15)


# --- shapes and numbers ---


def test_one_derivative_a_row():
    assert close(jit(grad(f))(ROWS), rows_of(grad(f)))
    assert close(jit(hessian(f))(ROWS), rows_of(hessian(f)))
    assert close(jit(grad(lambda x: x**3))(XS), 3 * XS**2)
    assert close(jit(grad(grad(lambda x: x**3)))(XS), 6 * XS)
    third = grad(grad(grad(lambda x: sin(x) * x)))
    assert close(jit(third)(XS), [third(x) for x in XS.tolist()])
    many = jacobian(lambda p: [f(p), p[0] * p[1], {"a": p[1]}])
    assert [a.shape for a in (*jit(many)(ROWS)[:2], jit(many)(ROWS)[2]["a"])] == [(3, 2)] * 3


def test_a_value_and_its_gradient_are_two_arrays():
    """Also where their shapes are equal: one array would be taken apart by rows."""
    for rows in (XS, XS[:2]):
        value, slope = jit(value_and_grad(lambda x: x**2))(rows)
        assert value.tolist() == (rows**2).tolist() and slope.tolist() == (2 * rows).tolist()
        a, b = jit(grad(lambda x, y: x * y, argnums=(0, 1)))(rows, 3 * rows)
        assert a.tolist() == (3 * rows).tolist() and b.tolist() == rows.tolist()
        value, slope = jit(lambda x: jvp(sin, (x,), (1.0,)))(rows)
        assert close(value, np.sin(rows)) and close(slope, np.cos(rows))
        (product,) = jit(lambda x: hvp(lambda x: x**3, (x,), (2.0,)))(rows)
        assert close(product, 12 * rows)
    (aa, ab), (ba, bb) = jit(hessian(lambda x, y: x**2 * y, argnums=(0, 1)))(XS, 2 * XS)
    assert close(aa, 4 * XS) and close(ab, 2 * XS) and close(ba, 2 * XS) and not bb.any()
    assert type(jit(value_and_grad(f))(ROWS)) is tuple
    assert isinstance(value_and_grad(lambda x: x**2)(1.0), tuple)


def test_products_with_the_jacobian():
    def g(p):
        return [p[0] * p[1], sin(p[0])]

    matrices = rows_of(jacobian(g))
    value, along = jit(lambda p: jvp(g, (p,), ([1.0, 2.0],)))(ROWS)
    assert value.shape == (3, 2) and close(along, matrices @ [1.0, 2.0])
    (across,) = jit(lambda p: vjp(g, p)[1]([1.0, 2.0]))(ROWS)
    assert close(across, np.einsum("nij,i->nj", matrices, [1.0, 2.0]))
    (product,) = jit(lambda p: hvp(f, (p,), ([1.0, 2.0],)))(ROWS)
    assert close(product, rows_of(hessian(f)) @ [1.0, 2.0])


def test_gradients_inside_have_the_bits_of_the_eager_ones():
    def both(x):
        y = sin(x) * x + maximum(x, 0.3) ** 2
        (slope,) = gradients(y, [x])
        return [y, slope, gradients(slope, [x])[0]]

    jitted = jit(both)
    jitted.check(XS)
    assert jitted(XS).shape == (3, 3)


def test_no_grad_changes():
    w = Value(2.0)
    w.grad = 5.0
    loss = jit(lambda x: grad(lambda x: w * x**2)(x))
    loss(XS), loss.jacobian(XS), loss.value_and_grad(XS), loss.check(XS)
    assert (w.data, w.grad) == (2.0, 5.0)


def test_derivatives_of_jitted_functions():
    inner = jit(lambda x: sin(x) * x)
    expected = [grad(lambda x: sin(x) * x)(x) for x in XS.tolist()]
    assert [grad(inner)(x) for x in XS.tolist()] == expected
    assert close(jit(grad(inner))(XS), expected) and close(
        jit(lambda x: grad(inner)(x))(XS), expected
    )
    assert close(jit(jit(grad(jit(inner))))(XS), expected)
    x = Value(0.5)
    (slope,) = gradients(inner(x), [x])
    assert slope.data == expected[0] and x.grad == 0.0


def test_a_physics_informed_loss_has_the_gradient_of_the_eager_one():
    w = [[Value(0.3), Value(-0.8)], [Value(1.1), Value(0.4)]]

    def u(t):
        return sum(a * tanh(b * t) for a, b in w)

    loss = jit(lambda t: (grad(u)(t) + grad(grad(u))(t) * u(t)) ** 2)
    loss.check(XS)
    _, gradient = loss.value_and_grad(XS)
    assert gradient.shape == (4,) and gradient.all()


def test_branches_and_detach():
    def g(x):
        return where(x > 0, x**3, -x) * x.detach()

    assert close(jit(grad(g))(XS), [grad(g)(x) for x in XS.tolist()])
    assert close(jit(grad(grad(g)))(XS), np.where(XS > 0, 6 * XS**2, 0.0))


def test_a_backward_of_ones_own_has_no_trace():
    def cubed(x):
        out = Value(x.data**3, (x,), "cubed")
        out._backward = lambda: None
        return out

    with pytest.raises(TraceError, match="its data was read"):
        jit(grad(cubed))(XS)
    base, w = Value(2.0), Value(8.0)
    w = Value(8.0, (base,), "cubed")
    w._backward = lambda: None
    with pytest.raises(TraceError, match="operator with a _backward of its own cannot be traced"):
        jit(lambda x: grad(lambda x: w * x**2)(x))(XS)


# --- rows are Vectors ---


@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda v: v + v, lambda a: a + a),
        (lambda v: 1 - v, lambda a: 1 - a),
        (lambda v: v * [2.0, 3.0], lambda a: a * [2.0, 3.0]),
        (lambda v: [2.0, 3.0] / (v**2 + 1), lambda a: [2.0, 3.0] / (a**2 + 1)),
        (lambda v: 2.0**v, lambda a: 2.0**a),
        (lambda v: -v, lambda a: -a),
        (lambda v: abs(v), abs),
        (lambda v: v @ v, lambda a: (a * a).sum(axis=1)),
        (lambda v: v @ np.array([2.0, 3.0]), lambda a: a @ [2.0, 3.0]),
        (lambda v: [[1.0, 2.0], [3.0, 4.0]] @ v, lambda a: a @ np.array([[1, 3], [2, 4]])),
    ],
)
def test_operators_of_rows_and_their_derivatives(function, expected):
    jitted = jit(function)
    assert close(jitted(ROWS), expected(ROWS))
    eager = rows_of(jacobian(lambda p: as_list(function(Vector(p)))))
    found = jit(jacobian(lambda v: as_list(function(v))))(ROWS)
    assert close(found, eager)


def as_list(x):
    return list(x) if isinstance(x, list) else [x]


@pytest.mark.parametrize("symbol", ["+", "-", "*", "/", "**", "@"])
def test_rows_of_different_lengths(symbol):
    operator = eval(f"lambda a, b: a {symbol} b")
    message = f"{re.escape(symbol)} of a Vector of 2 elements and .* of 3 elements"
    for other in ([1.0, 2.0, 3.0], np.ones(3)):
        for function in (lambda v, o=other: operator(v, o), lambda v, o=other: operator(o, v)):
            with pytest.raises(ValueError, match=message):
                jit(lambda v, g=function: as_list(g(v)))(ROWS)
            with pytest.raises(ValueError, match=message):
                jit(grad(lambda v, g=function: sum(as_list(g(v)))))(ROWS)


# --- what depends on a traced gradient ---


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda x: x if grad(sin)(x) > 0 else -x, "it was compared.*use where"),
        (lambda x: x if grad(sin)(x) else -x, "it was compared|truth value.*use where"),
        (lambda x: x * float(grad(sin)(x)), "made a number.*compute with the Value itself"),
        (lambda x: x * math.exp(grad(sin)(x)), r"write v.exp\(\) instead of math.exp"),
        (lambda x: [x, 2 * x][grad(sin)(x)], "used as an index.*choose among the items"),
        (lambda x: x * grad(sin)(x).data, "its data was read"),
        (lambda x: x * gradients(sin(x), [x])[0].grad, "its gradient was read"),
        (lambda x: sum(x for _ in range(grad(sin)(x))), "index or a count"),
        (lambda x: grad(lambda y: y if y > 0 else -y)(x), "it was compared.*use where"),
        (lambda x: grad(lambda y: y * float(y))(x), "made a number"),
        (lambda x: f"{grad(sin)(x):.3f}" and x, "made a number"),
        (lambda x: {x: 1}[grad(sin)(x)], "looked up in a dict"),
        (lambda x: gradients(x * x, [x])[0].backward(), "backward"),
        (lambda x: x.backward() or x, "backward"),
    ],
)
def test_what_reads_a_traced_gradient(function, message):
    line = function.__code__.co_firstlineno
    for call in (jit(function), jit(function).value_and_grad):
        with pytest.raises(TraceError, match=message) as error:
            call(XS)
        assert f"test_differentiation_contract.py:{line}: " in str(error.value)


def test_a_function_that_is_not_differentiable_by_its_result():
    with pytest.raises(TypeError, match="to return a single Value, got .*: use jacobian"):
        jit(grad(lambda p: [p[0], p[1]]))(ROWS)
    with pytest.raises(ValueError, match="argnums is 1, but there are 1 positional"):
        jit(grad(f, argnums=1))(ROWS)


def test_check_finite_names_the_gradient_and_the_row():
    slopes = jit(grad(lambda p: p[1] ** 2 + p[0] ** 0.5))
    with pytest.raises(FloatingPointError, match=r"^example 1: .* is inf, output \[0\] is inf$"):
        slopes([[1.0, 2.0], [0.0, 3.0]], check_finite=True)
    with pytest.raises(FloatingPointError, match=r"^example 0: .*, output \[1\] is inf$"):
        jit(value_and_grad(lambda x: x**0.5))([0.0, 1.0], check_finite=True)
    nested = jit(lambda x: {"g": [x, 1 / x]})
    with pytest.raises(FloatingPointError, match=r"output \['g'\]\[1\] is inf"):
        nested([0.0], check_finite=True)
    w = Value(1.0)
    loss = jit(lambda x: grad(lambda x: w * x**1.5)(x) * 0.0 + w.log())
    with pytest.raises(FloatingPointError, match="^example 0: 'log' is -inf"):
        loss.value_and_grad([1.0], params=[0.0], check_finite=True)
    assert loss.value_and_grad([1.0], check_finite=True)[0] == 0.0


def test_explain_and_repr(capsys):
    jitted = jit(grad(f))
    jitted(ROWS)
    jitted.explain()
    assert "outputs: " in capsys.readouterr().out and "2 outputs" in repr(jitted)
