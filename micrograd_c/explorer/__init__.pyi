"""Types of ``explorer``."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, overload

from numpy.typing import ArrayLike

from micrograd_c.engine import Value
from micrograd_c.nn import Module

__all__ = ["Explorer", "explore", "live"]

class Explorer:
    def __init__(self, graph: Any) -> None: ...
    @property
    def size(self) -> int: ...
    def html(self) -> str: ...
    def save(self, path: str | os.PathLike[str]) -> None: ...

class _Live:
    @overload
    def __call__(self, loss: Value | float, /) -> None: ...
    @overload
    def __call__(self, step: int, loss: Value | float, /) -> None: ...
    def update(self) -> None: ...
    def save(self, path: str | os.PathLike[str]) -> str: ...

def live(
    model: Callable[..., Any],
    loss: Callable[..., Any] | None = None,
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    bounds: Sequence[float] | None = None,
    resolution: int = 24,
    max_frames: int = 300,
    title: str = "",
    show: Callable[[str], object] | bool | None = None,
    clock: Callable[[], float] = ...,
) -> _Live: ...

class _Explore(Protocol):
    def __call__(
        self,
        root: Value,
        *,
        names: Mapping[str, Any] | Module | None = None,
        max_nodes: int | None = 2_000_000,
    ) -> Explorer: ...
    @property
    def live(self) -> Callable[..., _Live]: ...

explore: _Explore
