"""Training on a Dask cluster of this machine: ``python -m benchmarks.distributed``.

- ``speedup``: an epoch of 1,000,000 rows of the demo's net, in one batch: this process, one
  worker, two workers; each worker is a process with one thread.
- ``overhead``: a step whose shards have one row, by the number of shards and of workers, and the
  bytes that the client and the scheduler send and get in it.
- With both of these, a model on paper: a step with more workers than there are here.
- ``memory``: the most memory of the process with client and scheduler, by the rows of a dask.array.

``--only speedup`` measures only that. Times are those of single steps: least and median, the
contestants in turns. What the client's process needs of a core, with the scheduler in it, is the
median over the steps.
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import time

from benchmarks.text import duration, table
from micrograd_c import distributed, jit
from micrograd_c.distributed import cluster as distributed_cluster
from micrograd_c.nn import MLP
from micrograd_c.optim import SGD

ROWS, CHUNKS = 1_000_000, 8
SHARDS = (1, 2, 4, 8, 16, 32)  # of a step, on two workers
WORKERS = (1, 2, 4, 8)  # with a shard each
MODEL_ROWS = (10**6, 10**7, 10**8, 10**9, 10**11)
MEMORY_ROWS = (1_000_000, 4_000_000, 16_000_000)


def new_training():
    """Return the demo's loss of one example, and an optimizer of its net."""
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    return jit(lambda x, y: (1 - y * model(x)).relu()), SGD(model.parameters(), lr=0.01)


