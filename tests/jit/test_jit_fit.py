"""jit's fit: what Ctrl-C, timing, the platform and the optimizer's class must not change."""

import random
import signal
import sys
import threading
from functools import partial

import numpy as np
import pytest

from micrograd_c import jit, optim
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
from python_ref.engine import Value as OracleValue

jit_fit = sys.modules["micrograd_c.jit.fit"]


def data(n=21, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)), rng.normal(size=n)


def squared_error(model):
    return jit(lambda x, y: (model(x) - y) * (model(x) - y))


# --- Ctrl-C ---


@pytest.fixture
def interrupted():
    """A function that runs another until Ctrl-C is pressed, so many seconds later.

    It returns whether that raised KeyboardInterrupt: in a finalizer or a callback of the
    garbage collector the exception is lost.
    """
    if not hasattr(signal, "setitimer"):
        pytest.skip("this system has no timers")
    np.random.default_rng()  # NumPy loads it late, and an import that is cut short stays broken
    pressed = []

    def press(*_args):
        pressed.append(None)
        signal.raise_signal(signal.SIGINT)

    def repeat(run):  # not in the try: CPython 3.13 jumps back to the loop's head outside of it
        while not pressed:
            run()

    def run_until(seconds, run):
        pressed.clear()
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            repeat(run)
        except KeyboardInterrupt:
            return True
        return False

    before = [signal.getsignal(x) for x in (signal.SIGINT, signal.SIGALRM)]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGALRM, press)
    yield run_until
    signal.setitimer(signal.ITIMER_REAL, 0)
    for which, handler in zip((signal.SIGINT, signal.SIGALRM), before):
        signal.signal(which, handler)


lost_exceptions = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def steps_taken(parameters, optimizer):
    """What data, state and count say; each parameter's gradient is 1, lr 1, momentum 1."""
    velocity = set(optimizer.state["momentum_buffer"].tolist())
    fallen = {-p.data for p in parameters}
    assert len(velocity) == len(fallen) == 1
    (n,), (distance,) = velocity, fallen
    assert distance == n * (n + 1) / 2
    return n


@lost_exceptions
def test_ctrl_c_in_fit_leaves_whole_steps(interrupted, jit_engine):
    ps, times = [Value(0.0) for _ in range(20)], 0
    sgd = optim.SGD(ps, lr=1.0, momentum=1.0)
    f = jit(lambda x: sum(p * x for p in ps))
    epochs = 20_000 if jit_engine == "c" else 200
    for i in range(60):
        run = partial(f.fit, [1.0, 1.0], optimizer=sgd, epochs=epochs, batch_size=1 + i % 2)
        times += interrupted(0.002 + i * 7e-5, run)
        assert steps_taken(ps, sgd) == sgd.step_count
        with pytest.raises(OverflowError):  # outside of fit, operators raise as ever
            Value(1e3).exp()
    assert times > 30


@lost_exceptions
def test_ctrl_c_in_step_leaves_whole_steps(engine, interrupted):
    ps, times = [engine.Value(0.0) for _ in range(500)], 0
    for p in ps:
        p.grad = 1.0
    sgd = optim.SGD(ps, lr=1.0, momentum=1.0)
    for i in range(100):
        times += interrupted(0.001 + i * 3e-5, sgd.step)
        assert steps_taken(ps, sgd) == sgd.step_count
    assert times > 50


def test_ctrl_c_comes_to_whoever_handles_it(interrupted):
    seen = []
    signal.signal(signal.SIGINT, lambda *_: seen.append((w.data, sgd.step_count)))
    w = OracleValue(1.0)

    class Pressed(optim.SGD):
        def _update(self, data, grad):
            signal.raise_signal(signal.SIGINT)
            data -= 0.5

    sgd = Pressed([w])
    sgd.step()
    assert seen == [(1.0, 0)]  # not the half of a step
    assert (w.data, sgd.step_count) == (0.5, 1)


# --- losses ---


@pytest.mark.parametrize("shuffle", [True, False])
def test_how_long_a_call_may_take_changes_no_bit(shuffle, monkeypatch):
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
    """NumPy 1 on Windows draws 32-bit ones."""
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
def test_a_bad_permutation_of_ones_own(bad, epochs, jit_engine):
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
    assert len(f.fit(x, y, **{**options, "batch_size": 21})) == 1  # nothing to shuffle


def test_good_permutations_of_ones_own(jit_engine):
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


def test_a_batch_of_all_is_not_shuffled(jit_engine):
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
def test_true_of_any_kind_stops(true, jit_engine):
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
        (([1.0, 2.0], [[1.0], [1.0, 2.0]]), (TypeError, ValueError), "argument 1: .*"),
        (([1.0, 2.0], np.ones((2, 2, 2))), ValueError, r"argument 1: .*\(n, k\), got \(2, 2, 2\)"),
        (([1.0, 2.0], np.ones((3, 2))), ValueError, r"argument 1: .*\(2,\), got shape \(3, 2\)"),
    ],
)
@pytest.mark.filterwarnings("ignore:Creating an ndarray from ragged")  # NumPy before 1.24
def test_bad_arrays_are_named(arrays, error, match, jit_engine):
    with pytest.raises(error, match=match):
        jit(lambda x, y: x)(*arrays)


# --- optimizers ---


class Halving(optim.SGD):
    """A rule of the user's own."""

    def _update(self, data, grad):
        data *= 0.5


class Described(optim.SGD):
    """With a number of the user's own."""

    def hyperparameters(self):
        return {**super().hyperparameters(), "warmup": 3}


class Counting(optim.Adam):
    """A step of the user's own."""

    calls = 0

    def step(self):
        self.calls += 1
        super().step()


def test_own_update_rule(jit_engine):
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


def test_own_hyperparameters(jit_engine):
    w = Value(3.0)
    described = Described([w], lr=0.5)
    assert jit(lambda x: w * x).fit([2.0], optimizer=described) == [6.0]
    assert w.data == 2.0
    described.step()
    assert (w.data, described.hyperparameters()["warmup"]) == (1.0, 3)


def test_own_step_is_as_the_one_in_c(jit_engine):
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


def test_threads_of_python_can_step(engine):
    """Where there is no Ctrl-C to wait with."""
    w = engine.Value(1.0)
    w.grad = 1.0
    thread = threading.Thread(target=Halving([w]).step)
    thread.start()
    thread.join()
    assert w.data == 0.5
