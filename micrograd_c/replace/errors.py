"""The exception for a class that cannot be replaced."""


class NotReplaced(Exception):
    """A program's class Value cannot be replaced by ours. The message names line and method."""


class NoClass(NotReplaced):
    """A program has no class Value, or more than one, so there is nothing to replace."""
