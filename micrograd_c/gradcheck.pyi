"""Types of ``gradcheck``."""

from collections.abc import Callable, Sequence
from typing import Any

from micrograd_c.engine import Value

__all__ = ["gradcheck", "GradcheckError"]

class GradcheckError(RuntimeError): ...

def gradcheck(
    f: Callable[..., Any],
    inputs: Value | Sequence[Value] | Sequence[Value | Sequence[Value]],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool: ...
