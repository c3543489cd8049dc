"""Lists the files that git tracks in the checkout that the tests are in."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def tracked_files():
    """Return the paths of all files tracked by git; skips if there is no git or no checkout."""
    command = ["git", "ls-files", "-z"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no checkout of git's")
    files = [name for name in done.stdout.split("\0") if (ROOT / name).is_file()]
    if "pyproject.toml" not in files:
        pytest.skip("this lies in a checkout of something else")
    return files
