"""``python -m benchmarks.derivatives``: ours, JAX and CasADi by turns, in one process."""

import argparse
import json
import os
from importlib import metadata

from benchmarks import derivatives
from benchmarks.agreement import Disagreement, largest_difference
from benchmarks.derivatives import CASADI, JAX, OURS
from benchmarks.suite import ONE_THREAD
from benchmarks.text import duration, table, three_digits
from micrograd_c._timing import Contestant, race
from micrograd_c.cli.argument_types import whole_number

HEADER = ["workload", OURS, "median", JAX, "median", CASADI, "median", "/ JAX", "by medians",
          "/ CasADi", "wanted"]  # fmt: skip
NOTE = """\
Times are of one call, on one thread in float64: minimum and median of rounds by turns. `/ JAX` is
our minimum divided by JAX's, below 1 where we are faster; `wanted` is the target for it. Each call
returns NumPy arrays, equal to the others' to 1e-9 of the largest number (BFGS: 1e-5)."""


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.derivatives")
    add = parser.add_argument
    add("--rounds", type=whole_number(1), default=7, metavar="N", help="default: %(default)s")
    add("--only", nargs="+", default=derivatives.SUITE, metavar="NAME",
        help=f"of {', '.join(derivatives.SUITE)}; a size may follow, as in net:128")  # fmt: skip
    add("--json", type=argparse.FileType("w"), metavar="FILE", help="write all seconds there")
    args = parser.parse_args(argv)
    os.environ.update(ONE_THREAD)  # before any of the libraries is loaded
    try:
        workloads = {name: derivatives.make(name) for name in args.only}
    except ValueError as error:
        parser.error(str(error))
    figures, rows = {}, []
    for name, workload in workloads.items():
        figures[name] = measured(workload, args.rounds)
        rows.append(row_of(workload, figures[name]))
    print(versions())
    print(table(HEADER, rows))
    print(NOTE)
    if args.json:
        with args.json as file:
            json.dump(figures, file)


def measured(workload, rounds):
    """Return the seconds of each round by peer. Raises Disagreement before anything is timed."""
    runners, expected = {}, None
    for name, prepare in workload.peers.items():
        try:
            runners[name] = prepare()
        except ModuleNotFoundError:
            continue  # the library is not installed
        in_our_order = workload.in_our_order.get(name, list)
        numbers = flat(in_our_order(runners[name]()))
        expected = expected or numbers
        difference = largest_difference(numbers, expected)
        if not difference <= workload.tolerance:
            raise Disagreement(f"{workload.title}, {name}: off by {difference:.1e} of the largest")
    results = race([Contestant(*pair) for pair in runners.items()], rounds)
    return {name: times.seconds for name, times in results.items()}


def flat(arrays):
    import numpy as np

    return np.concatenate([np.ravel(array) for array in arrays]).tolist()


def row_of(workload, figures):
    from statistics import median

    def ratio(peer, of):
        return three_digits(of(figures[OURS]) / of(figures[peer])) if peer in figures else ""

    cells = []
    for peer in (OURS, JAX, CASADI):
        seconds = figures.get(peer)
        cells += [duration(min(seconds)), duration(median(seconds))] if seconds else ["", ""]
    ratios = [ratio(JAX, min), ratio(JAX, median), ratio(CASADI, min)]
    return [workload.title, *cells, *ratios, three_digits(workload.target)]


def versions():
    found = []
    for package in ("micrograd_c", "jax", "casadi", "numpy", "scipy"):
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            found.append(f"no {package}")
    return ", ".join(found) + "\n"


if __name__ == "__main__":
    main()
