"""Weights, neurons and layers changed in ways that none of their own methods notices.

A net that was compiled in C before must still make the reference engine's graphs.
"""

import copy
import gc
import heapq
import pickle
import random
import threading
from functools import partial
from operator import setitem

import pytest
from net_tools import as_list, assert_same, compute

from micrograd_c import nn
from micrograd_c._c import value as c_value
from micrograd_c.engine import Value


def first(m):
    return m.layers[0].neurons[0]


def by_size(items):
    """Sort a list into a heap, which compares Values by their data."""
    heapq.heapify(items)


def other_class(nn, base, method):
    return type("Other", (base,), {"__call__": method})


def twice(self, x):
    return sum((wi * xi for wi, xi in zip(self.w, x)), self.b) * 2.0


CHANGES = {
    "list.__setitem__": lambda m, nn, V: list.__setitem__(first(m).w, 0, V(0.25)),
    "operator.setitem": lambda m, nn, V: setitem(first(m).w, 0, V(0.25)),
    "a slice": lambda m, nn, V: list.__setitem__(first(m).w, slice(1), [V(0.25)]),
    "list.__init__": lambda m, nn, V: first(m).w.__init__([V(0.5), V(-0.5)]),
    "list.reverse": lambda m, nn, V: list.reverse(first(m).w),
    "list.sort": lambda m, nn, V: list.sort(first(m).w, key=lambda v: -abs(v.data)),
    "clear and extend": lambda m, nn, V: (
        list.clear(first(m).w), list.extend(first(m).w, [V(0.5), V(-0.5)])
    ),
    "heapify": lambda m, nn, V: by_size(m.layers[1].neurons[0].w),
    "shuffle": lambda m, nn, V: [random.Random(i).shuffle(first(m).w) for i in range(3)],
    "vars: bias": lambda m, nn, V: setitem(vars(first(m)), "b", V(0.75)),
    "vars: weights": lambda m, nn, V: setitem(vars(first(m)), "w", [V(0.75), V(2.0)]),
    "vars: nonlin": lambda m, nn, V: setitem(vars(first(m)), "nonlin", "tanh"),
    "vars: neurons": lambda m, nn, V: setitem(
        vars(m.layers[1]), "neurons", [nn.Neuron(3, nonlin="tanh"), nn.Neuron(3)]
    ),
    "vars: layers": lambda m, nn, V: setitem(vars(m), "layers", m.layers[:1]),
    "dict.update": lambda m, nn, V: dict.update(vars(first(m)), b=V(0.75)),
    "__dict__.update": lambda m, nn, V: first(m).__dict__.update(b=V(0.75), nonlin=False),
    "__dict__ |=": lambda m, nn, V: first(m).__dict__.update({"w": [V(1.0), V(3.0)]}),
    "another __dict__": lambda m, nn, V: setattr(
        first(m), "__dict__", {"w": [V(1.0), V(3.0)], "b": V(0.5), "nonlin": False}
    ),
    "object.__setattr__: bias": lambda m, nn, V: object.__setattr__(first(m), "b", V(0.75)),
    "object.__setattr__: weights": lambda m, nn, V: object.__setattr__(
        first(m), "w", [V(0.75), V(2.0)]
    ),
    "object.__setattr__: neurons": lambda m, nn, V: object.__setattr__(
        m.layers[1], "neurons", m.layers[1].neurons[::-1]
    ),
    "object.__setattr__: layers": lambda m, nn, V: object.__setattr__(m, "layers", m.layers[:1]),
    "class of a neuron": lambda m, nn, V: setattr(
        first(m), "__class__", other_class(nn, nn.Neuron, twice)
    ),
    "class of a neuron by object": lambda m, nn, V: object.__setattr__(
        first(m), "__class__", other_class(nn, nn.Neuron, twice)
    ),
    "class of a layer": lambda m, nn, V: setattr(
        m.layers[1], "__class__",
        other_class(nn, nn.Layer, lambda self, x: [n(x).tanh() for n in self.neurons]),
    ),
    "class of a weight": lambda m, nn, V: setattr(
        first(m).w[0], "__class__", type("W", (V,), {"__mul__": lambda self, x: V(3.0) * x})
    ),
    "neurons": lambda m, nn, V: list.__setitem__(m.layers[1].neurons, 0, nn.Neuron(3)),
    "layers": lambda m, nn, V: list.__setitem__(m.layers, 1, nn.Layer(3, 2, nonlin="tanh")),
    "layers appended": lambda m, nn, V: list.append(m.layers, nn.Layer(2, 2)),
    "a weight again": lambda m, nn, V: first(m).w[0].__init__(0.25),
    "a weight made computed": lambda m, nn, V: first(m).w[0].__init__(0.25, (V(2.0),), "mine"),
}  # fmt: skip
changes = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@changes
def test_a_change_after_a_call(change):
    def program(nn, V):
        model = nn.MLP(2, [3, 2])
        model([0.7, -0.4])
        change(model, nn, V)
        yield compute(model, [0.7, -0.4])
        yield compute(model, [V(0.7), V(-0.4)])

    assert_same(program, last_bits=True)


