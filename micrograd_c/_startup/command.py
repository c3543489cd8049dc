"""Tells, while the package is imported, whether this process is ``python -m micrograd_c``.

This module imports only ``sys``: a file in the current directory may have the name of a module
of the standard library.
"""

import sys


def is_command():
    """True if ``python -m micrograd_c`` imports the package, not a program or another ``-m``."""
    if getattr(sys, "argv", [])[:1] != ["-m"]:  # argv[0] is -m until Python has found the module
        return False
    frame = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__") != "runpy":
        frame = frame.f_back
    return frame is not None and frame.f_locals.get("mod_name") == "micrograd_c.__main__"
