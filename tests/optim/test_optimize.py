"""micrograd_c.optimize: SciPy's optimizers with our derivatives, against known minima and SciPy."""

import subprocess
import sys

import numpy as np
import pytest

from micrograd_c import Value, exp, jit
from micrograd_c.optimize import curve_fit, least_squares, minimize

scipy_optimize = pytest.importorskip("scipy.optimize")
pytestmark = pytest.mark.usefixtures("jit_engine")

X = np.linspace(0.0, 4.0, 60)
Y = 2.5 * np.exp(-1.3 * X) + 0.01 * np.sin(40 * X)


def decay():
    """A model with its parameters, and the same in NumPy."""
    rate, scale = Value(0.5), Value(1.0)
    model = jit(lambda x: scale * exp(-rate * x), parameters=[rate, scale])
    return model, (rate, scale), lambda x, rate, scale: scale * np.exp(-rate * x)


def data_of(parameters):
    return [p.data for p in parameters]


def test_curve_fit():
    model, parameters, plain = decay()
    found, covariance = curve_fit(model, X, Y)
    expected, expected_covariance = scipy_optimize.curve_fit(plain, X, Y, p0=[0.5, 1.0])
    assert found == pytest.approx(expected, rel=1e-6)
    assert covariance == pytest.approx(expected_covariance, rel=1e-4)
    assert data_of(parameters) == found.tolist()


def test_curve_fit_with_sigma_bounds_and_several_arguments():
    a, b = Value(0.1), Value(0.1)
    model = jit(lambda x, row: a * x + b * row[0] * row[1], parameters=[a, b])
    rows = np.column_stack([X, 1.0 + X])
    y = 2.0 * X - 3.0 * rows[:, 0] * rows[:, 1]
    found, _ = curve_fit(model, (X, rows), y, sigma=np.full(60, 0.1), bounds=([-5, -5], [5, 5]))
    assert found == pytest.approx([2.0, -3.0], rel=1e-6)


def test_functions_without_rows():
    a, b = Value(3.0), Value(-2.0)
    result = minimize(jit(lambda: (a - 1.0) ** 2 + (b + a) ** 2))
    assert (a.data, b.data) == pytest.approx((1.0, -1.0), abs=1e-6) and result.fun < 1e-12
    a.data = b.data = 5.0
    result = least_squares(jit(lambda: [a - 1.0, 2.0 * (b + a)]))
    assert result.fun.shape == (2,)
    assert (a.data, b.data) == pytest.approx((1.0, -1.0))
    least_squares(jit(lambda: a - 4.0))
    assert a.data == pytest.approx(4.0)


def test_least_squares():
    model, parameters, plain = decay()
    residuals = jit(lambda x, y: [model(x) - y, 0.1 * parameters[0]], parameters=parameters)
    result = least_squares(residuals, X, Y, method="lm")

    def in_numpy(p):
        return np.column_stack([plain(X, *p) - Y, np.full(60, 0.1 * p[0])]).ravel()

    expected = scipy_optimize.least_squares(in_numpy, [0.5, 1.0], method="lm")
    assert result.success and result.fun.shape == (120,)
    assert result.x == pytest.approx(expected.x, rel=1e-6)
    assert result.cost == pytest.approx(expected.cost, rel=1e-9)
    assert data_of(parameters) == result.x.tolist()


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "TNC"])
def test_minimize(method):
    a, b = Value(-1.0), Value(2.0)
    banana = jit(lambda t: 100.0 * (b - a**2) ** 2 + (1 - a) ** 2 + 0.0 * t, parameters=[a, b])
    result = minimize(banana, [1.0], method=method, tol=1e-10)
    assert result.x == pytest.approx([1.0, 1.0], abs=1e-4)
    assert data_of([a, b]) == result.x.tolist() and a.grad == b.grad == 0.0
    assert result.fun == pytest.approx(banana([1.0])[0], abs=1e-12)


def test_bounds_and_callback_are_scipys():
    a = Value(0.0)
    seen = []
    loss = jit(lambda x: (a - x) ** 2)
    result = minimize(loss, [3.0, 5.0], method="L-BFGS-B", bounds=[(0, 2)], callback=seen.append)
    assert result.x.tolist() == [2.0] == [a.data] and seen


def test_an_exception_leaves_the_parameters():
    a = Value(0.5)

    def stop(x):
        raise KeyError("mine")

    with pytest.raises(KeyError):
        minimize(jit(lambda x: (a - x) ** 2), [3.0], callback=stop)
    assert a.data == 0.5


@pytest.mark.parametrize("function", [minimize, least_squares, curve_fit])
def test_what_is_not_jitted(function):
    def loss(x):
        return x

    with pytest.raises(TypeError, match=r"expected a jitted function, got loss: write jit\(loss\)"):
        function(loss, X, Y)


def test_a_function_without_parameters():
    with pytest.raises(ValueError, match="reads no parameters"):
        minimize(jit(lambda x: x * x), X)


def test_without_scipy():
    code = (
        "import sys; sys.modules['scipy'] = sys.modules['scipy.optimize'] = None\n"
        "from micrograd_c import Value, jit, optimize\n"
        "w = Value(1.0)\n"
        "try: optimize.minimize(jit(lambda x: w * x), [1.0])\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "micrograd_c.optimize needs SciPy: pip install 'micrograd_c[scipy]'\n"
