"""Standard output and standard error when they are closed, full, or nobody reads them.

A command does its work all the same: a model that took hours is worth more than the output.
Its exit status is 1 then, since output was lost.
"""

import os
import sys

lost = None  # why standard output is lost, once it is


def open_closed():
    """Open /dev/null for streams that are closed (``>&-``).

    Else the next file that is opened would get the descriptor of standard output or standard
    error, and everything that C code and other processes print there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
        note_loss("it is closed")
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def print_any_text():
    """Escape what the terminal's encoding lacks (in a column's name, say) instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def note_loss(reason):
    global lost
    lost = lost or reason


def say(text):
    """Print a line at once. A full disk does not stop the command: ``lost`` notes it."""
    if sys.stdout is None:
        note_loss("it is closed")
    loses_output(lambda: print(text, flush=True))


def lose_output():
    """Flush standard output. Returns whether that failed, which ``lost`` then notes."""
    return loses_output(sys.stdout.flush)


def loses_output(write):
    """Whether standard output fails in ``write()``, which ``lost`` then notes.

    Raises BrokenPipeError when nobody reads standard output any more.
    """
    try:
        write()
    except BrokenPipeError:
        raise
    except OSError as error:
        note_loss(error.strerror or str(error))
        silence(sys.stdout)
        return True
    return False


def one_line(text):
    """The text, with newlines and all other characters that control a terminal escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def complain(text):
    """Print a line on standard error, if that can be done."""
    if sys.stderr is None:  # print would use standard output
        return
    try:
        print(one_line(text), file=sys.stderr, flush=True)
    except (AttributeError, OSError, ValueError):
        silence(sys.stderr)


def silence(stream):
    """Redirect a stream that failed to /dev/null, or Python would try to flush it at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (AttributeError, OSError, ValueError):  # a stream without a file beneath it
        pass


def take_loss():
    """Why standard output is lost, or None. Clears ``lost``."""
    global lost
    reason, lost = lost, None
    return reason
