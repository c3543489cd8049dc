"""jit's fit with optimizers that a program writes in Python."""

import random
import threading

import pytest
from jit_tools import data, squared_error

from micrograd_c import jit, optim
from micrograd_c.engine import Value
from micrograd_c.nn import MLP


class Halving(optim.SGD):
    """A custom update rule."""

    def _update(self, data, grad):
        data *= 0.5


class Described(optim.SGD):
    """An optimizer with a custom hyperparameter."""

    def hyperparameters(self):
        return {**super().hyperparameters(), "warmup": 3}


class Counting(optim.Adam):
    """An optimizer with a custom step()."""

    calls = 0

    def step(self):
        self.calls += 1
        super().step()


def test_a_custom_update_rule(jit_engine):
    w = Value(3.0)
    halving = Halving([w])
    losses = jit(lambda x: w * x).fit(
        [1.0, 2.0], optimizer=halving, epochs=2, batch_size=1, shuffle=False
    )
    assert losses == [(3.0 + 2 * 1.5) / 2, (0.75 + 2 * 0.375) / 2]
    assert (w.data, halving.step_count) == (3.0 / 16, 4)
    w.grad = 1.0
    halving.step()
    assert w.data == 3.0 / 32


def test_custom_hyperparameters(jit_engine):
    w = Value(3.0)
    described = Described([w], lr=0.5)
    assert jit(lambda x: w * x).fit([2.0], optimizer=described) == [6.0]
    assert w.data == 2.0
    described.step()
    assert (w.data, described.hyperparameters()["warmup"]) == (1.0, 3)


def test_a_custom_step_equals_the_one_in_c(jit_engine):
    x, y = data(30)
    results = []
    for make in (optim.Adam, Counting, type("Same", (optim.Adam,), {})):
        random.seed(1)
        model = MLP(2, [3, 1])
        adam = make(model.parameters(), lr=0.01)
        losses = squared_error(model).fit(x, y, optimizer=adam, epochs=2, batch_size=7, threads=2)
        results.append((losses, [(p.data, p.grad) for p in model.parameters()], adam.step_count))
        if make is Counting:
            assert adam.calls == 10
    for losses, *rest in results:
        assert losses == pytest.approx(results[0][0], rel=1e-14)
        assert tuple(rest) == results[0][1:]


def test_other_threads_can_step(engine):
    """Only in the main thread can a step set a signal handler to hold back Ctrl-C."""
    w = engine.Value(1.0)
    w.grad = 1.0
    thread = threading.Thread(target=Halving([w]).step)
    thread.start()
    thread.join()
    assert w.data == 0.5
