"""Judges whether what two classes computed from the same numbers is the same."""

import math
from numbers import Real

SAME, ROUNDED, DIFFERENT = range(3)

# Two numbers within this are one formula with another rounding: 1e-12, relative to numbers
# above 1. Smaller ones may be what a subtraction left, such as 1 - t * t of a tanh near 1.
TOLERANCE = 1e-12


class Raised:
    """What stands for a result where a computation raised."""

    def __init__(self, error):
        self.error = error

    def __str__(self):
        return f"{type(self.error).__name__}: {self.error}"


def difference(theirs, ours):
    """Return SAME, ROUNDED or DIFFERENT, and by how much two numbers or texts differ.

    Zeros of both signs are the same, and so is NaN to itself. An infinity or NaN of theirs where
    ours is finite is ROUNDED: nothing that was right becomes wrong.
    """
    if not isinstance(theirs, Real) or not isinstance(ours, Real):
        return (SAME if theirs == ours else DIFFERENT), 0.0
    if isinstance(theirs, bool) or isinstance(ours, bool):
        return (SAME if theirs == ours else DIFFERENT), 0.0
    theirs, ours = float(theirs), float(ours)  # NumPy compares a float32 with a rounded float
    if theirs == ours or (theirs != theirs and ours != ours):
        return SAME, 0.0
    if not math.isfinite(theirs):
        return ROUNDED, math.inf
    if not math.isfinite(ours):
        return DIFFERENT, math.inf
    by = abs(theirs - ours) / max(1.0, abs(theirs), abs(ours))
    return (ROUNDED if by <= TOLERANCE else DIFFERENT), by


def worst(theirs, ours):
    """Return the worst ``difference`` of two lists of results, and where in the lists it is.

    Either may be Raised. Where ours raises, an infinity or NaN of theirs counts as the same.
    """
    if isinstance(ours, Raised):
        is_loud = any(isinstance(x, Real) and not math.isfinite(x) for x in theirs)
        return (SAME if is_loud else DIFFERENT), 0.0, 0
    if len(theirs) != len(ours):
        return DIFFERENT, 0.0, 0
    judged = [(*difference(x, y), -i) for i, (x, y) in enumerate(zip(theirs, ours))]
    verdict, by, i = max(judged, default=(SAME, 0.0, 0))
    return verdict, by, -i
