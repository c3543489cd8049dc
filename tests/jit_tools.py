"""Helpers of the tests of jit: batches, losses, and a choice of kernels."""

from contextlib import contextmanager

import numpy as np

from micrograd_c import jit

# Numbers of rows: whole blocks of 16 and of 4, single rows, and combinations of them.
ROWS = [1, 3, 4, 16, 23, 33]


@contextmanager
def using_kernels(name):
    """Use the kernels of that name; yields False if this machine cannot run them."""
    from micrograd_c._native import ffi, lib

    yield lib.mg_use_kernels(name.encode())
    lib.mg_use_kernels(ffi.NULL)


def batch(n, *widths, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=n if k is None else (n, k)) for k in widths]


def data(n=21, seed=0):
    """Random rows of two inputs, and a target for each."""
    inputs, targets = batch(n, 2, None, seed=seed)
    return inputs, targets


def squared_error(model):
    return jit(lambda x, y: (model(x) - y) * (model(x) - y))


def hinge(model):
    def loss(x, y):
        return (1 - y * model(x)).relu() + 1e-4 * sum(p * p for p in model.parameters())

    return jit(loss)
