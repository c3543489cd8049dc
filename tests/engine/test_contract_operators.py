"""Operators' values and exceptions: those of Python's float; an error changes no graph."""

import math

import numpy as np
import pytest

BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "**": lambda x, y: x**y,
}

RAISES = {
    "v(0.0) ** -1": ZeroDivisionError,
    "v(-0.0) ** -1": ZeroDivisionError,
    "v(0.0) ** v(-1)": ZeroDivisionError,
    "0.0 ** v(-2.5)": ZeroDivisionError,
    "1 / v(0)": ZeroDivisionError,
    "v(1) / v(0)": ZeroDivisionError,
    "v(1) / 0": ZeroDivisionError,
    "v(1) / 0.0": ZeroDivisionError,
    "v(0) / v(0)": ZeroDivisionError,
    "v(2.0) ** 2000": OverflowError,
    "v(2.0) ** v(2000)": OverflowError,
    "2.0 ** v(2000)": OverflowError,
    "v(-10.0) ** 309": OverflowError,
    "v(1) / v(1e-310)": OverflowError,
    "v(1.0) ** 10**400": OverflowError,
    "v(1.0) + 10**400": OverflowError,
    "10**400 * v(1.0)": OverflowError,
    "v(1.0) < 10**400": OverflowError,
    "v(1.0).maximum(10**400)": OverflowError,
    "v(1.0).leaky_relu(10**400)": OverflowError,
    "v(1000).exp()": OverflowError,
    "v(1000).expm1()": OverflowError,
    "v(1000).sinh()": OverflowError,
    "v(-1000).cosh()": OverflowError,
    "v(-1).log()": ValueError,
    "v(0).log()": ValueError,
    "v(-math.inf).log()": ValueError,
    "v(-1).log1p()": ValueError,
    "v(-2).log1p()": ValueError,
    "v(-1).sqrt()": ValueError,
    "v(-math.inf).sqrt()": ValueError,
    "v(1.5).asin()": ValueError,
    "v(-1.5).acos()": ValueError,
    "v(math.inf).sin()": ValueError,
    "v(-math.inf).cos()": ValueError,
    "v(math.inf).tan()": ValueError,
    "v(-8.0) ** (1 / 3)": ValueError,
    "v(-8.0) ** v(0.5)": ValueError,
    "(-8.0) ** v(0.5)": ValueError,
    "v(1) + 'a'": TypeError,
    "'a' + v(1)": TypeError,
    "v(1) - None": TypeError,
    "None - v(1)": TypeError,
    "v(1) * [1]": TypeError,
    "(1, 2) * v(1)": TypeError,
    "v(1) / 'a'": TypeError,
    "'a' / v(1)": TypeError,
    "v(1) ** 'a'": TypeError,
    "v(1) ** 1j": TypeError,
    "'a' ** v(1)": TypeError,
    "v(1) + 1j": TypeError,
    "v(1) * np.complex128(1)": TypeError,
    "v(1) // 2": TypeError,
    "v(1) % 2": TypeError,
    "v(1) @ v(1)": TypeError,
    "~v(1)": TypeError,
    "v(1)[0]": TypeError,
    "len(v(1))": TypeError,
    "list(v(1))": TypeError,
    "v(1)()": TypeError,
    "v(1).maximum('a')": TypeError,
    "v(1).minimum(None)": TypeError,
    "v(1).atan2([1])": TypeError,
    "v(1).leaky_relu('a')": TypeError,
    "v(1).leaky_relu(v)": TypeError,
    "v(1).maximum(np.zeros(2))": TypeError,
    "v(1).tanh(2)": TypeError,
    "pow(v(2), 3, 5)": TypeError,
}

QUIET = {
    "v(1e200) * 1e200": math.inf,
    "v(-1e308) + -1e308": -math.inf,
    "v(1e308) - -1e308": math.inf,
    "v(math.inf) + 1": math.inf,
    "v(0.0) ** 0": 1.0,
    "v(0.0) ** v(0)": 1.0,
    "v(math.nan) ** 0": 1.0,
    "v(1.0) ** math.nan": 1.0,
    "v(math.inf) ** -1": 0.0,
    "v(-2.0) ** 3": -8.0,
    "v(-2.0) ** v(-1)": -0.5,
    "v(-math.inf) ** 0.5": math.inf,
    "v(2.0) ** -math.inf": 0.0,
    "v(-1000).exp()": 0.0,
    "v(-math.inf).exp()": 0.0,
    "v(math.inf).exp()": math.inf,
    "v(math.inf).log()": math.inf,
    "v(math.inf).sqrt()": math.inf,
    "v(math.inf).tanh()": 1.0,
    "v(1e308).sigmoid()": 1.0,
    "v(-1e308).sigmoid()": 0.0,
    "v(1e308).softplus()": 1e308,
    "v(-1e308).softplus()": 0.0,
    "v(1e308).tanh()": 1.0,
    "v(math.inf).softplus()": math.inf,
    "v(-math.inf).softplus()": 0.0,
    "v(-math.inf).sigmoid()": 0.0,
    "v(math.inf).atan()": math.atan(math.inf),
    "1e-320 * v(0.5)": 1e-320 * 0.5,
}


