"""micrograd_c.gradcheck: finds wrong gradients, names the worst, restores data and gradients."""

import inspect
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_c.gradcheck import GradcheckError, gradcheck


def times_with_gradient(x, slope, gradient):
    """Return slope * x with a backward that uses ``gradient`` in place of the slope."""
    out = type(x)(slope * x.data, (x,), "times")

    def backward():
        x.grad += gradient * out.grad

    out._backward = backward
    return out


def test_right_gradients_pass(engine):
    a, b, c = (engine.Value(x) for x in (0.3, -1.2, 2.5))
    assert gradcheck(lambda x: x * x, a)
    assert gradcheck(lambda x, y: (x * y).tanh() + x / y, (a, b))
    assert gradcheck(lambda xs, y: [xs[0] * xs[1], y, xs[1] ** 3 * y], [[a, b], c])
    assert gradcheck(lambda x, y: x * x, [a, b])  # an input that f ignores
    assert gradcheck(lambda x, y: x * y, [a, a])  # one Value as two inputs


@given(x=st.floats(-3, 3), slope=st.floats(-5, 5), error=st.floats(-1, 1))
def test_a_gradient_passes_if_it_is_within_the_tolerance(engine, x, slope, error):
    allowed = 1e-5 + 1e-3 * abs(slope)
    if abs(abs(error) - allowed) < 1e-7:  # too close: the measured slope has an error, too
        return
    passed = gradcheck(
        lambda v: times_with_gradient(v, slope, slope + error),
        engine.Value(x),
        raise_exception=False,
    )
    assert passed == (abs(error) < allowed)


def test_tolerances_are_those_of_torch():
    torch = pytest.importorskip("torch")
    theirs = inspect.signature(torch.autograd.gradcheck).parameters
    for name, parameter in inspect.signature(gradcheck).parameters.items():
        if name not in ("f", "inputs"):
            assert parameter.default == theirs[name].default


def test_the_report_names_the_worst_entry(engine):
    def f(xs, y):
        good = xs[0] * y
        return [good, times_with_gradient(xs[1], 2.0, 2.5) + times_with_gradient(y, 1.0, 1.1)]

    inputs = [[engine.Value(1.0), engine.Value(3.0)], engine.Value(2.0)]
    with pytest.raises(GradcheckError) as caught:
        gradcheck(f, inputs)
    message = str(caught.value)
    assert "2 of 6 derivatives are wrong" in message
    assert "output[1] by input 0[1]: backward() gives 2.5, the slope is 2;" in message
    assert "they differ by 0.5, allowed is 0.00201" in message
    assert gradcheck(f, inputs, raise_exception=False) is False
    assert gradcheck(f, inputs, atol=0.5)


def test_a_nan_is_worst_of_all(engine):
    def f(x, y):
        return times_with_gradient(x, 1.0, 9.0) + times_with_gradient(y, 1.0, math.nan)

    with pytest.raises(GradcheckError, match=r"output by input 1: backward\(\) gives nan"):
        gradcheck(f, [engine.Value(1.0), engine.Value(1.0)])


def test_gradcheck_error_is_a_runtime_error():
    assert issubclass(GradcheckError, RuntimeError)


def test_outputs_that_share_nodes_are_checked_separately(engine):
    def f(x):
        shared = x * x
        return [shared * 2, shared * 3, shared]

    assert gradcheck(f, engine.Value(1.5))


def test_data_and_gradients_are_restored(engine):
    x, weight = engine.Value(0.7), engine.Value(-1.3)
    hidden = weight * 2
    x.grad, weight.grad, hidden.grad = 5.0, 6.0, 7.0

    def restored():
        return (x.data, x.grad, weight.grad, hidden.grad) == (0.7, 5.0, 6.0, 7.0)

    assert gradcheck(lambda v: v * weight + hidden, x)
    assert restored()
    with pytest.raises(GradcheckError):
        gradcheck(lambda v: times_with_gradient(v * weight, 1.0, 2.0), x)
    assert restored()


@pytest.mark.parametrize("domain", [1.0, -1.0])
def test_data_are_restored_when_f_raises(engine, domain):
    x = engine.Value(domain * 1e-7)  # log raises at one of x + eps, x - eps, or at x
    with pytest.raises(ValueError, match="domain"):
        gradcheck(lambda v: v.log(), x)
    assert (x.data, x.grad) == (domain * 1e-7, 0.0)


def test_errors(engine):
    x = engine.Value(1.0)
    with pytest.raises(TypeError, match="as inputs, got float"):
        gradcheck(lambda v: v, 1.0)
    with pytest.raises(TypeError, match="as input 1, got float"):
        gradcheck(lambda v, k: v * k, [x, 2.0])
    with pytest.raises(TypeError, match=r"as input 0\[1\], got int"):
        gradcheck(lambda vs: vs[0], [[x, 3]])
    with pytest.raises(TypeError, match="as output, got float"):
        gradcheck(lambda v: v.data, x)
    with pytest.raises(TypeError, match=r"as output\[1\], got float"):
        gradcheck(lambda v: [v, v.data], x)
    with pytest.raises(ValueError, match="at least one input"):
        gradcheck(lambda: x, [])
    with pytest.raises(ValueError, match="at least one Value"):
        gradcheck(lambda v: [], x)
    for wrong in ({"eps": 0.0}, {"atol": -1.0}, {"rtol": math.nan}):
        with pytest.raises(ValueError, match="expected eps > 0"):
            gradcheck(lambda v: v, x, **wrong)


def test_an_input_at_the_edge_of_the_domain(engine):
    V = engine.Value
    with pytest.raises(ValueError, match=r"input 1 = 0\.0"):
        gradcheck(lambda x, y: x + y.sqrt() if y.data else x + y, [V(1.0), V(0.0)])
