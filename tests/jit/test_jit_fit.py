"""jit's fit: losses, shuffling, options and progress."""

import random
import sys

import numpy as np
import pytest
from jit_tools import data, squared_error

from micrograd_c import jit, optim
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
from python_ref.engine import Value as OracleValue

jit_fit = sys.modules["micrograd_c.jit.fit"]


# --- losses ---


@pytest.mark.parametrize("shuffle", [True, False])
def test_how_long_a_call_into_c_may_take_changes_no_bit(shuffle, monkeypatch):
    x, y = data(500)
    results = set()
    for patience in (0.0, 0.001, 1e9):
        monkeypatch.setattr(jit_fit, "PATIENCE", patience)
        for callback in (None, lambda epoch, loss: None):
            random.seed(1)
            model = MLP(2, [3, 1])
            adam = optim.Adam(model.parameters(), lr=0.01)
            losses = squared_error(model).fit(
                x, y, optimizer=adam, epochs=3, batch_size=7, shuffle=shuffle, callback=callback
            )
            results.add((*losses, *(p.data for p in model.parameters()), adam.step_count))
    assert len(results) == 1


def test_permutations_of_other_integers(monkeypatch, jit_engine):
    """NumPy 1 on Windows returns permutations of 32-bit integers."""
    make = np.random.default_rng

    class Rng:
        def __init__(self, seed):
            self.rng = make(seed)

        def permutation(self, n):
            return self.rng.permutation(n).astype(np.int32)

    x, losses = np.arange(32.0), []
    for patience in (0.0, 1e9):
        monkeypatch.setattr(jit_fit, "PATIENCE", patience)
        for rng in (make, Rng):
            monkeypatch.setattr(np.random, "default_rng", rng)
            w = Value(0.0)
            sgd = optim.SGD([w], lr=0.1)
            losses.append(jit(lambda x, w=w: w * x).fit(x, optimizer=sgd, epochs=3, batch_size=4))
    assert losses[0] == losses[1] == losses[2] == losses[3]


