"""The one exception that a command raises for a mistake of its user."""


class CommandError(Exception):
    """Its message is one line; the command line prints it and exits with status 2."""
