"""Arrays whose shape, type or memory changes while a jitted function uses them.

Each test runs in a process of its own: if C read memory that is gone, it might crash.
"""

import pytest
from trust_tools import run_python, size

START = """
import threading, warnings
import numpy as np
from micrograd_c import Value, backend, jit, optim
warnings.simplefilter("ignore", DeprecationWarning)  # NumPy's, about setting strides, for instance

ROWS = 200_000 if backend == "c" else 60
w = Value(0.5)

@jit
def loss(x, y):
    x = x if isinstance(x, Value) else x[0]
    return (w * x - y) ** 2

def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, 2)), rng.normal(size=ROWS)

def new_memory(array, n=3):
    array.__setstate__((1, (n,), np.dtype("f8"), False, np.arange(float(n)).tobytes()))

def fit(X, Y, **options):
    w.data = 0.5
    sgd = optim.SGD([w], lr=0.01, momentum=0.5)
    return loss.fit(X, Y, optimizer=sgd, batch_size=ROWS // 4, **options), w.data
"""

CHANGES = [
    "X.shape = (2 * ROWS, 1)", "X.shape = (2 * ROWS,)", "Y.shape = (ROWS // 2, 2)",
    "X.dtype = np.int64", "X.dtype = np.float32", "X.dtype = '>f8'", "X.strides = (0, 0)",
]  # fmt: skip


def run(engine, code):
    return run_python(START + code, MICROGRAD_C_BACKEND=engine.backend)


def test_changes_in_a_callback(engine):
    run(
        engine,
        f"""
expected = fit(*data(), epochs=4)
def callback(epoch, loss):
    if epoch == 1:
        exec(change)
for change in {CHANGES!r}:
    X, Y = data()
    assert fit(X, Y, epochs=4, callback=callback) == expected, change
""",
    )


@pytest.mark.parametrize("change", ["X.resize((3, 1), refcheck=False)", "new_memory(X)"])
def test_memory_replaced_in_a_callback(engine, change):
    """NumPy refuses to resize an array that fit uses; __setstate__ replaces its memory."""
    run(
        engine,
        f"""
class Sub(np.ndarray):
    pass
def callback(epoch, loss):
    {change}
for view in "X", "X.view()", "X[:]", "X.view(Sub).view(Sub)":
    X, Y = data()
    try:
        fit(eval(view), Y, epochs=4, callback=callback)
    except ValueError as error:
        assert "cannot resize" in str(error) or "array was given other" in str(error)
    else:
        raise AssertionError(view)
""",
    )


def test_memory_replaced_while_tracing(engine):
    run(
        engine,
        """
X, Y = data()
def careless(x, y):
    new_memory(X)
    return w * x[0] - y
try:
    jit(careless)(X, Y)
except ValueError as error:
    assert "argument 0: the array was given other memory" in str(error)
else:
    raise AssertionError("nothing was raised")
""",
    )


@pytest.mark.parametrize("what", ["fit", "backward", "call"])
def test_changes_in_another_thread(engine, what):
    rounds = size(20, 200)
    calls = {
        "fit": "fit(X, Y, epochs=2)",
        "backward": "loss.backward(X, Y)",
        "call": "loss(X, Y).sum()",
    }
    run(
        engine,
        f"""
def work():
    return {calls[what]}
X, Y = data()
expected = work()
done = False
def change():
    while not done:
        X.shape = (2 * ROWS, 1)
        X.dtype = ">f8"
        X.dtype = "f8"
        X.shape = (ROWS, 2)
        try:
            X.resize((3, 1), refcheck=False)
        except ValueError:
            continue
        X.resize((ROWS, 2), refcheck=False)
thread = threading.Thread(target=change)
thread.start()
for _ in range({rounds}):
    try:
        work()
    except ValueError:  # if X and Y have different numbers of rows
        pass
done = True
thread.join()
""",
    )


BETWEEN = [
    "a.dtype = '>f8'", "a.dtype = np.int64", "a.dtype = np.float32", "a.shape = (4, 3)",
    "a.strides = (0,)", "new_memory(a)", "new_memory(a, 1000)", "a.resize(5)",
    "a.resize(100_000, refcheck=False)", "a.setflags(write=False)", "a[:] = 7.0",
]  # fmt: skip


def test_changes_between_two_calls(engine):
    run(
        engine,
        f"""
f = jit(lambda x: (x if isinstance(x, Value) else x[0]) * 2.0)
for change in {BETWEEN!r}:
    a = np.arange(12.0)
    for _ in range(2):
        assert f(a).tolist() == (np.arange(12.0) * 2.0).tolist()
    exec(change)
    for _ in range(2):
        expected = np.array(a, dtype=float).reshape(len(a), -1)[:, 0] * 2.0
        assert f(a).tolist() == expected.tolist(), change
""",
    )
