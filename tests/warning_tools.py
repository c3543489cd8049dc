"""Records the warnings of a call."""

import warnings


def warned(function, *args):
    """Return the warnings of a call, also those that were shown before for the same line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*args)
    return caught
