"""``_prev``: a set, as micrograd's programs use it, and a tuple in order; releasing operands."""

import copy
import pickle

import pytest


def test_comparisons_with_sets(engine):
    a, b, c = engine.Value(1.0), engine.Value(2.0), engine.Value(3.0)
    prev = (a * b)._prev
    assert prev == {a, b} and {a, b} == prev and prev == frozenset({b, a})
    assert prev != {a} and {a} != prev
    assert not (prev != {a, b})  # noqa: SIM202
    assert prev == (a, b) and prev != (b, a)
    assert prev == dict.fromkeys([b, a]).keys()
    assert a._prev == set() and set() == a._prev and a._prev == () and not a._prev
    assert {a} <= prev <= {a, b, c} and {a} < prev < {a, b, c}
    assert prev >= {a} and prev > {a} and prev >= {a, b} and not prev > {a, b}
    assert not prev <= {a, c} and not {c} <= prev
    assert prev == (b * a)._prev or list(prev) != list((b * a)._prev)
    assert set(prev) == set((b * a)._prev)


def test_set_operations(engine):
    a, b, c = engine.Value(1.0), engine.Value(2.0), engine.Value(3.0)
    prev, other = (a * b)._prev, (b * c)._prev
    for made, expected in (
        (prev | {c}, {a, b, c}), ({c} | prev, {a, b, c}), (prev | other, {a, b, c}),
        (prev & {a}, {a}), ({a, c} & prev, {a}), (prev & other, {b}),
        (prev - {a}, {b}), ({a, c} - prev, {c}), (prev - other, {a}),
        (prev ^ {a, c}, {b, c}), ({a, c} ^ prev, {b, c}),
        (prev.union({c}), {a, b, c}), (prev.union(other, [c]), {a, b, c}),
        (prev.intersection([a]), {a}), (prev.difference([a]), {b}), (prev.copy(), {a, b}),
        (prev.symmetric_difference({a}), {b}),
    ):  # fmt: skip
        assert type(made) is set and made == expected
    assert prev.issubset({a, b, c}) and prev.issuperset([a]) and prev.isdisjoint({c})
    seen = set()
    seen |= prev
    seen.update(other)
    assert seen == {a, b, c}
    for wrong in ([c], (c,), c):
        with pytest.raises(TypeError):
            prev | wrong
    assert prev + (c,) == (a, b, c)


@pytest.mark.parametrize(
    "name", ["add", "remove", "discard", "pop", "clear", "update", "append", "extend"]
)
def test_prev_cannot_be_changed(engine, name):
    a = engine.Value(1.0)
    prev = (a * 2)._prev
    with pytest.raises(AttributeError, match=r"set\(v\._prev\)"):
        getattr(prev, name)
    assert not hasattr(prev, name)
    with pytest.raises(AttributeError, match="nonsense"):
        prev.nonsense


def test_prev_is_still_a_tuple(engine):
    a, b = engine.Value(1.0), engine.Value(2.0)
    prev = (a * b)._prev
    assert isinstance(prev, tuple) and prev[0] is a and prev[-1] is b and len(prev) == 2
    assert hash(prev) == hash((a, b)) and {prev: 1}[(a, b)] == 1
    assert repr(prev) == repr((a, b)) and a in prev and prev.index(b) == 1
    assert list(reversed(prev)) == [b, a] and prev[:1] == (a,)
    first, second = prev
    assert first is a and second is b
    copied = pickle.loads(pickle.dumps(prev))
    assert type(copied) is type(prev) and copied[0].data == 1.0
    assert len(copy.deepcopy(prev)) == 2 and copy.copy(prev) == prev


# --- releasing the operands -----------------------------------------------------------


