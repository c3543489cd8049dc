"""jit: what a trace fixes, what each run reads again, and what is refused; on both engines."""

import copy
import functools
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from micrograd_c import TraceError, functional, jit, losses, no_grad
from micrograd_c.engine import Value

# --- read again in each run ---


def test_detach_of_a_parameter(jit_engine):
    w = Value(2.0)
    f = jit(lambda x: w.detach() * x * w)
    assert f.backward([1.0]) == 4.0
    assert w.grad == 2.0
    w.data = 5.0
    assert f([1.0]).tolist() == [25.0]


SHIFTED = {
    "logsumexp": lambda ws: functional.logsumexp(ws),
    "softmax": lambda ws: functional.softmax(ws)[0],
    "cross_entropy": lambda ws: losses.cross_entropy(ws, 1),
    "of two layers": lambda ws: functional.logsumexp([functional.logsumexp(ws), *ws]),
}


@pytest.mark.parametrize("f", SHIFTED.values(), ids=SHIFTED)
def test_functions_that_subtract_the_largest_parameter(f, jit_engine):
    ws = [Value(0.0), Value(1.0)]
    jitted = jit(lambda x: f(ws) * x)
    jitted([1.0])
    for data in (1000.0, -1000.0, 0.5):  # 1000 - the largest at the trace would overflow
        ws[0].data = data
        assert jitted([1.0]).tolist() == [f(ws).data]
        jitted.check([1.0, 2.0])


def test_a_value_computed_before_the_trace_is_recomputed_in_each_run(jit_engine):
    a, b = Value(2.0), Value(3.0)
    c = a * b
    c.grad = 0.25
    f = jit(lambda x: c * x)
    for _ in range(2):
        f.backward([1.0])
    assert (a.grad, b.grad, c.grad) == (6.0, 4.0, 0.25)
    a.data = 5.0
    assert f([1.0]).tolist() == [15.0]
    f.check([1.0, 2.0])
    assert (a.grad, b.grad, c.grad, c.data) == (6.0, 4.0, 0.25, 6.0)


def test_random_draws_are_fixed(jit_engine):
    rng = np.random.default_rng(0)
    f = jit(lambda x: x * rng.random())
    first = f([1.0, 1.0])
    assert first[0] == first[1] == f([1.0])[0]


# --- constants ---


@pytest.mark.parametrize("make", [lambda: 3.0, lambda: Value(3.0), lambda: Value(1.0) + 2])
def test_values_made_of_numbers_are_constants(make, jit_engine):
    kept = []

    def f(x):
        kept.append(make())
        return kept[-1]

    f = jit(f)
    assert f([1.0, 2.0]).tolist() == [3.0, 3.0]
    assert "0 parameters" in repr(f)
    f.check([1.0])
    assert f.backward([1.0]) == 3.0


def test_a_constant_from_a_cache(jit_engine):
    w = Value(2.0)
    make = functools.lru_cache(None)(lambda: Value(0.5))
    f = jit(lambda x: w * x * make())
    assert f([3.0]).tolist() == [3.0]
    assert "1 parameters" in repr(f)
    f.check([1.0])
    assert make().grad == 0.0


# --- what is refused ---


def test_a_traced_value_of_another_trace(jit_engine):
    w, cache = Value(2.0), []

    def f(x):
        if not cache:
            cache.append(functional.total(x) * w)
        return cache[0] + functional.total(x)

    line = f.__code__.co_firstlineno
    f = jit(f)
    f(np.ones((2, 3)))
    for function in (f, jit(lambda x: cache[0] * 2)):
        with pytest.raises(TraceError, match=r"test_jit_trace\.py:\d+: .*of another trace"):
            function(np.ones((2, 2)))
    with pytest.raises(TraceError, match=rf":{line}: "):
        f(np.ones((2, 2)))


def test_a_function_traced_within_another(jit_engine):
    inner = jit(lambda y: y * 2)
    assert jit(lambda x: x * float(inner([3.0])[0]) + Value(1.0))([1.0]).tolist() == [7.0]
    with pytest.raises(TraceError, match="of another trace"):
        jit(lambda x: x * float(jit(lambda y: x * y)([3.0])[0]))([1.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, w: x.grad,
        lambda x, w: setattr(x * w, "grad", 1.0),
        lambda x, w: (x * w)._backward(),
        lambda x, w: (x * 2 * w)._prev,
        lambda x, w: functional.get_data([w, x * w]),
        lambda x, w: functional.get_grad([x]),
        lambda x, w: functional.set_data([x, w], [1.0, 2.0]),
        lambda x, w: functional.set_grad([x], [1.0]),
        lambda x, w: functional.zero_grad([w, x]),
        lambda x, w: copy.deepcopy(x * w),
        lambda x, w: pickle.dumps(x),
        lambda x, w: np.argmax([x, w]),
        lambda x, w: sorted([w, x]),
        lambda x, w: Value(1.0, (x,), "own"),
        lambda x, w: Value(1.0, (w,), "own"),
        lambda x, w: setattr(w * 2, "_backward", print),
        lambda x, w: no_grad().__enter__(),
    ],
)
def test_trace_error_names_the_users_line(f, jit_engine):
    w = Value(2.0)
    w.grad = 0.5
    line = f.__code__.co_firstlineno
    with pytest.raises(TraceError, match=rf"test_jit_trace\.py:{line}: "):
        jit(lambda x: f(x, w) or x)([1.0])
    assert (w.data, w.grad) == (2.0, 0.5)


