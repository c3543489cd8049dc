"""Helpers that collect garbage, count nodes of the C engine and use up its free nodes."""

import gc

import pytest

SLOW = not hasattr(gc, "freeze")  # PyPy: a collection goes through all that pytest holds


def collect():
    """Collect all garbage.

    On PyPy the objects that an object with a finalizer refers to are freed in a later round.
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
    """Collect garbage; True if exactly ``nodes`` nodes of the C engine remain alive."""
    from micrograd_c._native import lib

    for _ in range(4):  # PyPy may need several rounds, see collect
        if lib.mg_live_nodes() == nodes:
            return True
        gc.collect()
    return lib.mg_live_nodes() == nodes


def take_free_leaves():
    """Make leaves until the C library has no free node left; return the leaves."""
    from micrograd_c._native import lib

    from micrograd_c._c.node import mg_leaf

    lib.mg_fail_allocation(1, True)
    taken = list(iter(lambda: mg_leaf(0.0), None))
    lib.mg_fail_allocation(0, False)
    return taken


def psutil_or_skip():
    """Return psutil, or skip: on PyPy 7.3.11 it can be installed but not imported."""
    try:
        import psutil
    except ImportError as error:
        pytest.skip(f"no psutil to ask for the process's memory: {error}")
    return psutil
