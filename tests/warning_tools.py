"""How tests record warnings."""

import warnings


def warned(function, *args):
    """The warnings of a call, also those that came before at the same place."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*args)
    return caught
