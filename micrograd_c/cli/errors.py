"""The exception that ends a command with one line on stderr."""


class CommandError(Exception):
    """A command cannot go on. ``main`` prints the message, one line, and exits with ``status``."""

    def __init__(self, message, status=2):
        super().__init__(message)
        self.status = status
