"""Types of ``sending``."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from micrograd_c.jit import jit

class SentFunction:
    jitted: jit
    def __init__(self, content: bytes, digest: str, build: tuple[str, str]) -> None: ...
    def __call__(
        self, *arrays: Any, params: ArrayLike | None = None, check_finite: bool = False
    ) -> Any: ...
    def value_and_grad(
        self, *arrays: Any, params: ArrayLike | None = None, check_finite: bool = False
    ) -> tuple[float, NDArray[np.float64]]: ...
