"""jit as a decorator of methods; copies of their instances; pickles of decorated functions."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

from micrograd_c import jit, optim
from micrograd_c.engine import Value


class Line:
    def __init__(self, slope):
        self.slope = Value(slope)

    @jit
    def loss(self, x, y):
        return (self.slope * x - y) ** 2


class Doubled(Line):
    @jit
    def loss(self, x, y):
        return 2 * (self.slope * x - y) ** 2


class ByParent(Line):
    def loss(self, x, y):
        return super().loss(x, y)


@jit
def decorated(x):
    return x * 2


X, Y = np.array([1.0, 2.0]), np.array([0.0, 1.0])


def test_each_instance_has_its_own_trace(jit_engine):
    a, b = Line(1.0), Line(2.0)
    assert a.loss(X, Y).tolist() == [1.0, 1.0]
    assert b.loss(X, Y).tolist() == [4.0, 9.0]
    assert a.loss is a.loss is not b.loss
    assert "not traced" in repr(Line.loss)
    assert "not traced" not in repr(a.loss)


def test_methods_train(jit_engine):
    line = Line(5.0)
    losses = line.loss.fit(X, X * 3, optimizer=optim.SGD([line.slope], lr=0.1), epochs=100)
    assert losses[-1] < 1e-6 < losses[0]
    assert abs(line.slope.data - 3.0) < 1e-3
    line.slope.grad = 0.0
    assert line.loss.backward(X, X) == 10.0 / 4 * (line.slope.data - 1.0) ** 2
    assert line.slope.grad == 5.0 * (line.slope.data - 1.0)


def test_methods_of_subclasses(jit_engine):
    assert Doubled(1.0).loss(X, Y).tolist() == [2.0, 2.0]
    assert ByParent(1.0).loss(X, Y).tolist() == [1.0, 1.0]
    doubled = Doubled(1.0)
    for _ in range(2):  # both methods have the same name
        assert doubled.loss(X, Y).tolist() == [2.0, 2.0]
        assert super(Doubled, doubled).loss(X, Y).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_of_instances(copied, jit_engine):
    line = Line(1.0)
    line.loss(X, Y)
    other = copied(line)
    other.slope = Value(2.0)
    assert other.loss(X, Y).tolist() == [4.0, 9.0]
    assert line.loss(X, Y).tolist() == [1.0, 1.0]


def test_an_instance_dies_with_its_method():
    line = Line(1.0)
    line.loss(X, Y)
    alive = weakref.ref(line)
    del line
    gc.collect()
    assert alive() is None


def test_instances_without_a_dict(jit_engine):
    class Slotted:
        __slots__ = ()
        loss = Line.loss

    with pytest.raises(TypeError, match="Slotted.* has none"):
        Slotted().loss(X, Y)


def test_a_jitted_bound_method_is_not_bound_again(jit_engine):
    class Module:
        predict = jit(Line(3.0).loss._function.__get__(Line(3.0)))

    assert Module().predict(X, Y).tolist() == [9.0, 25.0]


def test_decorated_functions_are_pickled_by_name():
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert copy.deepcopy(decorated) is decorated
