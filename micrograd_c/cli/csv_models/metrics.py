"""How good predictions are: accuracy, root mean square error and R²."""

import math


def describe_score(model, predicted, actual):
    """Return, as text, how well what ``model.predict`` returned fits the ``actual`` targets.

    These are names of classes, or numbers.
    """
    if model.classes:
        share = accuracy([name for name, _ in predicted], actual)
        return f"{share:.1%} right"
    error = root_mean_square_error(predicted, actual)
    return f"R² {r_squared(predicted, actual):.3f}, off by {error:.4g} (root mean square)"


def accuracy(predicted, actual):
    """Return the share of predictions that are equal to the actual class."""
    return sum(p == a for p, a in zip(predicted, actual)) / len(actual)


def root_mean_square_error(predicted, actual):
    return math.sqrt(sum((p - a) ** 2 for p, a in zip(predicted, actual)) / len(actual))


def r_squared(predicted, actual):
    """Return 1 for perfect predictions and 0 for ones no better than the mean.

    It is NaN if all actual numbers are equal.

    Source: https://en.wikipedia.org/wiki/Coefficient_of_determination.
    """
    mean = sum(actual) / len(actual)
    spread = sum((a - mean) ** 2 for a in actual)
    error = sum((p - a) ** 2 for p, a in zip(predicted, actual))
    return 1.0 - error / spread if spread else math.nan
