"""jit: the positions of a causal sequence, of which the first have less to compute."""

import numpy as np
import pytest

from benchmarks.tasks import gpt
from micrograd_c import dot, jit, no_grad, softmax, take, total
from micrograd_c.engine import Value
from micrograd_c.functional import get_grad
from micrograd_c.jit import TraceError
from micrograd_c.losses import cross_entropy


def listing(f, capsys):
    f.explain()
    return capsys.readouterr().out


@pytest.mark.parametrize("positions, rows", [(1, 1), (2, 3), (6, 1), (9, 1), (3, 18)])
def test_a_small_gpt(positions, rows, kernels):
    """Not by check(): the gradients of queries cancel out but for the last digits."""
    loss, parameters = gpt.jitted(jit)
    names = np.array(gpt.names(rows, positions), float)
    mean, gradient = loss.value_and_grad(names)
    expected = [loss([Value(letter) for letter in name]) for name in names]
    for value in expected:
        value.backward()
    assert mean == pytest.approx(np.mean([value.data for value in expected]), 1e-14)
    eager = np.array(get_grad(parameters)) / rows
    assert abs(gradient - eager).max() < 1e-14 * abs(eager).max()


@pytest.mark.parametrize("positions", [2, 3, 5, 7, 8, 16])
def test_each_matrix_is_one_layer_over_all_positions(positions, capsys):
    loss, _ = gpt.jitted(jit)
    loss(np.array(gpt.names(1, positions), float))
    text = listing(loss, capsys)
    assert text.count("layer(") == text.count(f"for each of {positions} sets") == 5
    assert int(text.split(" became ")[1].split()[0]) < 110


def test_first_positions_wait_for_the_others(kernels, capsys):
    """The layer of the first position could be computed two levels earlier."""
    w = [[Value(0.3 * i - 0.2 * j) for j in range(3)] for i in range(5)]

    def loss(x):
        xs = [x[3 * i : 3 * i + 3] for i in range(4)]
        xs = [xs[0], *([a.tanh().exp() for a in row] for row in xs[1:])]
        return total([y.relu() * y for row in xs for y in [dot(ws, row) for ws in w]])

    f = jit(loss, parameters=[p for row in w for p in row])
    for rows in (1, 5, 18):
        f.check(np.random.default_rng(rows).normal(size=(rows, 12)))
    assert listing(f, capsys).count("for each of 4 sets") == 1


def test_neurons_that_are_used_in_another_order_at_another_position(kernels, capsys):
    w = [[Value(0.3 * i - 0.2 * j) for j in range(3)] for i in range(4)]

    def loss(x):
        first = [dot(ws, x[:3]) for ws in w]
        second = [dot(ws, x[3:]) for ws in w]
        return first[3] * first[1] + first[0] * first[2] + total([y * y for y in second])

    f = jit(loss, parameters=[p for row in w for p in row])
    for rows in (1, 18):
        f.check(np.random.default_rng(rows).normal(size=(rows, 6)))
    assert listing(f, capsys).count("for each of 2 sets") == 1


def test_a_layer_whose_outputs_are_wanted_at_different_times_stays_one(kernels, capsys):
    w = [[Value(0.3 * i - 0.2 * j) for j in range(3)] for i in range(5)]

    def loss(x):
        outs = [dot(ws, x) for ws in w]
        for i in range(5):
            outs = [y.tanh() if j >= i else y for j, y in enumerate(outs)]
        return total(outs)

    f = jit(loss, parameters=[p for row in w for p in row])
    f.check(np.random.default_rng(1).normal(size=(5, 3)))
    assert listing(f, capsys).count("layer(") == 1


# --- sums of a trace ---


def test_sums_have_the_graph_of_operators(jit_engine):
    w, b = [Value(0.5), Value(-1.0), Value(2.0)], Value(0.25)

    def in_one_call(x):
        return dot(w, x) * dot(x, w, b) + total(x) * dot(x, x)

    def by_operators(x):
        biased = b + x[0] * w[0] + x[1] * w[1] + x[2] * w[2]
        squares = x[0] * x[0] + 0 + x[1] * x[1] + x[2] * x[2]
        plain = w[0] * x[0] + 0 + w[1] * x[1] + w[2] * x[2]
        return plain * biased + (x[0] + 0 + x[1] + x[2]) * squares

    X = np.random.default_rng(1).normal(size=(5, 3))
    found = []
    for f in (in_one_call, by_operators):
        g = jit(f, parameters=[*w, b])
        g.check(X)
        found.append([g(X).tolist(), g.value_and_grad(X)[1].tolist()])
    assert found[0] == found[1]


def test_sums_of_values_and_numbers(jit_engine):
    w = Value(0.5)
    f = jit(lambda x: dot([w, 2.0, x[0]], [1.0, x[1], x[0]]) + total([x[1], 3, w]))
    f.check(np.random.default_rng(2).normal(size=(5, 2)))


def test_a_replaced_operator_is_called_in_sums(jit_engine, monkeypatch):
    calls = []

    def mul(self, other, original=Value.__mul__):
        calls.append(1)
        return original(self, other)

    monkeypatch.setattr(Value, "__mul__", mul)
    w = [Value(0.5), Value(-1.0)]
    f = jit(lambda x: dot(w, x))
    assert f(np.array([[2.0, 3.0]])).tolist() == [-2.0]
    assert len(calls) >= 2


def test_a_sum_without_graph_is_refused(jit_engine):
    w = [Value(0.5), Value(-1.0)]

    def loss(x):
        with no_grad():
            return dot(w, x)

    with pytest.raises(TraceError, match="no_grad"):
        jit(loss)(np.ones((1, 2)))


def test_lengths_differ(jit_engine):
    with pytest.raises(ValueError, match="dot of 2 and 3 elements"):
        jit(lambda x: dot([Value(1.0), Value(2.0)], x))(np.ones((1, 3)))


def test_the_class_may_be_computed(jit_engine):
    """An argument is taken by its index, any other Value is rounded."""
    w = [Value(0.5), Value(-1.0), Value(0.1)]

    def loss(x, y):
        return cross_entropy([a * b for a, b in zip(w, x)], y)

    X, y = np.random.default_rng(3).normal(size=(7, 3)), np.arange(7.0) % 3
    direct = jit(loss, parameters=w)
    computed = jit(lambda x, y: loss(x, y * 1.0 + 0.0 * x[0]), parameters=w)
    direct.check(X, y)
    assert direct(X, y).tolist() == computed(X, y).tolist()
    assert direct.value_and_grad(X, y)[1] == pytest.approx(computed.value_and_grad(X, y)[1], 1e-13)


def test_softmaxes_of_different_lengths(kernels):
    def loss(x):
        parts = [softmax(x[:n]) for n in range(1, 8)]
        return total([take(part, len(part) - 1) * (i + 1) for i, part in enumerate(parts)])

    w = [Value(0.1 * i) for i in range(7)]
    f = jit(lambda x: loss([a * b for a, b in zip(w, x)]), parameters=w)
    for rows in (1, 18):
        f.check(np.random.default_rng(rows).normal(size=(rows, 7)))
