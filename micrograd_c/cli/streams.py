"""Standard output and standard error, which may be closed, full, or without a reader.

A command whose output is lost does its work all the same, because a model that took hours is
worth more than the output. Its exit status is then 1.
"""

import codecs
import os
import shutil
import sys
import textwrap

lost = None  # why a write to standard output failed; None while all have succeeded


def open_closed():
    """Open /dev/null in place of each standard stream that is closed (``>&-``).

    Otherwise the next file that the process opens would get the closed stream's descriptor,
    and with it everything that C code and child processes print there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
        note_loss("it is closed")
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def print_any_text():
    """Replace or escape characters that the terminal's encoding lacks, instead of failing on them.

    They occur in names of columns, for example.
    """
    codecs.register_error("micrograd_c.ascii", in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="micrograd_c.ascii")


def in_ascii(error):
    """Handle characters that cannot be encoded: our own get a likeness, others are escaped."""
    likeness = {"²": "2", "…": "..."}
    lacking = error.object[error.start : error.end]
    escaped = (c.encode("ascii", "backslashreplace").decode() for c in lacking)
    return "".join(likeness.get(c, e) for c, e in zip(lacking, escaped)), error.end


def note_loss(reason):
    """Remember in ``lost`` why standard output failed, unless it failed before."""
    global lost
    lost = lost or reason


def say(text):
    """Print a line and flush it. If that fails, ``lost`` notes it and the command goes on."""
    if sys.stdout is None:
        note_loss("it is closed")
    is_written(lambda: print(text, flush=True))


def columns():
    """Return the width of the terminal, or that of COLUMNS; 80 if there is neither."""
    return max(20, shutil.get_terminal_size((80, 24)).columns)


def wrapped(text, indent=2):
    """Return the text in lines that fit in the terminal; as it is where there is none.

    Lines after the first begin with ``indent`` blanks.
    """
    if sys.stdout is None or not sys.stdout.isatty():
        return text
    return fill(text, columns() - 1, indent)


def fill(text, width, indent):
    """Return the text in lines of ``width``. Long words and names with hyphens stay whole."""
    return textwrap.fill(
        text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def flush_output():
    """Flush standard output. Returns False if that failed; ``lost`` then notes it."""
    return is_written(sys.stdout.flush)


def is_written(write):
    """Call ``write``. Returns False if standard output failed in it; ``lost`` then notes it.

    Raises BrokenPipeError when nobody reads standard output any more.
    """
    try:
        write()
    except BrokenPipeError:
        raise
    except OSError as error:
        note_loss(error.strerror or str(error))
        silence(sys.stdout)
        return False
    return True


def one_line(text):
    """Return the text with newlines and all other control characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def counted(n, thing):
    """Return ``n`` and a noun: "1 row", "2 rows"."""
    return f"{n} {thing}{'s' * (n != 1)}"


def complain(text):
    """Print a line on standard error. A failure of standard error is ignored."""
    if sys.stderr is None:  # print(file=None) would write to standard output
        return
    try:
        print(one_line(text), file=sys.stderr, flush=True)
    except (AttributeError, OSError, ValueError):
        silence(sys.stderr)


def silence(stream):
    """Redirect a stream that failed to /dev/null. Python would try to flush it at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (AttributeError, OSError, ValueError):  # a stream without a file beneath it
        pass


def take_loss():
    """Return why a write to standard output failed, or None, and clear ``lost``."""
    global lost
    reason, lost = lost, None
    return reason
