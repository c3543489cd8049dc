"""Write docs/accuracy.md: the largest errors of jit's elementary functions.

    python docs/make_accuracy.py [--points N] [--processes N] [--only NAME ...]

needs mpmath and NumPy, and a million points a function take most of an hour. ``--only`` prints
the figures of some functions and writes nothing.

A module of ``docs/accuracy/`` has the functions of one header of ``csrc/elementary/``, as
``FUNCTIONS = {name: row}``. A row is a dict with

- ``reference``: the function of mpmath's numbers; NaN where the true value is none;
- ``usual``: the interval of the arguments that programs have, (low, high); for a function of two
  arguments one interval for each;
- ``hard``: arguments that are hard to get right, besides those that are hard for any function:
  near zeros, branch points, the ends of reductions, overflow. Default: none;
- ``call``: the function of Values, if it is not the method of that name;
- ``bound``: the error allowed, in ulp. Default: 1;
- ``least``: errors are in ulp of the larger of this and the true value. Default: 0.
"""

import argparse
import concurrent.futures
import functools
import importlib.util
import math
import os
from pathlib import Path
from typing import Callable, NamedTuple, Optional

import mpmath
import numpy as np

from micrograd_c import jit

PAGE = Path(__file__).with_name("accuracy.md")
TABLES = Path(__file__).with_name("accuracy")
PRECISION = 120  # bits of mpmath's numbers: those of a double, and 67 for its error
KINDS = "usual", "any", "hard"


class Row(NamedTuple):
    name: str
    reference: Callable
    usual: tuple
    hard: tuple = ()
    call: Optional[Callable] = None
    bound: float = 1.0
    least: float = 0.0


