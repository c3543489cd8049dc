"""Types of ``distributed``."""

import os
from collections.abc import Callable
from typing import Any

from micrograd_c.distributed.sending import SentFunction
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
def by_value(function: jit) -> SentFunction: ...
