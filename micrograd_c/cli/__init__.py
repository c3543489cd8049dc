"""The command line, ``micrograd-c COMMAND`` or ``python -m micrograd_c COMMAND``.

Here are its parser and ``main``.

Where things are:

- ``commands/``: one module for each command. It has ``add_arguments(subparsers)``, which
  adds the command's parser with ``set_defaults(run=run)``, and ``run(args)``, which returns
  the exit status (None means 0). It raises CommandError for a mistake of the user's.
- ``csv_models/``: what ``train`` and ``predict`` share: the CSV file as a table and as a
  dataset, standardisation, training, metrics and the model file.
- ``gpt/``: what ``gpt`` is made of: the text, the model, its training and its file.
- ``options.py``: the options that several commands have: --json, --quiet, how a table is read.
- ``demo/``: what ``demo`` trains on, how it trains, and its pictures.
- ``engines.py``: the two engines, as the commands that compare them use them.
- ``argument_types.py``: the types of options, such as a whole number or layer sizes.
- ``output_files.py``: the files that commands write, checked before the work begins.
- ``streams.py``: standard output and standard error, also when they are closed or full.
- ``progress.py``: the progress bar.
- ``errors.py`` and ``exit_status.py``: CommandError, and how a command ends.
"""

import argparse
import re
import sys
from difflib import get_close_matches

from micrograd_c import __version__
from micrograd_c._startup.command import program_name
from micrograd_c.cli import streams
from micrograd_c.cli.commands import (
    bench,
    completion,
    demo,
    explore,
    gpt,
    info,
    parity,
    predict,
    run,
    train,
)
from micrograd_c.cli.exit_status import run_command

COMMANDS = (demo, train, predict, gpt, run, explore, parity, bench, info, completion)


class Parser(argparse.ArgumentParser):
    """The parser of the command line. argparse makes the commands' parsers of this class too."""

    def __init__(self, *, example="", **settings):
        # An abbreviation, such as --st, would change its meaning when a new option begins so.
        super().__init__(allow_abbrev=False, **settings)
        self.example = example  # the arguments of a call, for the help

    def format_help(self):
        """Return the help with the example below it, which is not wrapped: it is to be copied."""
        usage, gap, rest = super().format_help().partition("\n\n")
        help = fitting_usage(usage) + gap + rest
        example = f"{self.prog} {self.example}".rstrip()
        return f"{help}\nexample:\n  {example}\n" if self.example else help

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
        message = self.with_a_guess(message)
        self.exit(2, f"{self.prog}: error: {message} (--help shows what it takes)\n")

    def with_a_guess(self, message):
        """Return argparse's message, with the command or option that the user may have meant."""
        command = re.match(r"argument COMMAND: invalid choice: '([^']*)'", message)
        if command:
            names = [command.__name__.rpartition(".")[2] for command in COMMANDS]
            meant = guess(command[1], names) or f"; the commands are {', '.join(names)}"
            return f"there is no command {command[1]!r}{meant}"
        option = re.match(r"unrecognized arguments: (--[^ =]+)", message)
        return message + guess(option[1], self._option_string_actions) if option else message


def fitting_usage(usage):
    """Return argparse's usage in lines that fit in a narrow terminal, each option whole."""
    if max(map(len, usage.splitlines())) <= streams.columns():
        return usage
    glued = re.sub(r"\[[^]]*\]|\([^)]*\)", lambda m: m[0].replace(" ", "\0"), usage)
    return streams.fill(" ".join(glued.split()), streams.columns(), 2).replace("\0", " ")


def guess(word, words):
    """Return a question whether the user means one of the words, or "" if none is similar."""
    found = get_close_matches(word.lower(), words, n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


class ShowVersion(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None):
        streams.say(f"micrograd_c {__version__}")
        parser.exit()


def make_parser():
    parser = Parser(
        prog=program_name(),
        description="Karpathy's micrograd on a C engine.",
        epilog="COMMAND --help tells more of a command.",
        example="demo",
    )
    parser.add_argument("-V", "--version", action=ShowVersion, nargs=0, help="print the version")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for command in COMMANDS:
        command.add_arguments(subparsers)
    parser.commands = subparsers.choices
    return parser


def main(argv=None):
    """Run one command and return its exit status: 2 for a mistake in what the user asked."""
    parser = make_parser()
    args, unknown = parser.parse_known_args(argv)
    if unknown:  # the command's parser knows the options that the user may mean
        parser.commands.get(args.command, parser).error(
            f"unrecognized arguments: {' '.join(unknown)}"
        )
    args.parser = parser
    if args.command is None:
        parser.print_help()
        parser.exit()
    if args.command == "run":
        return args.run(args)  # exceptions come from the user's program: Python reports them
    return run_command(args)
