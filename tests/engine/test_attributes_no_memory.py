"""Attributes that are set while memory has run out: they are set, and stay with their node.

trust/test_no_memory.py and tests/c test everything else that may run out of memory.
"""

import gc

import pytest
from micrograd_c._native import lib

from micrograd_c.engine import Value

SETTERS = {
    "label": lambda v: setattr(v, "label", "v"),
    "attribute": lambda v: setattr(v, "m", 1.0),
    "_backward": lambda v: setattr(v, "_backward", lambda: None),
}


def without_memory(work):
    lib.mg_fail_allocation(1, True)
    try:
        work()
    finally:
        lib.mg_fail_allocation(0, False)


def product_below():
    a, b = Value(0.5), Value(3.0)
    product = a * b
    return a, product, product.tanh() + a


@pytest.mark.parametrize("name", SETTERS)
def test_the_graph_does_not_change(name):
    a, product, root = product_below()
    nodes, blocks = lib.mg_live_nodes(), lib.mg_live_blocks()
    without_memory(lambda: SETTERS[name](product))
    assert (lib.mg_live_nodes(), lib.mg_live_blocks()) == (nodes, blocks)
    root.backward()
    assert a.grad == 1.0 + (0.0 if name == "_backward" else 3.0 * product.grad)


@pytest.mark.parametrize("name", SETTERS)
def test_the_attribute_is_found_although_a_search_failed(name):
    """By _prev, after the last variable that held the node is gone."""
    a, product, root = product_below()
    without_memory(lambda: (SETTERS[name](product), gc.collect()))
    del product
    gc.collect()
    product = root._prev[0]._prev[0]
    root.backward()
    found = {"label": product.label, "attribute": getattr(product, "m", None), "_backward": a.grad}
    assert found[name] == {"label": "v", "attribute": 1.0, "_backward": 1.0}[name]
    assert product.grad != 0.0
