"""Where the user's code is, for the places that messages and records name.

Frames of this package, of NumPy and of the standard library are passed over.
"""

import os
import sys

STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep


def user_place():
    """Return the file and line of the user's code that is running."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_passed_over(frame):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def is_passed_over(frame):
    file = frame.f_code.co_filename
    is_standard = file.startswith(STANDARD_LIBRARY) and "site-packages" not in file
    return is_standard or is_our_code(frame) or package_of(frame) == "numpy"


def is_our_code(frame):
    """True if the frame runs code of this project."""
    return package_of(frame) in ("micrograd_c", "python_ref")


def package_of(frame):
    return frame.f_globals.get("__name__", "").split(".")[0]
