"""jit: equal computations next to each other are one instruction, dots and sums included."""

import math
import random

import numpy as np
import pytest

from micrograd_c import Value, jit

LINKS = [1.0, 0.8, 0.6, 0.4, 0.3, 0.2]


def rotation_z(angle):
    c, s = angle.cos(), angle.sin()
    return [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]


def rotation_x(angle):
    c, s = angle.cos(), angle.sin()
    return [[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]]


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def reach(angles, target):
    """Return the squared distance of an arm's end from a target in space."""
    end, turned = [0.0, 0.0, 0.0], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    for i, (angle, length) in enumerate(zip(angles, LINKS)):
        turned = product(turned, (rotation_x if i % 2 else rotation_z)(angle))
        end = [x + row[0] * length for x, row in zip(end, turned)]
    return sum((x - y) ** 2 for x, y in zip(end, target))


def arms(n):
    """Return the angles of n arms, as parameters, and the loss over all of them."""
    rng = random.Random(n)
    angles = [[Value(rng.uniform(-1, 1)) for _ in LINKS] for _ in range(n)]
    targets = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(n)]
    parameters = [angle for arm in angles for angle in arm]

    def loss(scale):
        return sum(reach(arm, target) for arm, target in zip(angles, targets)) * scale

    return jit(loss, parameters=parameters), parameters


def instructions(f, capsys):
    f.explain()
    return capsys.readouterr().out.splitlines()


def test_many_equal_arms_take_as_many_instructions_as_a_few(capsys):
    counts = []
    for n in (4, 100):
        loss, _ = arms(n)
        loss([1.0])
        counts.append(int(instructions(loss, capsys)[0].split(" became ")[1].split()[0]))
    assert counts[0] == counts[1] < 50


@pytest.mark.parametrize("n", [1, 3, 40])
def test_gradients_of_many_arms(n, kernels):
    loss, parameters = arms(n)
    mean, gradient = loss.value_and_grad([1.0])
    total = loss(Value(1.0))
    total.backward()
    assert mean == total.data  # the bits of eager arithmetic
    assert gradient == pytest.approx([p.grad for p in parameters], rel=1e-12, abs=1e-14)
    for p in parameters:
        p.grad = 0.0


ROWS = [1, 2, 5, 16, 23]


@pytest.mark.parametrize("rows", ROWS)
def test_dots_and_sums_over_rows(rows, kernels, capsys):
    rng = np.random.default_rng(rows)
    X, Y = rng.normal(size=(rows, 6)), rng.normal(size=(rows, 4))
    w = [Value(x) for x in rng.normal(size=4)]

    def f(x, y):
        dots = [sum(x[i] * x[j] for j in range(i + 1, i + 4)) for i in range(3)]
        mixed = [x[i] * y[i] + w[i] * y[0] + w[0] * x[i + 1] for i in range(4)]
        sums = [((x[i] + y[j]) + w[j]) + x[i + 2] for i in range(2) for j in range(4)]
        return sum(a.sin() for a in dots + mixed + sums)

    loss = jit(f)
    loss.check(X, Y)
    text = "\n".join(instructions(loss, capsys))
    assert text.count("dot(") == 2 and text.count("= sum(") == 2


def test_dots_of_different_lengths_are_apart(capsys):
    f = jit(lambda x: [x[0] * x[0] + x[1] * x[1], x[1] * x[1] + x[2] * x[2] + x[0] * x[1]])
    f([[1.0, 2.0, 3.0]])
    assert "\n".join(instructions(f, capsys)).count("dot(") == 2


def test_infinite_products_reach_only_their_own_sums():
    f = jit(lambda x: [x[0] * x[1] + x[1] * x[2], x[2] * x[3] + x[3] * x[4]])
    assert f([[math.inf, 1.0, 2.0, 3.0, 4.0]]).tolist() == [[math.inf, 18.0]]


def test_explain_lists_the_terms_of_each_result(capsys):
    f = jit(lambda x: [x[0] * x[1] + x[2] * x[3], x[2] * x[1] + x[0] * x[3]])
    f([[1.0, 2.0, 3.0, 4.0]])
    assert any("dot([" in line and "r4..5" in line for line in instructions(f, capsys))
