"""How the C library learns the mode of ``python_ref/core/modes.py``: see ``mode.c``."""

import sys

from micrograd_c import _native
from python_ref.core import modes

# mg_new_mode counts a mode, and mg_free_mode when the object that this returns is deallocated.
# No Python code runs at either, so no interrupt can come between.
allocate = _native.ffi.new_allocator(
    _native.lib.mg_new_mode, _native.lib.mg_free_mode, should_clear_after_alloc=False
)


def tell_c():
    return allocate("char *")


modes.tell_c = tell_c


# These do the same in all modes, and are called very often.
UNTOLD = {"mg_data", "mg_grad", "mg_set_data", "mg_set_grad", "mg_release", "mg_modes"}


class ToldTheMode:
    """The library where ``mode.c`` is not compiled: Python sets the mode for each call."""

    def __init__(self, lib):
        for name in dir(lib):
            x = getattr(lib, name)
            setattr(self, name, told(lib, x) if callable(x) and name not in UNTOLD else x)


def told(lib, function):
    mg_modes = lib.mg_modes

    def call(*args):
        if not mg_modes():
            return function(*args)
        number = modes.current().for_c
        try:
            lib.mg_set_recording(number != -1)
            lib.mg_set_tracing(max(number, 0))
            return function(*args)
        finally:
            lib.mg_set_tracing(0)
            lib.mg_set_recording(True)

    return call


if sys.implementation.name == "pypy" or not getattr(sys, "_is_gil_enabled", lambda: True)():
    _native.lib = ToldTheMode(_native.lib)
