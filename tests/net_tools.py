"""What the tests of nets share: a program run on both engines, and the graphs it leaves.

A program is a generator function of (nn, Value). Each list of Values that it yields is
looked at there and then: the graph below them must be the same on both engines.
"""

import random

import pytest
from conftest import load_c_engine, load_python_engine

from micrograd_c.parity.compare import bits
from python_ref import nn

NONLINEARITIES = tuple(nn.NONLINEARITIES)


def graph(roots):
    """Every node below ``roots``, in an order that the graph's shape alone decides.

    For each: operator, label, data, gradient, and its operands by their place.
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


def looks(program, engine):
    """The graphs of all that the program yields on one engine."""
    random.seed(1337)
    return [graph(list(roots)) for roots in program(engine.nn, engine.Value)]


def assert_same(program, last_bits=False):
    """Both engines leave the same graphs, bit for bit.

    ``last_bits``: gradients may differ there, as the README says of a parameter or an
    input that is used in several places.
    """
    ours, theirs = looks(program, load_c_engine()), looks(program, load_python_engine())
    assert len(ours) == len(theirs) > 0
    for i, (our, their) in enumerate(zip(ours, theirs)):
        assert len(our) == len(their), f"look {i}: {len(our)} nodes, expected {len(their)}"
        for node, expected in zip(our, their):
            *what, data, grad, operands = node
            *expected_what, expected_data, expected_grad, expected_operands = expected
            about = f"look {i}: {node}, expected {expected}"
            assert what == expected_what and operands == expected_operands, about
            assert bits(data) == bits(expected_data), about
            if last_bits:
                assert grad == pytest.approx(expected_grad, rel=1e-12, abs=1e-14, nan_ok=True)
            else:
                assert bits(grad) == bits(expected_grad), about


def as_list(out):
    return out if isinstance(out, list) else [out]


def compute(model, x):
    """One forward and backward; returns what to look at."""
    out = as_list(model(x))
    sum((i + 1.0) * o for i, o in enumerate(out)).backward()
    return [*out, *model.parameters()]


def below(root):
    seen, todo = set(), [root]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(node._prev)
    return seen
