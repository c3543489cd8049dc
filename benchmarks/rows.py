"""The cost of batches of 1 to 64 rows, on the ODE: ``python -m benchmarks.rows``.

A jitted function computes a Lotka-Volterra trajectory (see tasks/ode.py) for each row, forward
only, and forward and backward. The rows are the starting points; the equation's four numbers are
the parameters. All sizes run in one process, in turns. There are two criteria:

- more rows never take less time: no size takes longer than a larger one by more than NOISE;
- 15 rows take at most 1.1 times as long as 16 rows.
"""

import argparse
import gc

from benchmarks.tasks import ode
from benchmarks.text import duration, table, times
from micrograd_c._timing import Contestant, race
from micrograd_c.cli.argument_types import whole_number

SIZES = range(1, 65)
STEPS = 100
NOISE = 1.05  # two measurements of the same thing may differ by this factor
MOST_FOR_15 = 1.1  # the largest allowed ratio of the times of 15 rows and of 16
KINDS = ("forward", "backward")


def contestants(sizes, steps):
    import numpy as np

    from micrograd_c import Value, jit

    task = ode.make_data(steps)
    parameters = list(map(Value, task["inputs"][:4]))
    loss = jit(lambda x, y: ode.program([*parameters, x, y], steps))
    rng = np.random.default_rng(1)
    X, Y = rng.uniform(1.0, 2.0, size=(2, max(sizes)))
    loss.check(X[:2], Y[:2])
    runs = {"forward": loss, "backward": loss.backward}
    batches = {n: (X[:n].copy(), Y[:n].copy()) for n in sizes}
    return [
        Contestant((kind, n), lambda run=runs[kind], rows=rows: run(*rows))
        for n, rows in batches.items()
        for kind in KINDS
    ]


def inversions(seconds):
    """Return pairs of sizes (fewer, more) where the fewer rows take longer.

    ``seconds``: the time of each size.
    """
    found, least, least_n = [], float("inf"), None
    for n in sorted(seconds, reverse=True):
        if seconds[n] > NOISE * least:
            found.append((n, least_n))
        if seconds[n] < least:
            least, least_n = seconds[n], n
    return found[::-1]


def report(kind, results):
    """Return lines that say whether a kind of run meets the two criteria.

    ``results``: the Times of all sizes and kinds.
    """
    by_size = {n: t for (of, n), t in results.items() if of == kind}
    seconds = {n: t.minimum for n, t in by_size.items()}
    found = inversions(seconds)
    lines = [f"{kind}: more rows never take less time: {'no' if found else 'yes'}"]
    for few, many in found:
        lines.append(
            f"  {few} rows {duration(seconds[few])}, {many} rows {duration(seconds[many])}"
        )
    ratios = [
        getattr(by_size[15], what) / getattr(by_size[16], what) for what in ("minimum", "median")
    ]
    reached = "yes" if ratios[0] <= MOST_FOR_15 else "no"
    lines.append(
        f"{kind}: 15 rows to 16: {times(ratios[0])} by minimum, {times(ratios[1])} by median;"
        f" at most {times(MOST_FOR_15)}: {reached}"
    )
    return "\n".join(lines)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows")
    add, number = parser.add_argument, whole_number(1)
    add("--rounds", type=number, default=41, metavar="N", help="default: %(default)s")
    add("--steps", type=number, default=STEPS, help="of the ODE (default: %(default)s)")
    args = parser.parse_args(argv)
    running = contestants(SIZES, args.steps)
    if hasattr(gc, "freeze"):  # makes the full collection before each piece of a race cheap
        gc.freeze()
    # The pieces are short, so that the turns of other processes disturb only a few of them.
    results = race(running, args.rounds, piece_seconds=0.001)
    rows = []
    for n in SIZES:
        pair = [results[kind, n] for kind in KINDS]
        cells = [duration(s) for t in pair for s in (t.minimum, t.median)]
        rows.append([str(n), *cells, duration(pair[1].minimum / n)])
    header = ["rows", "forward", "median", "with backward", "median", "a row"]
    print(table(header, rows))
    for kind in KINDS:
        print(report(kind, results))


if __name__ == "__main__":
    main()
