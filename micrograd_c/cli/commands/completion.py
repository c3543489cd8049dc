"""``python -m micrograd_c completion``: completion of commands and options in a shell."""

from importlib.util import find_spec

from micrograd_c._startup.command import SCRIPT
from micrograd_c.cli import streams
from micrograd_c.cli.errors import CommandError

SHELLS = ("bash", "zsh", "tcsh")


def add_arguments(subparsers):
    parser = subparsers.add_parser(
        "completion",
        help="print a script that completes commands in a shell",
        description=f"Print a script by which a shell completes the commands and options of "
        f"{SCRIPT}. bash reads it from a file of ~/.local/share/bash-completion/completions/ that "
        f"is named {SCRIPT}, zsh from a file _{SCRIPT} in a directory of $fpath.",
        example="bash",
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.set_defaults(run=run)


def run(args):
    if find_spec("shtab") is None:
        raise CommandError("completion needs shtab: pip install shtab", status=1)
    import shtab

    parser = args.parser
    parser.prog = SCRIPT
    complete_files(parser, shtab.FILE)
    streams.say(shtab.complete(parser, args.shell))


def complete_files(parser, file):
    """Have arguments whose metavar is a file's name, such as DATA.csv, complete files."""
    for action in parser._actions:
        if "." in str(action.metavar or ""):
            action.complete = file
        for command in getattr(action, "choices", None) or ():
            if isinstance(action.choices, dict):
                complete_files(action.choices[command], file)
