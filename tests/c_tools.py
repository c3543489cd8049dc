"""How tests build the C library without Python."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror",
          "-ffp-contract=off", "-pthread"]  # fmt: skip


COMPILERS = ("gcc", "clang")


def any_compiler():
    return next(filter(shutil.which, COMPILERS))


def need(tool):
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} here")
    return tool


def run(*command, cwd=ROOT, env=None):
    """What a command that must succeed says."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def sources(csrc=ROOT / "csrc"):
    return sorted(csrc.glob("*.c"))


def build(compiler, folder, *options, programs=("test_graph",), csrc=ROOT / "csrc"):
    """Programs of tests/c linked with the library, warnings being errors; the first one's path."""
    command = [*compiler.split(), *STRICT, *options, f"-I{csrc}"]
    run(*command, "-c", *sources(csrc), cwd=folder)
    for name in programs:  # .exe, because Wine runs no other names
        run(*command, f"tests/c/{name}.c", *folder.glob("*.o"), "-o", folder / f"{name}.exe", "-lm")
    return folder / f"{programs[0]}.exe"
