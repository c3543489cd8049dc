"""C written by hand, the limit: a file of ``limits/``, compiled for the task's sizes.

It is what a C programmer writes who knows the task: sizes are compile-time constants, rows or
neurons lie side by side in vector registers, and nothing is interpreted. As in ``csrc/`` there
is no fused multiply-add and no fast-math.
"""

import ctypes
import shutil
import subprocess
import tempfile
from itertools import chain
from pathlib import Path

from benchmarks.peers import CannotDo

FOLDER = Path(__file__).resolve().parent.parent / "limits"
FLAGS = [
    "-std=gnu11", "-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-Wno-psabi",
    "-shared", "-fPIC",
]  # fmt: skip


def make_runner(task):
    return NetRunner(task) if task.net else ProgramRunner(task)


class NetRunner:
    """A net, trained in C. The first step's change of the parameters gives the gradients."""

    before = None

    def __init__(self, task):
        net, self.lr = task.net, task.lr
        self.c = compiled(*file_for_net(net))
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


def file_for_net(net):
    """Return the file for this kind of net, and the macros to compile it with."""
    sizes = {"N_IN": net.sizes[0], "N_A": net.sizes[1], "ROWS": len(net.X)}
    hidden, kind = net.sizes[1:-1], (net.nonlin, net.loss)
    if kind == ("relu", "hinge") and len(hidden) == 2 and net.sizes[-1] == 1:
        return "demo_step.c", {**sizes, "N_B": hidden[1], "ALPHA": net.alpha}
    if kind == ("relu", "mse") and len(hidden) == 1 and not net.alpha:
        return "wide_net.c", {**sizes, "N_OUT": net.sizes[-1]}
    if (
        kind == ("tanh", "mse")
        and hidden
        and len(set(hidden)) == 1
        and net.sizes[-1] == 1
        and not net.alpha
    ):
        return "deep_tanh.c", {**sizes, "DEPTH": len(hidden)}
    raise CannotDo("not written for this")


class ProgramRunner:
    """A program that is no net. Its file has the name of its workload."""

    def __init__(self, task):
        name = task.program.__module__.rpartition(".")[2] + ".c"
        if not (FOLDER / name).exists():
            raise CannotDo("not written for this")
        self.c = compiled(name, task.sizes)
        self.c.steps.restype = ctypes.c_double
        self.inputs, self.gradients = doubles(task.inputs), doubles(task.inputs)
        for constants in task.rows.constants if task.rows else ():
            self.c.set_constants(doubles(constants))

    def steps(self, n):
        self.loss = self.c.steps(n, self.inputs, self.gradients)

    def answer(self):
        return self.loss, list(self.gradients)


def doubles(numbers):
    return (ctypes.c_double * len(numbers))(*numbers)


def compiled(name, sizes):
    """Compile a file and return the loaded library. Raises CannotDo if that is not possible."""
    compiler = next(filter(None, map(shutil.which, ("gcc", "clang", "cc"))), None)
    if not compiler:
        raise CannotDo("needs gcc or clang")
    defines = [f"-D{size}={value}" for size, value in sizes.items()]
    folder = Path(tempfile.mkdtemp())
    try:
        command = [compiler, *FLAGS, *defines, str(FOLDER / name), "-o", str(folder / "limit.so")]
        run = subprocess.run([*command, "-lm"], capture_output=True, text=True)
        if run.returncode:
            raise CannotDo(f"does not compile: {(run.stderr.splitlines() or [''])[0][:80]}")
        return ctypes.CDLL(str(folder / "limit.so"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # Windows cannot remove a loaded library
