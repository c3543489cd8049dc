"""docs/coming-from.md: the examples of JAX, PyTorch, CasADi and autograd give what the page says.

Each skips where its package is missing. Those of micrograd_c run as doctests, see pyproject.toml.
"""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coming-from.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
PACKAGES = {"jax", "torch", "casadi", "autograd"}
RESULT = re.compile(r"^(\S.*)  # (.*)$", re.MULTILINE)  # an expression and what it gives


def package(block):
    """Return the name of the package that a block imports first."""
    return re.match(r"import (\w+)", block).group(1)


def run(block):
    """Run a block in a process of its own; return what its expressions with a comment give.

    These packages start threads and change how a process forks, which other tests would notice.
    """
    script = RESULT.sub(r"show(\1)", block)
    show = (
        "import json, numpy\n"
        "def show(value):\n"
        "    print(json.dumps(numpy.array(value, dtype=float).tolist()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", show + script], encoding="utf-8", capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("block", BLOCKS, ids=package)
def test_an_example_of_another_package_gives_what_the_page_says(block):
    if importlib.util.find_spec(package(block)) is None:
        pytest.skip(f"{package(block)} is not installed")
    expected = [ast.literal_eval(comment) for _, comment in RESULT.findall(block)]
    assert expected
    results = run(block)
    assert len(results) == len(expected)
    for result, wanted in zip(results, expected):
        # The page rounds to four digits.
        np.testing.assert_allclose(result, wanted, rtol=0, atol=1e-4)


def test_each_package_has_an_example():
    assert {package(block) for block in BLOCKS} == PACKAGES
