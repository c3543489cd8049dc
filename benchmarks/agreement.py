"""Checks that contestants compute the same loss and gradients, before anything is timed."""

import math

TOLERANCE = 1e-9  # relative to the largest number: libraries add in different orders


class Disagreement(Exception):
    """A contestant's loss or gradients differ from the others'."""


def largest_difference(numbers, expected):
    """Return the largest |difference| divided by the largest |expected|; inf if there is a NaN."""
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
