"""The command line, ``python -m micrograd_c COMMAND``: one module of ``commands`` each.

A command module has ``add_arguments(subparsers)``, which adds its parser with
``set_defaults(run=run)``, and ``run(args)``, which returns the exit status or
None for 0. What is the user's mistake is raised as CommandError.
"""

import argparse
import sys

from micrograd_c.cli import streams
from micrograd_c.cli.commands import bench, demo, info, parity, predict, run, train
from micrograd_c.cli.ending import run_to_end

COMMANDS = (demo, train, predict, run, parity, bench, info)


class Parser(argparse.ArgumentParser):
    """The command line's, and that of every command, which argparse makes of the same class."""

    def __init__(self, **settings):
        # --st for --steps would mean something else, or nothing, once another option begins so.
        super().__init__(allow_abbrev=False, **settings)

    def print_help(self, file=None):
        """Print the help. Notes a failure, which argparse would ignore."""
        try:
            streams.say(self.format_help().rstrip("\n"))
        except BrokenPipeError:
            streams.silence(sys.stdout)

    def exit(self, status=0, message=None):
        """End after --help or a mistake."""
        if message:
            streams.complain(message.rstrip("\n"))
        lost = streams.take_loss()
        if lost:
            streams.complain(f"{self.prog}: error: cannot write standard output: {lost}")
        sys.exit(status or bool(lost))

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
    return run_to_end(args)
