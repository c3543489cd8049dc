"""The docstring of the package jit, which lists its files for newcomers."""

import re
import sys
from pathlib import Path

from micrograd_c.jit import jit

package = sys.modules[jit.__module__.rpartition(".")[0]]


def test_the_docstring_lists_every_file():
    listed = re.findall(r"``(\w+\.py)``", package.__doc__)
    files = {path.name for path in Path(package.__file__).parent.glob("*.py")} - {"__init__.py"}
    assert sorted(listed) == sorted(files)
