"""Plots with matplotlib: a classifier's decision boundary, and curves of a training run."""

from python_ref.core.number_arrays import as_doubles
from python_ref.core.numbers import to_float

__all__ = ["plot_decision_boundary", "plot_history"]


def plot_decision_boundary(model, X, y, ax=None, resolution=50, padding=1.0):
    """Colour the plane by the class that ``model`` predicts for each point, and draw the data.

    The model runs ``resolution ** 2`` times. Scores are interpolated linearly between grid points.

    Args:
        model: A function of one row, a list of two floats. It returns a Value, the score of a
            binary classifier, whose class is 1 where the score is > 0; or a list of n_classes
            Values, a score for each class, where the class is that of the largest score.
        X: An array of shape (n, 2).
        y: n labels: -1 and 1, or 0 and 1, for one score; else 0 to n_classes - 1.
        ax: The matplotlib Axes to draw in, by default new ones.
        resolution: How many points the grid has along each axis, at least 2.
        padding: By how much the grid extends beyond the data on every side, in the data's units.

    Returns:
        The Axes.

    Raises:
        ImportError: Without matplotlib.
        ValueError: For shapes, labels or numbers that do not fit.
        TypeError: If the model returns anything but scores.
    """
    plt = import_pyplot("plot_decision_boundary")
    import numpy as np

    X, y = checked_data(X, y)
    if resolution < 2:
        raise ValueError(f"expected a resolution of at least 2, got {resolution}")
    low, high = X.min(axis=0) - padding, X.max(axis=0) + padding
    xs = np.linspace(low[0], high[0], resolution)
    ys = np.linspace(low[1], high[1], resolution)
    scores = [score_row(model, [float(u), float(v)]) for v in ys for u in xs]
    n_classes = max(2, len(scores[0]))
    labels = class_indices(y, len(scores[0]))
    planes = np.reshape(np.transpose(scores), (-1, resolution, resolution))

    if ax is None:
        _, ax = plt.subplots()
    colours = {"cmap": "Spectral", "vmin": 0, "vmax": n_classes - 1}
    fills = plt.get_cmap("Spectral")(np.linspace(0, 1, n_classes))
    fill_classes(ax, xs, ys, planes, fills)
    ax.scatter(X[:, 0], X[:, 1], c=labels, s=40, edgecolors="black", **colours)
    ax.set_xlim(xs[0], xs[-1])
    ax.set_ylim(ys[0], ys[-1])
    return ax


def plot_history(history, ax=None):
    """Draw one or several quantities of a training run as curves over its steps.

    Args:
        history: A list of numbers or Values, one for each step, which is drawn as the loss; or a
            dict of names to such lists.
        ax: The matplotlib Axes to draw in, by default new ones.

    Returns:
        The Axes.

    Raises:
        ImportError: Without matplotlib.
        ValueError: If there is nothing to draw.
        TypeError: For an entry that is not a number.
    """
    plt = import_pyplot("plot_history")
    curves = history if isinstance(history, dict) else {"loss": history}
    curves = {str(name): [to_float(x) for x in curve] for name, curve in curves.items()}
    if not curves:
        raise ValueError("expected at least one curve in history, got an empty dict")
    for name, curve in curves.items():
        if not curve:
            raise ValueError(f"expected at least one number in the history of {name}, got none")

    if ax is None:
        _, ax = plt.subplots()
    for name, curve in curves.items():
        ax.plot(range(1, len(curve) + 1), curve, label=name, marker="." if len(curve) == 1 else "")
    ax.set_xlabel("step")
    if len(curves) == 1:
        ax.set_ylabel(name)
    else:
        ax.legend()
    return ax


def import_pyplot(caller):
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise  # matplotlib is installed but broken
        raise ImportError(f"{caller} needs matplotlib: pip install matplotlib") from None
    return plt


def checked_data(X, y):
    """Return X as an array of shape (n, 2) and y of shape (n,), both float64 and finite."""
    import numpy as np

    X, y = as_doubles(X, "X", objects=True), as_doubles(y, "y", objects=True)
    if X.ndim != 2 or X.shape[1] != 2 or len(X) == 0:
        raise ValueError(f"expected X of shape (n, 2) with n at least 1, got {X.shape}")
    if y.shape != (len(X),):
        raise ValueError(f"expected y of shape ({len(X)},), one label a row of X, got {y.shape}")
    for name, array in (("X", X), ("y", y)):
        if not np.isfinite(array).all():
            raise ValueError(f"expected finite numbers in {name}, got NaN or infinity")
    return X, y


