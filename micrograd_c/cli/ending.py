"""How a command ends: its exit status, and one line about what went wrong."""

import sys

from micrograd_c.cli import streams
from micrograd_c.cli.errors import CommandError

INTERRUPTED = 130  # what a shell gives for a process that SIGINT ended


def run_to_end(args):
    """Run a command, and return its exit status: 2 for a mistake in what the user asked."""
    streams.open_closed()
    streams.print_any_text()
    try:
        status = attempt(args)
        streams.lose_output()
        lost = streams.take_loss()
    except BrokenPipeError:  # the reader, such as `head`, has ended
        streams.silence(sys.stdout)
        streams.silence(sys.stderr)
        return 1
    except KeyboardInterrupt:
        return complain(args, "interrupted", INTERRUPTED)
    if lost and not status:
        return complain(args, f"cannot write standard output: {lost}", 1)
    return status


def attempt(args):
    try:
        return args.run(args) or 0
    except CommandError as error:
        return complain(args, error, error.status)
    except MemoryError:
        return complain(args, "not enough memory", 1)
    except KeyboardInterrupt:
        return complain(args, "interrupted", INTERRUPTED)
    except BrokenPipeError:
        raise
    except OSError as error:  # of standard output or error: commands handle their files
        streams.note_loss(error.strerror or str(error))
        streams.silence(sys.stdout)
        return 0


def complain(args, message, status):
    streams.complain(f"python -m micrograd_c {args.command}: error: {message}")
    return status
