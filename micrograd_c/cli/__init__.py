"""The command line, ``python -m micrograd_c COMMAND``: its parser and ``main``.

Where things are:

- ``commands/``: one module for each command. It has ``add_arguments(subparsers)``, which
  adds the command's parser with ``set_defaults(run=run)``, and ``run(args)``, which returns
  the exit status (None means 0). It raises CommandError for a mistake of the user's.
- ``csv_models/``: what ``train`` and ``predict`` share: the CSV file as a table and as a
  dataset, standardisation, training, metrics and the model file.
- ``demo/``: what ``demo`` trains on, how it trains, and its pictures.
- ``engines.py``: the two engines, as the commands that compare them use them.
- ``argument_types.py``: the types of options, such as a whole number or layer sizes.
- ``output_files.py``: the files that commands write, checked before the work begins.
- ``streams.py``: standard output and standard error, also when they are closed or full.
- ``progress.py``: the progress bar.
- ``errors.py`` and ``exit_status.py``: CommandError, and how a command ends.
"""

import argparse
import sys

from micrograd_c.cli import streams
from micrograd_c.cli.commands import bench, demo, explore, info, parity, predict, run, train
from micrograd_c.cli.exit_status import run_command

COMMANDS = (demo, train, predict, run, explore, parity, bench, info)


class Parser(argparse.ArgumentParser):
    """The parser of the command line. argparse makes the commands' parsers of this class too."""

    def __init__(self, **settings):
        # An abbreviation, such as --st, would change its meaning when a new option begins so.
        super().__init__(allow_abbrev=False, **settings)

    def print_help(self, file=None):
        """Print the help, and note a failed write, which argparse would ignore."""
        try:
            streams.say(self.format_help().rstrip("\n"))
        except BrokenPipeError:
            streams.silence(sys.stdout)

    def exit(self, status=0, message=None):
        """End the process after --help or a mistake, with status 1 if output was lost."""
        if message:
            streams.complain(message.rstrip("\n"))
        lost = streams.take_loss()
        if lost:
            streams.complain(f"{self.prog}: error: cannot write standard output: {lost}")
        sys.exit(status or bool(lost))

    def error(self, message):
        """Report a mistake in one line, without the usage that argparse prints first."""
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
        return args.run(args)  # exceptions come from the user's program: Python reports them
    return run_command(args)
