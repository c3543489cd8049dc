"""Random programs of vectors: native code has the bits of a usual call, bound or not."""

import random

import numpy as np
import pytest
from c_tools import FULL
from jit_tools import using_kernels
from native_tools import (
    make_own_cache,  # noqa: F401
    parameters,
    same,
)

from micrograd_c import dot, jit, softmax

# The generated code was once wrong for the second and third, which have products with windows, and
# for the first and second, which have loops over products by one number.
SEEDS = range(300) if FULL else (8, 52, 61)


def windows(rng, pool):
    """Products of rows with the windows of a vector, which have numbers in common."""
    kernels = [rng.choice(pool)[:4] for _ in range(rng.randrange(1, 7))]
    signal = [rng.uniform(-1.0, 1.0) * v for v in rng.choice(pool)]
    starts = range(0, len(signal) - 3, rng.choice([1, 1, 2, 4]))
    return [dot(k, signal[i : i + 4]) for k in kernels for i in starts]


def matrix(rng, pool):
    """Products of all rows of two matrices, which may be the same, then of their columns."""
    n, m = rng.randrange(2, 7), rng.randrange(4, 9)
    flat = [v for some in rng.sample(pool, 2) for v in some * n]
    A = [[v.tanh() for v in flat[i * m : i * m + m]] for i in range(n)]
    B = A if rng.random() < 0.3 else [flat[-i * m - m : len(flat) - i * m] for i in range(n)]
    products = [[dot(a, b) for b in B] for a in A]
    weights = [softmax(row) for row in products] if rng.random() < 0.5 else products
    return [dot(row, column) for row in weights for column in zip(*products)]


def recursion(rng, pool):
    """A state that follows from the one before, with factors that stay or change."""
    factors, added = rng.choice(pool), rng.choice(pool)
    state, states = factors[0] * 0.5, []
    for i in range(rng.randrange(8, 90)):
        factor = factors[0] if rng.random() < 0.9 else factors[i % len(factors)]
        state = (state * factor * 0.5 + added[i % len(added)]).tanh()
        states.append(state * factor)
    return states


def elementwise(rng, pool):
    """An operator on two vectors, on one backwards, or on a vector and its first number."""
    a, b = rng.choice(pool), rng.choice(pool)
    b = rng.choice([b, b[::-1], [b[0]] * len(b), a])
    operate = rng.choice(
        [
            lambda x, y: x * y,
            lambda x, y: x + y * 0.5,
            lambda x, y: x / (y * y + 1.0),
            lambda x, y: (x - y).sin(),
            lambda x, y: x.maximum(y),
            lambda x, y: (x * y).sigmoid() + 1.0 * x,
        ]
    )
    return [operate(x, y) for x, y in zip(a, b)]


def program(seed):
    """Return a function of a vector of 8 numbers."""
    rng = random.Random(seed)
    first = parameters(12, seed)

    def f(x):
        rng.seed(seed)
        pool = [first, list(x) * 2]
        for _ in range(rng.randrange(3, 7)):
            step = rng.choice([windows, windows, matrix, recursion, elementwise, elementwise])
            result = step(rng, pool)
            while len(result) < 8:
                result = result + result
            pool.append(result)
        return sum(v * v for v in pool[-1]) + sum(dot(some, some) for some in pool) * 0.01

    return f


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize("seed", SEEDS)
def test_bits(seed):
    f = program(seed)
    plain, native = jit(f, in_axes=None), jit(f, in_axes=None, native=True)
    x = np.random.default_rng(seed).normal(size=8)
    value, gradient = native.value_and_grad(x)
    with using_kernels("portable"):
        expected = plain.value_and_grad(x)
    assert same(value, expected[0]) and same(gradient, expected[1])
    for made in (plain, native):
        run = made.bind(x, grad=True)
        assert same(run(), value) and same(run.grad, gradient)
    assert same(plain(x), value) and same(native(x), value)
