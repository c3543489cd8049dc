"""What ``python -m micrograd_c`` does before the package is imported.

Python puts the current directory first on sys.path for ``-m``. So a user's
``random.py`` or ``csv.py`` there would be taken for the standard library's.
"""

import os
import sys

from micrograd_c import _finder


def is_command():
    """Whether ``python -m micrograd_c`` imports the package, not a program or another ``-m``."""
    if getattr(sys, "argv", [])[:1] != ["-m"]:
        return False
    frame = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__") != "runpy":
        frame = frame.f_back
    return frame is not None and frame.f_locals.get("mod_name") == "micrograd_c.__main__"


def start():
    """Hand ``run``'s program over to plain Python, or see to it that a command finds its modules.

    Returns for every command but ``run``, and for a ``run`` that is not ``can_be_plain``.
    Does nothing for another ``-m`` whose module imports micrograd_c.
    """
    if not is_command():
        return
    leave_current_directory()
    if sys.argv[1:2] == ["run"] and is_program(sys.argv[2:]) and can_be_plain():
        check_backend()
        become_python(sys.argv[2:])


has_left = False  # whether the current directory is no longer first on sys.path


def leave_current_directory():
    """Take it off sys.path, unless micrograd_c itself lies there."""
    global has_left
    try:
        here = os.getcwd()
    except OSError:  # it was removed
        return
    if not has_safe_path() and sys.path[0] in ("", here) and here != _finder.ROOT:
        del sys.path[0]
        has_left = True


def has_safe_path():
    """Whether -I or -P told Python to put no directory of the program's on sys.path."""
    return bool(sys.flags.isolated or getattr(sys.flags, "safe_path", False))


def is_program(arguments):
    """Whether these begin as what Python runs: a script, a directory, -, -m NAME or -c CODE."""
    if arguments[:1] in (["-m"], ["-c"]):
        return len(arguments) > 1
    return bool(arguments) and (arguments[0] == "-" or not arguments[0].startswith("-"))


def can_be_plain():
    """Whether a plain Python would come to the stand-in, by PYTHONPATH, ``site`` and itself."""
    return (
        bool(sys.executable)
        and not sys.flags.ignore_environment
        and not sys.flags.no_site
        and os.path.isfile(os.path.join(_finder.STARTUP, "sitecustomize.py"))
        and os.pathsep not in _finder.STARTUP
    )


def check_backend():
    """End the process if MICROGRAD_C_BACKEND asks for what is not there."""
    if os.environ.get("MICROGRAD_C_BACKEND", "auto") not in ("auto", "python"):
        from micrograd_c import _backend  # noqa: F401


def become_python(program):
    """Replace this process by the same Python, running the program."""
    command = [sys.executable, *python_options(), *program]
    _finder.tell_children()
    if os.name == "posix":
        os.execv(sys.executable, command)
    # Elsewhere exec would start a process and end this one, and a shell would not wait.
    import signal
    import subprocess

    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is the program's, which does not inherit this
    sys.exit(subprocess.call(command))


def python_options():
    """The interpreter's own options that this process was started with."""
    if not hasattr(sys, "orig_argv"):  # Python 3.9
        import subprocess

        options = subprocess._args_from_interpreter_flags()
        options += ["-u"] * bool(getattr(sys.stdout, "write_through", False))
        return options + ["-i"] * bool(sys.flags.interactive)
    options = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv) + 1]
    # Ends in -m micrograd_c, maybe in one word, or behind other letters: -um micrograd_c.
    last = options.pop()
    last = options.pop() if last == "micrograd_c" else last[: -len("micrograd_c")]
    return options if last == "-m" else [*options, last[:-1]]
