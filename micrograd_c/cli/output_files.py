"""The files that commands write. They are checked before the work begins, not after it."""

import os
from contextlib import contextmanager
from importlib.util import find_spec

from micrograd_c import state
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.streams import one_line


def check_output(path, suffix):
    """Raise CommandError unless a file can be written at ``path``.

    The name must end in ``suffix``, unless ``path`` is a device or a pipe, such as /dev/null.
    """
    if not may_be_replaced(path):
        if os.path.isdir(path) or not os.access(path, os.W_OK):
            raise CommandError(f"cannot write {path}: it is not writable or a directory")
        return
    if not path.endswith(suffix):
        raise CommandError(f"cannot write {path}: expected a name that ends in {suffix}")
    directory = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(directory):
        named = os.path.dirname(path) or "."
        raise CommandError(f"cannot write {path}: there is no directory {named}")
    if not os.access(directory, os.W_OK):
        raise CommandError(f"cannot write {path}: its directory is not writable")


def may_be_replaced(path):
    """True if a new file may take the place of ``path``; False for a device or a pipe."""
    try:
        return state.is_replaceable(path)
    except (OSError, ValueError) as error:  # such as a name too long, or a loop of links
        raise CommandError(f"cannot write {path}: {strerror(error)}") from None


def path_beside(path, suffix):
    """Return ``path`` with another suffix, or None if ``path`` is a device or a pipe."""
    return os.path.splitext(path)[0] + suffix if may_be_replaced(path) else None


def check_picture(path):
    """Raise CommandError unless a PNG can be drawn and written at ``path``.

    ``path`` is None where the user named no picture; then nothing is checked.
    """
    if path is None:
        return
    check_output(path, ".png")
    if find_spec("matplotlib") is None:
        raise CommandError(f"cannot draw {path} without matplotlib: pip install matplotlib")


def save_picture(path, draw):
    """Call ``draw(path)``. Returns the path, or "none: " and why there is no picture."""
    if path is None:
        return "none: the model is written to no plain file"
    if find_spec("matplotlib") is None:
        return "none: for a PNG, pip install matplotlib"
    try:
        draw(path)
    except Exception as error:  # a broken matplotlib can raise anything
        return f"none: {one_line(str(error)) or type(error).__name__}"
    return path


@contextmanager
def drawing_into_files():
    """A context in which matplotlib uses its backend "agg", which needs no display.

    The user's MPLBACKEND may name a backend that is not installed, and importing matplotlib
    would then fail. So the variable is "agg" meanwhile.
    """
    asked = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "agg"
    try:
        import matplotlib

        matplotlib.use("agg")
        yield
    finally:
        if asked is None:
            del os.environ["MPLBACKEND"]
        else:
            os.environ["MPLBACKEND"] = asked


def save_figure(figure, path):
    """Save a matplotlib figure as a PNG and close it."""
    import matplotlib.pyplot as plt

    with replacing(path) as file:
        figure.savefig(file, dpi=120, format="png")
    plt.close(figure)


@contextmanager
def replacing(path):
    """Like ``state.replacing``, but raises CommandError if the file cannot be written."""
    try:
        with state.replacing(path) as file:
            yield file
    except OSError as error:
        raise CommandError(f"cannot write {path}: {strerror(error)}") from None


def strerror(error):
    return getattr(error, "strerror", None) or error
