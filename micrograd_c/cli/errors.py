"""What ends a command with one line on stderr."""


class CommandError(Exception):
    """Its message is one line; the command line prints it and exits with ``status``."""

    def __init__(self, message, status=2):
        super().__init__(message)
        self.status = status
