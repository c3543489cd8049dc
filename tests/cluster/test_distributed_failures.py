"""Workers that are processes of their own: one dies in mid-epoch, and Ctrl-C on the client."""

import signal
import sys

import numpy as np
import pytest
from cluster_tools import X, Y, new_loss, state_of, train

from micrograd_c import distributed, optim

da = pytest.importorskip("dask.array", reason="Dask is not installed")
OPTIONS = {"batch_size": 60, "chunk_rows": 8, "epochs": 2}


@pytest.fixture
def processes(start_cluster):
    return start_cluster(2, processes=True)


def in_part(n, act):
    """Return a function that has its process call act() when it begins its nth part of a batch."""

    def patch():
        from micrograd_c.distributed.gradients import GradientJob

        parts, sums = [], GradientJob.sums

        def acting(job, *args, **options):
            parts.append(None)
            if len(parts) == n:
                act()
            return sums(job, *args, **options)

        GradientJob.sums = acting

    return patch


def one_dies(path):
    """Return a function that kills the first process that calls it."""

    def die():
        import os
        import signal

        try:
            open(path, "x").close()
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    return die


def test_processes_give_the_bits_of_threads(processes):
    assert train(processes, **OPTIONS) == train(None, **OPTIONS)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize(
    "arrays, part", [((X, Y), 1), ((X, Y), 3), ((da.from_array(X, 40), da.from_array(Y, 40)), 3)],
    ids=["array-tasks", "array-calls", "dask-calls"],
)  # fmt: skip
def test_a_worker_is_killed_in_mid_epoch(arrays, part, processes, steps_of, tmp_path):
    """A NumPy array's rows are sent again; Dask computes those of a dask.array again."""
    expected, file = train(None, arrays, **OPTIONS), tmp_path / "died"
    processes.wait_for_workers(2)
    processes.run(in_part(part, one_dies(str(file))))
    steps = steps_of(processes)
    assert train(processes, arrays, **OPTIONS) == expected
    assert file.exists() and steps[-1] == "calls"
    assert steps.count("tasks") > 1


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
def test_ctrl_c_leaves_the_last_whole_step(n, client, steps_of, monkeypatch):
    expected, parameters = new_loss()
    one_by_one = optim.Adam(parameters, lr=0.05)
    for step in range(n - 1):
        rows = slice(step % 4 * 60, (step % 4 + 1) * 60)
        distributed.fit(expected, X[rows], Y[rows], client=None, optimizer=one_by_one, chunk_rows=8)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    loss, interrupted = new_loss()
    optimizer = optim.Adam(interrupted, lr=0.05)
    try:
        steps_of(client, lambda steps: len(steps) == n and signal.raise_signal(signal.SIGINT))
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
