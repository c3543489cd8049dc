"""Values without ``__init__``, initialised twice, or made of numbers that misbehave."""

import copy
import gc
import pickle

import pytest

# Each use of a Value whose __init__ never ran is an error, not a crash.
USES = {
    "data": lambda v, x: v.data,
    "grad": lambda v, x: v.grad,
    "set data": lambda v, x: setattr(v, "data", 1.0),
    "set grad": lambda v, x: setattr(v, "grad", 1.0),
    "add": lambda v, x: v + x,
    "radd": lambda v, x: x + v,
    "number": lambda v, x: v * 2.0,
    "power": lambda v, x: v**2,
    "relu": lambda v, x: v.relu(),
    "tanh": lambda v, x: v.tanh(),
    "maximum": lambda v, x: x.maximum(v),
    "backward": lambda v, x: v.backward(),
    "_backward": lambda v, x: v._backward(),
    "_prev": lambda v, x: v._prev,
    "_op": lambda v, x: v._op,
    "repr": lambda v, x: repr(v),
    "float": lambda v, x: float(v),
    "less": lambda v, x: v < x,
    "as a child": lambda v, x: x.__class__(1.0, (x, v), "mine") + 1,
    "deepcopy": lambda v, x: copy.deepcopy(v),
    "pickle": lambda v, x: pickle.dumps(v),
}
HARMLESS = {("py", "set data"), ("py", "set grad"), ("py", "as a child")}


@pytest.mark.parametrize("use", USES)
def test_without_init(engine, live_nodes, use):
    before = live_nodes()
    v, x = engine.Value.__new__(engine.Value), engine.Value(2.0)
    if (engine.name, use) in HARMLESS:
        USES[use](v, x)
        return
    with pytest.raises(AttributeError, match="_"):
        USES[use](v, x)
    x.backward()
    assert x.grad == 1.0
    del v, x
    gc.collect()
    assert live_nodes() == before


def test_prev_while_a_half_made_value_exists(engine):
    """On the C engine _prev searches the living Values, and this one has no node."""
    half = engine.Value.__new__(engine.Value)
    a = engine.Value(1.0)
    root = (a * 2) + 1
    assert root._prev[0]._prev[0] is a
    del half


def test_init_twice_forgets_the_first_node(engine):
    """A node made later with the same id finds its own Value, not the one that was there."""
    for i in range(5):
        a = engine.Value(1.0)
        b = a * 2
        assert b._prev[0] is a
        a.__init__(5.0)
        del b
        gc.collect()
        others = [engine.Value(float(n)) for n in range(5)]  # one of them gets that id
        assert (others[i] * 3.0)._prev[0] is others[i]  # only the first _prev could go wrong


def test_init_twice(engine, live_nodes):
    before = live_nodes()
    a = engine.Value(1.0, label="a")
    b = a * 2
    a.__init__(5.0)
    assert (a.data, a.grad, a._prev) == (5.0, 0.0, ()) and b.data == 2.0
    b.backward()  # the operands that b was made of live on
    assert (a * b).data == 10.0
    b.__init__(3.0, (a,), "mine")
    assert b._prev == (a,) and b._op == "mine"
    with pytest.raises(TypeError):
        b.__init__("no number")
    assert b.data == 3.0 and b._prev == (a,)
    del a, b
    assert live_nodes() == before


def failing(Value, graph):
    class Failing:
        def __float__(self):
            raise RuntimeError("no number today")

    return Failing()


def growing(Value, graph):
    class Growing:
        def __float__(self):
            graph.append((graph[-1] * 2).tanh())
            graph[-1].label = "grown"
            graph[-1].backward()
            return 1.5

    return Growing()


def shrinking(Value, graph):
    class Shrinking:
        def __float__(self):
            graph.clear()
            gc.collect()
            for _ in range(100):  # take the freed nodes
                graph.append(Value(7.0))
            return 1.5

    return Shrinking()


PLACES = {
    "new": lambda Value, v, x: Value(x),
    "data": lambda Value, v, x: setattr(v, "data", x),
    "grad": lambda Value, v, x: setattr(v, "grad", x),
    "add": lambda Value, v, x: v + x,
    "radd": lambda Value, v, x: x + v,
    "mul": lambda Value, v, x: v * x,
    "power": lambda Value, v, x: v**x,
    "rpower": lambda Value, v, x: x**v,
    "maximum": lambda Value, v, x: v.maximum(x),
    "leaky": lambda Value, v, x: v.leaky_relu(x),
    "less": lambda Value, v, x: v < x,
    "init again": lambda Value, v, x: v.__init__(x),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_float_that_fails(engine, live_nodes, place):
    graph = [engine.Value(0.5)]
    graph.append(graph[0] * 3)
    before = live_nodes()
    with pytest.raises(RuntimeError, match="no number today"):
        PLACES[place](engine.Value, graph[1], failing(engine.Value, graph))
    assert live_nodes() == before
    assert graph[1].data == 1.5 and graph[1].grad == 0.0 and graph[1]._prev[0] is graph[0]


@pytest.mark.parametrize("number", [growing, shrinking], ids=lambda number: number.__name__)
@pytest.mark.parametrize("place", PLACES)
def test_a_float_that_changes_the_graph(engine, live_nodes, place, number):
    before = live_nodes()
    graph = [engine.Value(0.5)]
    graph.append(graph[0] * 3)
    v = graph[1]
    result = PLACES[place](engine.Value, v, number(engine.Value, graph))
    value = result if isinstance(result, engine.Value) else v
    value.backward()
    expected = {
        "new": 1.5, "data": 1.5, "grad": 1.5, "add": 3.0, "radd": 3.0, "mul": 2.25,
        "power": 1.5**1.5, "rpower": 1.5**1.5, "maximum": 1.5, "leaky": 1.5, "less": 1.5,
        "init again": 1.5,
    }  # fmt: skip
    assert value.data == pytest.approx(expected[place], rel=1e-15)
    graph.clear()
    del v, value, result
    assert live_nodes() == before


def test_attributes_stay_after_a_second_init(engine):
    v = engine.Value(1.0, label="a")
    v.note = 5
    v.__init__(2.0)
    assert (v.data, v.label, v.note, v._op) == (2.0, "a", 5, "")
    v.__init__(3.0, label="b")
    assert (v.data, v.label) == (3.0, "b")
