"""A Value among numbers: comparison, float(), truth, repr."""

import math
import operator

import numpy as np
import pytest

COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]
SOME = [-1.0, -0.0, 0.0, 1.0, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize("x", SOME)
@pytest.mark.parametrize("y", SOME)
def test_comparisons_are_those_of_data(engine, compare, x, y):
    V = engine.Value
    expected = compare(x, y)
    for result in (compare(V(x), V(y)), compare(V(x), y), compare(x, V(y))):
        assert result is expected


@pytest.mark.parametrize("compare", COMPARISONS)
def test_comparison_with_numbers_of_other_types(engine, compare):
    v = engine.Value(2.0)
    for other in (2, True, np.float64(2.0), np.int64(3), np.float32(1.5)):
        assert bool(compare(v, other)) is bool(compare(2.0, other))
        assert bool(compare(other, v)) is bool(compare(other, 2.0))


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize("other", ["a", None, [1.0], 1j], ids=repr)
def test_comparison_with_anything_but_a_number(engine, compare, other):
    with pytest.raises(TypeError):
        compare(engine.Value(1.0), other)
    with pytest.raises(TypeError):
        compare(other, engine.Value(1.0))


def test_sorting_and_picking(engine):
    a, b, c = (engine.Value(x) for x in (2.0, -1.0, 5.0))
    assert sorted([a, b, c]) == [b, a, c]
    assert max(a, b, c) is c and min([a, b, c]) is b


def test_comparing_builds_no_graph(engine, live_nodes):
    a, b = engine.Value(1.0), engine.Value(2.0)
    before = live_nodes()
    assert a < b and a < 5 and b >= 2
    assert live_nodes() == before


@pytest.mark.parametrize("x", [0.0, -0.0, 2.5, math.inf, 5e-324])
def test_float(engine, x):
    assert float(engine.Value(x)).hex() == x.hex()
    assert type(float(engine.Value(x))) is float
    assert math.isnan(float(engine.Value(math.nan)))


def test_math_takes_a_value(engine):
    assert math.exp(engine.Value(1.0)) == math.e
    assert f"{float(engine.Value(0.5)):.3f}" == "0.500"


def test_float_is_of_current_data(engine):
    v = engine.Value(1.0)
    v.data = 3
    assert float(v) == 3.0


@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, math.nan])
def test_always_true(engine, x):
    v = engine.Value(x)
    assert bool(v) is True
    assert (v or "other") is v and not (not v)
    assert not hasattr(v, "__bool__") and not hasattr(v, "__len__")


def test_no_int_and_no_index(engine):
    with pytest.raises(TypeError):
        [1, 2, 3][engine.Value(1.0)]
    with pytest.raises(TypeError):
        range(engine.Value(1.0))


def test_not_iterable(engine):
    with pytest.raises(TypeError):
        iter(engine.Value(1.0))


@pytest.mark.parametrize("x", [3, -2.5, 1e-20, math.inf, math.nan, True])
def test_repr(engine, x):
    v = engine.Value(x)
    assert repr(v) == str(v) == f"Value(data={float(x)}, grad=0.0)"
    v.grad = 0.1
    assert repr(v) == f"Value(data={float(x)}, grad=0.1)"


def test_repr_of_results_and_in_lists(engine):
    v = engine.Value(2.0)
    out = v * 3
    out.backward()
    assert repr([out, v]) == "[Value(data=6.0, grad=1.0), Value(data=2.0, grad=3.0)]"
