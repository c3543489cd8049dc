"""Copying and pickling: leaves, graphs and models, deep ones too."""

import copy
import io
import os
import pickle
import random
import struct
import subprocess
import sys

import pytest

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
WAYS = [copy.deepcopy] + [
    lambda x, protocol=protocol: pickle.loads(pickle.dumps(x, protocol)) for protocol in PROTOCOLS
]
WAY_IDS = ["deepcopy"] + [f"pickle{protocol}" for protocol in PROTOCOLS]

ways = pytest.mark.parametrize("again", WAYS, ids=WAY_IDS)


def graph(Value):
    a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    c = (a * b + b**3).tanh() + a.maximum(b) - b.leaky_relu(0.2) / a
    return c * c + 2**b + a**2.0, a, b


def in_order(root):
    """Return all nodes, in an order that depends on the graph's shape alone."""
    seen, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen[node] = len(seen)
            todo.extend(reversed(node._prev))
    return list(seen)


def described(root):
    nodes = in_order(root)
    place = {node: i for i, node in enumerate(nodes)}
    return [
        (n.data, n.grad, n._op, n.label, [place[p] for p in n._prev], dict(vars(n))) for n in nodes
    ]


@ways
def test_a_leaf(engine, again):
    a = engine.Value(2.5, label="a")
    a.grad, a.m = -1.0, [1, 2]
    b = again(a)
    assert type(b) is engine.Value and b is not a
    assert (b.data, b.grad, b.label, b.m) == (2.5, -1.0, "a", [1, 2])
    b.data = b.grad = 7.0
    b.m.append(3)
    assert (a.data, a.grad, a.m) == (2.5, -1.0, [1, 2])


@ways
def test_a_graph(engine, again):
    root, a, b = graph(engine.Value)
    root.backward()
    twin = again(root)
    expected = described(root)
    assert described(twin) == expected
    assert not set(in_order(twin)) & set(in_order(root))


@ways
def test_a_copys_gradients_are_independent_and_right(engine, again):
    root, a, b = graph(engine.Value)
    twin = again(root)
    twin.backward()
    assert a.grad == b.grad == root.grad == 0.0
    root.backward()
    assert described(twin) == described(root)


@ways
def test_copies_have_current_data(engine, again):
    a = engine.Value(2.0)
    root = a * 3
    a.data, root.data = 10.0, -1.0
    twin = again(root)
    assert twin.data == -1.0 and twin._prev[0].data == 10.0
    twin.backward()
    assert twin._prev[1].grad == 10.0


@ways
def test_labels_of_powers_and_custom_operators(engine, again):
    a = engine.Value(2.0)
    for k in (2, 2.0, -1, True, 0.5):
        assert again(a**k)._op == f"**{k}"
    mine = engine.Value(5.0, (a, a**2), "mine")
    mine.note = "n"
    twin = again(mine)
    assert twin._op == "mine" and twin.data == 5.0 and twin.note == "n"
    assert [v.data for v in twin._prev] == [2.0, 4.0]


@ways
def test_attributes_of_interior_nodes(engine, again):
    root, a, b = graph(engine.Value)
    for i, node in enumerate(in_order(root)):
        node.place = i
    twin = again(root)
    assert [node.place for node in in_order(twin)] == list(range(len(in_order(root))))


@ways
def test_a_model(engine, again):
    random.seed(3)
    net = engine.nn.MLP(2, [4, 1])
    net([0.5, 0.25]).backward()
    twin = again(net)
    assert [p.data for p in twin.parameters()] == [p.data for p in net.parameters()]
    assert [p.grad for p in twin.parameters()] == [p.grad for p in net.parameters()]
    assert twin([1.0, -1.0]).data == net([1.0, -1.0]).data
    assert repr(twin) == repr(net)
    twin.zero_grad()
    twin.parameters()[0].data = 100.0
    assert any(p.grad for p in net.parameters()) and net.parameters()[0].data != 100.0


@ways
def test_shared_leaves_stay_shared(engine, again):
    a, b = engine.Value(1.0), engine.Value(2.0)
    first, second = a * b, a + b
    things = again({"roots": [first, second], "leaves": (a, b)})
    (f, s), (x, y) = things["roots"], things["leaves"]
    assert f._prev == (x, y) and s._prev == (x, y)
    (f * s).backward()
    assert (x.grad, y.grad) == (8.0, 5.0)
    same, twice = again([a, a])
    assert same is twice


@ways
def test_cycles_through_attributes(engine, again):
    a = engine.Value(1.0)
    a.me = a
    twin = again(a)
    assert twin.me is twin and twin is not a
    b = engine.Value(2.0)
    out = b * 2
    b.out = out
    twin = again(out)
    leaf = twin._prev[0]
    assert leaf.out._prev[0] is leaf and leaf is not b
    if again is not copy.deepcopy:  # deepcopy copies a root again for each path to it from a leaf
        assert leaf.out is twin


