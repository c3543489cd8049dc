"""What the demo learns: two moons, or a CSV file whose last column holds one of two classes."""

from typing import NamedTuple

from micrograd_c.cli.csv_models.cells import in_order, listed, short
from micrograd_c.cli.csv_models.read_csv import read_table
from micrograd_c.cli.csv_models.scaling import fit_scaling
from micrograd_c.cli.errors import CommandError

NOISE = 0.1  # the standard deviation of a point's distance from its moon


class Dataset(NamedTuple):
    title: str
    X: list  # n rows of d floats
    y: list  # n classes, -1.0 or 1.0
    class_names: tuple  # the name of class -1.0, then that of class 1.0


def two_moons(n_samples, seed):
    """Return two interleaved half circles, as scikit-learn's make_moons draws them."""
    import numpy as np

    n_upper = n_samples // 2
    upper = np.linspace(0, np.pi, n_upper)
    lower = np.linspace(0, np.pi, n_samples - n_upper)
    X = np.concatenate(
        [
            np.column_stack([np.cos(upper), np.sin(upper)]),
            np.column_stack([1 - np.cos(lower), 0.5 - np.sin(lower)]),
        ]
    )
    X += np.random.default_rng(seed).normal(0, NOISE, X.shape)
    y = [-1.0] * n_upper + [1.0] * (n_samples - n_upper)
    return Dataset(f"two moons, {n_samples} points", X.tolist(), y, ("upper moon", "lower moon"))


def from_csv(path):
    """Return the rows of a CSV file, standardised. The class is in the file's last column."""
    table = read_table(path)
    *columns, target = table.columns
    if not columns:
        raise CommandError(f"{table.name}: expected columns of numbers and a class, got one column")
    for name in table.columns:
        table.texts(name)  # raises for an empty cell
    X, classes = list(zip(*map(table.numbers, columns))), table.classes(target)
    names = in_order(classes)
    if len(names) != 2:
        raise CommandError(
            f"{table.name}: column {target!r}, the last, must hold two classes, got {len(names)}: "
            f"{listed(list(map(short, names)))}"
        )
    title = f"{table.name}, {len(X)} rows, {len(columns)} columns"
    y = [1.0 if name == names[1] else -1.0 for name in classes]
    return Dataset(title, fit_scaling(X).apply(X), y, tuple(names))
