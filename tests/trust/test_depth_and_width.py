"""Graphs as deep and as wide as memory allows, on a thread's small stack.

test_depth.py has the same shapes at sizes that are quick to run, and test_c.py a deep chain in C.
"""

import copy
import gc
import pickle
import sys
import threading

import pytest
from c_tools import any_compiler, build, run
from trust_tools import in_thread, size

from micrograd_c import functional

# CPython 3.13 frees nested objects, such as tuples, by thousands of nested calls, which do not
# fit into 256 KB.
STACK = (2048 if sys.version_info[:2] == (3, 13) else 256) * 1024


def on_a_small_stack(work):
    """Run ``work`` in a thread with little stack; an overflow would end the process."""
    before = threading.stack_size(STACK)
    try:
        in_thread(work)
    finally:
        threading.stack_size(before)


def chain(Value, n):
    start = v = Value(1.0)
    for _ in range(n):
        v = v * 1.0
    return start, v


def test_a_deep_chain(engine, live_nodes):
    """Build, run and free a chain: at full length, on the C engine, ten million nodes deep."""
    before = live_nodes()
    n = size(100_000, 10_000_000 if engine.name == "c" else 1_000_000)

    def work():
        start, root = chain(engine.Value, n)
        root.backward()
        assert start.grad == 1.0 and root.data == 1.0
        del root
        start.label = "start"  # no graph is left to be searched

    on_a_small_stack(work)
    assert live_nodes() == before


def test_a_deep_chain_copied_pickled_and_read(engine, live_nodes):
    before = live_nodes()

    def work():
        _, root = chain(engine.Value, size(20_000, 300_000))
        for twin in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
            twin.backward()
            node = twin
            while node._prev:
                node = node._prev[0]
            assert node.grad == 1.0
            node.label = "bottom"
            del twin, node
        assert root.grad == 0.0

    on_a_small_stack(work)
    assert live_nodes() == before


@pytest.mark.parametrize("add_up", [sum, functional.total], ids=["sum", "total"])
def test_a_sum_of_many_terms(engine, live_nodes, add_up):
    before = live_nodes()
    n = size(50_000, 1_000_000)
    terms = [engine.Value(0.5) for _ in range(n)]
    total = add_up(terms)
    total.backward()
    assert total.data == n / 2 and {x.grad for x in terms} == {1.0}
    del total, terms
    assert live_nodes() == before


def test_one_leaf_used_many_times(engine, live_nodes):
    before = live_nodes()
    n = size(100_000, 10_000_000 if engine.name == "c" else 1_000_000)
    leaf, total = engine.Value(0.5), engine.Value(0.0)
    for _ in range(n):
        total = total + leaf
    total.backward()
    assert total.data == n / 2 and leaf.grad == n
    del total, leaf
    gc.collect()
    assert live_nodes() == before


def test_ids_run_out(tmp_path):
    """Nodes have 2^32 ids; the library is built with 2^16 to exercise id exhaustion."""
    options = ("-O0", "-DMG_ID_BITS=16")
    program = build(any_compiler(), tmp_path, *options, programs=("test_limit",))
    assert run(program) == ""
