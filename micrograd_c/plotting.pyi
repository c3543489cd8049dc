"""Types of ``plotting``. Axes are Any: matplotlib is an extra, so it may be absent."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from numpy.typing import ArrayLike

from micrograd_c.engine import _Operand

__all__ = ["plot_decision_boundary", "plot_history"]

def plot_decision_boundary(
    model: Callable[[list[float]], Any],
    X: ArrayLike,
    y: ArrayLike,
    ax: Any = None,
    resolution: int = 50,
    padding: float = 1.0,
) -> Any: ...
def plot_history(
    history: Iterable[_Operand] | Mapping[str, Iterable[_Operand]], ax: Any = None
) -> Any: ...
