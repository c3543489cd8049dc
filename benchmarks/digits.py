"""scikit-learn's digits as lists. Without scikit-learn: random data of the same shape."""

import importlib.util
import random


def digits():
    """Return 1,797 rows of 64 numbers from 0 to 1, their classes from 0 to 9, and their source."""
    if importlib.util.find_spec("sklearn"):
        from sklearn.datasets import load_digits

        X, y = load_digits(return_X_y=True)
        return (X / 16.0).tolist(), y.tolist(), "scikit-learn's digits"
    rng = random.Random(1)
    X = [[rng.randrange(17) / 16.0 for _ in range(64)] for _ in range(1797)]
    return X, [rng.randrange(10) for _ in X], "random data of digits' shape"
