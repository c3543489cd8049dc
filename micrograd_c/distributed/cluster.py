"""Where the chunks of a batch are computed: in this process, or by the workers of a Dask cluster.

Both give the same bits: ``total(batch, params)`` adds the chunks' sums in the same tree.
"""

from concurrent.futures import CancelledError

from micrograd_c.distributed.calls import Calls
from micrograd_c.distributed.chunks import TreeSum
from micrograd_c.distributed.data import ArrayData
from micrograd_c.distributed.gradients import GradientJob, merged
from micrograd_c.distributed.sending import NO_DASK, load, packed, require_same_build
from python_ref.core.numbers import describe

# Results of tasks that are fetched at once. More are added up by workers before.
MOST_FETCHED = 32
# The parameters' bytes times workers beyond which tasks do it, because the client would get as
# many at once, and several times over.
MOST_CALLED = 2**28
# How often a step is tried again before a worker's data is given up.
MOST_TRIES = 10


class Here:
    """Computes the chunks one after the other in this process, with the same arithmetic."""

    def __init__(self, data, programs, job_options, batch_size, chunk_rows):
        self.data, self.plan = data, data.plan(batch_size, chunk_rows, 1)
        self.job = GradientJob(programs, *job_options)
        self.shards = [None] * self.plan.n_shards
        if isinstance(data, ArrayData):  # else each shard is computed when it is needed
            self.shards = [data.shard(self.plan, 0)]

    def total(self, batch, params):
        """Return the sum over the batch's chunks: float64, shape (p + 1,)."""
        rows, result = self.plan.rows_of_batch(batch), TreeSum().nodes
        for part in self.plan.parts(batch):
            shard = self.shards[part.shard]
            if shard is None:
                shard = self.data.shard(self.plan, part.shard)
            result = merged([result, self.job.sums(shard, part, rows, params)])
        return total_of(result)

    def close(self):
        pass


class Cluster:
    """Has Dask's workers compute the chunks, each where its shard is.

    The first step is one of tasks, as is each after a worker was lost: Dask sees to it that they
    are done. The others are calls, which take less time.

    A dask.array's shards are computed once and kept by the workers; where one is lost with
    its worker, Dask computes it again. A NumPy array's shards are sent, and sent again when they
    are lost.
    """

    def __init__(self, client, data, jitted, job_options, batch_size, chunk_rows):
        self.client, self.data, self._results = client, data, []
        self.sent = packed(jitted)  # before anything is sent: it raises for what has no pickle
        require_same_build(client)
        threads = sum(client.nthreads().values())  # 0 if all workers died just now
        self.plan = data.plan(batch_size, chunk_rows, max(1, threads))
        self.job = client.submit(make_job, *self.sent, job_options, pure=False)
        self.calls = Calls(client, self.plan, self.sent, job_options)
        self.in_memory = False  # whether a step has been made, so that all shards are there
        self.shards = [None] * self.plan.n_shards
        if isinstance(data, ArrayData):
            self._send(self.plan.used_shards())
        else:
            self.shards = client.compute(data.delayed_shards)

    def total(self, batch, params):
        """Return the sum over the batch's chunks: float64, shape (p + 1,)."""
        nodes = self._by_calls(batch, params) if self.in_memory else None
        if nodes is None:
            nodes = self._by_tasks(batch, params)
            self.in_memory = True
        return total_of(nodes)

    def close(self):
        """Let the workers drop all that they keep for this training."""
        if self.client.status == "running":
            self.calls.end()
            for future in [*self.shards, *self._results, self.job]:
                if future is not None:
                    future.release()

    def _by_calls(self, batch, params):
        """Return the nodes of the batch's TreeSum, or None if tasks must compute them."""
        self._require_open()
        if not self.calls.owners:
            self.calls.begin(self.shards)
        if params.nbytes * len(set(self.calls.owners.values())) > MOST_CALLED:
            return None
        nodes = self.calls.sums(batch, params)
        if nodes is None:
            self.calls.end()
        return nodes

    def _by_tasks(self, batch, params):
        """Return the nodes of the batch's TreeSum, or an error."""
        for _ in range(MOST_TRIES):
            try:
                return self._step(batch, params)
            except CancelledError:
                self._require_open()
                if not self._send_again():
                    raise
        raise RuntimeError(
            f"workers were lost {MOST_TRIES} times in one step, with the data that they had: "
            "parameters and optimizer are as after the step before"
        )

    def _step(self, batch, params):
        parts, rows = self.plan.parts(batch), self.plan.rows_of_batch(batch)
        self._require_open()
        results = self.client.map(
            GradientJob.sums, [self.job] * len(parts), [self.shards[p.shard] for p in parts],
            parts, rows=rows, params=params, pure=False, key="micrograd_c-gradient",
        )  # fmt: skip
        futures = list(results)
        while len(results) > MOST_FETCHED:
            groups = [results[i : i + MOST_FETCHED] for i in range(0, len(results), MOST_FETCHED)]
            results = self.client.map(merged, groups, pure=False, key="micrograd_c-sum")
            futures += results
        # Dask's client waits some milliseconds after each message. So the last step's results
        # are given back after this step was asked for, not just before.
        self._results = futures
        return merged(self.client.gather(results))

    def _send(self, numbers):
        for number in numbers:
            shard = self.data.shard(self.plan, number)
            self.shards[number] = self.client.scatter([shard], hash=False)[0]

    def _send_again(self):
        """Send the shards that no worker has any more. Returns False if nothing was lost."""
        if not isinstance(self.data, ArrayData):
            return False
        held = {key for keys in self.client.has_what().values() for key in keys}
        lost = [i for i, x in enumerate(self.shards) if x is not None and x.key not in held]
        self._send(lost)
        return bool(lost)

    def _require_open(self):
        if self.client.status != "running":
            raise closed_error(self.client)


def make_job(content, digest, build, job_options):
    """Return the GradientJob for a function that was sent. Runs on a worker."""
    return GradientJob(load(content, digest, build), *job_options)


def total_of(result):
    """Return the sum of all chunks. Raises the error of the first one that has one."""
    if isinstance(result, Exception):
        raise result
    import numpy as np

    tree = TreeSum()
    tree.nodes = result
    with np.errstate(all="ignore"):
        return tree.total()


def require_client(client):
    """Raise unless ``client`` is a Client of Dask's that is open and has workers."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ImportError(NO_DASK) from error
    if not isinstance(client, Client):
        raise TypeError(
            f"client: expected a dask.distributed.Client, got {describe(client)}: write client = "
            "Client(), or client=None to train in this process with the same chunks"
        )
    if client.status != "running":
        raise closed_error(client)
    if client.asynchronous:
        raise TypeError("client: expected a synchronous Client, got Client(asynchronous=True)")
    if not client.nthreads():
        raise RuntimeError(
            "the cluster has no workers now: call client.wait_for_workers(1), or start some"
        )


def closed_error(client):
    return RuntimeError(
        f"the client is {client.status}: make a new one with Client(...); parameters and "
        "optimizer are as after the last whole step"
    )
