"""Standard output and standard error when they are closed, full, or nobody reads them.

A command does its work all the same: a model that took hours is worth more than a line
that says so. The exit status is 1 then, as something that was to be printed is lost.
"""

import os
import sys

lost = None  # why standard output is lost, once it is


def open_closed():
    """Give closed streams a place to write to (``>&-``), as None has no methods.

    Or the next file that is opened would get the number of standard output or standard error,
    and with it what C code and other processes print there.
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
    """Print a line at once. A full disk is no reason to stop: it is remembered for the end."""
    if sys.stdout is None:
        note_loss("it is closed")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        note_loss(error.strerror or str(error))
        silence(sys.stdout)


def lose_output():
    """Write what is left for standard output; whether that failed, which is remembered.

    Raises BrokenPipeError when nobody reads it any more.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        note_loss(error.strerror or str(error))
        silence(sys.stdout)
        return True
    return False


def one_line(text):
    """The text with newlines and what else controls a terminal, such as in a file, escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def complain(text):
    """Print a line on standard error. It is no reason to stop if that cannot be done."""
    if sys.stderr is None:  # print would take standard output
        return
    try:
        print(one_line(text), file=sys.stderr, flush=True)
    except (AttributeError, OSError, ValueError):
        silence(sys.stderr)


def silence(stream):
    """Let a stream that failed write to nowhere, or Python would try again at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (AttributeError, OSError, ValueError):  # a stream without a file beneath it
        pass


def take_loss():
    """Why standard output is lost, or None; forgotten then."""
    global lost
    reason, lost = lost, None
    return reason
