"""Workers that are processes of their own: one dies in mid-epoch, and Ctrl-C on the client."""

import os
import signal
import sys

import numpy as np
import pytest
from cluster_tools import X, Y, new_loss, state_of, train

from micrograd_c import distributed, optim

da = pytest.importorskip("dask.array", reason="Dask is not installed")
OPTIONS = {"batch_size": 60, "chunk_rows": 8, "epochs": 2}


@pytest.fixture(scope="module")
def processes(start_cluster):
    return start_cluster(2, processes=True)


@pytest.fixture
def at_step(monkeypatch):
    """at_step(client, n, act) calls act() in step n, once its tasks are on their way."""

    def at_step(client, n, act):
        steps, gather = [], client.gather

        def acting(futures):
            steps.append(None)
            if len(steps) == n:
                act()
            return gather(futures)

        monkeypatch.setattr(client, "gather", acting)
        return steps

    return at_step


def test_processes_give_the_bits_of_threads(processes):
    assert train(processes, **OPTIONS) == train(None, **OPTIONS)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_worker_is_killed_in_mid_epoch(processes, at_step):
    """A NumPy array's rows are sent again; Dask computes those of a dask.array again."""
    for worker, arrays in enumerate([(X, Y), (da.from_array(X, 40), da.from_array(Y, 40))]):
        expected = train(None, arrays, **OPTIONS)
        pid = processes.cluster.workers[worker].process.pid
        steps = at_step(processes, 2, lambda: os.kill(pid, signal.SIGKILL))
        assert train(processes, arrays, **OPTIONS) == expected
        assert len(steps) >= 8


def test_a_worker_that_dies_again_and_again(processes, monkeypatch):
    from concurrent.futures import CancelledError

    def lost(_futures):
        raise CancelledError

    loss, parameters = new_loss()
    optimizer = optim.Adam(parameters)
    before = state_of(parameters, optimizer)
    monkeypatch.setattr(processes, "gather", lost)
    monkeypatch.setattr(processes, "has_what", dict)
    with pytest.raises(RuntimeError, match="workers were lost 10 times in one step"):
        distributed.fit(loss, X, Y, client=processes, optimizer=optimizer)
    monkeypatch.setattr(processes, "has_what", lambda: {"a": list(processes.futures)})
    with pytest.raises(CancelledError):
        distributed.fit(loss, X, Y, client=processes, optimizer=optimizer)
    assert state_of(parameters, optimizer) == before


@pytest.mark.parametrize("n", [1, 6])
def test_ctrl_c_leaves_the_last_whole_step(n, client, at_step, monkeypatch):
    expected, parameters = new_loss()
    one_by_one = optim.Adam(parameters, lr=0.05)
    for step in range(n - 1):
        rows = slice(step % 4 * 60, (step % 4 + 1) * 60)
        distributed.fit(expected, X[rows], Y[rows], client=None, optimizer=one_by_one, chunk_rows=8)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    loss, interrupted = new_loss()
    optimizer = optim.Adam(interrupted, lr=0.05)
    try:
        at_step(client, n, lambda: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            distributed.fit(loss, X, Y, client=client, optimizer=optimizer, **OPTIONS)
    finally:
        signal.signal(signal.SIGINT, before)
    assert state_of(interrupted, optimizer) == state_of(parameters, one_by_one)
    monkeypatch.undo()
    assert train(client, **OPTIONS) == train(None, **OPTIONS)  # the cluster goes on


def test_each_process_traces_once(processes):
    def count(x):
        import builtins

        builtins.traces = getattr(builtins, "traces", 0) + 1
        return w * x

    from micrograd_c import Value, jit

    w = Value(1.0)
    loss = jit(count)
    options = {"client": processes, "optimizer": optim.SGD([w]), "batch_size": 40}
    distributed.fit(loss, X[:, 0], **options, epochs=3, chunk_rows=8)
    traced = processes.run(lambda: getattr(__import__("builtins"), "traces", 0))
    assert max(traced.values()) == 1
    assert sys.modules["builtins"].traces == 1 and np.isfinite(w.data)
    del sys.modules["builtins"].traces
