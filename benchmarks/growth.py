"""How time and memory grow with the graph: chains of 100 to 10,000,000 operators.

A step builds the chain, runs backward and drops it. jit builds the chain once, when it traces and
compiles; that has a row of its own. The times are fitted with a multiple of size**exponent.
"""

import math

from benchmarks.peers import BY_NAME
from benchmarks.suite import Settings, run_task

SIZES = tuple(10**k for k in range(2, 8))
QUICK_SIZES = SIZES[1:4]
PEERS = tuple(
    BY_NAME[name]
    for name in (
        "python_ref", "micrograd, gc on", "micrograd, gc off", "PyTorch eager",
        "micrograd_c eager", "micrograd_c jit",
    )
)  # fmt: skip
JIT, JIT_RUN, JIT_PREPARE = (
    "micrograd_c jit", "micrograd_c jit: run", "micrograd_c jit: trace and compile",
)  # fmt: skip
FITTED_FROM = 1000  # operators; in smaller chains the fixed cost of a step dominates


def run(quick=False, say=lambda text: None):
    """Return the results of a task for each size, and the exponents."""
    settings = Settings(rounds=2, piece_seconds=0.05, patience=300.0)
    sizes = QUICK_SIZES if quick else SIZES
    results = [run_task(f"chain:{size}", settings, PEERS, say) for size in sizes]
    for result in results:
        result["rows"] = [part for row in result["rows"] for part in split_jit_row(row)]
    return {"tasks": results, "exponents": exponents(results)}


def split_jit_row(row):
    """Split jit's row in two: what it does in every step, and what it does once.

    Other rows are returned as they are, in a list.
    """
    if row["peer"] != JIT:
        return [row]
    once = dict(row, peer=JIT_PREPARE)
    if not row["failure"]:
        once["seconds"] = [row["prepare"] - min(row["seconds"])]  # without the first run
    return [dict(row, peer=JIT_RUN), once]


def exponents(results):
    fitted = {}
    for name, points in curves(results, lambda row: min(row["seconds"])).items():
        points = [(n, y) for n, y in points if n >= FITTED_FROM]
        if len(points) >= 2:
            fitted[name] = slope([(math.log(n), math.log(y)) for n, y in points])
    return fitted


def curves(results, figure):
    """Return by peer a list of (operators, figure(row)), without the rows that failed."""
    found = {}
    for result in results:
        for row in result["rows"]:
            if not row["failure"]:
                point = result["operators"], figure(row)
                found.setdefault(row["peer"], []).append(point)
    return found


def slope(points):
    """Return the slope of the line that fits the points by least squares.

    >>> slope([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)])
    2.0
    """
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points))
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return covariance / sum((x - mean_x) ** 2 for x, _ in points)
