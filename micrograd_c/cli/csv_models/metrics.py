"""How good predictions are, by scikit-learn's metrics."""

import math


def scores(predicted, actual, classes):
    """Return the scores of predictions, as a dict by name, for the ``actual`` targets.

    These are names of classes, or numbers where ``classes`` is empty. "most_frequent" is the
    accuracy of always predicting the class that most rows have. R² is NaN for fewer than two
    rows, and where all actual numbers are equal.
    """
    from sklearn import metrics

    found = {"rows": len(actual)}
    if not len(actual):
        return found
    if classes:
        found["accuracy"] = float(metrics.accuracy_score(actual, predicted))
        found["most_frequent"] = max(map(actual.count, set(actual))) / len(actual)
        found["f1_macro"] = float(
            metrics.f1_score(actual, predicted, average="macro", zero_division=0)
        )
        return found
    is_flat = len(set(actual)) < 2
    found["r2"] = math.nan if is_flat else float(metrics.r2_score(actual, predicted))
    found["rmse"] = math.sqrt(metrics.mean_squared_error(actual, predicted))
    found["mae"] = float(metrics.mean_absolute_error(actual, predicted))
    return found


def describe(found):
    """Return the scores as text."""
    if not found["rows"]:
        return "no rows"
    if "accuracy" in found:
        baseline = f"the most frequent class alone: {found['most_frequent']:.1%}"
        return f"{found['accuracy']:.1%} right ({baseline})"
    return f"R² {found['r2']:.3f}, off by {found['rmse']:.4g} (root mean square)"