@pytest.mark.parametrize("symbol", BINARY)
@pytest.mark.parametrize("x, y", [(2.5, 3), (-4.0, 2), (0.1, 0.2), (7.0, -3), (1e16, 1)])
def test_values_are_pythons(engine, symbol, x, y):
    operator, V = BINARY[symbol], engine.Value
    expected = operator(x, y)
    assert operator(V(x), V(y)).data == expected
    assert operator(V(x), y).data == expected
    assert operator(x, V(y)).data == expected


@pytest.mark.parametrize("x, y", [(2.5, 3), (-4.0, 2), (0.1, 0.3), (7.0, -3), (1.0, 49.0)])
def test_division_is_multiplication_by_a_power(engine, x, y):
    V = engine.Value
    assert (V(x) / V(y)).data == (V(x) / y).data == (x / V(y)).data == x * y**-1


@pytest.mark.parametrize("expression", RAISES)
def test_exceptions_do_not_change_the_graph(engine, live_nodes, expression):
    made = []

    def v(x):
        made.append(engine.Value(x))
        return made[-1]

    code = compile(expression, "expression", "eval")
    before = live_nodes()
    with pytest.raises(RAISES[expression]):
        eval(code, {"v": v, "math": math, "np": np})
    assert live_nodes() == before + len(made)
    assert all(node.grad == 0.0 and node._prev == () for node in made)
    for node in made:
        (node + 1).backward()
        assert node.grad == 1.0


@pytest.mark.parametrize("expression", QUIET)
def test_expressions_that_do_not_raise(engine, expression):
    out = eval(expression, {"v": engine.Value, "math": math})
    assert out.data.hex() == QUIET[expression].hex()


@pytest.mark.parametrize("expression", [e for e, error in RAISES.items() if error is TypeError])
def test_type_errors_have_a_message(engine, expression):
    with pytest.raises(TypeError) as caught:
        eval(expression, {"v": engine.Value, "math": math, "np": np})
    assert len(str(caught.value)) > 10


def test_an_error_deep_in_an_expression_leaves_the_operands(engine, live_nodes):
    a, b = engine.Value(2.0), engine.Value(0.0)
    c = a * b
    before = live_nodes()
    with pytest.raises(ZeroDivisionError):
        (a + 1) * (a - c) / (c * 3)
    assert live_nodes() == before
    c.backward()
    assert (a.grad, b.grad, c.grad) == (0.0, 2.0, 1.0)


def test_messages_of_math_domain_errors(engine):
    with pytest.raises(ValueError, match=r"-8\.0.*0\.5"):
        engine.Value(-8.0) ** 0.5


def test_in_place_operators_rebind(engine):
    a = engine.Value(2.0)
    b = a
    b += 1
    assert a.data == 2.0 and b.data == 3.0 and b._prev[0] is a
    b *= 2
    b -= 1
    b /= 4
    b **= 2
    assert b.data == ((2.0 + 1) * 2 - 1) ** 2 / 16


def test_sum_of_nothing_and_of_values(engine):
    V = engine.Value
    assert sum([]) == 0
    assert sum([V(1), V(2), V(3)]).data == 6.0


def test_a_bool_is_a_number(engine):
    assert (engine.Value(2.0) * True).data == 2.0
    assert (engine.Value(2.0) + False).data == 2.0


@pytest.mark.parametrize("slope, expected", [(0.01, -0.02), (0.5, -1.0), (0, -0.0), (-1, 2.0)])
def test_leaky_relu_slope(engine, slope, expected):
    out = engine.Value(-2.0).leaky_relu(slope)
    assert out.data == expected
    assert engine.Value(-2.0).leaky_relu(slope=slope).data == expected
    out.backward()
    assert out._prev[0].grad == slope
    assert engine.Value(3.0).leaky_relu(slope).data == 3.0


@pytest.mark.parametrize("x, y", [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (-0.0, 0.0)])
def test_maximum_and_minimum(engine, x, y):
    for name, pick in (("maximum", max), ("minimum", min)):
        a, b = engine.Value(x), engine.Value(y)
        out = getattr(a, name)(b)
        out.backward()
        assert out.data == pick(x, y)
        assert (a.grad, b.grad) == ((1.0, 0.0) if pick(x, y) == x else (0.0, 1.0))
        assert getattr(a, name)(y).data == pick(x, y)


def test_nan_wins_maximum_and_minimum(engine):
    for name in ("maximum", "minimum"):
        for x, y in ((math.nan, 1.0), (1.0, math.nan), (math.nan, math.nan)):
            assert math.isnan(getattr(engine.Value(x), name)(engine.Value(y)).data)
