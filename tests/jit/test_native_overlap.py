"""Loops of native programs that run in turns: sums and recursions keep their order and bits."""

import itertools

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

from micrograd_c import jit
from micrograd_c.jit.native.loops import Part, parts_of
from micrograd_c.jit.native.overlap import CHUNK, Group, overlapped
from micrograd_c.jit.native.statements import shape_of

DAYS = 150

pytestmark = pytest.mark.usefixtures("own_cache")


def garch():
    """A recursion, functions of each of its values, and a sum of two terms a day."""
    w = parameters(3)

    def f(r):
        variance, total = w[0] * 2.0, 0.0
        for x in r:
            total = total + (variance * variance).log() + x * x / variance
            variance = w[0] * w[0] + 0.1 + w[1] * w[1] * x * x * 0.1 + 0.5 * variance * w[2] * w[2]
        return total

    return f


def two_recursions():
    """The second needs what the first had 20 rounds before."""
    w = parameters(4)

    def f(r):
        first, second = [w[0] * 1.0], w[1] * 1.0
        for x in r:
            first.append(first[-1] * w[2] + x)
        for i, x in enumerate(r):
            second = second * w[3] + first[max(0, i - 20)] * x
        return second * first[-1]

    return f


def backwards():
    """The second recursion needs the end of the first at once: they cannot overlap."""
    w = parameters(3)

    def f(r):
        states, total = [w[0] * 1.0], w[1] * 0.5
        for x in r:
            states.append(states[-1] * w[2] + x)
        for state in reversed(states):
            total = total * w[1] + state * state
        return total + sum(s.sigmoid() for s in states)

    return f


PROGRAMS = [garch, two_recursions, backwards]


def series(n=DAYS, seed=0):
    return np.random.default_rng(seed).normal(size=n)


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_bits(make, jit_engine):
    f = make()
    plain, native = jit(f, in_axes=None), jit(f, in_axes=None, native=True)
    for seed in range(3):
        r = series(seed=seed)
        found, expected = native.value_and_grad(r), plain.value_and_grad(r)
        assert same(native(r), plain(r))
        assert same(found[0], expected[0]) and same(found[1], expected[1])


def test_bits_of_unusual_numbers(jit_engine):
    f = garch()
    plain, native = jit(f, in_axes=None), jit(f, in_axes=None, native=True)
    for day, x in itertools.product([0, 17, DAYS - 1], [np.inf, np.nan, 1e160, 1e-320]):
        r = series()
        r[day] = x
        found, expected = native.value_and_grad(r), plain.value_and_grad(r)
        assert np.array_equal(found[0], expected[0], equal_nan=True), (day, x)
        assert np.array_equal(found[1], expected[1], equal_nan=True), (day, x)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_c_file(compiler, jit_engine, tmp_path):
    f = jit(garch(), in_axes=None)
    r = series()
    mean, expected = f.value_and_grad(r)
    path = write(f, tmp_path)
    assert "turn" in path.read_text()
    library = Library(path, need(compiler))
    value, gradient = np.empty(1), np.empty(3)
    library.call("gradient", data_of(f.parameters), r, value, gradient)
    assert same(value[0], mean) and same(gradient, expected)


# --- which loops overlap ------------------------------------------------------------------

ADD, TIMES = shape_of("+=", "{0}", None), shape_of("=", "{0} * {1}", None)
N = 100


def loops(statements):
    """Return what overlapped makes of statements: for each group, its rounds and lags."""
    items = overlapped(parts_of(statements))
    return [([p.rounds for p in x.parts], x.lags) for x in items if isinstance(x, Group)]


def chain(first, factor):
    """x[k + 1] = x[k] * factor"""
    return [(TIMES, first + 4 * k + 4, (first + 4 * k, factor)) for k in range(N)]


def products(first, of, factor):
    return [(TIMES, first + 4 * k, (of + 4 * k, factor)) for k in range(N)]


def test_what_needs_a_recursion_runs_behind_it():
    statements = chain(1000, 4) + products(2000, 1000, 8)
    assert loops(statements) == [([N, N], [0, 1])]


def test_what_needs_its_end_does_not():
    end = 1000 + 4 * N
    statements = chain(1000, 4) + [(TIMES, 2000 + 4 * k + 4, (2000 + 4 * k, end)) for k in range(N)]
    assert loops(statements) == []


def test_a_lag_of_many_rounds():
    """Round k needs round k + 20 of the recursion, so it is two turns and one more behind."""
    statements = chain(1000, 4) + products(2000, 1000 + 4 * (CHUNK + 4), 8)[: N - CHUNK - 4]
    assert loops(statements) == [([N, N - CHUNK - 4], [0, 3])]


def test_statements_between_loops_move_only_if_nothing_needs_them():
    between = [(TIMES, 40, (44, 48))]
    statements = chain(1000, 4) + between + products(2000, 1000, 8)
    assert loops(statements) == [([N, N], [0, 1])]
    needed = [(TIMES, 8, (1000 + 4 * N, 48))]  # the products' factor, of the recursion's end
    assert loops(chain(1000, 4) + needed + products(2000, 1000, 8)) == []


def test_recursions_of_the_same_length_share_their_rounds():
    """Two sums of one recursion's values become one loop with it."""
    sums = [(ADD, 40, (1000 + 4 * k,)) for k in range(N)]
    items = overlapped(parts_of(chain(1000, 4) + sums))
    assert [x.rounds for x in items if isinstance(x, Part) and x.rounds > 1] == [N]
