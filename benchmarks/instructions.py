"""Instructions that a few C paths execute, by callgrind: they repeat exactly, times don't.

Each path is one function of the library, with all that it calls, on a program that
``python -m benchmarks.instructions PATH`` runs under callgrind.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
N = 1000  # calls, or nodes below the root


def chain():
    from micrograd_c.engine import Value

    w, b = Value(0.5), Value(0.25)
    y = Value(1.0)
    for _ in range(N // 2):
        y = y * w + b
    y.backward()


def net():
    from micrograd_c.nn import MLP

    model = MLP(64, [32, 10])
    for _ in range(10):
        sum(model([0.5] * 64)).backward()


# By what they measure: the function, the program, and how many times it does that.
PATHS = {
    "mg_mul, a call": ("mg_mul", chain, N // 2),
    "mg_add, a call": ("mg_add", chain, N // 2),
    "mg_backward, a node of a chain": ("mg_backward", chain, N),
    "mg_net_call, a row of 64-32-10": ("mg_net_call", net, 10),
    "mg_backward, a row of 64-32-10": ("mg_backward", net, 10),
}


def count(name):
    """The instructions of a path, a time; None where callgrind can't tell."""
    function, _, how_often = PATHS[name]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "valgrind", "--tool=callgrind", f"--toggle-collect={function}",
            f"--callgrind-out-file={folder}/out", sys.executable, "-m",
            "benchmarks.instructions", name,
        ]  # fmt: skip
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", run.stderr)
    return int(found.group(1)) / how_often if found and int(found.group(1)) else None


def count_all(say=lambda text: None):
    """The instructions by path; {} without valgrind."""
    if not shutil.which("valgrind"):
        return {}
    counts = {}
    for name in PATHS:
        say(f"callgrind: {name}")
        counts[name] = count(name)
    return {name: n for name, n in counts.items() if n is not None}


if __name__ == "__main__":
    PATHS[sys.argv[1]][1]()
