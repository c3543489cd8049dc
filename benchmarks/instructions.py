"""Counts the instructions that a few C paths execute, with callgrind.

Unlike times, the counts are repeatable: exactly in one environment, and to a thousandth from one
environment to another.

Each path is one function of the library, with all that it calls, in a program that
``python -m benchmarks.instructions PROGRAM`` runs under callgrind.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAME_HASHES = dict(os.environ, PYTHONHASHSEED="0")
N = 1000  # the number of calls, or of nodes below the root


def chain():
    from micrograd_c.engine import Value

    w, b = Value(0.5), Value(0.25)
    y = Value(1.0)
    for _ in range(N // 2):
        y = y * w + b
    y.backward()


def net():
    import random

    from micrograd_c.nn import MLP

    random.seed(0)  # the weights decide which neurons pass a gradient on
    model = MLP(64, [32, 10])
    for _ in range(10):
        sum(model([0.5] * 64)).backward()


PROGRAMS = {"chain": chain, "net": net}

# What is counted: the program, the function, and by what the function's count is divided.
PATHS = {
    "mg_mul, a call": ("chain", "mg_mul", N // 2),
    "mg_add, a call": ("chain", "mg_add", N // 2),
    "mg_backward, a node of a chain": ("chain", "mg_backward", N),
    "mg_net_call, a row of 64-32-10": ("net", "mg_net_call", 10),
    "mg_backward, a row of 64-32-10": ("net", "mg_backward", 10),
}


def count(program):
    """Return the instructions of each of a program's paths, without those that callgrind misses."""
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", sys.executable]
        command += ["-m", "benchmarks.instructions", program]
        subprocess.run(command, cwd=ROOT, capture_output=True, env=SAME_HASHES)
        command = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", out]
        listing = subprocess.run(command, capture_output=True, text=True).stdout
    # A line of the listing: 64,000 ( 0.01%)  ???:mg_mul [/path/to/library.so]
    counts = re.findall(r"^ *([\d,]+) .*:(mg_\w+) ", listing, re.M)
    counts = {function: int(n.replace(",", "")) for n, function in counts}
    return {
        name: counts[function] / how_often
        for name, (where, function, how_often) in PATHS.items()
        if where == program and function in counts
    }


def count_all(say=lambda text: None):
    """Return the instructions of all paths; {} without valgrind."""
    counts = {}
    for program in PROGRAMS if shutil.which("valgrind") else ():
        say(f"callgrind: {program}")
        counts.update(count(program))
    return counts


if __name__ == "__main__":
    PROGRAMS[sys.argv[1]]()
