"""How tests wait until garbage is gone."""

import gc

import pytest


def collect():
    """Collect all garbage. PyPy finalizes one link of a chain in each round, and frees it later."""
    gc.collect()
    if hasattr(gc, "freeze"):  # CPython
        return
    from micrograd_c._native import lib

    rounds, count = 0, lib.mg_live_nodes()
    for _ in range(200):
        gc.collect()
        rounds, count = (rounds + 1 if lib.mg_live_nodes() == count else 0), lib.mg_live_nodes()
        if rounds == 4:  # without a change
            return
    pytest.skip("PyPy needs a collection for each link of a chain; what came before passed")
