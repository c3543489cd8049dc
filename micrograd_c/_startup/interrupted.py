"""Reports in one line a Ctrl-C that ``main`` cannot catch, such as one during the imports."""

import sys

from micrograd_c._startup.command import is_command, program_name


def report(kind, error, traceback):
    """Print one line for an interrupt, and the traceback of any other exception."""
    if not issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, traceback)
    if sys.stderr is not None:
        print(f"{program_name()}: error: interrupted", file=sys.stderr, flush=True)
    sys.exit(130)


# A program under ``run`` has its interrupts reported as under plain Python.
if is_command() and sys.argv[1:2] != ["run"]:
    sys.excepthook = report
