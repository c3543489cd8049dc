"""jit: a run computes infinities and NaN without raising; check_finite finds them."""

import math

import numpy as np
import pytest

from micrograd_c import TraceError, jit, optim
from micrograd_c.engine import Value
from python_ref.core.ieee import ieee
from python_ref.core.ops import OPS, UNARY, UNARY_K

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e308, -1e308, 750.0, math.inf, -math.inf, math.nan]

RAISES = {  # in an eager program: (function, operand, IEEE value)
    "log(-1)": (lambda x: x.log(), -1.0, math.nan),
    "log(0)": (lambda x: x.log(), 0.0, -math.inf),
    "log1p(-1)": (lambda x: x.log1p(), -1.0, -math.inf),
    "sqrt(-1)": (lambda x: x.sqrt(), -1.0, math.nan),
    "1/0": (lambda x: 1 / x, 0.0, math.inf),
    "1/-0": (lambda x: 1 / x, -0.0, -math.inf),
    "exp(1000)": (lambda x: x.exp(), 1000.0, math.inf),
    "sinh(-1000)": (lambda x: x.sinh(), -1000.0, -math.inf),
    "(-8)**1.5": (lambda x: x**1.5, -8.0, math.nan),
    "(-8)**1.5, a Value": (lambda x: x ** Value(1.5), -8.0, math.nan),
    "10**1000": (lambda x: 10**x, 1000.0, math.inf),
    "asin(2)": (lambda x: x.asin(), 2.0, math.nan),
}
each = pytest.mark.parametrize("f, x, expected", RAISES.values(), ids=RAISES)


@each
def test_nothing_raises(f, x, expected, jit_engine):
    with pytest.raises((ArithmeticError, ValueError)):
        f(Value(x))
    same = pytest.approx([expected], nan_ok=True, rel=0)
    w = Value(1.0)
    traced = jit(lambda x: f(x * w))
    assert traced([x]).tolist() == same
    assert [traced.backward([x])] == same
    traced.check([x, 0.75])
    assert traced.fit([x], optimizer=optim.SGD([w], lr=0.0)) == same


@each
def test_nothing_raises_for_parameters(f, x, expected, jit_engine):
    w = Value(x)
    traced = jit(lambda x: f(w) + 0 * x)  # not finite while tracing
    assert traced([1.0]).tolist() == pytest.approx([expected], nan_ok=True, rel=0)
    traced.check([1.0])
    w.data = 0.75
    assert traced([1.0]).tolist() == [f(w).data]
    w.data = x  # not finite in a later run
    assert traced([1.0]).tolist() == pytest.approx([expected], nan_ok=True, rel=0)


@pytest.mark.parametrize("name", OPS)
def test_every_operator_of_special_values(name):
    """C computes the IEEE value of the operators' table."""
    two = OPS[name].kind != UNARY
    for y in SPECIAL if two else [None]:
        if OPS[name].kind == UNARY_K:
            operator = lambda x: x._apply_k(name, y, f"**{y}")  # noqa: E731
        else:
            others = [] if y is None else [Value(y)]
            operator = lambda x: x._apply(name, *others)  # noqa: E731
        with ieee():
            eager = [operator(Value(x)).data for x in SPECIAL]
        got = jit(operator, math="libm")(SPECIAL)
        both_nan = np.isnan(eager) & np.isnan(got)
        assert ((np.array(eager) == got) | both_nan).all()
        assert (np.signbit(eager) == np.signbit(got))[~both_nan].all()
        portable = jit(operator)(SPECIAL)
        assert (np.isnan(eager) == np.isnan(portable)).all()
        assert (np.signbit(eager) == np.signbit(portable))[~both_nan].all()
        np.testing.assert_allclose(portable, got, rtol=5e-16)


def test_operators_raise_again_after_ieee():
    with ieee():
        with ieee():
            pass
        assert math.isnan(Value(-1.0).log().data)
    with pytest.raises(ValueError):
        Value(-1.0).log()


@pytest.mark.parametrize("w", [0.0, 1.0])
def test_no_gradient_below_detach(w, jit_engine):
    """sqrt has an infinite derivative at 0, and 0 times that would be NaN."""
    parameter, other = Value(w), Value(0.0)
    f = jit(lambda x: (parameter * x).sqrt().detach() + parameter + (other * x).sqrt().detach())
    f.backward([1.0, 0.0])
    assert (parameter.grad, other.grad) == (1.0, 0.0)
    f.check([1.0, 0.0])


