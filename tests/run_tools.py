"""Helpers of the tests of ``python -m micrograd_c run``: call it, compare it with plain Python."""

import os
import subprocess
import sys
import textwrap

import micrograd_c.engine

OURS = micrograd_c.engine.Value.__module__  # printed by a program that gets our engine


def python(*arguments, cwd, stdin="", **environment):
    """Run Python in a process of its own; environment variables set to None are removed."""
    environment = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        input=stdin,
        timeout=120,
    )


def run(*arguments, cwd, options=(), **settings):
    return python(*options, "-m", "micrograd_c", "run", *arguments, cwd=cwd, **settings)


def assert_same(*arguments, cwd, options=(), **settings):
    """Assert that a program prints the same and ends the same under plain Python and ``run``."""
    plain = python(*options, *arguments, cwd=cwd, **settings)
    ours = run(*arguments, cwd=cwd, options=options, **settings)
    assert ours.stdout == plain.stdout
    # PyPy sometimes prints a message about a race of its own at exit.
    if sys.implementation.name != "pypy" or "threading._shutdown" not in plain.stderr:
        assert ours.stderr == plain.stderr
    assert ours.returncode == plain.returncode
    return ours


def write_program(directory, text, name="program.py"):
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip("\n"))
    (path.parent / "neighbour.py").write_text("answer = 42\n")
    return path
