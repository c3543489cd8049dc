"""``take``: one of several Values, or a row of a table, by an index.

Eager, the index is a number, and the result is what stands there. In a function that ``jit``
traces, the index may be a column of the batch: then the trace makes a node of all Values that
may be taken, and each run checks the column for all rows, see ``argument_rules.py``.
"""

import functools
import math
import operator

from python_ref.core.argument_rules import Rule, add_rule
from python_ref.core.numbers import describe, is_number, is_value
from python_ref.core.operators import Operators
from python_ref.core.tracing import current_trace
from python_ref.core.vector import Vector, is_row, is_scalar

WHOLE_NUMBER = Rule(
    "a whole number as an index", lambda x: (x.round() == x) & (abs(x) < math.inf), TypeError
)


@functools.cache
def range_rule(count):
    last = float(count - 1)
    return Rule(
        f"an index from 0 to {count - 1}, of {count} in all",
        lambda x: (x >= 0.0) & (x <= last),
        IndexError,
    )


def taken(values, index):
    """What ``functional.take`` returns, and raises."""
    count = count_of(values)
    place = place_of(index)
    if place is None:
        entries = all_entries(values)
        add_rule(index, WHOLE_NUMBER)
        add_rule(index, range_rule(count))
        entry_at = current_trace().entry_at
        if not isinstance(entries[0], list):
            return entry_at(index, entries)
        return Vector([entry_at(index, column) for column in zip(*entries)])
    if not 0 <= place < count:
        raise IndexError(f"take: expected {range_rule(count).expected}, got {place}")
    found = entry_of(values[place])
    return Vector(found) if isinstance(found, list) else found


def count_of(values):
    """How many entries there are. Raises TypeError if it is no sequence, ValueError for none."""
    is_sequence = getattr(values, "ndim", 1) > 0 and all(
        hasattr(type(values), name) for name in ("__len__", "__getitem__")
    )
    is_other = isinstance(values, (str, bytes, bytearray)) or hasattr(type(values), "keys")
    if is_other or is_value(values) or not is_sequence:
        raise TypeError(
            f"take: expected a sequence of Values and numbers, or of rows of them, "
            f"got {describe(values)}"
        )
    count = len(values)
    if not count:
        raise ValueError("take: expected at least one Value to take from, got none")
    return count


def place_of(index):
    """The index as an int; None if it is a column of a function that jit traces.

    Raises TypeError for what is no whole number, and for a Value that was computed.
    """
    number = index
    if is_value(index):
        trace = current_trace()
        if trace and trace.is_column(index):
            return None
        if index._is_computed():
            raise TypeError(
                "take: expected a number as the index, got a Value that was computed: nothing "
                "can be differentiated by an index; write int(v.data)"
            )
        number = index.data
    elif hasattr(type(index), "__index__") and not getattr(index, "ndim", 0):
        return operator.index(index)
    elif not is_number(index) or getattr(index, "ndim", 0):
        raise TypeError(f"take: expected a whole number as the index, got {describe(index)}")
    number = float(number)
    if not (math.isfinite(number) and number.is_integer()):
        raise TypeError(f"take: expected {WHOLE_NUMBER.expected}, got {number!r}")
    return int(number)


def entry_of(x):
    """An entry as it is, or a row as a list. Raises TypeError for anything else."""
    if not isinstance(x, (list, tuple)) and is_scalar(x):
        return x.item() if hasattr(x, "dtype") else x  # Python's float, not NumPy's
    if is_row(x):
        row = x.tolist() if hasattr(x, "tolist") else list(x)
        if are_scalars(row):
            return row
    raise TypeError(
        f"take: expected Values and numbers, or rows of them, to take from, got {describe(x)}"
    )


def are_scalars(row):
    """True if all are Values or numbers. Mostly they are Values, which their types tell at once."""
    kinds = set(map(type, row))
    return all(issubclass(kind, Operators) for kind in kinds) or all(map(is_scalar, row))


def all_entries(values):
    """All entries: a list, or a list of lists of the same length if they are rows.

    Raises TypeError for entries that cannot be taken or are of both kinds, ValueError for rows of
    different lengths or without elements.
    """
    entries = [entry_of(x) for x in values]
    lengths = [len(x) if isinstance(x, list) else None for x in entries]
    if None in lengths and any(length is not None for length in lengths):
        raise TypeError("take: expected Values or rows to take from, got some of each")
    for i, length in enumerate(lengths):
        if length != lengths[0]:
            raise ValueError(
                f"take: expected rows of one length, but row 0 has {lengths[0]} elements and "
                f"row {i} has {length}"
            )
    return entries
