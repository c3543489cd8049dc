"""Ctrl-C outside of what ``python -m micrograd_c`` can catch, such as its imports: one line."""

import sys


def is_command():
    """Whether ``python -m micrograd_c`` imports the package for a command of ours.

    A program under ``run`` is not ours: its interrupts are reported as Python does.
    """
    arguments = getattr(sys, "argv", [])
    if arguments[:1] != ["-m"] or arguments[1:2] == ["run"]:  # "-m" until the module is found
        return False
    frame = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__") != "runpy":
        frame = frame.f_back
    return frame is not None and frame.f_locals.get("mod_name") == "micrograd_c.__main__"


def report(kind, error, traceback):
    """In place of sys.excepthook."""
    if not issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, traceback)
    if sys.stderr is not None:
        print("python -m micrograd_c: error: interrupted", file=sys.stderr, flush=True)
    sys.exit(130)


if is_command():
    sys.excepthook = report
