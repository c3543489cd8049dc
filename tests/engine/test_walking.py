"""The walks over a graph, python_ref/core/walking.py, which every other walk is made of."""

from itertools import islice

from python_ref.core.walking import reachable, topological_sort


class Node:
    """A node that equals every other: the walks must go by identity."""

    def __init__(self, *operands):
        self._operands = operands

    def __eq__(self, other):
        return True

    __hash__ = None


def are_same(nodes, expected):
    return list(map(id, nodes)) == list(map(id, expected))


def test_topological_sort_visits_operands_from_left_to_right():
    a, b = Node(), Node()
    c = Node(b, a, b)
    root = Node(a, c, a)
    assert are_same(topological_sort(root), [a, b, c, root])
    assert are_same(topological_sort(a), [a])


def test_topological_sort_of_several_roots_has_each_node_once():
    a = Node()
    b, c = Node(a), Node(a)
    assert are_same(topological_sort(c, b, a, c), [a, c, b])
    assert topological_sort() == []


def test_operands_may_be_given_by_a_function():
    a, b = Node(), Node()
    above = {id(a): (b,), id(b): ()}
    assert are_same(topological_sort(a, operands_of=lambda node: above[id(node)]), [b, a])
    assert are_same(reachable(a, operands_of=lambda node: above[id(node)]), [a, b])


def test_reachable_has_each_node_once_and_begins_with_the_root():
    a = Node()
    b = Node(a)
    root = Node(a, b, b)
    nodes = list(reachable(root))
    assert nodes[0] is root and len(nodes) == 3
    assert set(map(id, nodes)) == {id(root), id(a), id(b)}


def test_reachable_reads_no_more_than_was_asked_for():
    read = []

    def operands_of(node):
        read.append(node)
        return (Node(),)  # an endless graph, to whose nodes only the walk refers

    assert len(list(islice(reachable(Node(), operands_of), 5))) == 5
    assert len(read) == 4


def test_graphs_deeper_than_python_can_recurse():
    root = Node()
    for _ in range(100_000):
        root = Node(root)
    order = topological_sort(root)
    assert len(order) == len(list(reachable(root))) == 100_001 and order[-1] is root
    del root
    while order:  # one by one, so that freeing the chain does not recurse
        order.pop()._operands = ()
