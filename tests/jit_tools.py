"""What tests of jit share: batches, a loss, and a choice of kernels."""

from contextlib import contextmanager

import numpy as np

from micrograd_c import jit

# Whole blocks of 16 and of 4 rows, single rows, and what is put together of them.
ROWS = [1, 3, 4, 16, 23, 33]


@contextmanager
def using_kernels(name):
    """Yields whether this machine can run the kernels of that name."""
    from micrograd_c._native import ffi, lib

    yield lib.mg_use_kernels(name.encode())
    lib.mg_use_kernels(ffi.NULL)


def batch(n, *widths, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=n if k is None else (n, k)) for k in widths]


def hinge(model):
    def loss(x, y):
        return (1 - y * model(x)).relu() + 1e-4 * sum(p * p for p in model.parameters())

    return jit(loss)
