"""NumPy's functions of a Value, and in-place operators on arrays of Values."""

import operator
import warnings

import numpy as np
import pytest

METHODS = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "sin": "sin",
    "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "absolute": "abs", "abs": "abs",
    "exp2": "exp2", "log2": "log2", "log10": "log10", "floor": "floor", "ceil": "ceil",
    "sign": "sign", "arcsinh": "asinh", "arctanh": "atanh",
}  # fmt: skip
IN_PLACE = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv,
    "**=": operator.ipow,
}  # fmt: skip


def exact(nodes):
    return [(x.data.hex(), x.grad.hex(), x._op) for x in nodes]


@pytest.mark.parametrize("name", METHODS)
def test_a_function_of_one_value_is_its_method(engine, name):
    v, w = engine.Value(0.5), engine.Value(0.5)
    made, expected = getattr(np, name)(v), getattr(w, METHODS[name])()
    assert type(made) is engine.Value
    made.backward(), expected.backward()
    assert exact([made, v]) == exact([expected, w])


@pytest.mark.parametrize(
    "name, expected",
    [("negative", -3.0), ("positive", 3.0), ("square", 9.0), ("reciprocal", 1 / 3)],
)
def test_operators_by_name(engine, name, expected):
    v = engine.Value(3.0)
    if name == "positive":
        with pytest.raises(TypeError):
            np.positive(v)
        return
    made = getattr(np, name)(v)
    assert type(made) is engine.Value and made.data == expected
    made.backward()
    assert v.grad != 0.0


def test_functions_of_two(engine):
    v, w = engine.Value(3.0), engine.Value(-1.0)
    for made, expected in (
        (np.add(v, w), 2.0), (np.subtract(v, 1), 2.0), (np.multiply(2.0, v), 6.0),
        (np.divide(v, np.float64(2)), 1.5), (np.power(v, 2), 9.0), (np.maximum(v, w), 3.0),
        (np.minimum(v, 1.0), 1.0), (np.maximum(5.0, v), 5.0), (np.arctan2(v, 1.0), np.arctan(3.0)),
        (np.arctan2(1.0, v), np.arctan2(1.0, 3.0)),
    ):  # fmt: skip
        assert type(made) is engine.Value and made.data == pytest.approx(expected, rel=1e-15)
    np.maximum(v, w).backward()
    assert (v.grad, w.grad) == (1.0, 0.0)
    assert np.less(w, v) and not np.greater_equal(w, v) and np.float64(0) < v
    assert not np.float64(3) == v and np.not_equal(v, w) and np.equal(v, v)


@pytest.mark.parametrize("symbol", ["+", "-", "*", "/", "**"])
@pytest.mark.parametrize(
    "scalar", [np.float64(2), np.float32(2), np.int64(2), np.uint8(2), np.True_]
)
def test_a_scalar_on_the_left(engine, symbol, scalar):
    v, w = engine.Value(1.5), engine.Value(1.5)
    made = eval(f"s {symbol} v", {"s": scalar, "v": v})
    expected = eval(f"s {symbol} v", {"s": float(scalar), "v": w})
    assert type(made) is engine.Value
    made.backward(), expected.backward()
    assert exact([made, v, *made._prev]) == exact([expected, w, *expected._prev])


def test_complex_and_text_stay_a_type_error(engine):
    for left in (np.complex128(1), np.array([1j]), np.array(["a"]), np.datetime64("2020-01-01")):
        with pytest.raises(TypeError):
            left * engine.Value(1.0)


@pytest.mark.parametrize("values", ["Values", "floats"])
def test_functions_with_an_array(engine, values):
    v, numbers = engine.Value(2.0), [1.0, 3.0]
    array = (
        np.array([engine.Value(x) for x in numbers]) if values == "Values" else np.array(numbers)
    )
    for made, expected in (
        (np.multiply(array, v), [2.0, 6.0]), (np.multiply(v, array), [2.0, 6.0]),
        (np.add(array, v), [3.0, 5.0]), (np.subtract(v, array), [1.0, -1.0]),
        (np.true_divide(array, v), [0.5, 1.5]), (np.power(array, v), [1.0, 9.0]),
        (np.maximum(array, v), [2.0, 3.0]), (np.minimum(v, array), [1.0, 2.0]),
    ):  # fmt: skip
        assert made.dtype == object and [x.data for x in made] == expected
    assert np.greater(array, v).tolist() == [False, True]
    assert (array == v).tolist() == [False, False]
    np.multiply(array, v).sum().backward()
    assert v.grad == 4.0


