"""jit: sums of one output that read an array where it is, see csrc/jit/row_major.c."""

import math

import numpy as np
import pytest
from jit_tools import ROWS, batch

from micrograd_c import dot, jit
from micrograd_c.engine import Value
from micrograd_c.optim import SGD

WIDTHS = [2, 4, 7, 8, 21, 130]  # the kernels take 4 or 8 columns at a time


def weights(m, seed=1):
    return [Value(w) for w in np.random.default_rng(seed).normal(size=m)]


def logistic(w, bias=0.0):
    return jit(lambda x, y: (-(y * (dot(w, x) + bias))).softplus())


@pytest.mark.parametrize("n", ROWS)
@pytest.mark.parametrize("m", WIDTHS)
def test_regression(n, m, kernels):
    bias = Value(0.25)
    logistic(weights(m), bias).check(*batch(n, m, None))
    logistic([Value(0.5)] * m).check(*batch(n, m, None))  # one weight for all columns
    jit(lambda x, y: dot([0.5] * m, x) * bias - y).check(*batch(n, m, None))


OTHER_READERS = {
    "a product": lambda w, x, y: dot(w, x) * y + x[3] * w[0],
    "two sums": lambda w, x, y: dot(w, x) * dot(w[:3], x[:3]) + y,
    "an output": lambda w, x, y: [dot(w, x) * y, x[2]],
    "some columns are left out": lambda w, x, y: dot(w[1:], x[1:]) * y,
    "other order": lambda w, x, y: dot(w, x[::-1]) * y,
    "the sum of all": lambda w, x, y: dot(w, x) * y + sum(x),
    "each of two arrays": lambda w, x, y: dot(w, x) * dot(w, y),
    "twice": lambda w, x, y: dot(w, x) ** 2 + dot(w[::-1], x),
}


@pytest.mark.parametrize("f", OTHER_READERS.values(), ids=OTHER_READERS)
@pytest.mark.parametrize("n", [1, 3, 23])
def test_what_else_reads_the_array(f, n, kernels):
    w = weights(6)
    x, y = batch(n, 6, 6)
    jit(lambda x, y: f(w, x, y if f is OTHER_READERS["each of two arrays"] else y[0])).check(x, y)


@pytest.mark.parametrize("n", [3, 5, 23])
def test_infinite_numbers_in_the_last_row(n, kernels):
    """The padding's copies of the last row must not reach the gradients."""
    x, y = batch(n, 9, None)
    for special in (math.inf, -math.inf, math.nan, 1e308):
        x[-1, 4] = special
        logistic(weights(9)).check(x, y)


@pytest.mark.parametrize("batch_size", [1, 3, 16, 37])
def test_training_in_a_shuffled_order(batch_size, kernels):
    """Rows are read in the order of the batch."""
    x, y = batch(37, 12, None)
    trained = []
    for together in (False, True):
        w, extra = weights(12), Value(0.0)

        def loss(x, y, w=w, extra=extra, together=together):
            z = dot(w, x) - y
            return z * z + extra * x[0] if together else z * z

        jit(loss).fit(x, y, optimizer=SGD(w, lr=0.01), epochs=3, batch_size=batch_size, seed=5)
        trained.append([p.data for p in w])
    assert trained[0] == trained[1]  # the second copies x to slots, because another term reads it


def test_gradients_add_up_over_calls(jit_engine):
    x, y = batch(21, 8, None)
    w = weights(8)
    loss = logistic(w)
    loss.backward(x, y)
    once = [p.grad for p in w]
    loss.backward(x, y)
    assert [p.grad for p in w] == [2 * g for g in once]
