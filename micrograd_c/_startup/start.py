"""What ``python -m micrograd_c`` and ``micrograd-c`` do before it imports the rest of the package.

For ``-m`` Python puts the current directory first on sys.path. A user's ``random.py`` or
``csv.py`` there would be imported in place of the standard library's.
"""

import os
import sys

from micrograd_c._startup import finder
from micrograd_c._startup.command import is_command, is_script


def start():
    """Clean sys.path; for ``run``, replace this process by plain Python on the user's program.

    Does nothing in a process of another module, which imports micrograd_c. Does not return for
    ``run`` where ``can_be_plain()``; else the command ``run`` runs the program in this process.
    """
    if not is_command():
        return
    leave_current_directory()
    if sys.argv[1:2] == ["run"] and is_program(sys.argv[2:]) and can_be_plain():
        check_backend()
        become_python(sys.argv[2:])


has_left = False  # True if the current directory was removed from the front of sys.path


def leave_current_directory():
    """Remove the current directory from sys.path, unless micrograd_c itself is there."""
    global has_left
    try:
        here = os.getcwd()
    except OSError:  # it was removed
        return
    if not has_safe_path() and sys.path[0] in ("", here) and here != finder.ROOT:
        del sys.path[0]
        has_left = True


def has_safe_path():
    """True if Python put no directory of the program on sys.path, because of -I or -P."""
    return bool(sys.flags.isolated or getattr(sys.flags, "safe_path", False))


def is_program(arguments):
    """True if ``arguments`` begin with something to run.

    That is a script, a directory, -, -m NAME or -c CODE.
    """
    if arguments[:1] in (["-m"], ["-c"]):
        return len(arguments) > 1
    return bool(arguments) and (arguments[0] == "-" or not arguments[0].startswith("-"))


def can_be_plain():
    """True if a new Python process would install the stand-in when it starts.

    It would if ``site`` runs and finds ``on_path/sitecustomize.py`` by PYTHONPATH.
    """
    return (
        bool(sys.executable)
        and not sys.flags.ignore_environment
        and not sys.flags.no_site
        and os.path.isfile(os.path.join(finder.STARTUP, "sitecustomize.py"))
        and os.pathsep not in finder.STARTUP
    )


def check_backend():
    """End the process if MICROGRAD_C_BACKEND asks for an engine that is not installed."""
    if os.environ.get("MICROGRAD_C_BACKEND", "auto") not in ("auto", "python"):
        from micrograd_c import _backend  # noqa: F401


def become_python(program):
    """Replace this process by the same Python, running the program."""
    command = [sys.executable, *python_options(), *program]
    finder.tell_children()
    if os.name == "posix":
        os.execv(sys.executable, command)
    # Elsewhere exec would start a process and end this one, and a shell would not wait.
    import signal
    import subprocess

    # The program gets Ctrl-C too, and does not inherit SIG_IGN. This process only waits for it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(subprocess.call(command))


def python_options():
    """Return the options of the interpreter itself with which this process was started."""
    if not hasattr(sys, "orig_argv"):  # Python 3.9
        import subprocess

        options = subprocess._args_from_interpreter_flags()
        options += ["-u"] * bool(getattr(sys.stdout, "write_through", False))
        return options + ["-i"] * bool(sys.flags.interactive)
    options = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv) + 1]
    last = options.pop()
    if is_script():
        return options
    # They end in "-m micrograd_c", "-mmicrograd_c" or, with other letters, "-um micrograd_c".
    last = options.pop() if last == "micrograd_c" else last[: -len("micrograd_c")]
    return options if last == "-m" else [*options, last[:-1]]
