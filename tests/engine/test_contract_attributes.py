"""``data``, ``grad``, ``label`` and the user's own attributes, on every node."""

import math

import numpy as np
import pytest
from memory_tools import collect
from net_tools import below

BAD = ["1", None, 1j, [1.0], np.zeros(2)]


def nodes_of_each_kind(Value):
    a, b = Value(2.0), Value(3.0)
    return [a, a * b, a + 1, a**2, a.tanh(), a.leaky_relu(), a.maximum(b), Value(1.0, (a, b), "f")]


@pytest.mark.parametrize("name", ["data", "grad"])
@pytest.mark.parametrize(
    "given", [5, 0.25, True, np.float32(0.5), np.int64(3), np.array([2.0])], ids=repr
)
def test_data_and_grad_are_writable_and_floats(engine, name, given):
    for node in nodes_of_each_kind(engine.Value):
        setattr(node, name, given)
        assert getattr(node, name) == float(np.asarray(given).item())
        assert type(getattr(node, name)) is float


@pytest.mark.parametrize("name", ["data", "grad"])
@pytest.mark.parametrize("given", BAD, ids=repr)
def test_a_bad_number_changes_nothing(engine, name, given):
    if name == "grad" and given is None:
        return  # assigning None sets the gradient to 0
    for node in nodes_of_each_kind(engine.Value):
        before = getattr(node, name)
        with pytest.raises(TypeError, match=type(given).__name__):
            setattr(node, name, given)
        assert getattr(node, name) == before


@pytest.mark.parametrize("name", ["data", "grad"])
def test_too_big_an_int_changes_nothing(engine, name):
    v = engine.Value(1.5)
    with pytest.raises(OverflowError):
        setattr(v, name, 10**400)
    assert (v.data, v.grad) == (1.5, 0.0)


@pytest.mark.parametrize("name", ["data", "grad"])
def test_data_and_grad_cannot_be_deleted(engine, name):
    v = engine.Value(1.5)
    with pytest.raises((AttributeError, TypeError)):
        delattr(v, name)
    assert (v.data, v.grad) == (1.5, 0.0)


@pytest.mark.parametrize("x", [0.0, -0.0, math.inf, -math.inf, 5e-324, 1.7976931348623157e308])
def test_every_double_is_stored_exactly(engine, x):
    v = engine.Value(x)
    v.grad = x
    assert v.data.hex() == v.grad.hex() == x.hex()


def test_nan_is_stored(engine):
    v = engine.Value(math.nan)
    v.grad = math.nan
    assert math.isnan(v.data) and math.isnan(v.grad)


def test_augmented_assignment(engine):
    p = engine.Value(1.0)
    p.grad = 2.0
    p.data -= 0.1 * p.grad
    p.grad += 1
    assert p.data == 1.0 - 0.1 * 2.0 and p.grad == 3.0


def test_changing_data_changes_no_other_node(engine):
    a = engine.Value(2.0)
    b = a * 3
    a.data = 10.0
    assert b.data == 6.0
    assert (a * 3).data == 30.0


# --- label and attributes ---


def test_label_defaults_to_empty_and_is_settable(engine):
    for node in nodes_of_each_kind(engine.Value):
        assert node.label == ""
        node.label = "e"
        assert node.label == "e"


def test_any_attribute(engine):
    for node in nodes_of_each_kind(engine.Value):
        node.m, node._vis_color = 0.0, "red"
        node.m += 1
        assert node.m == 1.0 and node._vis_color == "red"
        assert vars(node)["_vis_color"] == "red"
        del node.m
        assert not hasattr(node, "m")


@pytest.mark.parametrize("name", ["_id", "_held", "_data", "_grad", "_k", "_row", "_custom"])
def test_names_that_an_engine_could_use_itself(engine, name):
    """A program that numbers nodes for a drawing may call the number ``_id``."""
    a, b = engine.Value(2.0), engine.Value(3.0)
    root = a * b + 1
    for i, node in enumerate([a, b, *root._prev, root]):
        setattr(node, name, i)
    assert [getattr(node, name) for node in (a, b, *root._prev, root)] == [0, 1, 2, 3, 4]
    root.backward()
    assert (a.data, a.grad, b.grad, (root**2).data, root.data) == (2.0, 3.0, 2.0, 49.0, 7.0)
    assert root._prev[0]._prev == (a, b) and root._backward() is None


@pytest.mark.parametrize("engine", ["c"], indirect=True)
def test_no_assignment_reaches_a_node_in_c(engine):
    from micrograd_c._c.value import RESERVED

    a = engine.Value(2.0)
    for name in RESERVED:
        with pytest.raises(AttributeError, match=f"{name} is the engine's own"):
            setattr(a, name, 1)
    assert (a * 3).data == 6.0


def test_reading_an_attribute_that_was_never_set(engine):
    with pytest.raises(AttributeError, match="momentum"):
        engine.Value(1.0).momentum


def test_a_label_is_that_of_one_node_only(engine):
    a, b = engine.Value(1.0, label="a"), engine.Value(1.0)
    assert (a.label, b.label) == ("a", "")


