"""Direct calls: arrays that change, die or are used by several threads."""

import gc
import sys
import threading
import weakref

import numpy as np
import pytest
from jit_tools import same, warm

from micrograd_c import Value, jit, take

A, B = Value(2.0), Value(-1.0)

CHANGES = [
    "x.dtype = '>f8'", "x.dtype = np.int64", "x.dtype = np.float32", "x.shape = (2, 3)",
    "x.shape = (6, 1)", "x.shape = (1, 6)", "x.strides = (0,)", "x.strides = (-8,)",
    "x.resize(4, refcheck=False)", "x.resize((1000,), refcheck=False)", "x.setflags(write=False)",
    "x.__setstate__((1, (9,), np.dtype('f8'), False, np.arange(9.0).tobytes()))",
    "x.__setstate__((1, (2, 2), np.dtype('f8'), True, np.arange(4.0).tobytes()))",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # NumPy's, about setting strides
@pytest.mark.parametrize("change", CHANGES)
def test_an_array_is_changed_between_two_calls(change, jit_engine):
    f = jit(lambda x: (x if isinstance(x, Value) else x[0]) * 2.0)
    x = np.arange(1.0, 7.0)
    warm(f, x)
    if "strides = (-8,)" in change:
        x = x[::-1]
    else:
        exec(change)
    expected = (np.array(x, dtype=float).reshape(len(x), -1)[:, 0] * 2.0).tolist()
    for _ in range(4):
        assert f(x).tolist() == expected
    assert f(np.arange(1.0, 7.0)).tolist() == [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]


def test_arrays_of_the_same_id(jit_engine):
    """Where a freed array was, the next one often is."""
    f = jit(lambda x: x * 2.0)
    ids = set()
    for i in range(50):
        shape, kind = [(3,), (4,), (3,), (2,)][i % 4], [float, float, np.float32, int][i % 4]
        x = np.full(shape, i).astype(kind)
        ids.add(id(x))
        assert f(x).tolist() == [2.0 * i] * len(x)
        del x
    assert len(ids) < 50 or not hasattr(sys, "getrefcount")  # as on PyPy


def misaligned():
    memory = np.zeros(25, np.uint8)
    x = memory[1:].view(np.float64)
    x[:] = [1.0, 2.0, 3.0]
    return x


class Sub(np.ndarray):
    pass


@pytest.mark.parametrize("make", [
    lambda: [1.0, 2.0, 3.0], lambda: (1, 2, 3), lambda: np.arange(1, 4),
    lambda: np.arange(1.0, 4.0, dtype=np.float32), lambda: np.arange(1.0, 4.0, dtype=">f8"),
    lambda: np.arange(1.0, 7.0, 0.5)[::2][:3], lambda: np.arange(3.0, 0.0, -1.0)[::-1],
    lambda: np.arange(1.0, 4.0).view(Sub), misaligned, lambda: [np.float64(x) for x in (1, 2, 3)],
    lambda: np.array([True, 2, 3], dtype=object).astype(float).astype(np.float16),
], ids=map(str, range(11)))  # fmt: skip
def test_what_is_no_direct_call(make, jit_engine):
    f = jit(lambda x: A * x)
    warm(f, np.ones(3))
    for _ in range(3):
        assert f(make()).tolist() == [2.0, 4.0, 6.0]
    assert f.value_and_grad(make()) == (4.0, np.array([2.0]))


def test_a_cycle_is_collected(jit_engine):
    class Holder:
        pass

    def made():
        holder = Holder()
        holder.f = jit(lambda x: x * (2.0 if holder else 1.0))
        warm(holder.f, np.ones(2))
        return weakref.ref(holder)

    gone = made()
    gc.collect()
    assert gone() is None


def test_nothing_is_left(jit_engine):
    """No object, whatever way a call ends. Python itself may keep some."""
    f, table = jit(lambda x, y: (A * x + B - y) ** 2), [Value(1.0), Value(2.0)]
    g = jit(lambda i: {"x": take(table, i), "y": i})
    X, places = np.ones(4), np.zeros(2)
    warm(f, X, X), warm(g, places)
    bad = np.full(2, 9.0)
    blocks = count_blocks()
    for _ in range(300):
        f(X, X), f.value_and_grad(X, X), f.backward(X, X), g(places)
        with pytest.raises(IndexError):
            g(bad)
        with pytest.raises(ValueError):
            f(X, places)
    assert count_blocks() - blocks < 200
    A.grad = B.grad = 0.0


def count_blocks():
    gc.collect()
    return sys.getallocatedblocks() if hasattr(sys, "getallocatedblocks") else 0


def test_threads(jit_engine):
    """They share arrays, or have their own; short runs keep the GIL, long ones release it."""
    f = jit(lambda x, y: (A * x + B - y) ** 2)
    rows = (3, 4000) if jit_engine == "c" else (3, 40)
    data = [np.random.default_rng(n).normal(size=(2, n)) for n in rows]
    expected = [(f(*xy).tolist(), f.value_and_grad(*xy)) for xy in data for _ in range(3)][::3]
    wrong = []

    def work(own):
        for i in range(60):
            x, y = data[i % 2]
            if own:
                x, y = x.copy(), y.copy()
            values, pair = expected[i % 2]
            if f(x, y).tolist() != values or not same(f.value_and_grad(x, y), pair):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i % 2,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_long_run_guards_its_memory(jit_engine):
    """While C runs without the GIL, NumPy refuses to resize an array, or the base of a view."""
    f = jit(lambda x, y: (x.tanh() * A + y).exp())
    X, Y = np.ones(300_000 if jit_engine == "c" else 30), np.ones((2, 300_000))
    Y = Y[0, : len(X)]
    expected = warm(f, X, Y).tobytes()
    done, resized = threading.Event(), []

    def change():
        while not done.is_set():
            try:
                X.resize(10, refcheck=False)
            except ValueError:
                continue
            resized.append(X.shape)
            X.resize(len(Y), refcheck=False)
            X[:] = 1.0

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(5):
            try:
                assert f(X, Y).tobytes() == expected or resized
            except ValueError:  # X had another number of rows by then
                pass
    finally:
        done.set()
        thread.join()
