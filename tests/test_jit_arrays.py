"""The arrays that a jitted function is called with again and again."""

import weakref

import numpy as np
import pytest
from memory_tools import collect

from micrograd_c import Value, jit


@pytest.fixture
def double():
    w = Value(2.0)
    return jit(lambda x: w * x)


def test_new_numbers_in_the_same_array_are_seen(double):
    x = np.array([1.0, 2.0])
    assert double(x).tolist() == [2.0, 4.0]
    x[:] = [3.0, -1.0]
    assert double(x).tolist() == [6.0, -2.0]
    assert double.backward(x) == 2.0


def test_new_numbers_in_the_same_list_are_seen(double):
    x = [1.0, 2.0]
    assert double(x).tolist() == [2.0, 4.0]
    x.append(3.0)
    assert double(x).tolist() == [2.0, 4.0, 6.0]


def test_an_array_of_another_type_is_converted_each_time(double):
    x = np.array([1, 2])
    assert double(x).tolist() == [2.0, 4.0]
    x[0] = 5
    assert double(x).tolist() == [10.0, 4.0]


def test_an_array_with_another_shape_is_looked_at_again():
    f = jit(lambda x: x[0] * 2.0 if isinstance(x, list) else x * 3.0)
    x = np.array([1.0, 2.0])
    assert f(x).tolist() == [3.0, 6.0]
    x.resize((2, 1), refcheck=False)
    assert f(x).tolist() == [2.0, 4.0]


def test_another_array_in_the_place_of_one_that_is_gone(double):
    for i in range(50):
        x = np.full(100, float(i))
        assert double(x).tolist() == [2.0 * i] * 100
        del x


def test_arrays_by_turns(double):
    x, y = np.array([1.0]), np.array([5.0, 6.0])
    for _ in range(3):
        assert double(x).tolist() == [2.0]
        assert double(y).tolist() == [10.0, 12.0]


def test_arrays_are_not_kept_alive(double):
    x = np.ones(10)
    double(x)
    known = weakref.ref(x)
    del x
    collect()
    assert known() is None
