"""The files that commands write: checked before the work begins, not after it."""

import os
from contextlib import contextmanager
from importlib.util import find_spec

from micrograd_c import state
from micrograd_c.cli.errors import CommandError

HOW_TO_GET_PICTURES = "none: for a PNG, pip install matplotlib"


def check_output(path, suffix):
    """Raise CommandError unless a file can be written at ``path``."""
    directory = os.path.dirname(path) or "."
    if not path.endswith(suffix):
        raise CommandError(f"cannot write {path}: expected a name that ends in {suffix}")
    if not os.path.isdir(directory):
        raise CommandError(f"cannot write {path}: there is no directory {directory}")
    if os.path.isdir(path) or not os.access(directory, os.W_OK):
        raise CommandError(f"cannot write {path}: {directory} is not writable or holds a directory")


def picture_path(asked, default):
    """Where to save a PNG: ``asked``, or ``default`` if that is None.

    None without matplotlib, unless the user asked: then it raises CommandError.
    """
    can_draw = find_spec("matplotlib") is not None
    if asked or can_draw:
        check_output(asked or default, ".png")
    if asked and not can_draw:
        raise CommandError(f"cannot draw {asked} without matplotlib: pip install matplotlib")
    return asked or default if can_draw else None


def save_figure(figure, path):
    """Save a matplotlib figure as a PNG and close it."""
    import matplotlib.pyplot as plt

    with replacing(path) as file:
        figure.savefig(file, dpi=120, format="png")
    plt.close(figure)


@contextmanager
def replacing(path):
    """``state.replacing``, whose errors end a command."""
    try:
        with state.replacing(path) as file:
            yield file
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from None
