"""Types of ``optimize``."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from micrograd_c.jit import jit

__all__ = ["minimize", "least_squares", "curve_fit"]

def minimize(loss: jit, *arrays: ArrayLike, method: str = "BFGS", **options: Any) -> Any: ...
def least_squares(residuals: jit, *arrays: ArrayLike, **options: Any) -> Any: ...
def curve_fit(
    model: jit, x: ArrayLike | tuple[ArrayLike, ...], y: ArrayLike, **options: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
