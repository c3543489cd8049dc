"""The command line, ``python -m micrograd_c COMMAND``: one module here a command.

A command module has ``add_arguments(subparsers)``, which adds its parser with
``set_defaults(run=run)``, and ``run(args)``, which returns the exit status or
None for 0. What is the user's mistake is raised as CommandError.
"""

import argparse
import os
import sys

from micrograd_c.cli import bench, demo, info, parity, predict, run, train
from micrograd_c.cli.errors import CommandError

COMMANDS = (demo, train, predict, run, parity, bench, info)


class Parser(argparse.ArgumentParser):
    """The command line's, and that of every command, which argparse makes of the same class."""

    def __init__(self, **settings):
        # --st for --steps would mean something else, or nothing, once another option begins so.
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message):
        """Report a mistake in one line, without argparse's usage before it."""
        self.exit(2, f"{self.prog}: error: {message} (--help shows what it takes)\n")


def make_parser():
    parser = Parser(
        prog="python -m micrograd_c",
        description="Karpathy's micrograd on a C engine.",
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for command in COMMANDS:
        command.add_arguments(subparsers)
    return parser


def main(argv=None):
    """Run one command and return its exit status: 2 for a mistake in what the user asked."""
    parser = make_parser()
    args = parser.parse_args(argv)
    if args.command is None:
        parser.error("expected a command")
    if args.command == "run":
        return args.run(args)  # its exceptions are the program's own, for Python to report
    print_any_text()
    try:
        status = args.run(args) or 0
        sys.stdout.flush()
        return status
    except CommandError as error:
        return complain(args, error, 2)
    except MemoryError:
        return complain(args, "not enough memory", 1)
    except KeyboardInterrupt:
        return complain(args, "interrupted", 130)
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def complain(args, message, status):
    print(f"python -m micrograd_c {args.command}: error: {message}", file=sys.stderr)
    return status


def print_any_text():
    """Escape what the terminal's encoding lacks (in a column's name, say) instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
