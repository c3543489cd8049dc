"""Sets the C library's mode to that of ``python_ref/core/modes.py``: see ``mode.c``."""

import sys

from micrograd_c import _native
from python_ref.core import modes

# Calls mg_new_mode, which counts a mode, and mg_free_mode when the result is deallocated. No
# Python code runs in either, so no interrupt can come between.
allocate = _native.ffi.new_allocator(
    _native.lib.mg_new_mode, _native.lib.mg_free_mode, should_clear_after_alloc=False
)


def count_in_c():
    return allocate("char *")


modes.count_in_c = count_in_c


# These do the same in all modes, and are called very often.
SAME_IN_ALL_MODES = {"mg_data", "mg_grad", "mg_set_data", "mg_set_grad", "mg_release", "mg_modes"}


class LibraryInMode:
    """The library where ``mode.c`` is not compiled: Python sets the mode for each call."""

    def __init__(self, lib):
        for name in dir(lib):
            x = getattr(lib, name)
            needs_mode = callable(x) and name not in SAME_IN_ALL_MODES
            setattr(self, name, in_mode(lib, x) if needs_mode else x)


def in_mode(lib, function):
    """Return ``function`` of C as one that sets the library's mode for the call."""
    mg_modes = lib.mg_modes

    def call(*args):
        if not mg_modes():
            return function(*args)
        number = modes.current().c_mode
        try:
            lib.mg_set_recording(number != -1)
            lib.mg_set_tracing(max(number, 0))
            return function(*args)
        finally:
            lib.mg_set_tracing(0)
            lib.mg_set_recording(True)

    return call


if sys.implementation.name == "pypy" or not getattr(sys, "_is_gil_enabled", lambda: True)():
    _native.lib = LibraryInMode(_native.lib)
