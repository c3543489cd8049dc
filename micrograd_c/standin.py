"""Standing in for micrograd: after ``install()``, ``import micrograd`` gets micrograd_c.

A program written for micrograd then runs as it is, whether micrograd is installed
or not.
"""

import importlib
import sys
import warnings

from micrograd_c._startup import finder

__all__ = ["install", "uninstall"]


def install():
    """Make ``micrograd``, ``micrograd.engine`` and ``micrograd.nn`` import as ours.

    In this process and in those that it starts from now on and that inherit its
    environment variables: workers of ``multiprocessing``, ``concurrent.futures`` or
    joblib, and ``subprocess.run([sys.executable, ...])``. Not in a Python of another
    environment, nor one that starts with ``-E``, ``-I`` or ``-S``. The variables are
    PYTHONPATH, which gets a first entry, and MICROGRAD_C_STAND_IN.

    If this passes over a package or file named micrograd that is not the installed
    micrograd, such as a fork's, a RuntimeWarning names it. Its modules other than
    ``engine`` and ``nn`` can be imported, and these get our ``engine`` and ``nn``.

    Installing twice is installing once. If the program has imported micrograd
    already, the names it bound stay micrograd's and only later imports get ours;
    a RuntimeWarning says so.
    """
    early = "call install() before the first import of micrograd"
    for message in stand_in(early, "do not call install() and start with plain python"):
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def uninstall():
    """Undo ``install()``: ``import micrograd`` gets what it would have got without it.

    sys.modules gets back what it held as micrograd, and the environment variables are
    restored. Names that a program bound in between stay ours.
    Does nothing if nothing is installed.
    """
    finder.uninstall()


def stand_in(early, without):
    """Do what install() does. Returns the messages for the user.

    ``early`` says how to install it in time, ``without`` how to run without it.
    """
    if finder.replaced is not None:
        return []
    importlib.import_module("micrograd_c.nn")  # first: if this fails, nothing is half done

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