def test_a_layer_below_detach(jit_engine):
    """No instruction stores the gradients of the layer's weights."""
    ws = [Value(v) for v in (0.5, -1.0, 2.0, 0.25)]

    def f(x):
        inner = [ws[0] * x[0] + ws[1] * x[1] + ws[2], ws[1] * x[0] + ws[0] * x[1] + ws[3]]
        return (inner[0].detach() + inner[1]) * ws[2] + ws[0] * ws[0]

    jit(f).check(np.random.default_rng(0).normal(size=(23, 2)))
    only = jit(lambda x: (ws[0] * x[0] + ws[1] * x[1] + ws[2]).detach() + ws[0] * ws[0])
    for _ in range(2):  # the second run reuses memory
        only.check(np.random.default_rng(1).normal(size=(23, 2)))


# --- check_finite ---


def finds(match):
    return pytest.raises(FloatingPointError, match=match)


def test_check_finite_names_example_and_operator(jit_engine):
    w, nan = Value(1e200), Value(math.nan)
    for f, x, match in (
        (lambda x: (w * x * w + 1).relu(), [0.0, 1.0], r"example 1: '\*' is inf"),
        (lambda x: w * x + w * x, [1.0, 1e108], r"example 1: '\+' is inf"),
        (lambda x: (x * 2 + 1).relu(), [1.0, math.nan], "example 1: an input is nan"),
        (lambda x: (x * nan + 1).relu(), [1.0], "example 0: a parameter is nan"),
        (lambda x: x * math.inf, [1.0], "example 0: a constant is inf"),
        (lambda x: 1 / (x * 2), [1.0, 0.0], r"example 1: '\*\*-1' is inf"),
    ):
        with finds(match):
            jit(f)(x, check_finite=True)
        with finds(match):
            jit(f).backward(x, check_finite=True)
        jit(f)(x)
    assert w.grad == nan.grad == 0.0
    assert jit(lambda x: w * x)([1.0], check_finite=True).tolist() == [1e200]


def test_check_finite_of_gradients(jit_engine):
    w = Value(0.0)
    w.grad = 0.5
    f = jit(lambda x: (w * x).sqrt())
    with finds("example 2: the gradient that 'sqrt' passes on"):
        jit(lambda x: (w * 0 + x).sqrt()).backward([1.0, 4.0, 0.0], check_finite=True)
    with finds("example 0: the gradient"):
        f.backward([1.0], check_finite=True)
    assert w.grad == 0.5
    w.data = 4.0
    assert f.backward([1.0], check_finite=True) == 2.0
    assert w.grad == 0.75


@pytest.mark.parametrize("epochs, batch_size", [(9, None), (9, 1), (1, 1), (1, 2)])
@pytest.mark.parametrize("shuffle", [True, False])
def test_fit_stops_before_parameters_become_nonfinite(epochs, batch_size, shuffle, jit_engine):
    x = np.array([1.0, 1.0, 1.0, 1e200, 1.0, 1.0])
    for f, match in (
        (lambda x: w * x * x, r"example 3: '\*' is -?inf"),
        (lambda x: (w * (1 - x * 1e-200)).sqrt(), "example 3: the gradient that 'sqrt' passes on"),
    ):
        w = Value(1.0)
        sgd = optim.SGD([w], lr=0.125, momentum=0.5)
        with finds(match):
            jit(f).fit(
                x, optimizer=sgd, epochs=epochs, batch_size=batch_size, shuffle=shuffle,
                check_finite=True,
            )  # fmt: skip
        assert math.isfinite(w.data) and math.isfinite(sgd.state["momentum_buffer"][0])
        assert sgd.step_count == (
            0 if batch_size is None
            else list(np.random.default_rng(0).permutation(6) if shuffle else range(6)).index(3)
            // batch_size
        )  # fmt: skip


def test_check_finite_when_only_the_sum_overflows(jit_engine):
    with finds("summed over 2 examples"):
        jit(lambda x: x).backward([1.5e308, 1.5e308], check_finite=True)


def test_check_finite_does_not_hide_a_trace_error(jit_engine):
    with pytest.raises(TraceError):
        jit(lambda x: x.data)([1.0], check_finite=True)
