"""Chooses the engine; no other module does.

The environment variable ``MICROGRAD_C_BACKEND`` is ``c``, ``python`` or ``auto``. ``auto``, the
default, is the C engine if the library was built, else the Python engine with one warning.
"""

import os
import sys
import warnings
from _imp import extension_suffixes

from micrograd_c._startup.command import is_command

CHOICES = ("auto", "c", "python")

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def how_to_build():
    """Return a text: how to get the C engine, or the Python engine without a warning."""
    installed = hidden_by_checkout()
    if installed:
        what = (
            f"The checkout {ROOT} hides the micrograd_c installed in {installed}: "
            "run from another directory, or build the checkout's library too "
            "(in the checkout: pip install -e .); "
        )
    else:
        what = (
            "To build it, install a C compiler and Python's headers and install micrograd_c again "
            "(in a checkout: pip install -e .); "
        )
    return f"{what}to stay on the slow Python engine, set MICROGRAD_C_BACKEND=python."


def hidden_by_checkout():
    """Return the directory of an installed micrograd_c with its library, which this checkout hides.

    Return None if there is none, or if this is no checkout.
    """
    if not os.path.isdir(os.path.join(ROOT, "csrc")):
        return None
    libraries = ["_native" + suffix for suffix in extension_suffixes()]
    for entry in map(os.path.abspath, filter(os.path.isdir, sys.path)):
        package = os.path.join(entry, "micrograd_c")
        is_other = os.path.realpath(entry) != os.path.realpath(ROOT)
        if is_other and any(os.path.exists(os.path.join(package, name)) for name in libraries):
            return entry
    return None


def choose(wanted):
    """Return the engine to use and the reason, a text.

    Raises ValueError for an unknown ``wanted``, and ImportError if that is "c" and the library
    cannot be loaded.
    """
    if wanted not in CHOICES:
        raise ValueError(f"MICROGRAD_C_BACKEND is {wanted!r}, expected one of {', '.join(CHOICES)}")
    if wanted == "python":
        return "python", "MICROGRAD_C_BACKEND asks for it"
    try:
        import micrograd_c._native  # noqa: F401 - "from micrograd_c" would report a circular import
    except ImportError as error:
        cause = f"the C library of micrograd_c cannot be loaded ({error})"
        if wanted == "c":
            message = f"MICROGRAD_C_BACKEND is 'c', but {cause}. {how_to_build()}"
            raise ImportError(message) from error
        warnings.warn(
            f"{cause[0].upper()}{cause[1:]}; micrograd_c runs on its slow Python engine. "
            + how_to_build(),
            RuntimeWarning,
            stacklevel=2,
        )
        return "python", cause
    return "c", "MICROGRAD_C_BACKEND asks for it" if wanted == "c" else "the C library is there"


try:
    backend, reason = choose(os.environ.get("MICROGRAD_C_BACKEND", "auto"))
except (ImportError, ValueError) as error:
    # `python -m micrograd_c` imports the package before the command line can catch anything.
    if not is_command():
        raise
    print(f"micrograd_c: error: {error}", file=sys.stderr)
    raise SystemExit(2) from None


def library_path():
    """Return the path of the C library that is in use; None on the Python engine."""
    if backend == "python":
        return None
    from micrograd_c import _native

    return _native.__file__


def build_info():
    """Return a dict with the library's compiler and the CPU's features; {} on the Python engine."""
    if backend == "python":
        return {}
    from micrograd_c._native import ffi, lib

    return {
        "compiler": ffi.string(lib.mg_compiler()).decode(),
        "cpu_features": ffi.string(lib.mg_cpu_features()).decode(),
    }
