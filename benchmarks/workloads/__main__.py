"""``python -m benchmarks.workloads``: ours and the peers by turns, in one process."""

import argparse
import gc
import json
import os
import sys
from contextlib import contextmanager
from functools import partial
from importlib import metadata
from pathlib import Path
from statistics import median

from benchmarks import machine, workloads
from benchmarks.agreement import Disagreement, largest_difference
from benchmarks.peers import CannotDo
from benchmarks.suite import ONE_THREAD
from benchmarks.text import duration, table, three_digits
from benchmarks.workloads.bound import prepare_bound
from micrograd_c._timing import Contestant, race
from micrograd_c.cli.argument_types import whole_number

OURS, BOUND, NATIVE, BOTH = "micrograd_c", "bound", "native=True", "native, bound"
PEERS = {"JAX": "jax", "CasADi": "casadi", "NumPy": "numpy", "C by hand": "c"}
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks" / "workloads.md"
END = "<!-- end of what python -m benchmarks.workloads writes -->\n"
PIECE_SECONDS = 0.02  # shorter than by default: some pieces then have the core for themselves
NOTE = """\
Times are of one call, on one thread in float64, in rounds by turns. A ratio is our minimum divided
by the peer's, below 1 where we are faster; after the slash are the medians'. `wanted` is the target
for the ratio to JAX. `bound` stands for a call of what `f.bind` returns, which overwrites its
arrays as CasADi's does; `native` for programs that the C compiler compiled. Each call returns NumPy
arrays, equal to the others' to 1e-9 of the largest number (BFGS: 1e-5), which is
checked before anything is timed."""


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workloads")
    add = parser.add_argument
    add("names", nargs="*", default=workloads.SUITE, metavar="NAME",
        help=f"of {', '.join(workloads.SUITE)}; a size may follow, as in net:128")  # fmt: skip
    add("--rounds", type=whole_number(1), default=15, metavar="N", help="default: %(default)s")
    add("--native", action="store_true", help="time jit(f, native=True) too")
    add("--json", metavar="FILE", help="write all seconds there")
    add("--compare", metavar="FILE", help="compare with what --json wrote earlier")
    add("--write", action="store_true", help=f"write the tables into docs/benchmarks/{PAGE.name}")
    args = parser.parse_args(argv)
    os.environ.update(ONE_THREAD)  # before any of the libraries is loaded
    try:
        suite = {name: workloads.make(name) for name in args.names}
    except ValueError as error:
        parser.error(str(error))
    figures = {}
    before = json.loads(Path(args.compare).read_text()) if args.compare else None
    for name, workload in suite.items():
        print(f"{name} ...", file=sys.stderr, flush=True)
        figures[name] = measured(workload, args.rounds, args.native)
    titles = {name: workload.title for name, workload in suite.items()}
    targets = {name: workload.target for name, workload in suite.items()}
    text = report(titles, targets, figures, f"--rounds {args.rounds}")
    print(text)
    if args.write:
        write(text)
    if before is not None:
        print(compared(before, figures))
    if args.json:
        Path(args.json).write_text(json.dumps(figures))


def measured(workload, rounds, native=False):
    """Return the seconds of each round by peer. Raises Disagreement before anything is timed."""
    runners, expected = {}, None
    for name, prepare in prepared(workload, native).items():
        try:
            run = prepare()
            numbers = flat(workload.in_our_order.get(name, list)(run()))
        except (ModuleNotFoundError, CannotDo):
            continue  # a library or a compiler is not installed, or this cannot be bound
        runners[name] = run
        expected = expected or numbers
        difference = largest_difference(numbers, expected)
        if not difference <= workload.tolerance:
            raise Disagreement(f"{workload.title}, {name}: off by {difference:.1e} of the largest")
    with short_collections():
        results = race([Contestant(*pair) for pair in runners.items()], rounds, PIECE_SECONDS)
    return {
        name: [seconds / getattr(runners[name], "times", 1) for seconds in times.seconds]
        for name, times in results.items()
    }