@pytest.mark.parametrize("when", ["before", "after", "both"])
def test_attributes_survive_prev_after_the_name_was_dropped(engine, when):
    """Set before or after other nodes were made from the node; then its variable is deleted."""
    a = engine.Value(2.0)
    b = a * 3
    if when != "after":
        b.label, b.note = "b", ["kept"]
    c = b + 1
    d = b * 5
    if when != "before":
        b.label, b.note = "b", ["kept"]
    del b
    for root in (c, d):
        (found,) = (node for node in root._prev if node._op == "*")
        assert found.label == "b" and found.note == ["kept"] and found.data == 6.0


def test_attributes_survive_many_levels_down(engine):
    v = engine.Value(1.0, label="start")
    for i in range(50):
        v = v * 1.5
        v.depth = i
    root = v + 1
    del v
    node = root._prev[0]
    for i in reversed(range(50)):
        assert node.depth == i
        node = node._prev[0]
    assert node.label == "start" and node._prev == ()


def test_attributes_survive_between_nodes_without_values(engine):
    a = engine.Value(1.0)
    root = (((a + 1).tanh() * 3).exp() - 2).relu()
    deep = root
    while deep._prev:
        deep = deep._prev[0]
    assert deep is a
    mid = root._prev[0]._prev[0]
    mid.label = "mid"
    del mid, deep
    assert root._prev[0]._prev[0].label == "mid"


def test_attributes_survive_on_a_constant(engine):
    root = engine.Value(1.0) * 3
    root._prev[1].label = "three"
    assert root._prev[1].label == "three"


def test_attributes_survive_backward(engine):
    a = engine.Value(2.0, label="a")
    root = (a * a).tanh()
    root._prev[0].label = "square"
    root.backward()
    assert root._prev[0].label == "square" and root._prev[0]._prev[0] is a


def test_gradients_are_seen_through_prev_and_by_name_alike(engine):
    a = engine.Value(2.0)
    b = a * 3
    root = b * b
    root.backward()
    assert root._prev[0].grad == b.grad == 12.0
    root._prev[0].grad = 7.0
    assert b.grad == 7.0
    b.data = 8.0
    assert root._prev[0].data == 8.0


def test_op_is_settable(engine):
    """Graph drawers rename operators."""
    a = engine.Value(1.0)
    b = a * 2
    b._op = "double"
    root = b + 1
    del b
    assert root._prev[0]._op == "double"
    root.backward()
    assert a.grad == 2.0


def test_attributes_survive_on_a_node_that_is_already_pinned(engine):
    a = engine.Value(3.0)
    b = a * 2
    root = b.tanh() + b
    a.note, b.note = "a", "b"  # a's pins b, too; b's must still pin b for root
    del a, b
    collect()
    assert root._prev[1].note == "b" and root._prev[1]._prev[0].note == "a"


@pytest.mark.parametrize("last", ["interior", "made of it"])
def test_attributes_survive_when_an_interior_node_outlives_the_root(engine, last):
    b = engine.Value(1.0) * 2
    root = b.tanh() * 3
    b.label = "b"
    del b
    node = root._prev[0]
    if last == "made of it":
        node = node * 5
    del root
    collect()
    while node._op != "tanh":
        node = node._prev[0]
    assert node._prev[0].label == "b"


def test_attributes_on_every_node_of_a_chain_that_is_held(engine, live_nodes):
    """All nodes exist before the first gets its attribute."""
    before = live_nodes()
    v = engine.Value(1.0)
    chain = [v]
    for _ in range(3000):
        v = v * 1.0
        chain.append(v)
    for i, node in enumerate(chain):
        node.place = i
    del v, node
    root = chain[-1]
    chain.clear()
    collect()
    v = root
    for i in range(3000, -1, -1):
        assert v.place == i
        v = v._prev[0] if i else None
    root.backward()
    del root, v
    assert live_nodes() == before


@pytest.mark.parametrize("collecting", [True, False])
def test_attributes_set_after_a_net_was_called(engine, live_nodes, collecting):
    """As momentum that starts while the first loss is alive; then the model is deleted."""
    before = live_nodes()
    model = engine.nn.MLP(2, [3, 2])
    roots = [sum(model([1.0, x])) for x in (2.0, 3.0)]
    names = [str(i) for i, _ in enumerate(model.parameters())]
    for p, name in zip(model.parameters(), names):
        p.m, p.label = 0.0, name
    roots += model([engine.Value(4.0), engine.Value(5.0)])
    del model, p
    if collecting:
        collect()
    for root in roots[:2]:
        assert sorted(node.label for node in below(root) if node.label) == sorted(names)
        root.backward()
    del roots, root
    assert live_nodes() == before


def test_a_cycle_through_an_attribute_set_after_use_is_freed(engine, live_nodes):
    before = live_nodes()
    a = engine.Value(2.0)
    b = a * 3
    root = (b + 1).tanh()
    a.root, b.root = root, [root]
    del a, b
    collect()
    assert root._prev[0]._prev[0].root[0] is root
    del root
    assert live_nodes() == before