PERMUTATIONS = {
    "out of range": (lambda n: np.arange(n) + 1, IndexError, "rows 0 to 20, got 1 to 21"),
    "far out of range": (lambda n: np.arange(n) * 10**9, IndexError, "rows 0 to 20"),
    "huge": (lambda n: np.full(n, 2**64 - 1, np.uint64), IndexError, "rows 0 to 20"),
    "negative": (lambda n: np.arange(n) - 1, IndexError, "rows 0 to 20, got -1 to 19"),
    "repeats": (lambda n: np.arange(n) // 2, ValueError, "each row once"),
    "too short": (lambda n: np.arange(n - 1), ValueError, r"shape \(21,\), got \(20,\)"),
    "too long": (lambda n: np.arange(n + 1), ValueError, r"shape \(21,\), got \(22,\)"),
    "none": (lambda n: [], ValueError, r"shape \(21,\), got \(0,\)"),
    "two dimensions": (lambda n: np.arange(n)[:, None], ValueError, r"got \(21, 1\)"),
    "a number": (lambda n: 3, ValueError, r"got \(\)"),
    "nothing": (lambda n: None, ValueError, r"got \(\)"),
    "floats": (lambda n: np.arange(n) * 1.0, IndexError, "of integers, got float64"),
    "bools": (lambda n: np.arange(n) > 3, IndexError, "of integers, got bool"),
    "objects": (lambda n: np.arange(n).astype(object), IndexError, "of integers, got object"),
}


@pytest.mark.parametrize("bad", PERMUTATIONS)
@pytest.mark.parametrize("epochs", [1, 100])
def test_a_bad_permutation_of_a_custom_generator(bad, epochs, jit_engine):
    permutation, error, match = PERMUTATIONS[bad]

    class Own(np.random.Generator):
        def permutation(self, n):
            return permutation(n)

    x, y = data()
    w = Value(1.0)
    adam = optim.Adam([w])
    f = jit(lambda x, y: (w * x[0] - y) ** 2)
    options = {"optimizer": adam, "batch_size": 4, "seed": Own(np.random.PCG64(0))}
    for callback in (None, lambda epoch, loss: None):
        with pytest.raises(error, match=match):
            f.fit(x, y, epochs=epochs, callback=callback, **options)
    assert (w.data, w.grad, adam.step_count) == (1.0, 0.0, 0)
    assert len(f.fit(x, y, **{**options, "batch_size": 21})) == 1  # one batch: nothing to shuffle


def test_good_permutations_of_a_custom_generator(jit_engine):
    x, y = data()
    losses = []
    for make in (lambda n: list(range(n))[::-1], lambda n: np.arange(n, dtype="u1")[::-1]):

        class Own(np.random.Generator):
            def permutation(self, n, make=make):
                return make(n)

        w = Value(1.0)
        f = jit(lambda x, y, w=w: (w * x[0] - y) ** 2)
        options = {"optimizer": optim.SGD([w], lr=0.1), "batch_size": 4, "epochs": 3}
        losses.append(f.fit(x, y, seed=Own(np.random.PCG64(0)), **options))
    w = Value(1.0)
    f = jit(lambda x, y: (w * x[0] - y) ** 2)
    options["optimizer"] = optim.SGD([w], lr=0.1)
    losses.append(f.fit(x[::-1], y[::-1], shuffle=False, **options))
    assert losses[0] == losses[1] == losses[2]


def test_a_batch_of_all_rows_is_not_shuffled(jit_engine):
    x, results = np.random.default_rng(0).normal(size=20), set()
    for options in ({}, {"batch_size": 20}, {"batch_size": 10**30, "shuffle": True, "seed": 7}):
        w = Value(1.0)
        f = jit(lambda x, w=w: (w * x).exp())
        results.add(tuple(f.fit(x, optimizer=optim.SGD([w], lr=0.1), epochs=3, **options)))
    assert len(results) == 1


def test_gradient_of_a_parameter_that_the_optimizer_does_not_have(jit_engine):
    w, frozen = Value(2.0), Value(3.0)
    f = jit(lambda x: w * frozen * x)
    f.fit([1.0, 2.0], optimizer=optim.SGD([w], lr=0.5), epochs=1)
    assert (w.grad, frozen.grad) == (4.5, 3.0)
    assert (w.data, frozen.data) == (-0.25, 3.0)


# --- options ---


@pytest.mark.parametrize("true", [True, np.True_])
def test_a_callback_may_return_any_kind_of_true(true, jit_engine):
    w = Value(1.0)
    for returned, epochs in ((true, 1), (np.False_, 4), (None, 4), (1.0, 4)):
        sgd = optim.SGD([w], lr=0.0)
        losses = jit(lambda x: w * x).fit(
            [1.0], optimizer=sgd, epochs=4, callback=lambda epoch, loss: returned
        )  # fmt: skip
        assert len(losses) == epochs


@pytest.mark.parametrize(
    "options, error, match",
    [
        ({"threads": 10**10}, ValueError, "threads <= 1024, got 10000000000"),
        ({"optimizer": optim.SGD}, TypeError, "an optimizer of micrograd_c.optim, got the class"),
        ({"optimizer": optim.SGD([OracleValue(1.0)])}, TypeError, "of this engine's Values"),
        ({"optimizer": None}, TypeError, "got NoneType"),
    ],
)
def test_bad_options(options, error, match, jit_engine):
    w = Value(1.0)
    options = {"optimizer": optim.SGD([w], lr=0.5), **options}
    with pytest.raises(error, match=match):
        jit(lambda x: w * x).fit([1.0], **options)
    assert w.data == 1.0


def test_progress(monkeypatch, jit_engine):
    seen = []

    class Bar:
        def __init__(self, total, **settings):
            seen.append(total)

        def update(self, n):
            seen.append(n)

        def set_postfix(self, loss, refresh):
            assert not refresh
            seen.append(loss)

        def close(self):
            seen.append("closed")

    module = type(sys)("tqdm.auto")
    module.tqdm = Bar
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    w = Value(1.0)
    f = jit(lambda x: w * x)
    sgd = optim.SGD([w], lr=0.5)
    assert f.fit([1.0], optimizer=sgd, epochs=2, progress=True) == [1.0, 0.5]
    assert seen == [2, "1", 1, "0.5", 1, "closed"]
    with pytest.raises(ZeroDivisionError):
        f.fit([1.0], optimizer=sgd, progress=True, callback=lambda epoch, loss: 1 // 0)
    assert seen[-1] == "closed"
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match="pip install tqdm"):
        f.fit([1.0], optimizer=sgd, progress=True)


@pytest.mark.parametrize(
    "arrays, error, match",
    [
        (([1.0, 2.0], [1.0, [1.0, 2.0]]), (TypeError, ValueError), "argument 1: .*"),
        (([1.0, 2.0], np.ones((2, 2, 2))), ValueError, r"argument 1: .*\(n, k\), got \(2, 2, 2\)"),
        (([1.0, 2.0], np.ones((3, 2))), ValueError, r"argument 1: .*\(2,\), got shape \(3, 2\)"),
    ],
)
@pytest.mark.filterwarnings("ignore:Creating an ndarray from ragged")  # NumPy before 1.24
def test_bad_arrays_are_named(arrays, error, match, jit_engine):
    with pytest.raises(error, match=match):
        jit(lambda x, y: x)(*arrays)
