"""What the tests of trust share: how long they run, and child processes to crash in."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()
FULL = os.environ.get("MICROGRAD_C_TRUST") == "full"


def size(short, full):
    """How much to do: little by default, all with MICROGRAD_C_TRUST=full."""
    return full if FULL else short


def run(*command, cwd=ROOT, **environment):
    """Runs a command; its output. A failure or a crash fails the test with all it printed."""
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
    """Runs a program in an interpreter of its own, for what may crash one."""
    return run(sys.executable, "-W", "error", "-X", "faulthandler", "-c", code, **environment)


def built_copy(folder, **environment):
    """A copy of the checkout in which the extension is built anew, for other flags."""
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
    """Runs work in a thread of its own and raises what it raised."""
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
