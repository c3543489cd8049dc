"""Dask clusters for the tests in this folder, which skip where Dask is missing."""

import logging
from collections import OrderedDict
from contextlib import ExitStack

import pytest

from micrograd_c.distributed import sending


@pytest.fixture(scope="module")
def start_cluster():
    """start_cluster(n_workers, processes=False) returns a Client of a new LocalCluster.

    Each worker has one thread. Afterwards all are closed.
    """
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with ExitStack() as stack:

        def start(n_workers, processes=False):
            cluster = distributed.LocalCluster(
                n_workers=n_workers, threads_per_worker=1, processes=processes,
                dashboard_address=":0", silence_logs=logging.CRITICAL,
            )  # fmt: skip
            stack.enter_context(cluster)
            return stack.enter_context(distributed.Client(cluster))

        yield start


@pytest.fixture(autouse=True)
def no_function_is_kept(monkeypatch):
    """Each test begins without functions of earlier tests, which may be programs in C."""
    monkeypatch.setattr(sending, "kept", OrderedDict())


@pytest.fixture(scope="module")
def client(start_cluster):
    """The client of two workers in this process."""
    return start_cluster(2)
