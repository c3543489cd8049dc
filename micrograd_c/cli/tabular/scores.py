"""How good predictions are, in words."""

import math


def describe_score(model, predicted, actual):
    """The score of what ``model.predict`` returned against names of classes, or numbers."""
    if model.classes:
        share = accuracy([name for name, _ in predicted], actual)
        return f"{share:.1%} right"
    error = root_mean_square_error(predicted, actual)
    return f"R² {r_squared(predicted, actual):.3f}, off by {error:.4g} (root mean square)"


def accuracy(predicted, actual):
    """The share of equal entries."""
    return sum(p == a for p, a in zip(predicted, actual)) / len(actual)


def root_mean_square_error(predicted, actual):
    return math.sqrt(sum((p - a) ** 2 for p, a in zip(predicted, actual)) / len(actual))


def r_squared(predicted, actual):
    """1 for perfect predictions, 0 for those no better than the mean; NaN if all are equal.

    Source: https://en.wikipedia.org/wiki/Coefficient_of_determination.
    """
    mean = sum(actual) / len(actual)
    spread = sum((a - mean) ** 2 for a in actual)
    error = sum((p - a) ** 2 for p, a in zip(predicted, actual))
    return 1.0 - error / spread if spread else math.nan
