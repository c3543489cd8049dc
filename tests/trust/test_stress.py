"""Building graphs, reading them, threads, collections, interrupts and more, mixed at random.

See ``stress.py``. At full length it takes an hour on each engine.
"""

import sys
from pathlib import Path

import pytest
from trust_tools import FULL, run

SCRIPT = Path(__file__).with_name("stress.py")


@pytest.mark.parametrize("seed", [1, 2])
def test_stress(engine, seed):
    size = ["1000000", "300", "1800"] if FULL else ["4", "300"]
    print(run(sys.executable, SCRIPT, 1_000_000 * seed, *size, MICROGRAD_C_BACKEND=engine.backend))