@functools.lru_cache
def rows():
    """Return the rows of all modules of docs/accuracy/, by name."""
    found = {}
    for path in sorted(TABLES.glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.update((name, Row(name, **row)) for name, row in module.FUNCTIONS.items())
    return found


# --- points ---------------------------------------------------------------------------------


def hard_for_all():
    """Return arguments at which any function may fail: the ends of doubles, and near 2**k."""
    powers = [math.ldexp(1.0, k) for k in range(-1074, 1024, 7)] + [0.25, 0.5, 1.0, 2.0, 4.0]
    near = [y for x in powers for y in (x, np.nextafter(x, 0.0), np.nextafter(x, math.inf))]
    positive = [*near, np.nextafter(math.inf, 0.0), np.nextafter(2.0**-1022, 0.0), 0.0]
    return [sign * x for x in positive for sign in (1.0, -1.0)]


def any_doubles(rng, n):
    """Return n finite doubles: half with any bits, half of a size from 2**-60 to 2**12."""
    bits = rng.integers(0, 2**64, n - n // 2, dtype=np.uint64)
    exponents = rng.integers(-60, 13, n // 2)
    of_usual_size = np.ldexp(rng.uniform(-1.0, 1.0, n // 2), exponents)
    x = np.concatenate([bits.view(float), of_usual_size])
    return rng.permutation(x[np.isfinite(x)])


def points(row, kind, n):
    """Return n arguments of a kind, an array for each; of the hard ones, at most n."""
    rng = np.random.default_rng(17)
    intervals = row.usual if isinstance(row.usual[0], tuple) else (row.usual,)
    if kind == "usual":
        return [rng.uniform(low, high, n) for low, high in intervals]
    if kind == "any":
        arrays = [any_doubles(rng, n) for _ in intervals]
        length = min(map(len, arrays))
        return [x[:length] for x in arrays]
    hard = hard_for_all()
    if len(intervals) == 1:
        tuples = [(x,) for x in (*hard, *row.hard)]
    else:
        tuples = [(x, y) for x in hard[::17] for y in hard[::13]] + list(row.hard)
    every = -(-len(tuples) // n)
    return [np.array(x) for x in zip(*tuples[::every])]


# --- errors ---------------------------------------------------------------------------------


def error(true, y, least=0.0):
    """Return the error of a double in ulp: the distance of doubles at the true value."""
    if mpmath.isnan(true) or mpmath.isinf(true) or math.isnan(y):
        # a pole has the sign of its zero in C, which mpmath does not know
        same = mpmath.isnan(true) == math.isnan(y) and mpmath.isinf(true) == math.isinf(y)
        return 0.0 if same else math.inf
    limit = mpmath.ldexp(1, 1024)  # what an infinity is rounded from, at least
    true = max(-limit, min(limit, true))
    y = mpmath.mpf(y) if abs(y) != math.inf else math.copysign(1, y) * limit
    size = max(abs(true), least, mpmath.ldexp(1, -1022))
    _, exponent = mpmath.frexp(min(size, limit / 2))
    return float(mpmath.ldexp(abs(y - true), 53 - exponent))


def results_of(row, arrays):
    """Return what a program computes at these arguments."""
    call = row.call or (lambda *values: getattr(values[0], row.name)(*values[1:]))
    return jit(lambda *values: call(*values))(*arrays)


def errors_of(name, arrays):
    """Return the errors of function ``name`` at these arguments."""
    row = rows()[name]
    results = results_of(row, arrays)
    with mpmath.workprec(PRECISION):
        return [
            error(row.reference(*map(mpmath.mpf, arguments)), y, row.least)
            for *arguments, y in zip(*(x.tolist() for x in arrays), results.tolist())
        ]


def measure(row, n, run=map):
    """Return {kind: (the largest error in ulp, its arguments)}; n is the number of points."""
    found = {}
    for kind in KINDS:
        arrays = points(row, kind, n // 2)
        parts = [[x[i : i + 5000] for x in arrays] for i in range(0, len(arrays[0]), 5000)]
        errors = np.concatenate([*run(errors_of, [row.name] * len(parts), parts)])
        worst = int(errors.argmax())
        found[kind] = errors[worst], tuple(float(x[worst]) for x in arrays)
    return found


# --- the page -------------------------------------------------------------------------------

HEAD = """\
# Accuracy of jit's elementary functions

Written by `python docs/make_accuracy.py`, with {points:,} points for each function.

Programs of `jit` do not use the C library's elementary functions but the engine's own, in
`csrc/elementary/`. They give the same bits on any machine, with any instruction set and any C
library; `python_ref/elementary/` gives the same bits in Python. Values computed one at a time, and
nets, use the C library. A program's gradients have micrograd's formulas, computed with these
functions. Only that of `x**-1`, and so of a division, is `-out * out`, which needs no second
division; `jit(grad(f))` traces micrograd's formula here too.

The table has the largest errors against [mpmath](https://mpmath.org), in ulp: 1 ulp is the distance
from one double to the next at the true value. A correctly rounded function has 0.5. The arguments
are half of the points from the usual range; half of them doubles of any exponent; and hard cases:
zeros, the smallest and the largest doubles, neighbours of powers of 2, branch points, the ends of
argument reductions, thresholds of overflow and underflow. The last column has the argument with the
largest error of the three. Where a line says "of 1", errors are in ulp of 1 if the true value is
below 1.

| function | usual range | usual | any | hard | at |
|---|---|---:|---:|---:|---|
"""


def line(row, found):
    """Return a function's line of the table."""
    intervals = row.usual if isinstance(row.usual[0], tuple) else (row.usual,)
    ranges = " by ".join(f"{low:g} to {high:g}" for low, high in intervals)
    worst, at = max(found.values())
    columns = " | ".join(f"{round_up(found[kind][0]):.3f}" for kind in KINDS)
    of = " of 1" if row.least else ""
    return f"| `{row.name}`{of} | {ranges} | {columns} | {', '.join(f'`{x!r}`' for x in at)} |\n"


def round_up(x):
    return math.ceil(x * 1000.0) / 1000.0


def main():
    parser = argparse.ArgumentParser(description="Measure the errors of elementary functions.")
    parser.add_argument("--points", type=int, default=1_000_000, help="for each function")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--only", nargs="+", metavar="NAME", help="print these, write nothing")
    options = parser.parse_args()
    lines = []
    with concurrent.futures.ProcessPoolExecutor(options.processes) as pool:
        for name, row in rows().items():
            if not options.only or name in options.only:
                lines.append(line(row, measure(row, options.points, pool.map)))
                print(lines[-1], end="", flush=True)
    if not options.only:
        page = HEAD.format(points=options.points) + "".join(lines)
        PAGE.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
