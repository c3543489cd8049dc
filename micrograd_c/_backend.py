"""The one module that chooses the engine.

``MICROGRAD_C_BACKEND`` says which: ``c``, ``python``, or ``auto`` (the default),
which is C where the library was built and else Python with one warning.
"""

import os
import sys
import warnings

CHOICES = ("auto", "c", "python")

HOW_TO_BUILD = (
    "To build it, install a C compiler and Python's headers and install micrograd_c again "
    "(in a checkout: pip install -e .); "
    "to be content with the slow Python engine, set MICROGRAD_C_BACKEND=python."
)


def choose(wanted):
    """The engine to use and why; raises ValueError or ImportError, see above."""
    if wanted not in CHOICES:
        raise ValueError(f"MICROGRAD_C_BACKEND is {wanted!r}, expected one of {', '.join(CHOICES)}")
    if wanted == "python":
        return "python", "MICROGRAD_C_BACKEND asks for it"
    try:
        import micrograd_c._native  # "from micrograd_c" would speak of a circle
    except ImportError as error:
        cause = f"the C library of micrograd_c cannot be loaded ({error})"
        if wanted == "c":
            raise ImportError(f"MICROGRAD_C_BACKEND is 'c', but {cause}. {HOW_TO_BUILD}") from error
        warnings.warn(
            f"{cause[0].upper()}{cause[1:]}; micrograd_c runs on its slow Python engine. "
            + HOW_TO_BUILD,
            RuntimeWarning,
            stacklevel=2,
        )
        return "python", cause
    import micrograd_c._mode  # noqa: F401 - before others take functions of the library

    return "c", "MICROGRAD_C_BACKEND asks for it" if wanted == "c" else "the C library is there"


try:
    backend, reason = choose(os.environ.get("MICROGRAD_C_BACKEND", "auto"))
except (ImportError, ValueError) as error:
    # `python -m micrograd_c` imports the package before the command line can catch anything;
    # sys.argv[0] is "-m" for as long as Python looks for the module.
    if getattr(sys, "argv", [])[:1] != ["-m"]:
        raise
    print(f"micrograd_c: error: {error}", file=sys.stderr)
    raise SystemExit(2) from None


def library_path():
    """Where the C library that is in use lies; None on the Python engine."""
    if backend == "python":
        return None
    from micrograd_c import _native

    return _native.__file__


def build_info():
    """The compiler that made the library, the CPU features it found; {} on Python."""
    if backend == "python":
        return {}
    from micrograd_c._native import ffi, lib

    return {
        "compiler": ffi.string(lib.mg_compiler()).decode(),
        "cpu_features": ffi.string(lib.mg_cpu_features()).decode(),
    }
