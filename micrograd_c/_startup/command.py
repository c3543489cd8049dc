"""Tells, while the package is imported, whether this process is the command line.

It is ``python -m micrograd_c``, or the script ``micrograd-c`` that pip installs.

This module imports only ``sys``: a file in the current directory may have the name of a module
of the standard library.
"""

import sys

SCRIPT = "micrograd-c"


def is_script():
    """True if this process runs the script ``micrograd-c``, or on Windows ``micrograd-c.exe``."""
    program = (getattr(sys, "argv", None) or [""])[0].replace("\\", "/").rpartition("/")[2]
    return program in (SCRIPT, f"{SCRIPT}.exe", f"{SCRIPT}-script.py")


def program_name():
    """Return how the user calls the command line, for messages."""
    return SCRIPT if is_script() else "python -m micrograd_c"


def is_command():
    """True if the command line imports the package, not a program or another ``-m``."""
    if is_script():
        return True
    if getattr(sys, "argv", [])[:1] != ["-m"]:  # argv[0] is -m until Python has found the module
        return False
    frame = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__") != "runpy":
        frame = frame.f_back
    return frame is not None and frame.f_locals.get("mod_name") == "micrograd_c.__main__"