@changes
def test_a_change_through_lists_that_the_program_holds(change):
    """Lists and dicts that the program got before a call can be changed after it."""

    def program(nn, V):
        model = nn.MLP(2, [3, 2])
        held = [first(model).w, vars(first(model)), model.layers, vars(model.layers[1])]
        model([0.7, -0.4])
        model([0.7, -0.4])
        held[0][0] = V(0.5)
        yield compute(model, [0.7, -0.4])
        held[1]["b"] = V(2.5)
        yield compute(model, [0.7, -0.4])
        change(model, nn, V)
        yield compute(model, [0.7, -0.4])
        held[2].append(nn.Layer(len(as_list(model([0.7, -0.4]))), 2))
        yield compute(model, [0.7, -0.4])

    assert_same(program, last_bits=True)


HOLDERS = {
    "list": lambda n: n.w,
    "bound method": lambda n: n.w.__setitem__,
    "partial": lambda n: partial(list.__setitem__, n.w),
    "iterator": lambda n: iter(n.w),
    "dict": vars,
    "attribute of an object": lambda n: [n.__dict__],
    "copy": copy.copy,
    "another neuron": lambda n: setattr(other := nn.Neuron(2), "w", n.w) or other,
}


def put(holder, v):
    if isinstance(holder, list):
        holder = holder[0] if isinstance(holder[0], dict) else holder
    if isinstance(holder, list):
        list.__setitem__(holder, 1, v)
    elif isinstance(holder, dict):
        holder["w"][1] = v
    elif hasattr(holder, "__reduce__") and type(holder) is type(iter([])):
        holder.__reduce__()[1][0][1] = v
    elif isinstance(holder, nn.Neuron):
        list.__setitem__(holder.w, 1, v)
    else:
        holder(1, v)


@pytest.mark.parametrize("how", HOLDERS)
def test_a_held_list_may_be_changed_at_any_time(how):
    model = nn.MLP(2, [3, 1])
    n = first(model)
    holder = HOLDERS[how](n)
    for i in range(3):
        for _ in range(3):
            model([1.0, 1.0])
        v = Value(float(i))
        put(holder, v)
        v.grad = 0.0
        n.b.data, n.w[0].data = 1.0, 1.0
        layer_out = model.layers[0]([1.0, 1.0])[0]
        assert layer_out.data == 2.0 + i
        assert n([1.0, 1.0]).data == 2.0 + i
        model.layers[1].neurons[0].w[0].data = 1.0
        model([1.0, 1.0]).backward()
        assert v.grad == 1.0


