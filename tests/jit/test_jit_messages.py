"""jit: conversions of traced Values to numbers are refused; errors say what to write instead."""

import math

import numpy as np
import pytest

from micrograd_c import TraceError, functional, jit
from micrograd_c.engine import Value
from micrograd_c.losses import mse_loss
from micrograd_c.nn import MLP

W, MODEL = Value(2.0), MLP(2, [3, 1])
HERE = r"test_jit_messages\.py:\d+: "

NUMBERS = {
    "math.tanh": (lambda x: math.tanh(W * 2.0) + x, r"write v\.tanh\(\) instead of math\.tanh"),
    "math.exp": (lambda x: math.exp(x), r"write v\.exp\(\) instead of math\.exp"),
    "math.sqrt": (lambda x: math.sqrt(W) * x, r"write v\.sqrt\(\) instead of math\.sqrt"),
    "math.pow": (lambda x: x.exp() * math.pow(W, 2), r"write a \*\* b instead of math\.pow"),
    "math.fabs": (lambda x: math.fabs(x), r"write abs\(v\) instead of math\.fabs"),
    "math.floor": (lambda x: math.floor(x), r"write v\.floor\(\) instead of math\.floor"),
    "float": (lambda x: float(W) * x, "v.exp"),
    "float of an argument": (lambda x: float(x) * x, "v.exp"),
    "int": (lambda x: int(x), "v.exp"),
    "int of a parameter": (lambda x: int(W) * x, "v.exp"),
    "round": (lambda x: round(x * W), "v.exp"),
    "round to digits": (lambda x: round(W, 2) * x, "v.exp"),
    "floor, ceil, trunc": (lambda x: math.floor(W) + math.ceil(W) + math.trunc(W) + x, r"v\.floor"),
    "format": (lambda x: x if f"{x:.3f}" else W, "v.exp"),
    "format of a parameter": (lambda x: x if f"{W * 2:.3f}" else W, "v.exp"),
    "%": (lambda x: x if "%d" % x else W, "v.exp"),  # noqa: UP031
    "np.float64": (lambda x: np.float64(W) * x, "v.exp"),
    "an array of floats": (lambda x: np.array([W, 1.0], dtype=float)[0] * x, "v.exp"),
    "Value": (lambda x: Value(W) * x, "v.exp"),
    "slope": (lambda x: x.leaky_relu(W), "v.exp"),
    "data": (lambda x: x.data * W, "the Value itself"),
    "grad": (lambda x: x.grad * W, "the Value itself"),
    "get_data": (lambda x: functional.get_data([x]), "the Value itself"),
}


@pytest.mark.parametrize("f, hint", NUMBERS.values(), ids=NUMBERS)
def test_values_that_would_become_numbers(f, hint, jit_engine):
    with pytest.raises(TraceError, match=HERE + ".*" + hint):
        jit(f)([1.0])
    W.grad = 0.0


def test_constants_may_become_numbers(jit_engine):
    f = jit(lambda x: x * math.exp(Value(0.0)) * float(Value(3.0)))
    assert f([1.0]).tolist() == [3.0]
    assert (f"{W:.1f}", int(W), round(W, 1)) == ("2.0", 2, 2.0)  # outside a trace, as usual


def test_text_of_a_traced_value(jit_engine, capsys):
    def f(x):
        print(x, f"{x}", [x])
        return x

    jit(f)([1.0])
    assert capsys.readouterr().out.count("Value(traced)") == 3


ONE_EXAMPLE = {
    "zip": lambda X, Y: sum((W * x - y) ** 2 for x, y in zip(X, Y)),
    "for": lambda X, Y: [W * y for y in Y],
    "len": lambda X, Y: X[0] / len(Y),
    "range(len)": lambda X, Y: sum(X[i] for i in range(len(Y))),
    "index": lambda X, Y: Y[0],
    "shape": lambda X, Y: X[0] / Y.shape[0],
    "shape of a row": lambda X, Y: Y / X.shape[0],
    "mean": lambda X, Y: (W * Y).mean(),
    "nets": lambda X, Y: mse_loss([MODEL(row) for row in X], Y),
    "sum": lambda X, Y: sum(Y),
    "a column": lambda X, Y: X[:, 0],
    "row and column": lambda X, Y: X[0, 0],
}


@pytest.mark.parametrize("f", ONE_EXAMPLE.values(), ids=ONE_EXAMPLE)
def test_functions_of_a_batch(f, jit_engine):
    with pytest.raises(TraceError, match=HERE + ".*takes one example, not the batch") as raised:
        jit(f)(np.ones((3, 2)), np.ones(3))
    assert "TracedValue" not in str(raised.value)


@pytest.mark.parametrize(
    "f", [lambda x: x % 2, lambda x: 2 % x, lambda x: x // W, lambda x: divmod(x, 2)]
)
def test_operators_that_values_lack(f, jit_engine):
    with pytest.raises(TraceError, match=HERE + ".*Value.* computed before, with NumPy"):
        jit(f)([1.0])


def test_targets_of_one_column(jit_engine):
    x, y = np.ones((3, 2)), np.ones((3, 1))
    hint = r"argument 1 has the shape \(n, 1\).*y\[:, 0\]"
    squared = jit(lambda x, y: (MODEL(x) - y) ** 2)
    assert squared(x, y).shape == (3, 1)
    with pytest.raises(TypeError, match="single Value.*" + hint):
        squared.backward(x, y)
    with pytest.raises(TypeError, match="single Value.*" + hint):
        squared.fit(x, y, optimizer=None)
    with pytest.raises(TraceError, match=HERE + ".*" + hint):
        jit(lambda x, y: (1 - y * MODEL(x)).relu())(x, y)
    with pytest.raises(TraceError, match=HERE + ".*" + hint):
        jit(lambda x, y: MODEL(x) if y > 0 else -MODEL(x))(x, y)


def test_the_users_own_errors_are_passed_on(jit_engine):
    def own_type_error(x):
        raise TypeError("mine")

    for f, error, match in (
        (own_type_error, TypeError, "^mine$"),
        (lambda x: None + 1, TypeError, "NoneType"),
        (lambda x: [1, 2][5], IndexError, "list index"),
        (lambda x: x.nothing, AttributeError, "nothing"),
        (lambda x, y: x, TypeError, "argument"),
    ):
        with pytest.raises(error, match=match) as raised:
            jit(f)([1.0])
        assert not isinstance(raised.value, TraceError)
