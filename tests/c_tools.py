"""How tests build the C library without Python."""

import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror",
          "-ffp-contract=off", "-pthread"]  # fmt: skip
CHECKS = "-DMG_CHECKS"  # makes MG_ASSERT of csrc/base/checks.h abort; without it, it is nothing
SANITIZE = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", CHECKS)

COMPILERS = ("gcc", "clang")
FULL = os.environ.get("MICROGRAD_C_TRUST") == "full"
by_hand = pytest.mark.skipif(not FULL, reason="minutes: runs with MICROGRAD_C_TRUST=full")


def need(tool, *options):
    """Returns the tool. Skips if it is missing, or builds nothing with the options that runs."""
    reason = what_fails(tool, options)
    if reason:
        pytest.skip(reason)
    return tool


def any_compiler(*options, among=COMPILERS):
    """Returns the first compiler that works with these options; skips if none does."""
    reasons = [what_fails(compiler, options) for compiler in among]
    if None not in reasons:
        pytest.skip("; ".join(reasons))
    return among[reasons.index(None)]


@lru_cache(None)
def what_fails(tool, options):
    """Returns why a tool cannot be used here, in a few words, or None if it can.

    A compiler may be installed without the libraries of -fsanitize or -m32, and those may
    not run on every kernel.
    """
    if os.name == "nt":
        return "for POSIX systems; test_platforms.py builds for Windows on one"
    if shutil.which(tool) is None:
        return f"no {tool} here"
    if not options:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "empty.c"), Path(folder, "empty")
        source.write_text("int main(void) { return 0; }\n", encoding="utf-8")
        for command in ([tool, *options, source, "-o", program], [program]):
            if subprocess.run(command, capture_output=True).returncode != 0:
                what = "builds nothing" if command[0] == tool else "builds nothing that runs"
                return f"{tool} {what} here with {' '.join(options)}"
    return None


def run(*command, cwd=ROOT, env=None):
    """Runs a command that must succeed, and returns its output."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def sources(csrc=ROOT / "csrc"):
    return sorted(csrc.glob("*/*.c"))


def build(compiler, folder, *options, programs=("test_graph",), csrc=ROOT / "csrc"):
    """Builds programs of tests/c with the library, warnings as errors; returns the first's path."""
    command = [*compiler.split(), *STRICT, *(x for x in options if x != "-static"), f"-I{csrc}"]
    for source in sources(csrc):  # one by one, else ccache compiles them again in each test
        run(*command, "-c", source, cwd=folder)
    for name in programs:  # .exe, because Wine runs no other names
        run(*command, *("-static" for x in options if x == "-static"), f"tests/c/{name}.c",
            *folder.glob("*.o"), "-o", folder / f"{name}.exe", "-lm")  # fmt: skip
    return folder / f"{programs[0]}.exe" if programs else None
