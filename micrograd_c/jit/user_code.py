"""Where the user's code is, for the places that messages name: see python_ref/core/user_code.py."""

from python_ref.core.user_code import is_our_code, is_passed_over, user_place

__all__ = ["definition_line", "is_our_code", "place_of_error", "user_line", "user_place"]


def definition_line(function):
    """Return where a function begins, as 'file:line'."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


def user_line():
    """Return the line of the user's code that is running, as 'file:line'."""
    return "{}:{}".format(*user_place())


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