@pytest.mark.parametrize("symbol", IN_PLACE)
def test_an_array_of_values_in_place(engine, symbol):
    values = [engine.Value(2.0), engine.Value(3.0)]
    v = engine.Value(2.0)
    a = np.array(values)
    alias, view = a, a[1:]
    a = IN_PLACE[symbol](a, v)
    expected = [eval(f"x {symbol[:-1]} 2.0", {"x": x}) for x in (2.0, 3.0)]
    assert a is alias and [x.data for x in a] == pytest.approx(expected, rel=1e-15)
    assert view[0] is a[1] and values[0].data == 2.0
    a.sum().backward()
    assert v.grad != 0.0 and values[0].grad != 0.0


def test_softmax_as_a_network_of_arrays_writes_it(engine):
    a = np.array([engine.Value(x) for x in (1.0, 2.0, 3.0)])
    a = a - a.max()
    a = np.exp(a)
    a /= a.sum()
    assert sum(x.data for x in a) == pytest.approx(1.0)
    (-np.log(a)[2]).backward()


@pytest.mark.parametrize("symbol", IN_PLACE)
def test_values_into_arrays_of_numbers_are_refused_with_advice(engine, symbol):
    for a in (np.ones(2), np.ones(2, dtype=int)):
        with pytest.raises(TypeError, match="a = a - v"):
            IN_PLACE[symbol](a, engine.Value(2.0))
        assert a.tolist() == [1.0, 1.0]


def test_other_ways_to_call(engine):
    V = engine.Value
    v = V(2.0)
    out = np.empty(2, dtype=object)
    assert np.multiply(np.ones(2), v, out=out) is out and out[0].data == 2.0
    assert [x.data for x in np.multiply.outer(np.arange(2.0), v)] == [0.0, 2.0]
    a = np.array([V(1.0), V(2.0)])
    np.add.at(a, [0, 0], v)
    assert [x.data for x in a] == [5.0, 2.0]
    assert np.add.reduce([v, v]).data == 4.0
    box = np.array(v)
    assert (box * v).data == (v * box).data == 4.0
    (box * v).backward()
    assert v.grad == 4.0  # the array around it cuts no gradient


@pytest.mark.parametrize(
    "name, instead",
    [("cbrt", r"\*\*"), ("isnan", r"v\.data"), ("rint", r"v\.data"), ("trunc", r"v\.data")],
)
def test_functions_that_values_do_not_have(engine, name, instead):
    with pytest.raises(TypeError, match=rf"numpy\.{name}.*{instead}"):
        getattr(np, name)(engine.Value(2.0))


def test_floor_division_and_remainders_are_refused(engine):
    for operate in (operator.floordiv, operator.mod, divmod):
        for left in (np.float64(5), np.array([5.0])):
            with pytest.raises(TypeError, match="v.data|divmod"):
                operate(left, engine.Value(2.0))


def test_no_warning(engine):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        v = engine.Value(2.0) * 3
        np.float64(2) * v, np.ones(2) * v, np.exp(v), np.array([v, v]) / v, np.sum([v, v])


@pytest.mark.parametrize("symbol", ["+", "-", "*", "/", "**"])
def test_sympys_numbers(engine, symbol):
    sympy = pytest.importorskip("sympy")
    for number in (sympy.Float(2.5), sympy.Integer(2), sympy.Rational(1, 4)):
        v = engine.Value(3.0)
        left = eval(f"s {symbol} v", {"s": number, "v": v})
        right = eval(f"v {symbol} s", {"s": number, "v": v})
        assert type(left) is type(right) is engine.Value
        left.backward()
        assert v.grad != 0.0
    with pytest.raises(TypeError):
        eval(f"x {symbol} v", {"x": sympy.Symbol("x"), "v": engine.Value(3.0)})
