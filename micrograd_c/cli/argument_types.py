"""Argument types for argparse: each converts text to a value or says what it expected."""

import argparse
import math


def whole_number(low, high=10**9):
    """Return a function that parses an int from ``low`` to ``high``, both included."""

    def parse(text):
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or not low <= number <= high:
            raise argparse.ArgumentTypeError(
                f"expected a whole number from {low} to {high}, got {text!r}"
            )
        return number

    return parse


def positive_number(text):
    number = parse_float(text)
    if not 0.0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
    return number


def fraction(text):
    number = parse_float(text)
    if not 0.0 <= number < 1.0:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to below 1, got {text!r}")
    return number


def parse_float(text):
    try:
        return float(text)
    except ValueError:
        return math.nan


def layer_sizes(text):
    """Parse the sizes of hidden layers: ``16,16`` gives [16, 16]."""
    try:
        return [whole_number(1, 10_000)(size) for size in text.split(",")]
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"expected sizes of layers from 1 to 10000 like 16,16, got {text!r}"
        ) from None