@contextmanager
def short_collections():
    """The full collections of a race do not go through all that was compiled before it."""
    if not hasattr(gc, "freeze"):  # on PyPy
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def prepared(workload, native):
    """Return by name the functions that prepare the workload's peers, ours first."""
    from micrograd_c import jit

    peers = {name: getattr(workload, field) for name, field in PEERS.items()}
    found = {name: prepare for name, prepare in peers.items() if prepare}
    ours = {OURS: partial(workload.ours, jit), BOUND: partial(prepare_bound, workload)}
    if native:
        ours[NATIVE] = partial(workload.ours, partial(jit, native=True))
        ours[BOTH] = partial(prepare_bound, workload, native=True)
    return {**ours, **found}


def flat(arrays):
    import numpy as np

    return np.concatenate([np.ravel(array) for array in arrays]).tolist()


def report(titles, targets, figures, options):
    """Return the page as text: ratios first, then the seconds."""
    others = [x for x in (*PEERS, BOUND, NATIVE, BOTH) if any(x in f for f in figures.values())]
    ratios, seconds = [], []
    for name, by_peer in figures.items():
        cells = [ratio(by_peer, peer) for peer in others]
        ratios.append([titles[name], *cells, three_digits(targets[name])])
        seconds.append([f"`{name}`", *(both(by_peer.get(peer)) for peer in (OURS, *others))])
    facts = machine.facts()
    return "\n\n".join((
        f"`python -m benchmarks.workloads {options}`, {facts['Python']}, {facts['processor']}, "
        f"{facts['CPU features']}; {versions()}. Load: {facts['load']}.",
        NOTE,
        summary(figures),
        table(["ours / peer", *others, "wanted"], ratios),
        table(["minimum, median", OURS, *others], seconds),
    )) + "\n"  # fmt: skip


def ratio(by_peer, peer):
    if peer not in by_peer:
        return ""
    minima, medians = (three_digits(of(by_peer[OURS]) / of(by_peer[peer])) for of in (min, median))
    return f"{minima} / {medians}"


def both(seconds):
    return f"{duration(min(seconds))}, {duration(median(seconds))}" if seconds else ""


def summary(figures):
    """Say for each peer what the median ratio is, and in how many workloads it is faster."""
    lines = []
    for peer in PEERS:
        compared = [f for f in figures.values() if peer in f]
        for ours, what in {OURS: peer, BOUND: f"{peer}, and our bound calls"}.items():
            ratios = [min(f.get(ours, f[OURS])) / min(f[peer]) for f in compared]
            if ratios:
                slower = sum(r > 1 for r in ratios)
                lines.append(
                    f"- {what}: the median ratio is {three_digits(median(ratios))}, the largest "
                    f"{three_digits(max(ratios))}; {peer} is faster in {slower} of {len(ratios)}."
                )
    return "\n".join(lines)


def compared(before, figures):
    """Return a table of the minima before and now.

    The machine's speed drifts: the peers' ratio says by how much.
    """
    rows = []
    for name, now in figures.items():
        ratios = {
            peer: min(seconds) / min(before[name][peer])
            for peer, seconds in now.items()
            if peer in before.get(name, {})
        }
        if OURS in ratios:
            old, ours = duration(min(before[name][OURS])), ratios.pop(OURS)
            drift = three_digits(median(ratios.values())) if ratios else ""
            rows.append([name, old, duration(min(now[OURS])), three_digits(ours), drift])
    return table(["", "before", "now", "now / before", "the peers' median"], rows)


def versions():
    found = []
    for package in ("micrograd_c", "jax", "casadi", "numpy", "scipy"):
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            found.append(f"no {package}")
    return ", ".join(found)


def write(text):
    """Replace what is between the page's title and END."""
    title, _, rest = PAGE.read_text(encoding="utf-8").partition("\n")
    after = rest.partition(END)[2]
    PAGE.write_text(f"{title}\n\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