@ways
def test_infinities_and_nans(engine, again):
    for x in (float("inf"), -0.0, 5e-324, float("nan")):
        v = engine.Value(x)
        v.grad = x
        assert again(v).data.hex() == again(v).grad.hex() == x.hex()


class Parameter:
    """Replaced by a class of each engine below: pickle must be able to import it."""


def test_a_subclass(engine):
    cls = type("Parameter", (engine.Value,), {"__module__": __name__})
    globals()["Parameter"] = cls
    p = cls(2.0)
    p.m = 1.0
    for again in WAYS:
        twin = again(p)
        assert type(twin) is cls and (twin.data, twin.m) == (2.0, 1.0)
        assert type(again(p * 2)._prev[0]) is cls


@ways
def test_a_node_with_a_custom_backward_is_refused(engine, again):
    """A copy's function would still accumulate into the original's gradients."""
    a = engine.Value(1.0)
    out = engine.Value(2.0, (a,), "f")
    out._backward = lambda: None
    for thing in (out, out * 2):
        with pytest.raises(TypeError, match="_backward"):
            again(thing)


def test_shallow_copy(engine):
    a = engine.Value(2.0, label="a")
    b = copy.copy(a)
    assert b is not a and (b.data, b.label) == (2.0, "a")
    b.data = 5.0
    assert a.data == 2.0
    root = a * 3
    twin = copy.copy(root)
    assert twin is not root and twin._prev[0] is a
    twin.backward()
    assert a.grad == 3.0 and root.grad == 0.0


def test_copies_are_freed(engine, live_nodes):
    root, a, b = graph(engine.Value)
    before = live_nodes()
    for again in WAYS:
        again(root).backward()
    assert live_nodes() == before


def copy_a_chain(engine, again, depth):
    root = start = engine.Value(1.0)
    for i in range(depth):
        root = root + 1e-5 if i % 2 else root * 1.0
    twin = again(root)
    assert twin.data == root.data
    twin.backward()
    assert start.grad == 0.0
    node = twin
    for _ in range(depth):
        node = node._prev[0]
    assert node._prev == () and node.grad == 1.0


@ways
def test_deeper_than_python_can_recurse(engine, again):
    copy_a_chain(engine, again, 5 * sys.getrecursionlimit())


@pytest.mark.slow
@ways
def test_30_000_nodes_deep(engine, again):
    copy_a_chain(engine, again, 30_000)


LOAD = """
import pickle, sys
from micrograd_c import backend
from micrograd_c.engine import Value
root, net = pickle.load(sys.stdin.buffer)
assert backend == {backend!r} and type(root) is Value, (backend, type(root))
root.backward()
print(root.data.hex(), root._prev[0].grad.hex(), net([1.0, 2.0]).data.hex(), len(net.parameters()))
"""
SAVE = """
import pickle, random, sys
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
random.seed(1)
root = (Value(0.5) * Value(3.0)).tanh()
pickle.dump((root, MLP(2, [3, 1])), sys.stdout.buffer)
"""


def python(code, backend, **options):
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "MICROGRAD_C_BACKEND": backend},
        capture_output=True,
        **options,
    )
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


@pytest.mark.parametrize("saved_by", ["c", "python"])
def test_a_pickle_loads_on_either_engine(saved_by):
    saved = python(SAVE, saved_by)
    loaded = [
        python(LOAD.format(backend=backend), backend, input=saved) for backend in ("c", "python")
    ]
    assert loaded[0] == loaded[1] and loaded[0]


def test_a_damaged_pickle_is_an_error_not_a_crash(engine):
    root, _, _ = graph(engine.Value)
    whole = pickle.dumps(root)
    errors = (EOFError, pickle.UnpicklingError, ValueError, IndexError, KeyError)
    if sys.implementation.name == "pypy":
        errors += (struct.error,)
    for size in range(0, len(whole) - 1, 7):
        with pytest.raises(errors):
            pickle.load(io.BytesIO(whole[:size]))


@pytest.mark.parametrize("made_of", ["number", "Values"])
def test_a_subclass_with_slots(engine, made_of, monkeypatch):
    class Slotted(engine.Value):
        __slots__ = ("speed", "__hidden")

        def hide(self, x):
            self.__hidden = x

        def hidden(self):
            return self.__hidden

    Slotted.__qualname__ = "Slotted"
    monkeypatch.setitem(globals(), "Slotted", Slotted)  # pickle imports it from here
    v = Slotted(2.0, (engine.Value(1.0),) if made_of == "Values" else (), "")
    v.speed, v.name = 3, "v"
    v.hide([4])
    for twin in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        assert type(twin) is Slotted
        assert (twin.data, twin.speed, twin.hidden(), twin.name) == (2.0, 3, [4], "v")
