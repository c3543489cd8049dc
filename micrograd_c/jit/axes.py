"""``in_axes``: which arguments have a row for each example, and which all examples share."""

from itertools import product
from math import prod
from typing import NamedTuple

from python_ref.core.vector import Vector


class Shared(NamedTuple):
    """The width of an argument that all examples share: the shape of its array."""

    shape: tuple


def checked_in_axes(in_axes):
    """Return ``in_axes`` as 0, None or a tuple of these. Raises ValueError for anything else."""
    axes = tuple(in_axes) if isinstance(in_axes, (list, tuple)) else (in_axes,)
    for axis in axes:
        if axis is not None and (axis != 0 or type(axis) in (bool, float)):
            raise ValueError(
                "in_axes: expected 0 for an argument with a row for each example and None for "
                "one that all share, or a tuple with one of these for each argument, "
                f"got {in_axes!r}"
            )
    return axes if isinstance(in_axes, (list, tuple)) else in_axes


def are_shared(in_axes, n):
    """Return, for each of n arguments, whether ``in_axes`` says that all examples share it.

    Raises ValueError if ``in_axes`` is a tuple of another length.
    """
    if not isinstance(in_axes, tuple):
        return (in_axes is None,) * n
    if len(in_axes) != n:
        raise ValueError(
            f"in_axes: expected an entry for each argument, got {len(in_axes)} for {n} arguments"
        )
    return tuple(axis is None for axis in in_axes)


def size_of(width):
    """Return how many numbers of an argument an example has."""
    return prod(width.shape) if isinstance(width, Shared) else 1 if width is None else width


def places_of(width):
    """Return the place of each of these numbers: a column, None, or an index if it is shared."""
    if not isinstance(width, Shared):
        return [None] if width is None else list(range(width))
    return list(product(*map(range, width.shape)))


def arranged(width, values):
    """Return the list ``values`` as the function gets it: a Value, a Vector, or Vectors."""
    if not isinstance(width, Shared):
        return values[0] if width is None else Vector(values)
    if len(width.shape) == 2:
        rows, columns = width.shape
        return [Vector(values[i * columns : (i + 1) * columns]) for i in range(rows)]
    return Vector(values) if width.shape else values[0]
