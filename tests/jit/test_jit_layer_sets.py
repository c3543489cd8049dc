"""jit: layers with the same weights share them, and are one instruction where they can be."""

import math
import random

import numpy as np
import pytest

from micrograd_c import jit, softmax
from micrograd_c.engine import Value
from micrograd_c.nn import MLP

SETS = [2, 3, 4, 7, 8, 16, 21, 33]


def instructions(f, capsys):
    f.explain()
    return capsys.readouterr().out


def over_sets(m, widths, sets, squared=True):
    """Return a loss that calls one net for each set of m inputs, and the net's parameters."""
    random.seed(m + sets)
    net = MLP(m, [*widths, 1])

    def loss(x):
        outs = [net(x[m * i : m * i + m]) for i in range(sets)]
        return sum(y * y if squared else y for y in outs)

    return jit(loss, parameters=net.parameters()), net.parameters()


@pytest.mark.parametrize("rows", [1, 18])
@pytest.mark.parametrize("sets", SETS)
def test_a_net_for_several_inputs(sets, rows, kernels):
    rng = np.random.default_rng(sets)
    for m, widths in ((2, [5]), (4, [8, 3]), (7, [16, 2])):
        loss, parameters = over_sets(m, widths, sets)
        loss.check(rng.normal(size=(rows, m * sets)))


def test_it_is_one_instruction_for_each_layer(capsys):
    loss, _ = over_sets(4, [8, 3], 10)
    loss(np.ones((1, 40)))
    text = instructions(loss, capsys)
    assert text.count("layer(") == 3
    assert text.count(") for each of 10 sets of inputs") == 3
    assert "gather(" not in text


def test_layers_that_depend_on_each_other_share_their_weights(kernels, capsys):
    random.seed(3)
    net = MLP(4, [4])

    def loss(x):
        for _ in range(6):
            x = [y.tanh() for y in net(x)]
        return sum(x, Value(0.0))

    f = jit(loss, parameters=net.parameters())
    for rows in (1, 5, 33):
        f.check(np.random.default_rng(rows).normal(size=(rows, 4)))
    text = instructions(f, capsys)
    assert text.count("layer(") == 6
    assert "gather(" not in text


@pytest.mark.parametrize("sets", [3, 12, 20])
def test_sets_with_inputs_in_common(sets, kernels):
    """Their gradients are added up, wherever the inputs stand."""
    random.seed(1)
    net, scale = MLP(3, [4, 2]), [Value(0.5), Value(-2.0), Value(1.5)]

    def loss(x):
        inputs = [a.tanh() * w for a, w in zip(x, scale * 7)]
        outs = [net([inputs[i], inputs[(5 * i + 1) % 7], inputs[0]]) for i in range(sets)]
        return sum(y * y for ys in outs for y in ys)

    f = jit(loss, parameters=[*net.parameters(), *scale])
    for rows in (1, 18):
        f.check(np.random.default_rng(rows).normal(size=(rows, 21)))


def test_weights_that_something_else_uses_too(kernels):
    random.seed(2)
    net = MLP(3, [4, 1])
    w = net.parameters()

    def loss(x):
        penalty = sum(p * p for p in w) * 0.1
        return sum(net(x[i : i + 3]) for i in range(9)) ** 2 + penalty + w[0] * x[1] + w[-1] * x[0]

    f = jit(loss, parameters=w)
    for rows in (1, 4, 35):
        f.check(np.random.default_rng(rows).normal(size=(rows, 11)))


def test_weights_that_are_results(kernels, capsys):
    """A GATHER copies them once, for all layers."""
    logits = [[Value(0.1 * i - 0.2 * j) for j in range(4)] for i in range(4)]
    parameters = [x for row in logits for x in row]

    def loss(x):
        moves, state = [softmax(row) for row in logits], list(x[:4])
        for t in range(5):
            state = [sum(a * b for a, b in zip(state, column)) * x[4 + t] for column in zip(*moves)]
        return sum(a * w for a, w in zip(state, (1.0, -2.0, 0.5, 3.0)))

    f = jit(loss, parameters=parameters)
    for rows in (1, 18):
        f.check(np.random.default_rng(rows).normal(size=(rows, 9)))
    assert instructions(f, capsys).count("= gather(") == 2  # the weights, and biases of -0.0


def test_weights_without_gradients_in_one_of_two_layers(kernels):
    random.seed(5)
    net = MLP(2, [3, 1])

    def loss(x):
        return net(x[:2]) * net(x[2:]).detach() + net(x[:2]) * net([x[1], x[3].tanh()])

    f = jit(loss, parameters=net.parameters())
    for rows in (1, 20):
        X = np.random.default_rng(rows).normal(size=(rows, 4))
        f.check(X)
        for row in X:
            f([Value(v) for v in row]).backward()
        expected = [p.grad / rows for p in net.parameters()]
        assert f.value_and_grad(X)[1] == pytest.approx(expected, rel=1e-11, abs=1e-13)
        for p in net.parameters():
            p.grad = 0.0


@pytest.mark.parametrize("special", [math.inf, -math.inf, math.nan, 1e308])
@pytest.mark.parametrize("sets", [3, 6, 8, 20])
def test_an_input_that_is_not_finite(sets, special, kernels):
    """Lanes without a set add nothing to the gradients, not even 0 times infinity."""
    for at in (0, 2 * sets - 1):
        x = np.ones((1, 2 * sets))
        x[0, at] = special
        loss, parameters = over_sets(2, [3], sets, squared=False)
        gradient = loss.value_and_grad(x)[1]
        loss([Value(v) for v in x[0]]).backward()
        assert np.isnan(gradient).tolist() == [math.isnan(p.grad) for p in parameters]
        assert np.isinf(gradient).tolist() == [math.isinf(p.grad) for p in parameters]


def test_the_kernels_and_the_number_of_threads_change_no_bit():
    from jit_tools import using_kernels

    from micrograd_c.optim import SGD

    found = set()
    for kernels in ("portable", "avx2", "avx512"):
        for threads in (1, 2):
            with using_kernels(kernels) as can_run:
                if can_run:
                    loss, parameters = over_sets(3, [8, 5], 11)
                    X = np.random.default_rng(0).normal(size=(1041, 33))
                    loss.fit(X, optimizer=SGD(parameters, lr=1e-3), epochs=1, batch_size=1041,
                             threads=threads)  # fmt: skip
                    found.add(tuple(p.data for p in parameters))
    assert len(found) == 1
