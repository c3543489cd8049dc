"""Equality and hash are identity; a node is always the same object, however it is reached."""

import weakref

import pytest
from memory_tools import collect


def below(root):
    """Return all nodes of a graph, found by ``_prev`` and told apart by ``is``."""
    seen, todo = [], [root]
    while todo:
        node = todo.pop()
        if not any(node is other for other in seen):
            seen.append(node)
            todo.extend(node._prev)
    return seen


def test_equality_is_identity(engine):
    a, b = engine.Value(1.0), engine.Value(1.0)
    assert a == a and a != b and not a == b
    assert a != 1.0 and not a == 1.0
    assert a in [b, a] and a not in [b]


def test_hash_is_identity(engine):
    a, b = engine.Value(1.0), engine.Value(1.0)
    assert len({a, b, a}) == 2
    assert {a: "a", b: "b"}[a] == "a"
    before = hash(a)
    a.data, a.label = 5.0, "a"
    assert hash(a) == before


def test_a_leaf_is_found_again(engine):
    a, b = engine.Value(1.0), engine.Value(2.0)
    c = a * b
    assert c._prev[0] is a and c._prev[1] is b


def test_interior_nodes_are_found_again(engine):
    a = engine.Value(1.0)
    b = a.tanh()
    c = b * 2
    d = b + c
    assert d._prev[0] is b and d._prev[1] is c and c._prev[0] is b and b._prev[0] is a


@pytest.mark.parametrize("first", ["top", "bottom"])
def test_prev_of_a_chain_in_either_order(engine, first):
    chain = [engine.Value(1.0)]
    for _ in range(20):
        chain.append(chain[-1] * 1.5)
    pairs = list(zip(chain, chain[1:]))
    for below_it, node in reversed(pairs) if first == "top" else pairs:
        assert node._prev[0] is below_it


def test_a_node_reached_by_two_paths_is_one_object(engine):
    a = engine.Value(1.0)
    root = (a * 2).exp()
    shared = root + 1
    other = root * 3
    del root
    assert shared._prev[0] is other._prev[0]
    assert (shared * other)._prev[0]._prev[0] is other._prev[0]


def test_prev_twice_is_the_same(engine):
    root = (engine.Value(1.0) * 2 + 3).tanh()
    ids = [id(node) for node in below(root)]
    for _ in range(3):
        collect()
        assert [id(node) for node in below(root)] == ids


def test_ids_are_stable_while_the_root_lives(engine):
    """A graph drawer names nodes by id(), and drops the objects before it reads _prev again."""
    a, b = engine.Value(-4.0), engine.Value(2.0)
    root = ((a + b) * (a - b) / 7 + (a * b).relu() ** 2).tanh()
    for node in below(root):
        node.label = str(id(node))
    del node
    collect()
    junk = [engine.Value(i) for i in range(1000)]
    assert all(node.label == str(id(node)) for node in below(root))
    assert len(junk) == 1000


def test_a_nodes_id_never_changes(engine):
    root = engine.Value(1.0) * 2 + 3
    taken = id(root._prev[0])
    junk = [engine.Value(i) + 1 for i in range(1000)]
    assert id(root._prev[0]) == taken
    assert taken not in map(id, junk)


def test_interior_nodes_go_in_sets(engine):
    a = engine.Value(1.0)
    b = a * 2
    root = b + b.tanh()
    nodes = set(below(root))
    assert a in nodes and b in nodes and root in nodes
    assert len(nodes) == len(below(root)) == 5  # also the constant 2 and tanh


def test_a_node_of_a_dropped_branch_is_the_same_object(engine):
    a = engine.Value(1.0)
    b = a * 2
    c = b + 1
    assert c._prev[0] is b
    del c
    collect()
    d = b * 5
    assert d._prev[0] is b and b._prev[0] is a


def test_a_part_of_a_graph_outlives_its_root(engine):
    root = ((engine.Value(1.0) * 2) + 3).tanh()
    part = root._prev[0]._prev[0]
    part.label = "part"
    del root
    collect()
    assert part._op == "*" and part.data == 2.0 and part.label == "part"
    assert [node.data for node in part._prev] == [1.0, 2.0]
    part.backward()
    assert part._prev[0].grad == 2.0


def test_reading_prev_keeps_nothing_alive(engine, live_nodes):
    before = live_nodes()
    root = (engine.Value(1.0) * 2 + 3).tanh()
    assert len(below(root)) == 6
    del root
    assert live_nodes() == before


def test_weak_references(engine):
    a = engine.Value(1.0)
    seen = []
    ref = weakref.ref(a, seen.append)
    assert ref() is a
    del a
    collect()
    assert ref() is None and len(seen) == 1


def test_a_weak_reference_to_an_interior_node(engine):
    """The Value of a node that was read by _prev lives as long as its graph."""
    root = engine.Value(1.0) * 2 + 3
    ref = weakref.ref(root._prev[0])
    collect()
    assert ref() is root._prev[0]
    del root
    collect()
    assert ref() is None


def test_a_subclass_leaf_is_found_again_as_itself(engine):
    class Parameter(engine.Value):
        pass

    p = Parameter(2.0)
    root = p * 3
    del p
    collect()
    assert type(root._prev[0]) is Parameter
