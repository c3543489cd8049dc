"""NumPy's scalars and arrays beside Values: a Value comes out, never a bare float."""

import math
import operator

import numpy as np
import pytest

SCALARS = [np.float64(2), np.float32(0.1), np.float16(0.5), np.int64(3), np.int8(-2),
           np.uint8(200), np.bool_(True), np.longdouble(0.5)]  # fmt: skip
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("operate", OPERATORS)
def test_scalars_on_either_side(engine, scalar, operate):
    V = engine.Value
    number = float(scalar)
    for _ in range(2):  # the first time a type is met may go another way
        for result, expected in (
            (operate(V(2.0), scalar), operate(V(2.0), number)),
            (operate(scalar, V(2.0)), operate(number, V(2.0))),
        ):
            assert type(result) is V
            assert result.data == expected.data
            assert type(result.data) is float
            assert len(result._prev) == len(expected._prev)


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: type(s).__name__)
def test_gradients_past_a_scalar(engine, scalar):
    v = engine.Value(2.0)
    (scalar * v + v * scalar).backward()
    assert v.grad == 2 * float(scalar)


@pytest.mark.parametrize("value", [math.inf, -math.inf, -0.0, 1e-320])
def test_special_scalars(engine, value):
    v = engine.Value(2.0)
    assert (np.float64(value) * v).data.hex() == (value * 2.0).hex()
    assert (v + np.float64(value)).data.hex() == (value + 2.0).hex()
    assert math.isnan((np.float64("nan") * v).data)


def test_zero_dimensional_arrays(engine):
    v = engine.Value(2.0)
    for result in (np.array(3.0) * v, v * np.array(3.0)):
        assert type(result) is engine.Value and result.data == 6.0


@pytest.mark.parametrize("operate", OPERATORS)
@pytest.mark.parametrize("shape", [(3,), (1,), (2, 2), (0,)])
def test_arrays_on_either_side(engine, operate, shape):
    v = engine.Value(2.0)
    array = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    for result, expected in (
        (operate(array, v), operate(array, 2.0)),
        (operate(v, array), operate(2.0, array)),
    ):
        assert isinstance(result, np.ndarray)
        assert result.dtype == object and result.shape == shape
        assert all(type(x) is engine.Value for x in result.flat)
        assert [x.data for x in result.flat] == pytest.approx(list(expected.flat), rel=1e-15)


def test_gradients_through_arrays(engine):
    v = engine.Value(2.0)
    np.sum(np.array([1.0, 2.0, 3.0]) * v).backward()
    assert v.grad == 6.0
    w = engine.Value(2.0)
    (w * np.array([1.0, 2.0, 3.0])).sum().backward()
    assert w.grad == 6.0


@pytest.mark.parametrize("dtype", [np.int64, np.float32, bool])
def test_arrays_of_other_types(engine, dtype):
    v = engine.Value(2.0)
    array = np.array([0, 1, 1], dtype=dtype)
    assert [x.data for x in v * array] == [0.0, 2.0, 2.0]
    assert [x.data for x in array + v] == [2.0, 3.0, 3.0]


def test_object_arrays_of_values(engine):
    V = engine.Value
    a = np.array([V(1.0), V(2.0)])
    b = np.array([V(3.0), V(4.0)])
    assert a.dtype == object and a.shape == (2,)
    dot = np.dot(a, b)
    assert type(dot) is V and dot.data == 11.0
    dot.backward()
    assert [v.grad for v in a] == [3.0, 4.0] and [v.grad for v in b] == [1.0, 2.0]
    assert np.sum(a).data == 3.0
    assert [v.data for v in a * b] == [3.0, 8.0]
    assert [v.data for v in a - 1] == [0.0, 1.0]
    assert [v.data for v in a * V(10.0)] == [10.0, 20.0]
    assert np.mean(a).data == 1.5


def test_matrices_of_values(engine):
    V = engine.Value
    m = np.array([[V(1.0), V(2.0)], [V(3.0), V(4.0)]])
    assert m.shape == (2, 2)
    product = m @ np.array([1.0, 10.0])
    assert [v.data for v in product] == [21.0, 43.0]
    product.sum().backward()
    assert [v.grad for v in m.flat] == [1.0, 10.0, 1.0, 10.0]
    assert [v.data for v in m.dot(m).flat] == [7.0, 10.0, 15.0, 22.0]
    assert [v.data for v in m.sum(axis=0)] == [4.0, 6.0]


def test_ufuncs_call_the_methods(engine):
    a = np.array([engine.Value(0.5), engine.Value(1.5)])
    for name in ("exp", "tanh", "sqrt", "sin", "log"):
        out = getattr(np, name)(a)
        assert [type(v) for v in out] == [engine.Value] * 2
        assert [v.data for v in out] == [getattr(math, name)(0.5), getattr(math, name)(1.5)]


def test_an_array_takes_a_values_number(engine):
    numbers = np.zeros(2)
    numbers[0] = engine.Value(2.5)
    assert numbers.tolist() == [2.5, 0.0]
    assert np.array([engine.Value(1.5)]).astype(float).tolist() == [1.5]


def test_comparison_with_arrays(engine):
    v = engine.Value(2.0)
    array = np.array([1.0, 2.0, 3.0])
    assert (array < v).tolist() == [True, False, False]
    assert (v < array).tolist() == [False, False, True]


def test_a_row_of_a_matrix_into_a_net(engine):
    net = engine.nn.MLP(2, [3, 1])
    X = np.array([[0.5, -1.0], [2.0, 0.25]])
    rows = [net(row) for row in X]
    lists = [net(list(map(float, row))) for row in X]
    assert [v.data for v in rows] == [v.data for v in lists]
    assert all(type(v) is engine.Value for v in rows)
