"""How a command ends: its exit status, and one line on stderr about what went wrong."""

import os
import sys
import traceback

from micrograd_c._startup.command import program_name
from micrograd_c.cli import streams
from micrograd_c.cli.errors import CommandError

TRACEBACK = "MICROGRAD_C_TRACEBACK"
INTERRUPTED = 130  # the status that a shell reports for a process that SIGINT ended


def run_command(args):
    """Run a command and return its exit status.

    That is 2 for a mistake in what the user asked, 1 for what failed otherwise, and 130 for
    Ctrl-C. Each has one line on stderr, and nothing is raised.
    """
    streams.open_closed()
    streams.print_any_text()
    try:
        status = status_of(args)
        streams.flush_output()
        lost = streams.take_loss()
    except BrokenPipeError:  # the reader, such as `head`, has exited
        streams.silence(sys.stdout)
        streams.silence(sys.stderr)
        return 1
    except KeyboardInterrupt:
        return complain(args, "interrupted", INTERRUPTED)
    if lost and not status:
        return complain(args, f"cannot write standard output: {lost}", 1)
    return status


def status_of(args):
    """Run a command, report what it raises, and return its exit status.

    Raises BrokenPipeError when nobody reads standard output any more.
    """
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
    except OSError as error:  # from standard output or error: commands handle their own files
        streams.note_loss(error.strerror or str(error))
        streams.silence(sys.stdout)
        return 0
    except Exception as error:
        if os.environ.get(TRACEBACK):
            traceback.print_exc()
        return complain(
            args,
            f"a fault of micrograd_c: {type(error).__name__}: {error} (please report it, with what "
            f"is printed if the environment variable {TRACEBACK} is 1)",
            1,
        )


def complain(args, message, status):
    """Print the one line about what went wrong. Returns ``status``."""
    streams.complain(f"{program_name()} {args.command}: error: {message}")
    return status
