"""Ctrl-C in jit's fit and in an optimizer's step: whole steps are done, or none."""

import signal
from functools import partial

import numpy as np
import pytest

from micrograd_c import jit, optim
from micrograd_c.engine import Value
from python_ref.engine import Value as OracleValue


@pytest.fixture
def interrupted():
    """run_until(seconds, run) calls run() repeatedly until Ctrl-C comes, ``seconds`` later.

    It returns True if that raised KeyboardInterrupt, and False if the exception was lost, as in
    a finalizer or a callback of the garbage collector.
    """
    if not hasattr(signal, "setitimer"):
        pytest.skip("this system has no timers")
    np.random.default_rng()  # NumPy imports it lazily, and an interrupted import stays broken
    pressed = []

    def press(*_args):
        pressed.append(None)
        signal.raise_signal(signal.SIGINT)

    def repeat(run):  # not in the try block: CPython 3.13's jump back to the loop is outside it
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
    """Return the number of steps by the state and the data, which must agree.

    Each parameter's gradient is 1, lr and momentum are 1.
    """
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
        with pytest.raises(OverflowError):  # outside fit, operators raise as usual
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


def test_ctrl_c_reaches_the_programs_own_handler(interrupted):
    seen = []
    signal.signal(signal.SIGINT, lambda *_: seen.append((w.data, sgd.step_count)))
    w = OracleValue(1.0)

    class Pressed(optim.SGD):
        def _update(self, data, grad):
            signal.raise_signal(signal.SIGINT)
            data -= 0.5

    sgd = Pressed([w])
    sgd.step()
    assert seen == [(1.0, 0)]  # before the step, not in the middle of it
    assert (w.data, sgd.step_count) == (0.5, 1)
