"""``python -m micrograd_c run``: a program written for micrograd, unchanged, on micrograd_c.

Usually ``_startup/start.py`` replaces this process by a plain Python that runs the program,
before this module is imported. This module runs the program in this process where that is not
possible: under ``-E``, ``-I`` and ``-S``, where a new Python would not install the stand-in, and
under debuggers, profilers and ``coverage run``, which watch this process. The program then gets
what it would get under plain ``python``: its own ``__main__``, ``sys.argv`` and ``sys.path[0]``.
Its exit status is that of this process, and a traceback begins where plain Python's would. The
difference is that modules which this process has imported stay imported.
"""

import argparse
import builtins
import io
import os
import pkgutil
import runpy
import sys
from importlib.machinery import SourceFileLoader
from types import ModuleType

from micrograd_c._startup import finder, start
from micrograd_c._startup.command import program_name

USAGE = "run [--replace-value] (SCRIPT | -m MODULE) [ARGUMENT ...]"
REPLACE = "--replace-value"


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "run",
        help="run a program written for micrograd on micrograd_c",
        usage=f"{program_name()} {USAGE}",
        description="Run a script, a directory or zip file with a __main__.py, a module, -c CODE, "
        "or - for stdin, as python would, but with micrograd_c in place of micrograd, in the "
        "program and in the processes that it starts. With --replace-value the class Value that "
        "the program itself defines is replaced by micrograd_c's; stderr says what that changes.",
        example="train.py --epochs 3",
        add_help=False,
        # No argument starts with a zero byte, so every option, even -h, goes to the program.
        prefix_chars="\0",
    )
    parser.add_argument("program", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    parser.set_defaults(run=run, run_parser=parser)


def run(args):
    parser, program = args.run_parser, args.program
    if program[:1] in (["-h"], ["--help"]):
        parser.print_help()
        return
    replaces = program[:1] == [REPLACE]
    if replaces:
        program = program[1:]
    if program in (["-m"], ["-c"]):
        wanted = {"-m": "the name of a module", "-c": "code"}
        parser.error(f"expected {wanted[program[0]]} after {program[0]}")
    if not start.is_program(program):
        given = " ".join(program) or "nothing"
        parser.error(f"expected a script, -m MODULE, -c CODE or -, got {given}")
    if replaces and (program[0] == "-m" or pkgutil.get_importer(program[0]) is not None):
        parser.error(f"expected a script, -c CODE or - after {REPLACE}, got {program[0]}")
    compiled = compile_plain
    if replaces:
        # Imported now: beside the program there may be files with the names of standard modules.
        from micrograd_c.replace import child  # noqa: F401

        compiled = compile_with_ours
    if program[0] == "-m":
        run_module(*program[1:])
    elif program[0] in ("-", "-c"):
        run_text(compiled, *program)
    else:
        run_script(compiled, *program)


def compile_plain(source, name):
    return compile(source, name, "exec", dont_inherit=True)


def compile_with_ours(source, name):
    """Compile a program with our Value in place of its own class; end the process if refused."""
    compile_plain(source, name)  # so that a SyntaxError has no frames of ours
    from micrograd_c.replace.errors import NoClass, NotReplaced
    from micrograd_c.replace.source import compile_with_ours

    try:
        return compile_with_ours(source, name)
    except NoClass as error:
        print(f"python -m micrograd_c run: error: {REPLACE}: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except NotReplaced as error:
        print(f"micrograd_c: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def run_script(compiled, path, *arguments):
    """Run a file, or a directory or zip file with a ``__main__.py``, as ``python path`` does."""
    sys.argv = [path, *arguments]
    if pkgutil.get_importer(path) is not None:  # a directory or a zip file
        set_first_path(os.path.abspath(path))
        run_as_main(ModuleType("__main__"), lambda: runpy._run_module_as_main("__main__", False))
        return

    set_first_path(os.path.dirname(os.path.realpath(path)))
    main = ModuleType("__main__")
    main.__file__ = os.path.join(os.getcwd(), path)
    main.__loader__ = SourceFileLoader("__main__", main.__file__)
    try:
        with io.open_code(main.__file__) as file:
            source = file.read()
    except OSError as error:
        print(
            f"micrograd_c run: can't open file {main.__file__!r}: [Errno {error.errno}] "
            f"{error.strerror}",
            file=sys.stderr,
        )
        sys.exit(2)
    if compiled is compile_with_ours:
        from micrograd_c.replace import child

        child.tell_children(main)
    run_as_main(main, lambda: exec(compiled(source, main.__file__), vars(main)))


def run_text(compiled, option, *arguments):
    """Run ``python -c CODE`` or, from stdin, ``python -``."""
    set_first_path("")
    if option == "-c":
        source, name, sys.argv = arguments[0], "<string>", [option, *arguments[1:]]
    else:
        source, name, sys.argv = sys.stdin.read(), "<stdin>", [option, *arguments]
    main = ModuleType("__main__")
    run_as_main(main, lambda: exec(compiled(source, name), vars(main)))


def run_module(name, *arguments):
    """Run a module or a package's ``__main__`` as ``python -m name`` does."""
    sys.argv = ["-m", *arguments]  # runpy replaces "-m" by the module's file
    set_first_path(os.getcwd())
    # ``python -m`` itself calls this function. The public run_module() would put back the old
    # __main__ at the end, while threads and exit handlers of the program may still run.
    run_as_main(ModuleType("__main__"), lambda: runpy._run_module_as_main(name))


def set_first_path(directory):
    """Put the program's directory first on sys.path, in place of ours; not under -P or -I."""
    if not start.has_safe_path():
        sys.path[: 0 if start.has_left else 1] = [directory]


def run_as_main(main, start):
    """Call ``start`` with ``main`` as the module ``__main__`` and the stand-in installed."""
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    finder.install()
    try:
        start()
    except BaseException as error:
        hide_our_frames(error)
        raise


def hide_our_frames(error):
    """Make Python's report of an uncaught error begin at the program's own first frame.

    The error itself goes on to the interpreter, which knows what each exception means for the
    exit status. Only the hook that prints the error is wrapped.
    """
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    hook = sys.excepthook  # the program may have set its own
    sys.excepthook = lambda kind, value, _: hook(kind, value.with_traceback(frames), frames)
