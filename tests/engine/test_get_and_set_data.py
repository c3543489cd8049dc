"""get_data, set_data, get_grad, set_grad: data and gradients of many Values as arrays."""

import math

import numpy as np
import pytest

from micrograd_c import functional as F
from micrograd_c.parity.compare import bits


def test_arrays(engine):
    values = [engine.Value(0.1 * i) for i in range(5)]
    (F.total(values) * 2.0).backward()
    data, grad = F.get_data(values), F.get_grad(iter(values))
    assert type(data) is np.ndarray and data.dtype == grad.dtype == np.float64
    assert data.tolist() == [v.data for v in values] and grad.tolist() == [2.0] * 5
    data[0] = grad[0] = 99.0
    assert values[0].data == 0.0 and values[0].grad == 2.0
    F.set_data(values, data * 2)
    F.set_grad(values, [math.nan, math.inf, -0.0, 1, True])
    assert [v.data for v in values] == (data * 2).tolist()
    expected = (math.nan, math.inf, -0.0, 1.0, 1.0)
    assert [bits(v.grad) for v in values] == [bits(x) for x in expected]
    F.zero_grad(values)
    assert [bits(v.grad) for v in values] == [bits(0.0)] * 5


def test_arrays_of_every_layout(engine):
    values = [engine.Value(0.0) for _ in range(3)]
    table = np.arange(12.0).reshape(3, 4)
    for row in (table[:, 1], table[0, ::-1][:3], np.array([1, 2, 3]), np.float32([1, 2, 3]),
                table.T[0].astype(">f8")):  # fmt: skip
        F.set_data(values, row)
        assert F.get_data(values).tolist() == [float(x) for x in row]


def test_empty_lists_of_values(engine):
    assert F.get_data([]).shape == F.get_grad([]).shape == (0,)
    F.set_data([], [])
    F.zero_grad([])


def test_arrays_of_inner_nodes_and_labelled_ones(engine):
    a = engine.Value(2.0, label="a")
    b = a * 3.0
    b.backward()
    assert F.get_data([a, b]).tolist() == [2.0, 6.0]
    assert F.get_grad([a, b, a]).tolist() == [3.0, 1.0, 3.0]


@pytest.mark.parametrize("setter", [F.set_data, F.set_grad])
@pytest.mark.parametrize(
    "array", [[1.0], [1.0] * 3, [[1.0, 2.0]], np.zeros((2, 1)), "text", [1j, 2]]
)
def test_arrays_that_do_not_fit(engine, setter, array):
    values = [engine.Value(5.0), engine.Value(6.0)]
    with pytest.raises((ValueError, TypeError)):
        setter(values, array)
    assert [(v.data, v.grad) for v in values] == [(5.0, 0.0), (6.0, 0.0)]


def test_the_message_about_shapes(engine):
    with pytest.raises(ValueError, match=r"array of shape \(3,\) for 2 Values"):
        F.set_data([engine.Value(5.0), engine.Value(6.0)], np.zeros(3))


@pytest.mark.parametrize(
    "call", [F.get_data, F.get_grad, F.zero_grad, lambda v: F.set_data(v, [1.0, 2.0])]
)
def test_anything_but_values_is_refused(engine, call):
    v = engine.Value(1.0)
    v.grad = 3.0
    with pytest.raises(TypeError, match="expected Values, got float"):
        call([v, 1.0])
    assert (v.data, v.grad) == (1.0, 3.0)


def test_a_forward_after_set_data_uses_it(engine):
    model = engine.nn.MLP(2, [2, 1])
    model([1.0, 1.0])
    F.set_data(model.parameters(), np.zeros(9))
    assert model([1.0, 1.0]).data == 0.0


def test_a_number_is_not_an_array_of_one(engine):
    v = engine.Value(1.0)
    with pytest.raises(ValueError, match=r"shape \(\) for 1 Values"):
        F.set_data([v], 3.0)
    assert v.data == 1.0
