"""jit: losses check targets that are arguments, in all rows before anything is computed."""

import numpy as np
import pytest

from micrograd_c import functional, jit, optim
from micrograd_c.engine import Value
from micrograd_c.losses import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    mse_loss,
)

W = Value(0.5)
X = [1.0, 2.0, 3.0]
LOSSES = {
    "hinge": lambda x, y: hinge_loss(W * x, y),
    "bce": lambda x, y: binary_cross_entropy_with_logits(W * x, y),
    "classes": lambda x, y: cross_entropy([W * x, x], y),
    "classes of a batch": lambda x, y: cross_entropy([[W * x, x], [x, x]], [y, 1]),
}
SIGNS, PROBABILITIES = "expected -1 or 1 as a target, got", "expected a probability from 0 to 1"
CASES = [
    ("hinge", [1, -1, 0], ValueError, f"argument 1, row 2: {SIGNS} 0.0"),
    ("hinge", [0.0, 1, 0], ValueError, f"argument 1, row 0: {SIGNS} 0.0"),
    ("hinge", [1, np.nextafter(1, 2), 1], ValueError, f"row 1: {SIGNS} 1.0000000000000002"),
    ("hinge", [1, 1, np.nan], ValueError, f"row 2: {SIGNS} nan"),
    ("hinge", [np.inf, 1, 1], ValueError, f"row 0: {SIGNS} inf"),
    ("bce", [1, -1, 1], ValueError, f"argument 1, row 1: {PROBABILITIES} .* got -1.0"),
    ("bce", [1, 0, 1.5], ValueError, f"row 2: {PROBABILITIES} .* got 1.5"),
    ("bce", [np.nan, 0, 1], ValueError, f"row 0: {PROBABILITIES} .* got nan"),
    ("classes", [1, 2, 0], IndexError, "argument 1, row 1: .*class from 0 to 1, got 2.0"),
    ("classes", [1, 0, -1], IndexError, "row 2: .*class from 0 to 1, got -1.0"),
    ("classes", [1, 0.5, 1], TypeError, "row 1: .*whole number as the target class, got 0.5"),
    ("classes", [np.nan, 1, 1], TypeError, "row 0: .*whole number"),
    ("classes", [np.inf, 1, 1], IndexError, "row 0: .*class from 0 to 1, got inf"),
    ("classes of a batch", [1, 2, 0], IndexError, "row 1: .*class from 0 to 1, got 2.0"),
]


@pytest.mark.parametrize("name, targets, error, match", CASES)
def test_wrong_targets(name, targets, error, match, jit_engine):
    W.grad, W.data = 0.25, 0.5
    loss, sgd = jit(LOSSES[name]), optim.SGD([W], lr=0.1)
    for call in (
        loss,
        loss.backward,
        loss.check,
        lambda *arrays: loss.fit(*arrays, optimizer=sgd),
        lambda *arrays: loss.fit(*arrays, optimizer=sgd, batch_size=1, epochs=3),
    ):
        with pytest.raises(error, match=match):
            call(X, targets)
    assert (W.data, W.grad, sgd.step_count) == (0.5, 0.25, 0)
    right = [1.0, 1.0, 1.0]
    loss.check(X, right)
    with pytest.raises(error, match=match):
        loss(X, targets)
    W.grad = 0.0


@pytest.mark.parametrize("name", LOSSES)
def test_targets_that_are_changed_in_place(name, jit_engine):
    loss, x, y = jit(LOSSES[name]), np.array(X), np.ones(3)
    for _ in range(3):
        loss(x, y)
    y[2] = 7.0
    with pytest.raises((ValueError, IndexError), match="row 2: .*got 7.0"):
        loss(x, y)
    y[2] = 1.0
    loss(x, y)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: hinge_loss([W * x[0], W * x[1]], y),
        lambda x, y: jit(lambda x, y: hinge_loss(x, y))(W * x[0], y[1]),
        lambda x, y: functional.total([hinge_loss(x[0], t) for t in y]),
    ],
)
def test_targets_of_a_row(f, jit_engine):
    with pytest.raises(ValueError, match=f"argument 1, row 1, column 1: {SIGNS} 0.0"):
        jit(f)(np.ones((2, 2)), [[1, -1], [1, 0]])


def test_the_error_names_the_argument_that_is_the_target(jit_engine):
    loss = jit(lambda y, x, n: hinge_loss(W * x, y) + 0 * n[1])
    with pytest.raises(ValueError, match="argument 0, row 1"):
        loss([1, 0], [5, 5], [[2, 2], [2, 2]])
    assert loss([1, -1], [5, 5], [[0, 0], [0, 0]]).tolist() == [0.0, 3.5]


def test_targets_that_are_computed_are_not_checked(jit_engine):
    loss = jit(lambda x, y: hinge_loss(W * x, 2 * y - 1) + mse_loss(W * x, y))
    loss.check(X, [0.0, 1.0, 0.0])
    smooth = jit(lambda x, y: binary_cross_entropy_with_logits(W * x, 0.9 * y + 0.05))
    smooth.check(X, [0.0, 1.0, 0.0])


def test_numbers_are_checked_when_traced(jit_engine):
    with pytest.raises(ValueError, match=SIGNS):
        jit(lambda x: hinge_loss(W * x, 0))(X)
    assert jit(lambda x: hinge_loss(W * x, 1))(X).tolist() == [0.5, 0.0, 0.0]
