"""``python -m micrograd_c explore``: the graph of a Value in a program, as a page."""

import builtins
import os
import sys
import traceback
import webbrowser
from pathlib import Path
from types import ModuleType

from micrograd_c._startup import finder
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.output_files import check_output, replacing
from micrograd_c.cli.streams import complain, say
from micrograd_c.explorer import explore
from python_ref.core.operators import Operators


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "explore",
        help="see the graph of a Value in a program",
        description="Run a program, as `run` does, and write the graph of one of its Values as a "
        "page that shows how forward and backward compute it. The page is one file that needs no "
        "network. It is opened in the browser.",
        example="train.py:loss --out graph.html",
    )
    parser.add_argument(
        "script",
        metavar="SCRIPT[:NAME]",
        help="the program, and the variable that holds the Value; by default the last variable "
        "with a computed Value",
    )
    parser.add_argument(
        "--out", metavar="FILE.html", help="the page to write (default: SCRIPT_graph.html)"
    )
    parser.add_argument("--no-open", action="store_true", help="do not open the browser")
    parser.set_defaults(run=run)


def run(args):
    path, name = split(args.script)
    out = args.out or f"{Path(path).stem}_graph.html"
    check_output(out, ".html")
    variables = variables_of(path)
    page = explore(variables[chosen(variables, name, path)], names=variables)
    with replacing(out) as file:
        file.write(page.html().encode("utf-8"))
    say(f"wrote {out}: a graph of {page.size} nodes")
    if not args.no_open and not webbrowser.open(Path(out).resolve().as_uri()):
        complain(f"there is no browser to open: open {out} in one")


def split(text):
    """Return the path and the variable's name or None of ``SCRIPT[:NAME]``."""
    path, name = text, None
    if not os.path.isfile(text):
        before, colon, after = text.rpartition(":")
        if colon and after.isidentifier():
            path, name = before, after
    if not os.path.isfile(path):
        raise CommandError(f"there is no file {path}")
    return path, name


def variables_of(path):
    """Run the program at ``path`` as ``__main__`` and return its variables.

    Raises CommandError if it does not come to its end, after Python's own report.
    """
    main = ModuleType("__main__")
    main.__file__, main.__builtins__ = os.path.abspath(path), builtins
    sys.argv = [path]
    sys.path[:0] = [os.path.dirname(main.__file__)]
    sys.modules["__main__"] = main
    finder.install()
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from None
    try:
        exec(compile(source, main.__file__, "exec", dont_inherit=True), vars(main))
    except SystemExit as error:
        if error.code not in (None, 0):
            raise CommandError(f"{path} ended with {error.code!r}", status=1) from None
    except Exception as error:
        # Without the frame of this function, which is no part of the program.
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        traceback.print_exception(type(error), error, error.__traceback__)
        raise CommandError(f"{path} raised {type(error).__name__}", status=1) from None
    return dict(vars(main))


def chosen(variables, name, path):
    """Return the name of the variable to show. Raises CommandError if there is no such Value."""
    values = [key for key, x in variables.items() if isinstance(x, Operators)]
    computed = [key for key in values if variables[key]._prev]
    if name is None:
        if not computed:
            raise CommandError(f"no variable of {path} holds a computed Value")
        return computed[-1]
    if name not in values:
        known = f"; it has {', '.join(computed[-8:])}" if computed else ""
        raise CommandError(f"{path} has no variable {name} that holds a Value{known}")
    return name