def test_a_call_is_one_call_into_c_once_no_list_is_held():
    model = nn.MLP(2, [3, 2])
    held = [first(model).w, vars(model.layers[0])]
    model([1.0, 2.0])
    list.__setitem__(held[0], 0, Value(0.25))
    model([1.0, 2.0])
    del held
    for _ in range(2):
        gc.collect()
        before = c_value.live_nodes()
        out = model([1.0, 2.0])
        assert c_value.live_nodes() == before + 3
        del out


def test_lists_and_attributes_are_the_usual_ones(engine):
    model = engine.nn.MLP(2, [3, 1])
    for items in (model.layers, model.layers[0].neurons, first(model).w):
        assert type(items) is list
    assert list(vars(first(model))) == ["w", "b", "nonlin"]
    assert list(vars(model)) == ["layers"]
    model([1.0, 2.0])
    assert list(vars(model)) == ["layers"]


def test_the_weights_own_equality_is_not_used():
    def program(nn, V):
        class Equal(V):
            def __eq__(self, other):
                return True

            __hash__ = V.__hash__

        model = nn.MLP(2, [2, 1])
        model([1.0, 2.0])
        first(model).w[0] = Equal(0.25)
        yield compute(model, [1.0, 2.0])

    assert_same(program, last_bits=True)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_a_copy_has_a_net_of_its_own(engine, again):
    model = engine.nn.MLP(2, [1], nonlin=False)
    model([1.0, 1.0])
    twin = again(model)
    twin.layers = [engine.nn.Layer(2, 1, nonlin=False)]
    for m, x in ((model, 0.25), (twin, 4.0)):
        for p in m.parameters():
            p.data = x
    assert model([1.0, 1.0]).data == 0.75 and twin([1.0, 1.0]).data == 12.0
    shared = copy.copy(model)
    assert shared.layers is model.layers
    list.__setitem__(first(shared).w, 0, engine.Value(10.0))
    assert model([1.0, 1.0]).data == shared([1.0, 1.0]).data == 10.5


def test_attributes_of_a_called_model_can_be_copied_and_pickled(engine):
    model = engine.nn.MLP(2, [3, 1])
    out = model([1.0, 2.0]).data
    for again in (copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))):
        twin = engine.nn.MLP.__new__(engine.nn.MLP)
        vars(twin).update(again(vars(model)))
        assert twin([1.0, 2.0]).data == out
        for value in vars(model).values():
            again(value)


def test_a_net_in_c_cannot_be_copied():
    model = nn.MLP(2, [3, 1])
    model([1.0, 2.0])
    for again in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            again(model._mg_net)


def test_an_exception_in_the_middle_of_a_change():
    """The lists are left in the same state on both engines, whatever that is."""

    def program(nn, V):
        class Failing:
            def __iter__(self):
                yield V(0.5)
                raise RuntimeError("no more")

        model = nn.MLP(2, [2, 1])
        model([1.0, 2.0])
        with pytest.raises(RuntimeError):
            first(model).w.__init__(Failing())
        first(model).w.extend([V(1.0)] * (2 - len(first(model).w)))
        yield compute(model, [1.0, 2.0])
        w = first(model).w
        model([1.0, 2.0])
        with pytest.raises(RuntimeError):
            w.sort(key=lambda v: exec("raise RuntimeError"))
        yield compute(model, [1.0, 2.0])

    assert_same(program, last_bits=True)


def test_a_thread_that_changes_weights_while_a_net_is_called():
    model = nn.MLP(1, [2, 1])
    for p in model.parameters():
        p.data = 1.0
    done = []

    def work():
        for i in range(300):
            for n in model.layers[0].neurons:
                list.__setitem__(n.w, 0, Value(float(i % 7)))
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    while not done:
        assert model([1.0]).data in {1.0 + (i + 1) + (j + 1) for i in range(7) for j in range(7)}
    thread.join()
    last = first(model).w[0].data
    assert model([1.0]).data == 1.0 + 2 * (last + 1)
