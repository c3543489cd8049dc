"""Compares graphs: a program of nets on both engines, or two ways to make a graph.

A program is a generator function of (nn, Value). When it yields a list of Values, the graph
below them is recorded at once; it must be the same on both engines.
"""

import random

import pytest
from conftest import load_c_engine, load_python_engine

from micrograd_c.parity.compare import bits
from python_ref import nn

NONLINEARITIES = tuple(nn.NONLINEARITIES)


def graph(roots):
    """Return a description of every node below ``roots``, in an order that depends on shape alone.

    Each is (operator, label, data, gradient, the operands' places in the list).
    """
    order, places = [], {}
    stack = [iter(roots)]
    waiting = []
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            if waiting:
                done = waiting.pop()
                places[done] = len(order)
                order.append(done)
        elif node not in places and node not in waiting:
            waiting.append(node)
            stack.append(iter(node._operands))
    for node in order:
        assert node._prev == tuple(dict.fromkeys(node._operands))
    return [
        (x._op, x.label, x.data, x.grad, [places[operand] for operand in x._operands])
        for x in order
    ]


def graphs(program, engine):
    """Run the program on one engine; return the graphs of all that it yields."""
    random.seed(1337)
    return [graph(list(roots)) for roots in program(engine.nn, engine.Value)]


def assert_same(program, last_bits=False):
    """Assert that the program makes the same graphs on both engines, bit for bit.

    last_bits: gradients may differ in their last bits, as the README says of a parameter or
    an input that is used in several places.
    """
    ours, theirs = graphs(program, load_c_engine()), graphs(program, load_python_engine())
    assert len(ours) == len(theirs) > 0
    for i, (our, their) in enumerate(zip(ours, theirs)):
        assert len(our) == len(their), f"yield {i}: {len(our)} nodes, expected {len(their)}"
        for node, expected in zip(our, their):
            *what, data, grad, operands = node
            *expected_what, expected_data, expected_grad, expected_operands = expected
            about = f"yield {i}: {node}, expected {expected}"
            assert what == expected_what and operands == expected_operands, about
            assert bits(data) == bits(expected_data), about
            if last_bits:
                assert grad == pytest.approx(expected_grad, rel=1e-12, abs=1e-14, nan_ok=True)
            else:
                assert bits(grad) == bits(expected_grad), about


def exact(nodes):
    """Return the nodes that graph() describes with their data and gradients as bits."""
    return [(op, label, bits(data), bits(grad), below) for op, label, data, grad, below in nodes]


def assert_same_graph(made, expected):
    """Compare two separate graphs of equal leaves, before and after backward."""
    made, expected = as_list(made), as_list(expected)
    assert exact(graph(made)) == exact(graph(expected))
    for roots in (made, expected):
        for i, root in enumerate(roots):
            (root * (i + 1.0)).backward()
    assert exact(graph(made)) == exact(graph(expected))


def as_list(out):
    return out if isinstance(out, list) else [out]


def compute(model, x):
    """Run one forward and backward pass; return the outputs and parameters."""
    out = as_list(model(x))
    sum((i + 1.0) * o for i, o in enumerate(out)).backward()
    return [*out, *model.parameters()]


def below(root):
    """Return the set of all nodes of a graph, found by ``_prev``."""
    seen, todo = set(), [root]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(node._prev)
    return seen


def times(V, x, factor, then=lambda: None):
    """x * factor as a node with a custom backward, which also calls ``then()``."""
    out = V(x.data * factor, (x,), "mine")

    def _backward():
        x.grad += factor * out.grad
        then()

    out._backward = _backward
    return out
