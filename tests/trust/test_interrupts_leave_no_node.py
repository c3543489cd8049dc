"""Whatever C makes for Python has an owner at once: no interrupt, wherever it comes, leaks it."""

import gc
import signal
import sys
from pathlib import Path

import interrupts
import pytest
from interrupted_operations import OPERATIONS
from test_interrupts import pytestmark  # noqa: F401 - where this can be tested

import micrograd_c

# The files in which Python gets something from C that it must free.
FILES = (
    "jit/compiled.py",
    "_c/net.py",
    "_c/bulk.py",
    "_c/custom_backward.py",
    "_c/pinning.py",
    "_c/node.py",
    "_c/value.py",
)
NAMES = [
    "jit traces", "a net's first call", "a net of Values", "the bulk helpers",
    "a walk by _prev", "a custom backward", "__init__ again", "a custom operator",
    "attributes", "fit",
]  # fmt: skip


@pytest.fixture
def only_these_files(monkeypatch):
    package = Path(micrograd_c.__file__).parent
    monkeypatch.setattr(interrupts, "PACKAGES", tuple(str(package / name) for name in FILES))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(micrograd_c.backend != "c", reason="there is no C engine in this process")
@pytest.mark.parametrize("name", NAMES)
def test_no_node_is_left(name, only_these_files):
    """Interrupts at each bytecode of these files at which CPython may check for signals."""
    from micrograd_c._native import lib

    prepare, operation = OPERATIONS[name]
    operation(prepare())  # the first run imports modules and fills caches
    gc.collect()
    gc.freeze()
    trace, before, n = sys.gettrace(), lib.mg_live_nodes(), 0
    try:
        while True:
            state = prepare()
            came = interrupts.interrupted_at(n, operation, state)
            del state
            gc.collect()
            assert lib.mg_live_nodes() == before, n
            if came is None:
                break
            assert came, n
            n += 1
        assert n > 10
    finally:
        sys.settrace(trace)
        gc.unfreeze()
