"""The functions of csrc/elementary as Python functions, and errors in units in the last place."""

import ctypes
import math
import struct
from functools import lru_cache
from tempfile import mkdtemp

import pytest
from c_tools import STRICT, any_compiler, run

mpmath = pytest.importorskip("mpmath", reason="mpmath is absent: pip install mpmath")

DOUBLE = "double"


@lru_cache(None)
def c_function(header, name, arguments=1, result=DOUBLE):
    """Return mg_<name> of csrc/elementary/<header>.h; skip where no compiler works."""
    of = {1: ("double x", "x"), 2: ("double x, double y", "x, y")}[arguments]
    folder = mkdtemp()
    source, library = folder + "/wrapper.c", folder + "/wrapper.so"
    with open(source, "w", encoding="utf-8") as file:
        file.write(f'#include "elementary/{header}.h"\n')
        file.write(f"{result} wrapped({of[0]});\n")
        file.write(f"{result} wrapped({of[0]}) {{ return mg_{name}({of[1]}); }}\n")
    compiler = any_compiler()
    run(compiler, *STRICT, "-O2", "-shared", "-fPIC", "-Icsrc", source, "-o", library, "-lm")
    function = ctypes.CDLL(library).wrapped
    function.restype = {DOUBLE: ctypes.c_double, "int": ctypes.c_int}[result]
    function.argtypes = [ctypes.c_double] * arguments
    return function


def bits(x):
    """Return what tells doubles apart: all NaN are the same, and 0.0 is not -0.0."""
    return struct.pack("<d", x) if x == x else "nan"


def error(y, exact):
    """Return how far y is from exact, a number of mpmath, in units of exact's last place."""
    unit = mpmath.mpf(2) ** (max(math.frexp(float(exact))[1], -1021) - 53)
    return float(abs(mpmath.mpf(y) - exact) / unit)
