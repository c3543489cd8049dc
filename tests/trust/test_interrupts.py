"""Ctrl-C at any point: it is not lost, no node leaks, modes are right, the program can go on.

``interrupted_operations.py`` has the operations, ``interrupts.py`` interrupts them. Each engine
runs in a process of its own.
"""

import json
import os
import signal
import sys
from functools import cache
from pathlib import Path

import pytest
from interrupted_operations import LOOPS, OPERATIONS
from interrupts import interrupted_at
from trust_tools import run, size

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows has no setitimer"),
    pytest.mark.skipif(sys.implementation.name != "cpython", reason="PyPy looks for signals often"),
    pytest.mark.skipif(sys.version_info < (3, 10), reason="see core/modes.py on CPython 3.9"),
]


@pytest.fixture(params=["c", "python"])
def backend(request):
    asked_for = os.environ.get("MICROGRAD_C_BACKEND", "auto")
    if asked_for not in ("auto", request.param):
        pytest.skip(f"MICROGRAD_C_BACKEND asks for {asked_for} alone")
    return request.param


@cache
def results(backend, how, times):
    """Return for each operation how often it was interrupted, and how often each fault was seen."""
    script = Path(__file__).with_name("interrupts.py")
    output = run(sys.executable, script, how, times, MICROGRAD_C_BACKEND=backend)
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("[")]
    return {name: (n, wrong) for name, n, wrong in lines}


@pytest.mark.parametrize("name", OPERATIONS)
def test_at_every_point_of_an_operation(backend, name):
    n, wrong = results(backend, "points", size(6, 5_000))[name]
    assert n > 0 and wrong == {}


@pytest.mark.parametrize("name", LOOPS)
def test_at_random_moments(backend, name):
    n, wrong = results(backend, "moments", size(20, 2_000))[name]
    assert n > 0 and wrong == {}


MODES = """
import random, signal
from micrograd_c import enable_grad, is_grad_enabled, no_grad
from python_ref.core.modes import DEFAULT, put_in_force

class Hit(Exception):
    pass

def ring(*_):
    raise Hit

quiet = no_grad()(lambda: None)
signal.signal(signal.SIGALRM, ring)
rng, caught, wrong = random.Random(1), 0, 0
for i in range({times}):
    try:
        signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-6, 5e-5))
        while True:
            with no_grad():
                with enable_grad():
                    quiet()
    except Hit:
        caught += 1
    wrong += not is_grad_enabled()
    put_in_force(DEFAULT)
print(caught, wrong)
"""


def test_modes_that_change_all_the_time(backend):
    """Interrupts a loop that only switches between modes."""
    times = size(2_000, 40_000)
    output = run(sys.executable, "-c", MODES.format(times=times), MICROGRAD_C_BACKEND=backend)
    assert output.split() == [str(times), "0"]


KERNEL = """
import random, signal
from micrograd_c import is_grad_enabled, no_grad
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
model, delivered, caught = MLP(2, [3, 1]), 0, 0
def ring(*_):
    global delivered
    delivered += 1
    signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGALRM, ring)
rng = random.Random(1)
"""
# A cell that a notebook's user interrupts: SIGINT ends the cell, and the kernel goes on.
CELL = """
signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-3, 1e-2))
before = delivered
while delivered == before:
    model.zero_grad()
    sum(model(x) ** 2 for x in ([1.0, 2.0], [-1.0, 0.5])).backward()
    with no_grad():
        model([1.0, 2.0])
"""
AFTER = """
x = Value(3.0)
(x * x).backward()
assert is_grad_enabled() and x.grad == 6.0
"""


def test_in_a_notebook(backend, monkeypatch):
    nbformat, client = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("MICROGRAD_C_BACKEND", backend)
    v4, times = nbformat.v4, size(20, 200)
    cells = [v4.new_code_cell(text) for text in (KERNEL, *[CELL, AFTER] * times)]
    notebook = v4.new_notebook(cells=cells)
    client.NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True).execute()
    of_cell = [
        [output.ename for output in cell.outputs if output.output_type == "error"]
        for cell in cells
    ]  # fmt: skip
    assert of_cell == [[], *[["KeyboardInterrupt"], []] * times]
    assert "Exception ignored" not in str(notebook)


def test_a_mode_that_an_interrupt_leaves_wrong_is_noticed():
    """A context manager written in Python is interrupted before its __exit__ begins."""
    left = []

    class Context:
        def __enter__(self):
            left.append(1)

        def __exit__(self, *exception):
            left.pop()

    def operation(_state):
        with Context():
            pass

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert all(interrupted_at(n, operation, None) for n in range(12))
    finally:
        signal.signal(signal.SIGINT, handler)
    assert left
