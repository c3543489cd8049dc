"""Progress bars in terminals of some widths, in a pipe, and in a notebook."""

import os
import re
import subprocess
import sys

import pytest
from cli_tools import ROOT, run_in_terminal

from micrograd_c import Value, jit, optim

FIT = """
from micrograd_c import Value, jit, optim
w = Value(1.0)
jit(lambda x: w * x).fit(
    [1.0, 2.0], optimizer=optim.SGD([w], lr=1e-9), epochs=3000, progress=True
)
"""
PROGRAMS = {
    "fit": ["-c", FIT],
    "demo": ["-m", "micrograd_c", "demo", "--samples", "6", "--hidden", "2", "--steps", "300",
             "--engine", "c", "--out", "picture.png"],
    "train": ["-m", "micrograd_c", "train", "spots.csv", "--target", "spot", "--epochs", "300",
              "--out", "model.npz"],
    "parity": ["-m", "micrograd_c", "parity", "--graphs", "30"],
}  # fmt: skip


def environment():
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    hidden = ("COLUMNS", "LINES")
    return {
        **{name: x for name, x in os.environ.items() if name not in hidden},
        "PYTHONPATH": path, "TERM": "xterm",
    }  # fmt: skip


def in_terminal(program, columns):
    """Run a program with stderr as a terminal of that width; return the text written there."""
    return run_in_terminal(PROGRAMS[program], columns, environment(), stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("program", PROGRAMS)
def test_no_line_is_wider_than_the_terminal(program, columns, spots):
    pytest.importorskip("tqdm")
    written = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", in_terminal(program, columns))
    lines = [line for line in re.split(r"[\r\n]+", written) if "%|" in line]
    assert lines and max(map(len, lines)) <= columns
    titles = {re.split(r":? +\d+%", line)[0] for line in lines}
    assert len(re.findall(r"%\|[^\r\n]*\r?\n", written)) <= len(titles)  # more would scroll
    if columns == 80 and program == "fit":
        assert "loss=" in lines[-1] and "3000/3000" in lines[-1]


@pytest.mark.parametrize("program", PROGRAMS)
def test_little_is_written_into_a_pipe(program, spots):
    pytest.importorskip("tqdm")
    done = subprocess.run(
        [sys.executable, *PROGRAMS[program]], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert 0 < len(done.stderr) < 4000


def test_without_stderr():
    """As under pythonw, which has none."""
    pytest.importorskip("tqdm")
    code = "import sys; sys.stderr = None\n" + FIT
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment())
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_notebook_gets_few_messages(monkeypatch):
    """The number does not grow with the epochs: Jupyter drops messages that come too quickly."""
    pytest.importorskip("tqdm")
    from tqdm import tqdm

    made = []

    class Bar(tqdm):
        def __init__(self, *args, **settings):
            super().__init__(*args, **settings)
            made.append(self.mininterval)

        def set_postfix(self, *args, refresh=True, **told):
            assert not refresh  # True would draw the bar each time

    module = type(sys)("tqdm.auto")
    module.tqdm = Bar
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    w = Value(1.0)
    for notebook in (False, True):
        if notebook:
            monkeypatch.setitem(sys.modules, "ipykernel", type(sys)("ipykernel"))
        else:
            monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
        jit(lambda x: w * x).fit([1.0], optimizer=optim.SGD([w]), epochs=50, progress=True)
    assert made == [10.0, 0.1]
