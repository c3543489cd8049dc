"""Dask clusters for the tests in this folder, which skip where Dask is missing."""

import logging
from collections import OrderedDict
from contextlib import ExitStack
from functools import cache

import pytest

from micrograd_c.distributed import sending
from micrograd_c.distributed.calls import answer_call


@pytest.fixture(scope="package")
def start_cluster():
    """start_cluster(n_workers, processes=False) returns a Client of a LocalCluster.

    Each worker has one thread. All tests of this folder share the clusters, since it takes some
    time to start one. Afterwards all are closed.
    """
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with ExitStack() as stack:

        @cache
        def start(n_workers, processes=False):
            cluster = distributed.LocalCluster(
                n_workers=n_workers, threads_per_worker=1, processes=processes,
                dashboard_address=":0", silence_logs=logging.CRITICAL,
            )  # fmt: skip
            stack.enter_context(cluster)
            client = distributed.Client(cluster, set_as_default=False)
            return stack.enter_context(client)

        yield start


@pytest.fixture(autouse=True)
def no_function_is_kept(monkeypatch):
    """Each test begins without functions of earlier tests, which may be programs in C."""
    monkeypatch.setattr(sending, "kept", OrderedDict())


@pytest.fixture
def client(start_cluster):
    """The client of two workers in this process, which is Dask's default meanwhile."""
    client = start_cluster(2)
    with client.as_current():
        yield client


@pytest.fixture
def steps_of(monkeypatch):
    """steps_of(client) returns a list to which each step adds "tasks" or "calls"."""

    def steps_of(client, begin=lambda steps: None):
        """``begin(steps)`` is called when a step begins, which is the last one of ``steps``."""
        steps, gather, run = [], client.gather, client.run

        def gathering(futures):
            steps.append("tasks")
            begin(steps)
            return gather(futures)

        def running(function, *args, **options):
            if function is answer_call:
                steps.append("calls")
                begin(steps)
            return run(function, *args, **options)

        monkeypatch.setattr(client, "gather", gathering)
        monkeypatch.setattr(client, "run", running)
        return steps

    return steps_of
