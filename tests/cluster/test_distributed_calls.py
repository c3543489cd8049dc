"""Steps that are calls of workers: what they do, and what they leave to tasks."""

import asyncio
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from cluster_tools import X, Y, new_loss, state_of, train

from micrograd_c import distributed, optim
from micrograd_c.distributed import calls, cluster
from micrograd_c.distributed.chunks import GivenShards
from micrograd_c.distributed.gradients import GradientJob

da = pytest.importorskip("dask.array", reason="Dask is not installed")
OPTIONS = {"batch_size": 60, "chunk_rows": 8, "epochs": 2}  # 4 steps an epoch


def test_the_first_step_is_one_of_tasks_and_the_others_are_calls(client, steps_of):
    steps = steps_of(client)
    assert train(client, **OPTIONS) == train(None, **OPTIONS)
    assert steps == ["tasks"] + ["calls"] * 7


def test_many_parameters_of_many_workers_are_left_to_tasks(client, steps_of, monkeypatch):
    steps = steps_of(client)
    for most, kind in ((2 * 17 * 8, "calls"), (2 * 17 * 8 - 1, "tasks")):
        monkeypatch.setattr(cluster, "MOST_CALLED", most)
        assert train(client, **OPTIONS) == train(None, **OPTIONS)
        assert steps[-7:] == [kind] * 7


def lose_keys(worker, training):
    training.keys = dict.fromkeys(training.keys, "a key that no worker has")


def lose_training(worker, training):
    calls.trainings[worker].clear()


@pytest.mark.parametrize("lose", [lose_keys, lose_training])
def test_what_a_worker_does_not_have_any_more_is_left_to_tasks(lose, client, steps_of):
    steps, arrays = steps_of(client), (da.from_array(X, (40, 2)), da.from_array(Y, 40))

    def callback(epoch, _loss):
        if epoch == 1:  # there has been a call
            worker, training = next(
                (w, t) for w, ts in calls.trainings.items() for t in ts.values()
            )
            lose(worker, training)

    options = {"chunk_rows": 8, "epochs": 4}
    assert train(client, arrays, **options, callback=callback) == train(None, arrays, **options)
    assert steps == ["tasks", "calls", "calls", "tasks", "calls"]


def test_each_shard_is_computed_by_one_of_the_workers_that_hold_it():
    """Workers with more threads get more of them."""
    sent = []
    client = SimpleNamespace(
        nthreads=lambda: {"a": 1, "b": 3, "c": 1},
        who_has=lambda futures: {x.key: ("a", "b", "gone") for x in futures},
        run=lambda *args, on_error: sent.append(args),
    )
    shards = [SimpleNamespace(key=f"key {i}") if i else None for i in range(9)]
    found = calls.Calls(client, plan := object(), "sent", "options")
    found.begin(shards)
    ((function, name, job, got_plan, keys),) = sent
    assert (function, name, job) == (calls.begin_calls, found.name, ("sent", "options"))
    assert got_plan is plan and keys["c"] == {}
    assert sorted([*keys["a"], *keys["b"]]) == list(range(1, 9)) == sorted(found.owners)
    assert (len(keys["a"]), len(keys["b"])) == (2, 6)
    assert all(keys[found.owners[i]][i] == f"key {i}" for i in range(1, 9))


def test_a_shard_is_fetched_when_a_thread_is_free_for_it():
    """They may be on disk, all of them larger than memory."""
    held, most = set(), []

    class Data(dict):
        def __getitem__(self, key):
            held.add(key)
            most.append(len(held))
            return key

    class Job:
        def sums(self, key, part, rows, params):
            assert (rows, params) == (30, "params") and key == f"key {part.shard}"
            held.discard(key)
            return {(0, part.first_chunk): np.ones(1)}

    names = {i: f"key {i}" for i in range(30)}
    with ThreadPoolExecutor(3) as pool:
        worker = SimpleNamespace(
            data=Data.fromkeys(names.values()), executors={"default": pool},
            state=SimpleNamespace(nthreads=3),
        )  # fmt: skip
        training = calls.Training(Job(), GivenShards([1] * 30, 30, 1), names)
        nodes = asyncio.run(training.sums(0, "params", worker))
    assert sum(x[0] for x in nodes.values()) == 30 and len(nodes) == 4
    assert len(most) == 30 and max(most) <= 3


def test_errors_of_a_call_are_those_of_tasks(client, steps_of):
    """The first one of the batch, whichever worker has it."""
    x, steps = X.copy(), steps_of(client)
    x[[133, 170], 0] = np.nan
    for arrays in ((x, Y), (da.from_array(x, (20, 2)), da.from_array(Y, 20))):
        loss, parameters = new_loss()
        options = {"optimizer": optim.Adam(parameters), "batch_size": 60, "chunk_rows": 20}
        with pytest.raises(FloatingPointError, match=r"in rows 120 to 139.*example 13"):
            distributed.fit(loss, *arrays, client=client, **options, check_finite=True)
        assert options["optimizer"].step_count == 2
        assert steps[-2:] == ["calls", "tasks"]


def test_workers_keep_nothing(client):
    train(client)
    with pytest.raises(ZeroDivisionError):
        train(client, callback=lambda *_: 1 / 0, batch_size=50)
    assert len(calls.trainings) >= 2 and not any(calls.trainings.values())


def test_trainings_that_were_not_ended_are_forgotten():

    class mine:
        address = "a"

    sent = distributed.by_value(new_loss()[0])._packed
    job = sent, (0, [None, None], 8, False, None)
    try:
        for i in range(40):
            calls.begin_calls(i, job, None, {"a": {0: "key"}}, dask_worker=mine)
        assert list(calls.trainings[mine]) == list(range(24, 40))
        assert asyncio.run(calls.answer_call(3, 0, None, dask_worker=mine)) is None
    finally:
        del calls.trainings[mine]


def test_calls_do_not_fill_a_workers_log(client):
    records = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())
    logger = logging.getLogger("distributed.worker")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        train(client, **OPTIONS)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    assert any("begin_calls" in line for line in records)
    assert not any("answer_call" in line for line in records)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="this system sends no such signal")
def test_ctrl_c_ends_a_call(client, monkeypatch):
    """Its chunks that are still to come are not computed, and the step is as if never begun."""
    parts, go_on = [], threading.Event()

    class Interrupted(GradientJob):
        def sums(self, *args):
            parts.append(None)
            if len(parts) == 2:
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            assert len(parts) < 2 or go_on.wait(60)
            return super().sums(*args)

    monkeypatch.setattr(calls, "GradientJob", Interrupted)
    arrays = da.from_array(X, (20, 2)), da.from_array(Y, 20)
    loss, parameters = new_loss()
    optimizer = optim.Adam(parameters, lr=0.05)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            distributed.fit(loss, *arrays, client=client, optimizer=optimizer, epochs=2)
    finally:
        signal.signal(signal.SIGINT, handler)
        go_on.set()
    # A task on each worker's only thread: what the call had begun is over when it runs.
    client.gather(client.map(lambda x: x, range(8), pure=False))
    assert state_of(parameters, optimizer) == train(None, arrays, epochs=1)[1]
    assert 2 <= len(parts) <= 4  # of 10