def test_no_grad_on_parameters_alone(jit_engine):
    w = Value(2.0)

    def f(x):
        with no_grad():
            s = w * 2
        return s * x

    with pytest.raises(TraceError, match="no_grad.* use detach"):
        jit(f)([1.0])
    assert (w * 2)._prev  # a graph is recorded again


def test_the_error_about_a_custom_operator_names_the_function(jit_engine):
    own = Value(4.0, (Value(2.0),), "twice")
    own._backward = lambda: None

    def f(x):
        return own * x

    line = f.__code__.co_firstlineno
    with pytest.raises(TraceError, match=rf"test_jit_trace\.py:{line}: .*_backward of its own"):
        jit(f)([1.0])


def test_a_custom_operator_among_many(jit_engine):
    below = Value(2.0)
    for _ in range(20):
        below = below * 0.5
    own = Value(4.0, (below,), "twice")
    own._backward = lambda: None
    with pytest.raises(TraceError, match="_backward of its own"):
        jit(lambda x: sum((x for _ in range(20)), own * x))([1.0])


def test_after_a_trace_that_failed(jit_engine):
    with pytest.raises(TraceError):
        jit(lambda x: x.data)([1.0])
    w = Value(2.0)
    assert w.detach()._prev == ()
    with pytest.raises(ValueError):
        Value(-1.0).log()
    assert jit(lambda x: w * x)([2.0]).tolist() == [4.0]


# --- operands ---


@pytest.mark.parametrize(
    "f",
    [
        lambda a, x: a * x, lambda a, x: x * a, lambda a, x: a + x, lambda a, x: x + a,
        lambda a, x: a - x, lambda a, x: x - a, lambda a, x: a / x, lambda a, x: x / (a + 1),
        lambda a, x: a**x, lambda a, x: x**a,
    ],
)  # fmt: skip
@pytest.mark.parametrize("array", [np.arange(3.0), np.array([Value(2.0), 1.5, Value(3.0)])])
def test_arrays_on_either_side(f, array, jit_engine):
    expected = [[v.data for v in f(array, Value(x))] for x in (2.0, 0.25)]
    rows = jit(lambda x: list(f(array, x)), math="libm")([2.0, 0.25])
    assert rows.tolist() == expected


def test_more_arguments_than_64(jit_engine):
    from micrograd_c import optim

    w, arrays = Value(1.0), [np.ones(4)] * 100
    f = jit(lambda *xs: functional.total(xs) * w)
    assert f(*arrays).tolist() == [100.0] * 4
    assert f.fit(*arrays, optimizer=optim.SGD([w], lr=0.01), epochs=2) == [100.0, 0.0]


# --- copies, threads ---


def twice(x):
    return x * 2


def test_copies():
    w = Value(2.0)
    f = jit(lambda x: w * x)
    f([1.0])
    for other in (copy.copy(f), copy.deepcopy(f)):
        assert "not traced" in repr(other)
        assert other([3.0]).tolist() == [6.0]
    again = pickle.loads(pickle.dumps(jit(twice)))
    assert again([3.0]).tolist() == [6.0]


def test_threads_that_trace_one_function_at_once():
    n, w, calls = 4, Value(3.0), []
    start = threading.Barrier(n)

    def f(x):
        calls.append(None)
        return functional.total(x) * w

    f = jit(f)
    results = [None] * n

    def run(i):
        start.wait()
        results[i] = [f(np.ones((2, k))).tolist() for k in (1, 2, 3)]

    threads = [threading.Thread(target=run, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[[3.0, 3.0], [6.0, 6.0], [9.0, 9.0]]] * n
    assert len(calls) >= 3  # once for each width, or more if several threads trace at once


def test_other_threads_are_not_traced():
    w, seen = Value(-1.0), []

    def elsewhere():
        seen.append(w.detach()._prev)
        try:
            w.log()
        except ValueError:
            seen.append("raises")

    def f(x):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return x * w

    jit(f)([1.0])
    assert seen == [(), "raises"]


@pytest.mark.parametrize(
    "file",
    [
        "test_jit_trace.py", "test_jit_nonfinite.py", "test_jit_branches.py",
        "test_jit_messages.py", "test_jit_losses.py", "test_jit_calls.py", "test_vector.py",
        "test_jit_take.py", "test_jit_take_errors.py",
    ],
)  # fmt: skip
def test_on_the_python_engine(file):
    """Runs a file's tests with Values of the Python engine, in a process of its own."""
    if os.environ.get("MICROGRAD_C_BACKEND") == "python":
        pytest.skip("this is that process")
    here = os.path.dirname(__file__)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", os.path.join(here, file)],
        check=True, env={**os.environ, "MICROGRAD_C_BACKEND": "python"},
    )  # fmt: skip
