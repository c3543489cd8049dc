"""The time of backward alone, and bytes per node: ``python -m benchmarks.backward``.

Each graph is built from Python, one operator at a time, in a process of its own:

- ``chain``: y = y * w + b, repeated; Python holds only the last Value;
- ``nearby DAG``: y = (y + z) * w, where z is a random one of the last 1,000 Values y;
- ``wide DAG``: the same, where z is any earlier Value y. Reading z then misses all caches, so at
  10,000,000 nodes this measures the machine's memory.

Python holds all Values y of the DAGs, which are half of the nodes. Bytes are the growth of the
process, with Python's objects. The first backward and the fastest are shown.
"""

import argparse
import json
import random
import subprocess
import sys
import time

from benchmarks.memory import resident_bytes
from benchmarks.text import table, three_digits
from micrograd_c.cli.argument_types import whole_number
from micrograd_c.cli.engines import c_engine

TARGET_NS, TARGET_BYTES = 30, 250
GRAPHS = ("chain", "nearby DAG", "wide DAG")


def build(kind, n):
    """Build a graph of n operator nodes. Returns its root, and other Values that must be held."""
    Value = c_engine().Value
    w, b = Value(0.5), Value(0.25)
    y = Value(1.0)
    if kind == "chain":
        for _ in range(n // 2):
            y = y * w + b
        return y, (w, b)
    window = 1000 if kind == "nearby DAG" else n
    rng, held = random.Random(1), [y]
    for i in range(n // 2):
        z = held[i - int(rng.random() * min(i + 1, window))]
        y = (y + z) * w
        held.append(y)
    return y, held


def measure(kind, n, repeats):
    """Return the seconds to build, to free and of each backward, and the bytes of a graph."""
    build(kind, 1000)  # so that one-time allocations are not counted
    before = resident_bytes()
    started = time.perf_counter()
    root, held = build(kind, n)
    seconds_to_build = time.perf_counter() - started
    built_bytes = resident_bytes() - before
    backwards = []
    for _ in range(repeats):
        started = time.perf_counter()
        root.backward()
        backwards.append(time.perf_counter() - started)
    n_bytes = max(built_bytes, resident_bytes() - before)
    started = time.perf_counter()
    del root, held
    return {
        "build": seconds_to_build,
        "bytes": n_bytes,
        "backwards": backwards,
        "free": time.perf_counter() - started,
    }


def measure_apart(kind, n, repeats):
    """Call ``measure`` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.backward", "--one", kind]
    command += ["--nodes", str(n), "--repeats", str(repeats)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backward")
    add, number = parser.add_argument, whole_number(1)
    add("--nodes", type=number, nargs="+", default=[1_000_000, 10_000_000])
    add("--repeats", type=number, default=5, help="how many backwards (default: %(default)s)")
    add("--one", choices=GRAPHS, help="measure this graph here, and print JSON")
    args = parser.parse_args(argv)
    if args.one:
        print(json.dumps(measure(args.one, args.nodes[0], args.repeats)))
        return
    rows = []
    for kind in GRAPHS:
        for n in args.nodes:
            result = measure_apart(kind, n, args.repeats)
            backwards = [1e9 * seconds / n for seconds in result["backwards"]]
            first, fastest = backwards[0], min(backwards)
            n_bytes = result["bytes"] / n
            reached = fastest <= TARGET_NS and n_bytes <= TARGET_BYTES
            figures = [1e9 * result["build"] / n, first, fastest, 1e9 * result["free"] / n, n_bytes]
            rows.append([kind, f"{n:,}", *map(three_digits, figures), "yes" if reached else "no"])
    target = f"<= {TARGET_NS} ns, <= {TARGET_BYTES} B"
    header = ["graph", "nodes", "build", "first backward", "fastest", "free", "bytes", target]
    print(table(header, rows))
    print("Times are ns per node. The last column is about the fastest backward and the bytes.")


if __name__ == "__main__":
    main()
