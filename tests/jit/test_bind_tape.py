"""One row: a tape of scalar operations gives the bits of the kernels.

Bound calls have a tape, and ordinary ones from a program's second run on.
"""

import copy
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from micrograd_c import Value, dot, jit, where

SPECIAL = [0.0, -0.0, 1.0, -1.5, 1e-310, 1e300, np.inf, -np.inf, np.nan]
UNARY = [
    lambda x: x**2, lambda x: x**-1, lambda x: x**-2, lambda x: x**3, lambda x: x**0.5,
    lambda x: x.relu(), lambda x: abs(x), lambda x: x.sqrt(), lambda x: -x, lambda x: 2.0 * x,
    lambda x: x.floor(), lambda x: x.ceil(), lambda x: x.sign(), lambda x: x.leaky_relu(0.1),
    lambda x: x.exp(), lambda x: x.tanh(), lambda x: x.detach(), lambda x: 1.0 - x,
]  # fmt: skip
BINARY = [
    lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, lambda x, y: x / y,
    lambda x, y: x.maximum(y), lambda x, y: x.minimum(y), lambda x, y: where(x < y, x, y),
    lambda x, y: where(x <= y, x * y, x + y), lambda x, y: x * y + x, lambda x, y: x.hypot(y),
]  # fmt: skip


def bits(numbers):
    numbers = np.asarray(numbers, dtype=float)
    return np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64).tolist()


def random_function(seed):
    """Return a function of a list of Values whose graph has many small groups."""

    def f(values):
        rng, values = random.Random(seed), list(values)
        for _ in range(rng.randrange(5, 60)):
            kind = rng.randrange(5)
            if kind == 0:
                values.append(rng.choice(UNARY)(rng.choice(values)))
            elif kind < 3:
                values.append(rng.choice(BINARY)(rng.choice(values), rng.choice(values)))
            elif kind == 3:
                m = rng.randrange(2, 9)
                values.append(dot(rng.choices(values, k=m), rng.choices(values, k=m)))
            else:
                values.append(sum(rng.choices(values, k=rng.randrange(3, 12))))
        return sum(values[-6:])

    return f


def numbers_of(seed, n):
    rng = random.Random(seed)
    special = seed % 3 == 0
    return np.array([rng.choice(SPECIAL) if special and rng.random() < 0.3 else
                     rng.uniform(-2.0, 2.0) for _ in range(n)])  # fmt: skip


def check_bits(loss, arrays, params):
    run, forward = loss.bind(*arrays, params=params), loss.bind(*arrays, params=params, grad=False)
    for _ in range(2):  # the second finds what the first has left in memory
        without_tape = copy.copy(loss)  # with programs of its own, which have not run
        expected, slopes = without_tape.value_and_grad(*arrays, params=params)
        assert bits(run()) == bits(expected)
        assert bits(run.grad) == bits(slopes)
        assert bits(forward()) == bits(run.value)
        for call in (loss, without_tape):
            found = call.value_and_grad(*arrays, params=params)
            assert bits(found[0]) == bits(expected) and bits(found[1]) == bits(slopes)
        params[...] = params[::-1].copy()


@pytest.mark.parametrize("rows", [False, True], ids=["uniform", "row"])
def test_random_programs(rows, jit_engine):
    for seed in range(20 if jit_engine == "py" else 120):
        f, parameters = random_function(seed), [Value(0.0) for _ in range(4)]
        given = numbers_of(seed + 1, 3)
        loss = jit(lambda x, p=parameters, f=f: f([*x, *p]), parameters=parameters,
                   in_axes=0 if rows else None)  # fmt: skip
        check_bits(loss, [given[None] if rows else given], numbers_of(seed + 2, 4))


@pytest.mark.parametrize("n", [1, 2, 6, 7, 16, 17])
@pytest.mark.parametrize("rows", [False, True], ids=["uniform", "row"])
def test_groups_of_each_operator(rows, n, jit_engine):
    """Operands that are parameters, arguments or constants, so each flag of an instruction."""
    rng = np.random.default_rng(n)
    for op in [*BINARY, *(lambda x, y, op=op: op(x) for op in UNARY)]:
        parameters = [Value(0.0) for _ in range(n)]

        def f(x, op=op, parameters=parameters):
            kinds = [parameters, list(x), [Value(0.75)] * n, [p * p for p in parameters]]
            pairs = [zip(a, b) for a in kinds for b in kinds]
            return sum(op(a, b) for some in pairs for a, b in some)

        loss = jit(f, parameters=parameters, in_axes=0 if rows else None)
        given = rng.uniform(0.5, 2.0, size=(1, n))
        check_bits(loss, [given if rows else given[0]], rng.uniform(0.5, 2.0, size=n))


def test_constant_weights_of_a_layer(jit_engine):
    """They are copied once, when the call is bound."""
    numbers = np.random.default_rng(1).normal(size=(4, 5)).tolist()
    a = Value(0.5)
    loss = jit(lambda x: a * sum(dot(row, x) ** 2 for row in numbers), parameters=[a])
    X = np.arange(5.0)[None]
    check_bits(loss, [X], np.array([2.0]))


def test_the_c_librarys_functions(jit_engine):
    p = Value(0.0)
    loss = jit(lambda x: (p * x) ** 2 + (p * x) ** -1 + (p * x) ** 3, parameters=[p], math="libm")
    check_bits(loss, [np.array([1.3])], np.array([0.7]))


def test_calls_that_need_no_gradient_before_those_that_do(jit_engine):
    w = Value(1.5)
    loss = jit(lambda x: (w * x).exp() * w, in_axes=None, parameters=[w])
    expected = copy.copy(loss).value_and_grad(2.0)
    for _ in range(3):
        assert loss(2.0) == expected[0]
    for _ in range(3):
        found = loss.value_and_grad(2.0)
        assert found[0] == expected[0] == loss(2.0) and found[1].tolist() == expected[1].tolist()


def test_each_call_reads_its_own_row(jit_engine):
    """Also where kernels read the array in its place, as they do for one sum of a long row."""
    w = [Value(0.5) for _ in range(200)]
    loss = jit(lambda x: dot(w, x).tanh(), parameters=w)
    for seed in range(4):
        x = np.random.default_rng(seed).normal(size=(1, 200))
        expected = copy.copy(loss).value_and_grad(x)
        found = loss.value_and_grad(x)
        assert found[0] == expected[0] and bits(found[1]) == bits(expected[1])


def test_threads_have_tapes_of_their_own(jit_engine):
    f, w = random_function(3), [Value(0.0) for _ in range(4)]
    loss = jit(lambda x: sum(f([*x, *w]) for _ in range(20)), parameters=w, in_axes=None)
    given = [numbers_of(3 * i + 1, 7) for i in range(40)]
    expected = [copy.copy(loss).value_and_grad(x[:3], params=x[3:]) for x in given]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda x: loss.value_and_grad(x[:3], params=x[3:]), given * 5))
    for a, b in zip(found, expected * 5):
        assert bits(a[0]) == bits(b[0]) and bits(a[1]) == bits(b[1])