def score_row(model, row):
    """Return the model's scores for a row as a list of floats: one, or one for each class."""
    out = model(row)
    try:
        scores = [to_float(v) for v in (out if isinstance(out, (list, tuple)) else [out])]
    except (TypeError, ValueError):
        scores = []
    if not scores:
        raise TypeError(
            "expected a model that returns a Value or a list of Values for a row, "
            f"got {type(out).__name__}"
        )
    return scores


LARGEST = 1e100  # scores are clipped to it, so that matplotlib's arithmetic stays finite


def fill_classes(ax, xs, ys, planes, colours):
    """Fill the region of each class. planes: (n_scores, n, n), the scores on the grid."""
    import numpy as np
    from matplotlib.collections import PathCollection

    planes = np.nan_to_num(planes, posinf=LARGEST, neginf=-LARGEST).clip(-LARGEST, LARGEST)
    if len(planes) <= 2:
        score = planes[-1] - planes[0] if len(planes) == 2 else planes[0]
        score = away_from_0(score, score > 0)
        ax.contourf(xs, ys, score, [-3 * LARGEST, 0, 3 * LARGEST], colors=colours, alpha=0.6)
        return
    # Where three regions meet, they leave a hole within one cell of the grid. A finer grid
    # makes the hole smaller.
    fine_xs, fine_ys = finer(xs), finer(ys)
    planes = interpolation(ys, fine_ys) @ planes @ interpolation(xs, fine_xs).T
    classes = planes.argmax(axis=0)
    regions = []
    for i, plane in enumerate(planes):
        margin = plane - np.delete(planes, i, axis=0).max(axis=0)
        regions.append(where_positive(fine_xs, fine_ys, away_from_0(margin, classes == i)))
    ax.add_collection(PathCollection(regions, facecolors=colours, edgecolors="none", alpha=0.6))


def away_from_0(plane, is_positive):
    """Return the plane, > 0 where ``is_positive`` and else < 0, also where scores are equal."""
    import numpy as np

    tiny = np.finfo(float).tiny
    return np.where(is_positive, np.maximum(plane, tiny), np.minimum(plane, -tiny))


def finer(xs):
    import numpy as np

    return np.linspace(xs[0], xs[-1], 4 * len(xs) - 3)  # three more points between any two


def interpolation(xs, fine_xs):
    """Return the matrix that interpolates linearly, of shape (len(fine_xs), len(xs))."""
    import numpy as np

    return np.transpose([np.interp(fine_xs, xs, row) for row in np.eye(len(xs))])


def where_positive(xs, ys, plane):
    """Return the region in which a plane is positive, as one Path."""
    from matplotlib.figure import Figure
    from matplotlib.path import Path

    if not (plane > 0).any():
        return Path([(xs[0], ys[0])])
    contours = Figure().subplots().contourf(xs, ys, plane, [0, 3 * LARGEST])
    parts = [contours] if hasattr(contours, "get_paths") else contours.collections  # before 3.8
    return Path.make_compound_path(*(path for part in parts for path in part.get_paths()))


def class_indices(y, n_scores):
    """Return the labels as class numbers from 0. Raise ValueError if they do not fit n_scores."""
    found = {float(label) for label in y}
    if n_scores == 1:
        if not (found <= {-1.0, 1.0} or found <= {0.0, 1.0}):
            raise ValueError(
                "expected labels -1 and 1, or 0 and 1, for a model with one score, "
                f"got {shown(found)}"
            )
        return [int(label > 0) for label in y]
    if not found <= set(map(float, range(n_scores))):
        raise ValueError(
            f"expected labels 0 to {n_scores - 1} for a model with {n_scores} scores, "
            f"got {shown(found)}"
        )
    return [int(label) for label in y]


def shown(labels):
    first = [f"{label:g}" for label in sorted(labels)[:5]]
    return ", ".join(first) + (", …" if len(labels) > 5 else "")
