"""jit: at one row, operands that are consecutive slots, or one slot, need no index list."""

import numpy as np
import pytest

from micrograd_c import Value, dot, jit, where

OPERATORS = {
    "x + y": lambda x, y: x + y,
    "x - y": lambda x, y: x - y,
    "x * y": lambda x, y: x * y,
    "x / y": lambda x, y: x / y,
    "maximum": lambda x, y: x.maximum(y),
    "where": lambda x, y: where(x, y, 0.5),
    "x ** 2": lambda x, y: x**2,
    "x ** 3": lambda x, y: x**3,
    "relu": lambda x, y: x.relu(),
    "sqrt": lambda x, y: abs(x).sqrt(),
    "exp": lambda x, y: x.exp(),
}


def bits(numbers):
    return np.asarray(numbers, dtype=float).view(np.uint64).tolist()


def numbers(*shape):
    return np.random.default_rng(sum(shape)).uniform(-1.5, 1.5, size=shape)


def one_row(f, x, rows):
    """Return what f gives for the numbers x: those of one row, or shared by all rows."""
    return jit(f)(x[None])[0] if rows else jit(f, in_axes=None)(x)


@pytest.mark.parametrize("rows", [False, True], ids=["uniform", "row"])
@pytest.mark.parametrize("op", OPERATORS.values(), ids=OPERATORS)
def test_operators_of_runs_and_of_one_value(op, rows, kernels):
    """One result at a time has no runs, and the same bits."""
    alone = jit(lambda x, y: op(x, y), in_axes=(None, None))
    c = Value(0.75)
    for n in 7, 8, 9, 16, 17, 33:
        x = numbers(2 * n)
        pairs = {
            "both runs": (lambda v: zip(v[:n], v[n:]), zip(x[:n], x[n:])),
            "one y": (lambda v: ((a, c) for a in v), ((a, 0.75) for a in x)),
            "one x": (lambda v: ((c, b) for b in v), ((0.75, b) for b in x)),
            "the first of all": (lambda v: ((v[0], b) for b in v), ((x[0], b) for b in x)),
            "backwards": (lambda v: zip(v[::-1], v), zip(x[::-1], x)),
        }
        for name, (of, expected) in pairs.items():
            found = one_row(lambda v, of=of: [op(a, b) for a, b in of(v)], x, rows)
            assert bits(found) == bits([alone(a, b) for a, b in expected]), (n, name)


@pytest.mark.parametrize("rows", [False, True], ids=["uniform", "row"])
def test_results_that_are_operands_of_their_own_instruction(rows, kernels):
    def powers(v):
        made = [v[0] + v[1]]  # in the slot before the products
        for x in v[2:]:
            made.append(made[-1] * x)
        return made

    x = numbers(40)
    expected = powers(x.tolist())
    assert bits(one_row(powers, x, rows)) == bits(expected)


@pytest.mark.parametrize("others", [False, True], ids=["runs", "others too"])
@pytest.mark.parametrize("rows", [False, True], ids=["parameters", "a row's"])
@pytest.mark.parametrize("n", [1, 3, 4, 5, 8, 9])
def test_dots_of_vectors(n, rows, others, kernels):
    """Values and gradients have eager's bits: a gradient adds up the dots, last dot first, but
    those of parameters alone come after those of rows."""
    for m in 2, 4, 5, 7, 8, 16, 19, 33:
        table = numbers(n + 2, m)

        def loss(x, rows):
            dots = [dot(x, x)] + [dot(row, x) for row in rows]
            if others:  # the first is no run, although its ends are those of one
                dots.append(dot([*x[:1], *x[-2:0:-1], *x[-1:]], rows[-1][::-1]))
                dots.append(dot([*rows[0][:1], *rows[0][-2:0:-1], *rows[0][-1:]], rows[-1]))
            return sum(dots)

        eager = [[Value(a) for a in row] for row in table.tolist()]
        expected = loss(eager[0], eager[1:])
        expected.backward()
        x, *parameters = [[Value(a) for a in row] for row in table.tolist()]
        flat = [p for row in parameters for p in row]
        if rows:
            f = jit(lambda v, p=parameters: loss(v, p), parameters=flat)
            mean, slopes = f.value_and_grad(table[:1])
        else:
            f = jit(lambda x=x, p=parameters: loss(x, p), parameters=x + flat)
            mean, slopes = f.value_and_grad()
        assert bits(mean) == bits(expected.data), m
        expected_slopes = [p.grad for row in eager[rows:] for p in row]
        np.testing.assert_allclose(slopes, expected_slopes, rtol=1e-13, atol=1e-13)
        assert (rows and others) or bits(slopes) == bits(expected_slopes), m


def test_dots_whose_vectors_overlap(kernels):
    """The gradients of an element arrive in the order of the terms."""
    m = 12
    v = numbers(m + 1)
    for shift in 0, 1, 3:

        def loss(x, shift=shift):
            return dot(x, x) + dot(x[shift:], x[: len(x) - shift])

        eager = [Value(a) for a in v.tolist()]
        loss(eager).backward()
        parameters = [Value(a) for a in v.tolist()]
        _, slopes = jit(lambda: loss(parameters), parameters=parameters).value_and_grad()
        assert bits(slopes) == bits([p.grad for p in eager]), shift
