"""Standardisation: shift and scale each column to mean 0 and standard deviation 1."""

from typing import NamedTuple


class Scaling(NamedTuple):
    """The means and standard deviations of d columns, arrays of shape (d,)."""

    means: object
    stds: object

    def apply(self, X):
        """Return the rows of ``X``, shape (n, d), standardised, as lists of floats.

        NaN becomes 0, which is the column's mean.
        """
        import numpy as np

        return np.nan_to_num((np.asarray(X, dtype=np.float64) - self.means) / self.stds).tolist()


def fit_scaling(X):
    """Return the Scaling of rows ``X``, shape (n, d), by scikit-learn, which passes over NaN.

    A constant column is only shifted to 0, and a column of nothing but NaN has the mean 0.
    """
    import numpy as np
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(np.asarray(X, dtype=np.float64))
    is_empty = np.isnan(scaler.mean_)
    return Scaling(np.where(is_empty, 0.0, scaler.mean_), np.where(is_empty, 1.0, scaler.scale_))
