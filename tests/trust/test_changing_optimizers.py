"""Optimizers that a thread or a signal handler changes while another thread steps or fits.

Each test runs in a process of its own: if C read memory that is gone, it might crash.
"""

import signal

import pytest
from trust_tools import run_python, size

START = """
import gc, signal, threading
import numpy as np
from micrograd_c import Value, backend, jit, optim
from micrograd_c.nn import Layer
if backend == "python":
    from python_ref.engine import Value

N = 5_000 if backend == "c" else 200
ps = [Value(1.0) for _ in range(N)]
adam = optim.Adam(ps, lr=1e-3)
saved = adam.state_dict()
x = Value(1.0)
f = jit(lambda a, b: ps[0] * a - b)
X = np.ones(N)
"""

CHANGES = [
    "adam.state = {name: np.zeros(N) for name in adam.state_names}",
    "adam.load_state_dict(saved)",
    "Layer(1, 1)",
    "adam.lr = 1e-3 * (adam.lr == 1e-3 or 0.5)",
    "adam.params = ps",
]
WORK = {
    "step": "adam.step()",
    "fit": "f.fit(X, X, optimizer=adam, epochs=10, batch_size=N // 4)",
}


def run(engine, code):
    return run_python(START + code, MICROGRAD_C_BACKEND=engine.backend)


@pytest.mark.parametrize("work", WORK)
def test_changes_in_another_thread(engine, work):
    run(
        engine,
        f"""
for change in {CHANGES!r}:
    done = False
    def disturb():
        while not done:
            exec(change, globals())
            adam.zero_grad()
            taken = [np.full(N, 4e9) for _ in range(6)]  # to overwrite memory that was freed
    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range({size(10, 100)}):
            {WORK[work]}
    finally:
        done = True
        thread.join()
    assert all(p.data == p.data and abs(p.data) < 10.0 for p in ps), change
""",
    )


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers")
def test_changes_in_a_signal_handler(engine):
    run(
        engine,
        f"""
def handle(*_):
    exec(change, globals())
    adam.zero_grad()
    taken = [np.full(N, 4e9) for _ in range(6)]
signal.signal(signal.SIGALRM, handle)
for change in {CHANGES!r}:
    for i in range({size(20, 200)}):
        signal.setitimer(signal.ITIMER_REAL, 1e-5 * (1 + i % 10))
        adam.step()
        f.fit(X, X, optimizer=adam)
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert all(p.data == p.data and abs(p.data) < 10.0 for p in ps), change
""",
    )


IN_PLACE = [
    "array.dtype = np.int64", "array.dtype = '>f8'", "array.shape = (N // 2, 2)",
    "array.strides = (0,)", "array.setflags(write=False)", "new_memory(array, 3)",
    "array.resize(3, refcheck=False)",
]  # fmt: skip


@pytest.mark.parametrize("work", WORK)
def test_state_that_changes_in_place(engine, work):
    """Either the state's shape or type is refused, or NumPy refuses to change it."""
    run(
        engine,
        f"""
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # NumPy's, about setting strides, for instance
def new_memory(array, n):
    array.__setstate__((1, (n,), np.dtype("f8"), False, np.arange(float(n)).tobytes()))

for change in {IN_PLACE!r}:
    adam.load_state_dict(saved)
    {WORK[work]}
    array = adam.state["exp_avg"]
    before = [p.data for p in ps], adam.step_count
    for _ in range(2):
        try:
            exec(change)
            {WORK[work]}
        except ValueError as error:
            assert "exp_avg in state" in str(error) or "cannot resize" in str(error), error
        else:
            raise AssertionError(change)
    assert ([p.data for p in ps], adam.step_count) == before, change
""",
    )


def test_state_with_new_memory_is_used(engine):
    run(
        engine,
        """
adam.step()
array = adam.state["exp_avg"]
array.__setstate__((1, (N,), np.dtype("f8"), False, np.full(N, 1.0).tobytes()))
array = adam.state["exp_avg"] = array.copy()
adam.step()
assert set(array.tolist()) == {0.9}
""",
    )
