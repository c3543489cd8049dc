"""A jitted function's parameters as one array: value_and_grad(), jacobian() and their order."""

import random

import numpy as np
import pytest

from micrograd_c import TraceError, Value, jit
from micrograd_c.nn import MLP

pytestmark = pytest.mark.usefixtures("jit_engine")

XS = np.linspace(-1.0, 1.0, 40)
YS = XS**2


def model():
    """A function of a row, and the parameters that it reads, in the order of their use."""
    rng = random.Random(4)
    a, b, c = (Value(rng.uniform(-1, 1)) for _ in range(3))
    return lambda x: c + (a * x).tanh() * b, (a, b, c)


def squared(function):
    return lambda x, y: (function(x) - y) ** 2


def data_of(parameters):
    return np.array([p.data for p in parameters])


def test_the_bits_of_backward():
    random.seed(2)
    net = MLP(2, [5, 1], nonlin="tanh")
    rows = np.random.default_rng(1).normal(size=(300, 2))
    loss = jit(squared(net), parameters=net.parameters())
    for p in net.parameters():
        p.grad = 7.0
    mean, gradient = loss.value_and_grad(rows, rows[:, 0])
    assert all(p.grad == 7.0 for p in net.parameters())
    net.zero_grad()
    assert loss.backward(rows, rows[:, 0]) == mean
    assert gradient.dtype == np.float64
    assert gradient.tolist() == [p.grad for p in net.parameters()]


def test_params_stand_in_for_the_data():
    function, parameters = model()
    loss = jit(squared(function), parameters=parameters)
    before, other = data_of(parameters), np.array([0.3, -0.2, 0.9])
    there = loss.value_and_grad(XS, YS, params=other)
    assert data_of(parameters).tolist() == before.tolist()
    for p, x in zip(parameters, other):
        p.data = x
    here = loss.value_and_grad(XS, YS)
    assert there[0] == here[0] and there[1].tolist() == here[1].tolist()
    assert loss.value_and_grad(XS, YS, params=other.tolist())[0] == here[0]


def test_the_order_is_that_of_use_or_as_given():
    function, (a, b, c) = model()
    loss = jit(squared(function))
    with pytest.raises(RuntimeError, match="call it once, or write jit"):
        _ = loss.parameters
    _, gradient = loss.value_and_grad(XS, YS)
    assert loss.parameters == (a, b, c)
    unused = Value(5.0)
    given = jit(squared(function), parameters=[c, unused, a])
    assert given.parameters == (c, unused, a)
    mean, other = given.value_and_grad(XS, YS)
    assert other.tolist() == [gradient[2], 0.0, gradient[0]]
    again = given.value_and_grad(XS, YS, params=[c.data, 1.0, a.data])  # b is read from its Value
    assert again[0] == mean and again[1].tolist() == other.tolist()


def test_jacobian():
    function, parameters = model()
    residuals = jit(lambda x, y: [function(x) - y, function(x) * 2.0, y], parameters=parameters)
    found = residuals.jacobian(XS, YS)
    assert found.shape == (40, 3, 3)
    assert found[:, 1].tolist() == (2 * found[:, 0]).tolist() and not found[:, 2].any()
    a, b, c = data_of(parameters)
    tanh = np.tanh(a * XS)
    expected = np.column_stack([b * XS * (1 - tanh**2), tanh, np.ones(40)])
    assert np.allclose(found[:, 0], expected, rtol=1e-14, atol=1e-15)
    moved = residuals.jacobian(XS, YS, params=[a, b + 1.0, c])
    assert np.allclose(moved[:, 0, 0], (b + 1) * XS * (1 - tanh**2), rtol=1e-14, atol=1e-15)
    assert data_of(parameters).tolist() == [a, b, c]


def test_jacobian_of_a_single_value():
    function, parameters = model()
    loss = jit(squared(function), parameters=parameters)
    rows = loss.jacobian(XS, YS)
    assert rows.shape == (40, 3)
    mean_of_rows = rows.mean(axis=0)
    assert np.allclose(mean_of_rows, loss.value_and_grad(XS, YS)[1], rtol=1e-13)


def test_least_squares_by_gauss_and_newton():
    function, parameters = model()
    ys = 0.5 + np.tanh(1.5 * XS) * -0.7
    residuals = jit(lambda x, y: function(x) - y, parameters=parameters)
    at = np.array([1.0, -1.0, 0.0])
    for _ in range(20):
        for p, x in zip(parameters, at):
            p.data = x
        step = np.linalg.lstsq(residuals.jacobian(XS, ys), residuals(XS, ys), rcond=None)[0]
        at = at - step
    assert at == pytest.approx([1.5, -0.7, 0.5], abs=1e-10)


def test_check_finite():
    w = Value(1.0)
    loss = jit(lambda x: w * x.log())
    with pytest.raises(FloatingPointError, match="example 1"):
        loss.value_and_grad([1.0, 0.0], check_finite=True)
    mean, gradient = loss.value_and_grad([1.0, 0.0])
    assert mean == -np.inf and gradient.tolist() == [-np.inf]


@pytest.mark.parametrize(
    "params, error, message",
    [
        ([1.0], ValueError, r"params: expected an array of shape \(3,\), .* got shape \(1,\)"),
        ([[1.0, 2.0, 3.0]], ValueError, r"got shape \(1, 3\)"),
        (["a", "b", "c"], TypeError, "params: expected an array of real numbers"),
        ([1j, 0, 0], TypeError, "params: expected an array of real numbers"),
    ],
)
def test_params_that_do_not_fit(params, error, message):
    function, parameters = model()
    loss = jit(squared(function), parameters=parameters)
    for method in (loss.value_and_grad, loss.jacobian):
        with pytest.raises(error, match=message):
            method(XS, YS, params=params)


def test_parameters_that_are_none():
    w = Value(1.0)
    with pytest.raises(TypeError, match="expected Values as parameters, got float"):
        jit(lambda x: w * x, parameters=[w, 1.0])
    with pytest.raises(ValueError, match="the same Value is twice"):
        jit(lambda x: w * x, parameters=[w, w])


def test_several_outputs_have_no_mean():
    w = Value(1.0)
    with pytest.raises(TypeError, match="value_and_grad needs a function that returns a single"):
        jit(lambda x: [w * x]).value_and_grad(XS)


def test_not_inside_of_a_trace():
    w = Value(1.0)
    inner = jit(lambda x: w * x)
    with pytest.raises(TraceError):
        jit(lambda x: x * inner.value_and_grad([1.0])[0])(XS)
