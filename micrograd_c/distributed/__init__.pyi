"""Types of ``distributed``."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from micrograd_c.jit import jit
from micrograd_c.optim import Optimizer

__all__ = ["fit", "by_value"]

def fit(
    loss: jit,
    *arrays: Any,
    client: Any = ...,
    optimizer: Optimizer,
    epochs: int = 1,
    batch_size: int | None = None,
    chunk_rows: int = 4096,
    callback: Callable[[int, float], bool | None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    check_finite: bool = False,
) -> list[float]: ...

class SentFunction:
    jitted: jit
    def __init__(self, content: bytes, digest: str, build: tuple[str, str]) -> None: ...
    def __call__(
        self, *arrays: Any, params: ArrayLike | None = None, check_finite: bool = False
    ) -> Any: ...
    def value_and_grad(
        self, *arrays: Any, params: ArrayLike | None = None, check_finite: bool = False
    ) -> tuple[float, NDArray[np.float64]]: ...

def by_value(function: jit) -> SentFunction: ...
