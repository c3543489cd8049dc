"""A step as one call of each worker, which answers for all the shards that it has.

A task goes through the scheduler's queues, which send their messages some milliseconds apart, so
a step of tasks takes longer. But Dask repeats tasks whose worker dies, and does not repeat calls
(``client.run``). So a call does what it can, and says so if that is not all: tasks do the rest.
"""

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from uuid import uuid4
from weakref import WeakKeyDictionary

from micrograd_c.distributed.gradients import GradientJob, merged
from micrograd_c.distributed.sending import MOST_KEPT, load


class Calls:
    """The client's side: asks for sums. Each shard is computed by one worker that holds it."""

    def __init__(self, client, plan, sent, job_options):
        self.client, self.plan, self.name = client, plan, uuid4().hex
        self.job = sent, job_options
        self.owners = {}  # the address of each shard's worker, by the shard's number

    def begin(self, shards):
        """Look where shards are, and tell workers which are theirs.

        ``shards``: for each number a Future, or None if no batch has rows in it. Does nothing for
        those that no worker holds.
        """
        numbers = {x.key: i for i, x in enumerate(shards) if x is not None}
        threads = self.client.nthreads()
        keys = {address: {} for address in threads}
        for key, holders in self.client.who_has([shards[i] for i in numbers.values()]).items():
            holders = [address for address in holders if address in threads]
            if holders:
                owner = min(holders, key=lambda address: len(keys[address]) / threads[address])
                keys[owner][numbers[key]] = key
                self.owners[numbers[key]] = owner
        self.client.run(begin_calls, self.name, self.job, self.plan, keys, on_error="return")

    def sums(self, batch, params):
        """Return the nodes of the batch's TreeSum, or None if a worker could not answer."""
        owners = {self.owners.get(part.shard) for part in self.plan.parts(batch)}
        if None in owners:
            return None
        try:
            # All workers that there are now: one that died could be waited for in vain.
            answers = self.client.run(answer_call, self.name, batch, params, on_error="return")
        except OSError:  # the scheduler is gone
            return None
        nodes = [answers.get(address) for address in owners]
        # All else is an error, or what run() returns for a worker that died.
        return merged(nodes) if all(isinstance(x, dict) for x in nodes) else None

    def end(self):
        """Let workers forget all of this."""
        if self.owners:
            self.owners = {}
            with suppress(OSError):
                self.client.run(end_calls, self.name, on_error="return")


# --- on a worker; all of this runs in its event loop ---

trainings = WeakKeyDictionary()  # for each worker of this process, its Trainings by name


class Training:
    """What a worker keeps from one call to the next. ``keys``: by the numbers of its shards."""

    def __init__(self, job, plan, keys):
        self.job, self.plan, self.keys = job, plan, keys

    async def sums(self, batch, params, worker):
        """Return the nodes of a TreeSum over the batch's rows in this worker's shards.

        Returns an error if a shard is not there any more, or has one.
        """
        loop, threads = asyncio.get_running_loop(), worker.executors["default"]
        rows, found = self.plan.rows_of_batch(batch), {}
        parts = iter([part for part in self.plan.parts(batch) if part.shard in self.keys])

        async def consume():
            # Shards may be on disk: so each is fetched when there is a thread for it.
            nonlocal found
            for part in parts:
                key = self.keys.get(part.shard)
                if key not in worker.data:
                    found = KeyError(key)
                if isinstance(found, Exception):
                    return
                nodes = await loop.run_in_executor(
                    threads, self.job.sums, worker.data[key], part, rows, params
                )
                found = merged([found, nodes])

        await asyncio.gather(*(consume() for _ in range(worker.state.nthreads)))
        return found


def begin_calls(name, job, plan, keys, dask_worker):
    logging.getLogger("distributed.worker").addFilter(is_no_call)
    (content, digest, build), options = job
    mine = trainings.setdefault(dask_worker, OrderedDict())
    mine[name] = Training(
        GradientJob(load(content, digest, build), *options), plan, keys.get(dask_worker.address, {})
    )
    while len(mine) > MOST_KEPT:  # of clients that ended without saying so
        mine.popitem(last=False)


async def answer_call(name, batch, params, dask_worker):
    training = trainings.get(dask_worker, {}).get(name)
    return training and await training.sums(batch, params, dask_worker)


def end_calls(name, dask_worker):
    training = trainings.get(dask_worker, {}).pop(name, None)
    if training:
        training.keys = {}  # ends a call that nobody waits for any more


def is_no_call(record):
    """A filter of logs: Dask's workers log each call, which would be a line for each step."""
    return record.args != (answer_call.__name__,)
