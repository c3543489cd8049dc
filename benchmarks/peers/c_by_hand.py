"""Hand-written C, the limit: ``limit_net.c``, compiled for the one net that is asked for.

It is written for the demo step and 64-32-10 on batches that fill vectors; for the other
tasks nobody has written the C.
"""

import ctypes
import shutil
import subprocess
import tempfile
from itertools import chain
from pathlib import Path

from benchmarks.peers import CannotDo

SOURCE = Path(__file__).resolve().parent.parent / "limit_net.c"
FLAGS = ["-std=c11", "-O3", "-march=native", "-ffp-contract=off", "-Wno-psabi", "-shared", "-fPIC"]
WIDEST, LANES = 64, 8


def make_runner(task):
    net = task.net
    if not net or net.nonlin != "relu" or len(net.sizes) not in (3, 4):
        raise CannotDo("not written for this")
    if max(net.sizes) > WIDEST:
        raise CannotDo(f"not written for nets wider than {WIDEST}")
    if net.loss != "hinge" and len(net.X) % LANES:
        raise CannotDo(f"not written for batches that are no multiple of {LANES}")
    return Runner(task)


class Runner:
    """The loop is in C; gradients are read off what the first step did to parameters."""

    before = None

    def __init__(self, task):
        net, self.lr = task.net, task.lr
        self.c = compile_for(net)
        self.c.steps.restype = ctypes.c_double
        self.parameters = doubles(task.inputs)
        self.c.set_rows(*(doubles(list(chain.from_iterable(rows))) for rows in (net.X, net.Y)))
        self.c.copy_parameters(self.parameters, 0)

    def steps(self, n):
        if self.before is None:  # the first step, which is not timed
            self.before = list(self.parameters)
        self.loss = self.c.steps(n, ctypes.c_double(self.lr))
        self.c.copy_parameters(self.parameters, 1)

    def answer(self):
        moved = zip(self.before, self.parameters)
        return self.loss, [(before - after) / self.lr for before, after in moved]


def doubles(numbers):
    return (ctypes.c_double * len(numbers))(*numbers)


def compile_for(net):
    """The shared library, loaded; raises CannotDo where no compiler makes it."""
    compiler = next(filter(None, map(shutil.which, ("gcc", "clang", "cc"))), None)
    if not compiler:
        raise CannotDo("needs gcc or clang")
    n_in, n_a, *n_b, n_out = net.sizes
    sizes = {"N_IN": n_in, "N_A": n_a, "N_B": n_b[0] if n_b else 0, "N_OUT": n_out,
             "ROWS": len(net.X), "ALPHA": net.alpha}  # fmt: skip
    defines = [f"-D{name}={value}" for name, value in sizes.items()]
    defines += ["-DHINGE"] if net.loss == "hinge" else []
    folder = Path(tempfile.mkdtemp())
    try:
        command = [compiler, *FLAGS, *defines, str(SOURCE), "-o", str(folder / "limit.so")]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            raise CannotDo(f"does not compile: {(run.stderr.splitlines() or [''])[0][:80]}")
        return ctypes.CDLL(str(folder / "limit.so"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # Windows keeps what is loaded