@pytest.mark.parametrize("nothing", [(), [], set(), frozenset()], ids=repr)
def test_releasing(engine, live_nodes, nothing):
    before = live_nodes()
    a = engine.Value(2.0)
    out = (a * 3 + 1).tanh()
    out.backward()
    grad = a.grad
    data = out.data
    out._prev = nothing
    assert out._prev == () and out._op == "tanh" and (out.data, out.grad) == (data, 1.0)
    assert live_nodes() == before + 2
    out.backward()
    (out * 2).backward()
    assert a.grad == grad and out.grad == 3.0
    del a, out
    assert live_nodes() == before


def test_releasing_every_kind_of_node(engine, live_nodes):
    before = live_nodes()
    a, b = engine.Value(2.0), engine.Value(0.5)
    nodes = [
        a * b, a + 1, a**2, a**-0.5, a.leaky_relu(), a.maximum(b), -a, type(a)(1.0, (a, b), "own"),
        type(a)(1.0, (a, a), (1.0, 2.0)), engine.nn.Neuron(2)([a, b]), a, type(a)(1.0, (), "op"),
        *engine.nn.Layer(2, 3)([a, b]),
    ]  # fmt: skip
    for node in nodes:
        op, data = node._op, node.data
        node._prev = ()
        assert node._prev == () and node._op == op and node.data == data
        node.backward()
        node._prev = ()  # again
    assert a.grad == 1.0 and b.grad == 0.0  # from a.backward()
    del a, b, node, nodes
    assert live_nodes() == before


def test_releasing_in_the_middle_of_a_graph(engine, live_nodes):
    a = engine.Value(2.0)
    mid = a * 3
    mid.label = "mid"
    root = mid + mid * 2
    mid._prev = ()
    root.backward()
    assert mid.grad == 3.0 and a.grad == 0.0
    del mid
    assert root._prev[0].label == "mid" and root._prev[0]._op == "*" and root._prev[0]._prev == ()
    copied = copy.deepcopy(root)
    assert copied._prev[0]._op == "*" and copied._prev[0]._prev == ()


def test_a_long_graph_is_freed_at_once(engine, live_nodes):
    before = live_nodes()
    v = engine.Value(1.0)
    for _ in range(50_000):
        v = v * 1.0
    v._prev = ()
    assert live_nodes() == before + 1


@pytest.mark.parametrize("other", [None, 0, "", {}, "ab", (1,), 5], ids=repr)
def test_anything_else_is_refused(engine, other):
    a = engine.Value(2.0)
    out = a * 3
    for given in (other, (a,), {a}, [out]):
        with pytest.raises(TypeError, match=r"assign \(\)"):
            out._prev = given
    out.backward()
    assert a.grad == 3.0


def test_releasing_within_a_custom_backward(engine):
    a = engine.Value(2.0)
    mid = a * 3
    top = engine.Value(6.0, (mid,), "own")

    def step():
        mid.grad += top.grad
        mid._prev = ()

    top._backward = step
    (top * 2).backward()
    assert mid.grad == 2.0 and a.grad == 0.0


# --- _backward = None -------------------------------------------------------------------


def test_none_removes_a_custom_backward_before_pickling(engine):
    x = engine.Value(2.0)
    out = engine.Value(8.0, (x,), "cube")
    out._backward = lambda: setattr(x, "grad", x.grad + 12 * out.grad)
    root = out * 2
    root.backward()
    assert x.grad == 24.0
    with pytest.raises(TypeError, match="_backward"):
        pickle.dumps(root)
    for node in (root, out, x):
        node._backward = None
    assert pickle.loads(pickle.dumps(root))._prev[0]._op == "cube"
    assert copy.deepcopy(root).data == 16.0
    assert callable(out._backward) and out._backward() is None
    x.grad = 0.0
    root.backward()
    assert x.grad == 0.0  # a custom operator without a backward passes nothing on


def test_none_restores_a_built_in_operators_backward(engine):
    x = engine.Value(3.0)
    square = x * x
    square._backward = None
    square.backward()
    assert x.grad == 6.0
    square._backward = lambda: None
    square._backward = None
    x.grad = None
    square.backward()
    assert x.grad == 6.0