def dask_data(rows, chunks):
    import dask.array as da

    x = da.random.default_rng(1337).uniform(-1, 1, size=(rows, 2), chunks=(rows // chunks, 2))
    return x, da.sign(x[:, 0] * x[:, 1])


def step_times(client, arrays, steps, **options):
    """Return for each step its seconds, and those that this process used of the cores.

    Each epoch is one step. The first two are left out: one of tasks, and one which also tells
    workers which shards are theirs.
    """
    loss, optimizer = new_training()
    ends = []

    def note(_epoch, _loss):
        ends.append((time.perf_counter(), time.process_time()))

    distributed.fit(
        loss,
        *arrays,
        client=client,
        optimizer=optimizer,
        epochs=steps + 2,
        callback=note,
        **options,
    )
    return [(b[0] - a[0], b[1] - a[1]) for a, b in zip(ends[1:], ends[2:])]


def cluster(workers):
    """Return a client of a cluster of processes with one thread each."""
    from distributed import Client, LocalCluster

    return Client(
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0"),
        set_as_default=False,
    )


def close(client):
    client.close()
    client.cluster.close()


def show_speedup(rounds):
    import numpy as np

    x = np.random.default_rng(1337).uniform(-1, 1, (ROWS, 2))
    arrays = x, np.sign(x[:, 0] * x[:, 1])
    found = {"this process": [], "1 worker": [], "2 workers": []}
    for _ in range(rounds):
        for workers, times in enumerate(found.values()):
            # No other cluster runs meanwhile: one that idles takes some per cent of a core.
            client = cluster(workers) if workers else None
            times += [seconds for seconds, _ in step_times(client, arrays, 16)]
            if client:
                close(client)
    least = {name: min(times) for name, times in found.items()}
    rows = [
        [name, duration(least[name]), duration(statistics.median(times)),
         f"{least['1 worker'] / least[name]:.2f}x"]
        for name, times in found.items()
    ]  # fmt: skip
    print(table(["a step of 1,000,000 rows", "least", "median", "speed, by the least"], rows))
    return least["1 worker"] / ROWS


class Traffic:
    """Counts the bytes that TCP connections of this process write and read."""

    def __init__(self):
        from distributed.comm.tcp import TCP

        self.written = self.read = 0
        write, read = TCP.write, TCP.read

        async def counted_write(comm, *args, **kwargs):
            n = await write(comm, *args, **kwargs)
            self.written += n
            return n

        async def counted_read(comm, *args, **kwargs):
            stream, started = comm.stream, comm.stream.read_into
            read_bytes = comm.stream.read_bytes

            def into(buffer, *rest, **options):
                self.read += len(buffer)
                return started(buffer, *rest, **options)

            def some(n, *rest, **options):
                self.read += n
                return read_bytes(n, *rest, **options)

            stream.read_into, stream.read_bytes = into, some
            try:
                return await read(comm, *args, **kwargs)
            finally:
                stream.read_into, stream.read_bytes = started, read_bytes

        TCP.write, TCP.read = counted_write, counted_read


def one_row_shards(n):
    import dask.array as da
    import numpy as np

    return da.from_array(np.ones((n, 2)), chunks=(1, 2)), da.from_array(np.ones(n), 1)


def show_overhead(rounds):
    two = cluster(2)
    show_steps("shards a step, 2 workers", two, rounds)
    called, distributed_cluster.MOST_CALLED = distributed_cluster.MOST_CALLED, -1
    show_steps("the same by tasks", two, rounds)
    distributed_cluster.MOST_CALLED = called
    close(two)
    found = {n: [] for n in WORKERS}
    for _ in range(rounds):
        for n, steps in found.items():
            client = cluster(n)
            steps += step_times(client, one_row_shards(n), 40)
            close(client)
    show_times("workers, a shard each", found)

    traffic, client = Traffic(), cluster(2)
    for n in (2, 32):
        sent = []
        for steps in (10, 110):
            before = traffic.written, traffic.read
            step_times(client, one_row_shards(n), steps)
            sent.append((traffic.written - before[0], traffic.read - before[1]))
        written, read = ((b - a) / 100 for a, b in zip(*sent))
        print(
            f"{n} shards: client and scheduler together wrote {written:,.0f} bytes a step and read "
            f"{read:,.0f}, of which 337 parameters are {8 * 337:,} each time"
        )
    close(client)
    return found


def show_steps(title, client, rounds):
    found = {n: [] for n in SHARDS}
    for _ in range(rounds):
        for n, steps in found.items():
            steps += step_times(client, one_row_shards(n), 40)
    show_times(title, found)


def show_times(title, found):
    rows = []
    for n, steps in found.items():
        times, cores = zip(*steps)
        median = statistics.median
        rows.append([str(n), *map(duration, (min(times), median(times), median(cores)))])
    print(table([title, "least", "median", "client's core time"], rows))


def show_model(row, found):
    """``row``: a row's seconds on one worker. ``found``: steps by the number of workers.

    A step of n rows on w workers takes n * row / w + once + w * each. ``each`` is what a worker
    more costs the process of client and scheduler: here, the workers share two cores with it.
    """
    first, last = WORKERS[0], WORKERS[-1]
    core = {n: statistics.median(core for _, core in found[n]) for n in (first, last)}
    each = (core[last] - core[first]) / (last - first)
    once = min(seconds for seconds, _ in found[first]) - first * each

    def step(n, workers):
        return n * row / workers + once + workers * each

    print(f"model: {1e6 * row:.3f} us a row, {1e3 * once:.2f} ms + {1e3 * each:.2f} ms a worker")
    rows = []
    for n in MODEL_ROWS:
        one = step(n, 1)
        speeds = [f"{one / step(n, workers):.3g}x" for workers in (8, 64, 1000)]
        rows.append([f"{n:,}", duration(one), *speeds, f"{(n * row / each) ** 0.5:,.0f}"])
    titles = ["rows of a batch", "one worker", "8 workers", "64", "1,000", "pays up to"]
    print(table(titles, rows))


def show_memory():
    for rows in MEMORY_ROWS:
        command = [sys.executable, "-m", "benchmarks.distributed", "--memory-of", str(rows)]
        print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def show_memory_of(rows):
    client = cluster(2)
    step_times(client, dask_data(rows, CHUNKS), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:>12,} rows, {rows * 24 / 2**20:6.0f} MiB: at most {peak:.0f} MiB")
    close(client)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parts = ("speedup", "overhead", "memory")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, metavar="PART")
    parser.add_argument("--rounds", type=int, default=5, help="how often in turns (%(default)s)")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        show_memory_of(options.memory_of)
        return
    if hasattr(os, "getloadavg"):
        print("load:", *(f"{x:.1f}" for x in os.getloadavg()))
    row = show_speedup(options.rounds) if "speedup" in options.only else None
    found = show_overhead(options.rounds) if "overhead" in options.only else None
    if row and found:
        show_model(row, found)
    if "memory" in options.only:
        show_memory()


if __name__ == "__main__":
    main()
