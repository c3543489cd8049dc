"""How tests wait until garbage is gone."""

import gc

import pytest

SLOW = not hasattr(gc, "freeze")  # PyPy: a collection goes through all that pytest holds


def collect():
    """Collect all garbage.

    On PyPy, what an object with a finalizer refers to goes in a later round than the object.
    """
    gc.collect()
    if not SLOW:
        return
    from micrograd_c._native import lib

    rounds, count = 0, lib.mg_live_nodes()
    while rounds < 3:  # without a change
        gc.collect()
        rounds, count = (rounds + 1 if lib.mg_live_nodes() == count else 0), lib.mg_live_nodes()


def settled(nodes):
    """Whether only so many nodes of the C engine are alive, garbage apart."""
    from micrograd_c._native import lib

    for _ in range(4):  # PyPy may need several, see collect
        if lib.mg_live_nodes() == nodes:
            return True
        gc.collect()
    return lib.mg_live_nodes() == nodes


def take_free_leaves():
    """Leaves on all free nodes of the C library that need no new memory."""
    from micrograd_c._native import lib

    from micrograd_c._c.node import mg_leaf

    lib.mg_fail_allocation(1, True)
    taken = list(iter(lambda: mg_leaf(0.0), None))
    lib.mg_fail_allocation(0, False)
    return taken


def psutil_or_skip():
    """psutil, which on PyPy 7.3.11 can be installed but not imported."""
    try:
        import psutil
    except ImportError as error:
        pytest.skip(f"no psutil to ask for the process's memory: {error}")
    return psutil
