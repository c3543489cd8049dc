"""Standing in for micrograd: after ``install()``, ``import micrograd`` imports micrograd_c.

A program written for micrograd then runs unchanged, whether micrograd is installed or not.
"""

import importlib
import sys
import warnings

from micrograd_c._startup import finder

__all__ = ["install", "uninstall"]


def install():
    """Make imports of ``micrograd``, ``micrograd.engine`` and ``micrograd.nn`` return ours.

    This affects this process, and those that it starts later and that inherit its environment
    variables: workers of ``multiprocessing``, ``concurrent.futures`` or joblib, and
    ``subprocess.run([sys.executable, ...])``. It does not affect a Python of another environment,
    nor one that starts with ``-E``, ``-I`` or ``-S``. The variables are PYTHONPATH, which gets a
    first entry, and MICROGRAD_C_STAND_IN.

    A package or file named micrograd that is not the installed micrograd, such as that of a fork,
    is hidden. Its modules other than ``engine`` and ``nn`` can be imported, and they get our
    ``engine`` and ``nn``.

    A second call does nothing. If the program has imported micrograd already, the names that it
    bound stay micrograd's, and only later imports return ours.

    Warns:
        RuntimeWarning: If it hides such a package, which the warning names, and if the program
            has imported micrograd already.
    """
    early = "call install() before the first import of micrograd"
    for message in stand_in(early, "do not call install() and start with plain python"):
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def uninstall():
    """Undo ``install()``: ``import micrograd`` returns what it would without it.

    The entries for micrograd in sys.modules and the environment variables are restored. Names
    that a program bound in between stay ours. Without a call of ``install()`` before, this does
    nothing.
    """
    finder.uninstall()


def stand_in(early, without):
    """Do what install() does. Return the list of messages for the user.

    ``early`` says how to install early enough, ``without`` how to run without the stand-in.
    """
    if finder.replaced is not None:
        return []
    importlib.import_module("micrograd_c.nn")  # first: if this fails, nothing has changed

    messages = []
    theirs = finder.passed_over()
    if "micrograd" in sys.modules:
        messages.append(
            "micrograd is already imported: names bound so far stay micrograd's, later imports "
            f"get micrograd_c's ({early})"
        )
    elif theirs and finder.is_to_be_named(theirs):
        messages.append(finder.what_is_passed_over(theirs, without))
    finder.install()
    if theirs:
        finder.note(theirs)
    importlib.import_module("micrograd")
    return messages
