"""Helpers of the tests in trust/: how long to run, child processes that may crash, threads."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from c_tools import FULL

ROOT = Path(__file__).resolve().parents[2]
HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()


def size(short, full):
    """Return ``full`` if MICROGRAD_C_TRUST is "full", else ``short``."""
    return full if FULL else short


def run(*command, cwd=ROOT, **environment):
    """Run a command; return its output. If it fails or crashes, the test fails with the output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def run_python(code, **environment):
    """Run a program that may crash in an interpreter of its own; return its output."""
    return run(sys.executable, "-W", "error", "-X", "faulthandler", "-c", code, **environment)


def built_copy(folder, **environment):
    """Return a copy of the checkout with an extension built under other environment variables."""
    litter = shutil.ignore_patterns(
        ".git",
        "build",
        "*.egg-info",
        "__pycache__",
        "_native.*",
        ".hypothesis",
        ".*_cache",
        ".venv",
    )
    copy = Path(shutil.copytree(ROOT, folder / "checkout", ignore=litter))
    environment = {"MICROGRAD_C_REQUIRE_EXT": "1", **environment}
    run(sys.executable, "setup.py", "build_ext", "--inplace", cwd=copy, **environment)
    return copy


def in_thread(work):
    """Run ``work`` in a thread of its own; raise what it raised."""
    raised = []

    def watched():
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=watched)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
