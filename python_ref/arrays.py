"""A Value and a NumPy array: operators between them go element by element."""

import sys


def elementwise(operator, x, y):
    """``operator(x, y)`` of a Value and an array, as an object array of Values.

    NotImplemented where neither is a NumPy array.
    """
    numpy = sys.modules.get("numpy")  # who has an array has imported it
    if numpy is None or not (isinstance(x, numpy.ndarray) or isinstance(y, numpy.ndarray)):
        return NotImplemented
    return operator(boxed(x, numpy), boxed(y, numpy))


def boxed(x, numpy):
    """An array as it is, a Value as an object array without dimensions."""
    if isinstance(x, numpy.ndarray):
        return x
    box = numpy.empty((), dtype=object)
    box[()] = x
    return box
