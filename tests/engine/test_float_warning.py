"""float() of a Value warns if that cuts a gradient; formatting and comparing do not."""

import math
import warnings

import numpy as np
import pytest
from warning_tools import warned

from micrograd_c import functional as F
from micrograd_c import no_grad

CUTS = [
    lambda v: float(v),
    lambda v: math.tanh(v),
    lambda v: math.exp(v),
    lambda v: math.sqrt(v),
    lambda v: "%.3f" % v,  # noqa: UP031
    lambda v: np.array([v], dtype=float),
]


@pytest.mark.parametrize("cut", CUTS)
def test_a_computed_value_warns_at_the_users_line(engine, cut):
    (warning,) = warned(cut, engine.Value(0.5) * 2.0)
    assert warning.category is UserWarning
    assert warning.filename == __file__ and warning.lineno == cut.__code__.co_firstlineno
    for name in ("v.exp()", "v.detach()", "v.data"):
        assert name in str(warning.message)


@pytest.mark.parametrize("cut", CUTS)
def test_no_warning_without_a_gradient_to_cut(engine, cut):
    v = engine.Value(0.5)
    with no_grad():
        unrecorded = v * 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cut(v)
        cut(unrecorded)
        cut((v * 2).detach())
        with no_grad():
            cut(v * 2)


def test_a_nets_output_and_custom_operators_warn(engine):
    x = engine.Value(1.0)
    for v in (engine.nn.MLP(2, [2, 1])([1.0, 2.0]), type(x)(2.0, (x,), "own"), x**2, x.relu()):
        assert len(warned(float, v)) == 1
    assert not warned(float, engine.Value(1.0, (), "own"))


def test_one_warning_for_each_line(engine):
    v = engine.Value(0.5) * 2.0
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        globals().pop("__warningregistry__", None)
        for k in range(3):
            math.tanh(v * k)
            math.exp(v)
    assert len(caught) == 2 and len({w.lineno for w in caught}) == 2


@pytest.mark.parametrize(
    "read, expected",
    [
        (lambda v: f"{v:.3f}", "-2.500"),
        (lambda v: f"{v:8.1f}|", "    -2.5|"),
        (lambda v: f"{v:g}", "-2.5"),
        (lambda v: format(v, "+.0e"), "-2e+00"),
        (lambda v: f"{v.data:.1f}{v:.1f}", "-2.5-2.5"),
        (lambda v: f"{v}", "Value(data=-2.5, grad=0.0)"),
        (lambda v: format(v), "Value(data=-2.5, grad=0.0)"),
        (lambda v: str(v), "Value(data=-2.5, grad=0.0)"),
        (lambda v: round(v), -2),
        (lambda v: round(v, 1), -2.5),
        (lambda v: round(v, ndigits=0), -2.0),
        (lambda v: int(v), -2),
        (lambda v: math.floor(v), -3),
        (lambda v: math.ceil(v), -2),
        (lambda v: math.trunc(v), -2),
    ],
)
def test_formatting_and_rounding(engine, read, expected):
    for v in (engine.Value(-2.5), engine.Value(-1.25) * 2):
        made = read(v)
        assert made == expected and type(made) is type(expected)


def test_a_bad_format(engine):
    with pytest.raises(ValueError):
        f"{engine.Value(1.0):d}"
    with pytest.raises((ValueError, OverflowError)):
        int(engine.Value(math.nan))


def test_our_functions_that_read_data_do_not_warn(engine):
    """A warning would be an error: pytest is configured so."""
    x = engine.Value(0.5)
    v, p = x * 2.0, engine.Value(1.0)
    p.data = v
    p.grad = v
    assert p.data == p.grad == 1.0
    F.set_data([p], [v * 3])
    F.set_grad([p], np.array([v * 4]))
    assert (p.data, p.grad) == (3.0, 4.0)
    assert type(v)(v)._prev == () and type(v)(1.0, (x,), (v,))._prev == (x,)
    assert v < v * 3 and v >= 1.0
    assert x.leaky_relu(v).data == 0.5
    F.logsumexp([v, 2.0]), F.softmax([v, 1.0]), F.maximum(v, 2.0)


def test_float_returns_data(engine):
    assert float(engine.Value(2.5)) == 2.5 and type(float(engine.Value(2))) is float
    with pytest.warns(UserWarning):
        assert float(engine.Value(2.5) * 2) == 5.0
