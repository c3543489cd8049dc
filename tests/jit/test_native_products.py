"""Products of matrices in native programs: many dots of the same rows. The bits stay the same."""

import numpy as np
import pytest
from c_tools import COMPILERS, need
from native_tools import (
    Library,
    data_of,
    make_own_cache,  # noqa: F401
    parameters,
    same,
    write,
)

from micrograd_c import dot, jit, softmax
from micrograd_c.jit.native.listing import UNIFORM, Instruction
from micrograd_c.jit.native.products import products_of

pytestmark = pytest.mark.usefixtures("own_cache")


def matrix(rows, columns, seed):
    w = parameters(rows * columns, seed)
    return [w[i : i + columns] for i in range(0, rows * columns, columns)]


def times(A, B):
    return [[dot(a, b) for b in B] for a in A]


def attention():
    """Rows that were computed one after the other, and rows whose numbers lie apart."""
    matrices = [matrix(5, 7, seed) for seed in range(3)]

    def f(X):
        queries, keys, values = (times(X, m) for m in matrices)
        weights = [softmax(row) for row in times(queries, keys)]
        return sum(out**2 for row in times(weights, list(zip(*values))) for out in row)

    return f


def square_of_itself():
    """Both sides are the same numbers, whose gradients come from both in turn."""
    w = matrix(6, 9, 4)

    def f(X):
        rows = times(X, w)
        return sum(out * out for row in times(rows, rows) for out in row)

    return f


def convolution():
    """Rows that have numbers in common, whose gradients come from several of them."""
    kernels, signal = matrix(8, 5, 5), parameters(12, 6)

    def f(X):
        rows = [[w.tanh() for w in row] for row in kernels]
        values = [x * X[0][0] for x in signal]
        windows = [values[i : i + 5] for i in range(8)]
        return sum(out**2 for row in times(rows, windows) for out in row)

    return f


PROGRAMS = [attention, square_of_itself, convolution]
COLUMNS = {attention: 7, square_of_itself: 9, convolution: 5}


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_bits(make, jit_engine):
    f = make()
    X = np.random.default_rng(0).normal(size=(8, COLUMNS[make]))
    plain, native = jit(f, in_axes=None), jit(f, in_axes=None, native=True)
    found, expected = native.value_and_grad(X), plain.value_and_grad(X)
    assert same(found[0], expected[0]) and same(found[1], expected[1])
    X[3, 2], X[5, 1] = np.inf, 1e-310
    found, expected = native.value_and_grad(X), plain.value_and_grad(X)
    assert np.array_equal(found[1], expected[1], equal_nan=True)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_c_file(compiler, jit_engine, tmp_path):
    f = jit(attention(), in_axes=None)
    X = np.random.default_rng(0).normal(size=(8, 7))
    mean, expected = f.value_and_grad(X)
    path = write(f, tmp_path)
    assert ("product_1" in path.read_text()) == (jit_engine == "c")
    value, gradient = np.empty(1), np.empty(len(expected))
    Library(path, need(compiler)).call("gradient", data_of(f.parameters), X, value, gradient)
    assert same(value[0], mean) and same(gradient, expected)


# --- which dots are products ----------------------------------------------------------------


def dots(a_rows, b_rows, grads=3, step=1, m=4):
    """Return the instruction of a dot for each pair of rows, which are the first slots."""

    def slots(rows):
        return [(row + t * step) | UNIFORM for row in rows for t in range(m)]

    n = len(a_rows)
    return Instruction("dot", n, m, 5000 | UNIFORM, slots(a_rows), slots(b_rows), [1 | UNIFORM] * n,
                       grads=grads)  # fmt: skip


def test_blocks_of_dots_are_one_product():
    x, y = range(100, 124, 4), range(200, 224, 4)
    pairs = [(a, b) for a in x for b in y]
    (product,) = products_of(dots(*zip(*pairs), grads=1))
    assert [first for first, _ in product.x] == list(x)
    assert [first for first, _ in product.y] == list(y)
    assert (product.out, product.terms, product.start, product.grads) == (5000, 4, 1, 1)
    (product,) = products_of(dots(*zip(*((b, a) for a, b in pairs)), grads=1))
    assert [first for first, _ in product.x] == list(x) and product.grads == 2


@pytest.mark.parametrize(
    "change",
    [
        {"code": "sum"},
        {"grads": 7},
        {"out": 5000},
        {"c": [1 | UNIFORM] * 35 + [2 | UNIFORM]},
        {"a": [(100 + i * i) | UNIFORM for i in range(144)]},
    ],
)
def test_others_are_not(change):
    ins = dots(*zip(*[(a, b) for a in range(100, 124, 4) for b in range(200, 224, 4)]))
    assert products_of(ins)
    for field, value in change.items():
        setattr(ins, field, value)
    assert products_of(ins) == []


def test_a_side_that_holds_a_row_twice_or_the_other_side_is_none():
    """Gradients would be added in another order."""
    assert products_of(dots([100] * 24, [200, 200, *range(204, 292, 4)])) == []
    assert products_of(dots(*zip(*[(a, b) for a in range(100, 124, 4)
                                   for b in range(100, 124, 4)]))) == []  # fmt: skip


def test_rows_with_numbers_in_common_are_none_if_they_get_a_gradient():
    """Each has a copy of its gradients, of which the last that is stored would win."""
    pairs = [(a, b) for a in range(100, 124, 4) for b in range(200, 206)]
    assert products_of(dots(*zip(*pairs), grads=1))
    assert products_of(dots(*zip(*pairs), grads=2)) == []


def test_rows_of_one_number_are_none_if_they_get_a_gradient():
    pairs = [(a, b) for a in range(100, 106) for b in range(200, 206)]
    for grads, is_product in ((0, True), (1, False), (2, False)):
        assert bool(products_of(dots(*zip(*pairs), grads=grads, step=0))) == is_product


def test_dots_of_results_of_the_same_instruction_are_none():
    """The results would be copied before they are computed."""
    ins = dots(*zip(*[(a, b) for a in range(100, 124, 4) for b in range(200, 224, 4)]))
    assert products_of(ins)
    for first in (88, 223, 1):  # of 36 results
        ins.out = first | UNIFORM
        assert products_of(ins) == []
