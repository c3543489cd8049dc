"""Helpers of the tests of the command line: run it, read its output, make its CSV files."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_c.cli import main

ROOT = Path(__file__).resolve().parent.parent


def run_command(engine, *arguments, cwd, stdin="", **environment):
    """Run ``python -m micrograd_c`` in a process of its own on an engine of the fixture."""
    environment = {
        **os.environ,
        "MICROGRAD_C_BACKEND": engine.backend,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "PYTHONIOENCODING": "utf-8",
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-m", "micrograd_c", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        input=stdin,
    )


def assert_mistake(capsys, arguments, *expected):
    """Assert that a command ends with one line on stderr, with the expected texts, and status 2."""
    assert_one_line(capsys, arguments, 2, *expected)


def assert_one_line(capsys, arguments, expected_status, *expected):
    """Assert that a command ends with a status and one line on stderr with the expected texts."""
    try:
        status = main(arguments)
    except SystemExit as error:  # from argparse
        status = error.code
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert status == expected_status
    assert len(lines) == 1 and lines[0].startswith("python -m micrograd_c"), captured.err
    assert "error: " in lines[0]
    for text in expected:
        assert text in lines[0]


def write_csv(path, header, rows):
    """Write a CSV file for ``train``, ``predict`` or ``demo --data``, and return its path.

    Skips the test where the extra ``table`` is not installed.
    """
    for package in ("pandas", "sklearn"):
        pytest.importorskip(package)
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


def write_sklearn_csv(path, dataset):
    """Write a data set of scikit-learn as CSV; the last column is the target, by name if named."""
    names = getattr(dataset, "target_names", None)
    targets = [t if names is None else names[t] for t in dataset.target]
    header = [*dataset.feature_names, "target"]
    return write_csv(path, header, [[*x, t] for x, t in zip(dataset.data, targets)])


def predictions(capsys, *arguments):
    capsys.readouterr()
    assert main(["predict", *arguments]) == 0
    captured = capsys.readouterr()
    return list(csv.DictReader(io.StringIO(captured.out))), captured.err


def run_in_terminal(arguments, columns, env, cwd=None, **streams):
    """Run Python in a pseudo-terminal (stderr, and stdout unless given); return what it wrote."""
    fcntl, pty, struct, termios = map(pytest.importorskip, ("fcntl", "pty", "struct", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stderr=theirs,
        **{"stdout": theirs, **streams},
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux raises at the end, where others return nothing
            break
        if not part:
            break
        written += part
    os.close(ours)
    assert process.wait() == 0, written.decode()
    return written.decode()
