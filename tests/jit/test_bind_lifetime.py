"""jit.bind: what a bound call keeps alive, threads and forks."""

import gc
import os
import threading
import weakref

import numpy as np
import pytest

from micrograd_c import jit
from micrograd_c.engine import Value


def test_it_keeps_what_it_needs_and_no_longer(jit_engine):
    a = Value(3.0)
    f = jit(lambda x: a * x)
    X, P = np.array([1.0, 2.0]), np.array([5.0])
    program = weakref.ref(f)
    owner = weakref.ref(X)
    run = f.bind(X, params=P)
    X[0] = 3.0
    del f, X, P
    gc.collect()
    assert program() is None and owner() is not None
    assert run() == 12.5 and run.grad.tolist() == [2.5]
    value = run.value
    del run
    gc.collect()
    assert owner() is None and value.tolist() == [15.0, 10.0]


def test_an_array_in_use_is_not_resized(jit_engine):
    X = np.ones(4)
    run = jit(lambda x: x * 2.0).bind(X)
    with pytest.raises(ValueError, match="resize"):
        X.resize(1000)
    X.shape = (2, 2)  # the bound call has a view of its own
    X[1, 1] = 5.0
    assert run() == 4.0


def test_a_cycle_is_collected(jit_engine):
    a = Value(1.0)
    run = jit(lambda x: {"x": a * x}).bind(np.ones(1))
    run.value["run"] = run
    array = weakref.ref(run.value["x"])
    del run
    gc.collect()
    assert array() is None


def test_threads_in_one_bound_call(jit_engine):
    if jit_engine == "py":
        pytest.skip("the Python engine runs it with the GIL")
    a, X = Value(2.0), np.ones((5000, 4))
    run = jit(lambda x: (a * x[0]).tanh() * x[1] + x[2] * x[3]).bind(X)
    expected, found, refused = run(), [], []

    def work():
        for _ in range(50):
            try:
                found.append(run())
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) + len(refused) == 150 and set(found) == {expected}
    assert all("running in another thread" in text for text in refused)
    assert run() == expected


def test_the_error_for_two_threads(jit_engine):
    if jit_engine == "py":
        pytest.skip("the Python engine runs it with the GIL")
    from micrograd_c._native import lib

    run = jit(lambda x: x * 2.0).bind(np.ones(1))
    with pytest.raises(RuntimeError, match="another thread, or was when.*bind once for each"):
        run._mg_failed(lib.MG_IS_RUNNING)


def test_the_call_without_code_in_c(jit_engine):
    """As on PyPy and on CPython without a GIL."""
    if jit_engine == "py":
        pytest.skip("the Python engine has a call of its own")
    from micrograd_c._c.bound_call import RunsInPython, ffi

    class Call(RunsInPython):
        __slots__ = ("value",)

        def _mg_failed(self, status):
            raise LookupError(status)

    a = Value(3.0)
    f = jit(lambda x: a * x)
    X = np.array([1.0, 2.0])
    run = f.bind(X, check_finite=True)
    calls = [Call(), Call()]
    for call, returns_value in zip(calls, (False, True)):
        call.value = run.value
        call._mg_prepare(int(ffi.cast("uintptr_t", run._memory)), False, returns_value)
    X[0] = 5.0
    assert calls[0]() == 10.5 and calls[1]() is run.value
    assert run.value.tolist() == [15.0, 6.0]
    with pytest.raises(LookupError, match="-1"):
        jit(lambda x: x * calls[0]())(X)
    X[0] = np.inf
    with pytest.raises(LookupError, match="4"):
        calls[0]()


def test_threads_each_with_a_bound_call(jit_engine):
    a, b = Value(0.5), Value(-1.0)
    loss = jit(lambda x, y: ((a * x[0] + b * x[1]).tanh() - y) ** 2)
    data = np.random.default_rng(2).normal(size=(4, 20, 3))
    results = [None] * len(data)

    def work(i):
        X, Y = np.ascontiguousarray(data[i, :, :2]), np.ascontiguousarray(data[i, :, 2])
        run = loss.bind(X, Y)
        results[i] = [(run(), run.grad.tolist()) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(data))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, found in enumerate(results):
        mean, gradient = loss.value_and_grad(data[i, :, :2], data[i, :, 2])
        assert found == [(mean, gradient.tolist())] * 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_parent_and_child_of_a_fork_each_have_one(jit_engine):
    a, X = Value(2.0), np.array([1.0, 3.0])
    run = jit(lambda x: a * x).bind(X)
    run()
    child = os.fork()
    if child == 0:
        X[0] = 5.0
        os._exit(0 if run() == 8.0 and run.grad.tolist() == [4.0] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert run() == 4.0 and run.value.tolist() == [2.0, 6.0]
