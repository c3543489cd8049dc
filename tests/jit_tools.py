"""Helpers of the tests of jit: batches, losses, and a choice of kernels."""

from contextlib import contextmanager

import numpy as np

from micrograd_c import jit, take
from micrograd_c.engine import Value

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


class PairLoss:
    """A loss of pairs of rows of up to 4 numbers, which each length gives other parameters.

    The first row's numbers are indices of a table, and each place has an embedding of its own.
    The operators are those that have the same bits in eager Values.
    """

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.table = [list(map(Value, rng.normal(size=2))) for _ in range(5)]
        self.places = [list(map(Value, rng.normal(size=2))) for _ in range(4)]
        rows = [*self.table, *self.places]
        self.parameters = [p for row in rows for p in row]

    def __call__(self, tokens, targets):
        losses = []
        for token, target, place in zip(tokens, targets, self.places):
            x = take(self.table, token) + place
            difference = x[0] * x[1] - target
            losses.append(difference * difference + x[0].relu())
        return sum(losses)


def ragged_pairs(n, seed=0):
    """Random arguments for a PairLoss: n rows of indices, and n of targets."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 5, size=n)
    tokens = [rng.integers(5, size=k).tolist() for k in lengths]
    return tokens, [rng.normal(size=k) for k in lengths]


def warm(function, *args, **options):
    """Call a jitted function as often as it takes to have a direct call, and once more."""
    return [function(*args, **options) for _ in range(3)][-1]


def same(found, expected):
    """True if two results are equal to the bit and of the same types."""
    if isinstance(expected, (list, tuple)):
        return type(found) is type(expected) and all(map(same, found, expected))
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(map(same, found.values(), expected.values()))
    if isinstance(expected, float):
        return type(found) is float and repr(found) == repr(expected)
    equal = found.shape == expected.shape and found.tobytes() == expected.tobytes()
    return type(found) is np.ndarray and found.dtype == np.float64 and equal
