"""Where the user's code is, for the places that messages name.

Frames of this package, of NumPy and of the standard library are passed over.
"""

import os
import sys


def definition_line(function):
    """Return where a function begins, as 'file:line'."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


def user_line():
    """Return the line of the user's code that is running, as 'file:line'."""
    return "{}:{}".format(*user_place())


def user_place():
    """Return the file and line of the user's code that is running."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_passed_over(frame):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def place_of_error(error):
    """Return the file and line of the user's code that raised ``error``.

    None if no code of the user's is in the traceback.
    """
    place, traceback = None, error.__traceback__
    while traceback is not None:
        if not is_passed_over(traceback.tb_frame):
            place = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return place


STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep


def is_passed_over(frame):
    file = frame.f_code.co_filename
    is_standard = file.startswith(STANDARD_LIBRARY) and "site-packages" not in file
    return is_standard or is_our_code(frame) or package_of(frame) == "numpy"


def is_our_code(frame):
    """True if the frame runs code of this project."""
    return package_of(frame) in ("micrograd_c", "python_ref")


def package_of(frame):
    return frame.f_globals.get("__name__", "").split(".")[0]
