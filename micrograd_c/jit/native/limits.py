"""How long a program may be to be compiled."""

import warnings

MOST_STATEMENTS = 12_000  # outside of loops, each counted once; compiling takes seconds


def is_too_long(statements):
    """Warn and return True if a program is too long to be compiled."""
    if statements <= MOST_STATEMENTS:
        return False
    warnings.warn(
        f"native=True: the program has {statements:,} statements, loops counted once, and more "
        f"than {MOST_STATEMENTS:,} take too long to compile; it runs interpreted",
        RuntimeWarning,
        stacklevel=2,
    )
    return True
