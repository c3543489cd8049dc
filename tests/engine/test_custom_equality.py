"""Subclasses whose ``==`` compares data: the engine still tells nodes apart by identity."""

import copy
import pickle

import pytest

from micrograd_c import draw_dot, jit
from micrograd_c.engine import Value
from micrograd_c.optim import SGD


def by_data(value_class):
    class ByData(value_class):
        def __eq__(self, other):
            return self.data == getattr(other, "data", other)

        def __hash__(self):
            return hash(self.data)

    return ByData


def unhashable(value_class):
    class Unhashable(value_class):
        def __eq__(self, other):
            return True

    return Unhashable


@pytest.fixture(params=[by_data, unhashable])
def kind(request, engine):
    return request.param(engine.Value)


def test_gradients_reach_each_of_two_equal_operands(kind):
    a, b, c = kind(2.0), kind(2.0), kind(3.0)
    ((a * b + c) * (a + b)).backward()
    assert (a.grad, b.grad, c.grad) == (15.0, 15.0, 4.0)


def test_custom_backwards_of_equal_operands(kind):
    a, b = kind(2.0), kind(2.0)
    out = kind(4.0, (a, b, a), "*")

    def backward():
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad

    out._backward = backward
    assert [x is y for x, y in zip(out._prev, (a, b))] == [True, True] and len(out._prev) == 2
    (out * a * b).backward()
    assert (a.grad, b.grad) == (16.0, 16.0)


def test_operands_and_drawings(kind):
    pytest.importorskip("graphviz")
    a, b = kind(2.0), kind(2.0)
    assert len((a * b)._prev) == 2 and len((a * a)._prev) == 1
    assert draw_dot(a * b + a).source.count("->") == 6


def test_replaced_comparisons(engine, monkeypatch):
    value_class = engine.Value
    monkeypatch.setattr(value_class, "__eq__", lambda a, b: a.data == getattr(b, "data", b))
    monkeypatch.setattr(value_class, "__hash__", lambda a: hash(a.data))
    a, b = value_class(2.0), value_class(2.0)
    root = a * b + a
    for copied in (copy.deepcopy(root), pickle.loads(pickle.dumps(root)), root):
        product, x = copied._prev
        assert len(product._prev) == 2 and product._prev[0] is x
        copied.backward()
        assert (x.grad, product._prev[1].grad) == (3.0, 2.0)


def test_parameters_of_equal_data(jit_engine):
    kind = by_data(Value)
    a, b = kind(2.0), kind(2.0)
    f = jit(lambda x: a * x - b)
    f.fit([3.0], optimizer=SGD([a, b], lr=0.5))
    assert (a.data, b.data) == (0.5, 2.5)


@pytest.mark.parametrize("name", ["data", "grad"])
def test_a_class_with_its_own_data_or_grad_is_refused(engine, name):
    mixin = type("Mixin", (), {name: property(lambda self: 5.0)})
    for make in (
        lambda: type("Mine", (engine.Value,), {name: property(lambda self: 5.0)}),
        lambda: type("Mine", (engine.Value,), {name: 3.0}),
        lambda: type("Mine", (mixin, engine.Value), {}),
    ):
        with pytest.raises(TypeError, match=f"Mine has a '{name}' of its own.*__setattr__"):
            make()

    class Clamped(engine.Value):
        def __setattr__(self, attribute, value):
            super().__setattr__(attribute, min(value, 1.0) if attribute == name else value)

    v = Clamped(0.5)
    setattr(v, name, 7.0)
    assert getattr(v, name) == 1.0
