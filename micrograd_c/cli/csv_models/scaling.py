"""Standardisation: shift and scale each column to mean 0 and standard deviation 1."""

from typing import NamedTuple


class Scaling(NamedTuple):
    """The means and standard deviations of d columns, arrays of shape (d,)."""

    means: object
    stds: object

    def apply(self, X):
        """Return the rows of ``X``, shape (n, d), standardised, as lists of floats."""
        import numpy as np

        return ((np.asarray(X, dtype=np.float64) - self.means) / self.stds).tolist()


def fit_scaling(X):
    """Return the Scaling of rows ``X``, shape (n, d). A constant column is only shifted to 0."""
    import numpy as np

    X = np.asarray(X, dtype=np.float64)
    means, stds = X.mean(axis=0), X.std(axis=0)
    stds[(X == X[0]).all(axis=0) | (stds == 0)] = 1.0
    return Scaling(means, stds)
