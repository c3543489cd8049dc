"""Whether two contestants compute the same thing. Nothing is timed before they do."""

import math

TOLERANCE = 1e-9  # relative to the largest number: libraries add and round in other orders


class Disagreement(Exception):
    """A contestant's loss or gradients are not the others'."""


def largest_difference(numbers, expected):
    """The largest |difference|, relative to the largest |expected|; inf where NaN is met."""
    if len(numbers) != len(expected):
        raise Disagreement(f"gives {len(numbers)} numbers where {len(expected)} are expected")
    scale = max(map(abs, expected), default=0.0) or 1.0
    differences = [abs(a - b) / scale for a, b in zip(numbers, expected)]
    return math.inf if any(map(math.isnan, differences)) else max(differences, default=0.0)


def check_agreement(loss, gradients, expected_loss, expected_gradients, tolerance=TOLERANCE):
    """Raise Disagreement unless both the loss and all gradients are as expected."""
    for what, numbers, expected in (
        ("loss", [loss], [expected_loss]),
        ("gradients", gradients, expected_gradients),
    ):
        difference = largest_difference(numbers, expected)
        if not difference <= tolerance:
            raise Disagreement(f"{what} off by {difference:.1e} of the largest")
