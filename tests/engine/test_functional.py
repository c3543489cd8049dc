"""Operators as functions of Values and numbers."""

import numpy as np
import pytest
from net_tools import assert_same_graph

from micrograd_c import functional as F
from python_ref.core.ops import OPS

POINTS = {
    "acos": 0.3,
    "acosh": 1.5,
    "asin": -0.7,
    "log": 2.5,
    "sqrt": 2.5,
}  # other functions take any number


@pytest.mark.parametrize("name", F.UNARY)
def test_functions_of_one(engine, name):
    function, x = getattr(F, name), POINTS.get(name, 0.6)
    of_number = function(x)
    assert type(of_number) is float and of_number == OPS[name].value(x)
    assert function(np.float32(1.5 if x > 1 else 0.5)) == function(1.5 if x > 1 else 0.5)
    of_value = function(engine.Value(x))
    assert type(of_value) is engine.Value
    assert_same_graph(of_value, getattr(engine.Value(x), name)())
    assert of_value.data == of_number


@pytest.mark.parametrize("x, y", [(0.5, -1.5), (2.0, 2.0), (-1.0, 3.0)])
@pytest.mark.parametrize("name", F.BINARY)
def test_functions_of_two(engine, name, x, y):
    function, V = getattr(F, name), engine.Value
    assert type(function(x, y)) is float and function(x, y) == OPS[name].value(x, y)
    expected = getattr(V(x), name)(V(y))
    for made in (function(V(x), V(y)), function(V(x), y), function(x, V(y))):
        assert made.data == function(x, y) and len(made._prev) == 2
        made.backward()
    assert_same_graph(function(V(x), V(y)), expected)


def test_leaky_relu(engine):
    assert F.leaky_relu(-2.0) == -0.02 and F.leaky_relu(3, slope=0.5) == 3.0
    assert_same_graph(F.leaky_relu(engine.Value(-2.0), 0.3), engine.Value(-2.0).leaky_relu(0.3))


@pytest.mark.parametrize("name", [*F.UNARY, *F.BINARY, "leaky_relu"])
@pytest.mark.parametrize("bad", [None, "1.0", 1j, [1.0], np.zeros(2)])
def test_anything_but_a_number_is_refused(engine, name, bad):
    function = getattr(F, name)
    calls = [lambda: function(bad)]
    if name in F.BINARY:
        v = engine.Value(1.0)
        calls = [
            lambda: function(bad, 1.0), lambda: function(1.0, bad),
            lambda: function(v, bad), lambda: function(bad, v),
        ]  # fmt: skip
    for call in calls:
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize(
    "name, x, error",
    [
        ("log", -1.0, ValueError), ("sqrt", -1.0, ValueError), ("acos", 2.0, ValueError),
        ("log1p", -1.0, ValueError), ("exp", 1000.0, OverflowError), ("sinh", 1e4, OverflowError),
    ],
)  # fmt: skip
def test_errors_are_those_of_math(engine, name, x, error):
    for of in (float, engine.Value):
        with pytest.raises(error):
            getattr(F, name)(of(x))


def test_names_and_documentation():
    for name in [*F.UNARY, *F.BINARY, *F.BULK, "leaky_relu"]:
        function = getattr(F, name)
        assert function.__name__ == name and function.__doc__.strip()
        assert "self" not in function.__doc__


def test_a_star_import_hides_none_of_pythons_own():
    import builtins

    assert not [name for name in F.__all__ if hasattr(builtins, name)]
