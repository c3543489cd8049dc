"""Collects the graph below a Value as flat lists, in the order in which forward would make it."""

import linecache
from array import array

from python_ref.core.walking import topological_sort

LEAF, CUSTOM = "leaf", "custom"  # the operators of nodes that no operator of ours made


class Graph:
    """A graph as lists with an entry a node, operands before results; the root is the last.

    ``operators`` has names of rows of ``python_ref/core/ops.py``, LEAF or CUSTOM. ``counts`` has
    how many operands a node has, and ``distances``, node after node, how many places before it
    each operand is: flat lists, because a graph may have millions of nodes. The dicts have entries
    for some nodes, by their place: ``names``; ``texts``, an operator's ``_op`` where the row does
    not tell it; ``ks``, the exponent or slope; ``locals_``, the local gradients of a user's
    operator; and ``lines``, (file, line number, text) of the code that made it. ``opaque`` are the
    places of nodes whose derivative only a function of the user's knows.
    """

    def __init__(self):
        self.operators, self.counts, self.distances = [], array("i"), array("i")
        self.data, self.grad = array("d"), array("d")
        self.names, self.texts, self.ks, self.locals_, self.lines = {}, {}, {}, {}, {}
        self.opaque = []


def collect(root, names=None, line_of=None, max_nodes=None):
    """Return the Graph below ``root``.

    ``names`` is a dict of names by the id of a Value, see ``names.py``; a Value's own label comes
    first. ``line_of(value)`` returns (file, line number) of the code that made it, or None.
    Raises ValueError for more than ``max_nodes`` nodes.
    """
    names, graph = names or {}, Graph()
    order = topological_sort(root)
    if max_nodes is not None and len(order) > max_nodes:
        raise ValueError(
            f"the graph has {len(order)} nodes, more than max_nodes={max_nodes}: explore a smaller "
            f"part, such as the loss of one example, or pass max_nodes={len(order)}"
        )
    place = {id(node): i for i, node in enumerate(order)}
    for i, node in enumerate(order):
        operands = node._operands
        if operands or node._op:
            add_operator(graph, i, node)
        else:
            graph.operators.append(LEAF)
        graph.counts.append(len(operands))
        for operand in operands:
            graph.distances.append(i - place[id(operand)])
        graph.data.append(node.data)
        graph.grad.append(node.grad)
        label = node.label
        name = str(label) if label != "" else names.get(id(node))
        if name:
            graph.names[i] = name
        line = line_of and line_of(node)
        if line:
            graph.lines[i] = (*line, linecache.getline(*line).strip())
    return graph


def add_operator(graph, i, node):
    """Add to the graph what made its node number ``i``."""
    operator, k, text = node._recipe()
    if operator is None:
        operator = CUSTOM
        graph.texts[i] = text
        if k is not None:
            graph.locals_[i] = k
    elif k is not None:
        graph.ks[i], graph.texts[i] = k, text
    if node._has_custom_backward() and node._operands:
        graph.opaque.append(i)
    graph.operators.append(operator)
