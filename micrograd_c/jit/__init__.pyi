"""Types of ``jit``."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NoReturn, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from micrograd_c.engine import Value, _Operand
from micrograd_c.lr_scheduler import LRScheduler
from micrograd_c.optim import Optimizer

__all__ = ["jit", "where", "BoundCall", "TraceError"]

class TraceError(TypeError): ...

class BoundCall:
    def __init__(self, call: Any) -> None: ...
    @property
    def value(self) -> Any: ...
    @property
    def grad(self) -> NDArray[np.float64]: ...
    def __call__(self, *args: NoReturn, **kwargs: NoReturn) -> Any: ...

def where(cond_value: _Operand, a: _Operand, b: _Operand) -> Value: ...

_Axis = Literal[0] | None
_Axes = _Axis | tuple[_Axis, ...] | list[_Axis]
_Function = Callable[..., Any] | classmethod[Any, Any, Any] | staticmethod[Any, Any]

class jit:
    @overload
    def __new__(
        cls,
        function: _Function,
        *,
        in_axes: _Axes = 0,
        parameters: Iterable[Value] | None = None,
        math: Literal["portable", "libm"] = "portable",
        native: bool = False,
    ) -> jit: ...
    @overload
    def __new__(  # type: ignore[misc]
        cls,
        *,
        in_axes: _Axes = 0,
        parameters: Iterable[Value] | None = None,
        math: Literal["portable", "libm"] = "portable",
        native: bool = False,
    ) -> Callable[[_Function], jit]: ...
    @property
    def parameters(self) -> tuple[Value, ...]: ...
    @overload
    def __call__(
        self, *, params: ArrayLike | None = None, check_finite: bool = False
    ) -> Any: ...
    @overload
    def __call__(
        self, *arrays: ArrayLike, params: ArrayLike | None = None, check_finite: bool = False
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, *values: _Operand | Sequence[_Operand]) -> Any: ...
    def value_and_grad(
        self, *arrays: ArrayLike, params: ArrayLike | None = None, check_finite: bool = False
    ) -> tuple[float, NDArray[np.float64]]: ...
    def bind(
        self,
        *arrays: NDArray[np.float64] | float,
        params: NDArray[np.float64] | None = None,
        grad: bool | None = None,
        check_finite: bool = False,
    ) -> BoundCall: ...
    def jacobian(
        self, *arrays: ArrayLike, params: ArrayLike | None = None
    ) -> NDArray[np.float64]: ...
    def backward(self, *arrays: ArrayLike, check_finite: bool = False) -> float: ...
    def fit(
        self,
        *arrays: ArrayLike,
        optimizer: Optimizer,
        epochs: int = 1,
        batch_size: int | None = None,
        shuffle: bool | None = None,
        seed: int | np.random.Generator | None = 0,
        callback: Callable[[int, float], bool | None] | None = None,
        threads: int = 1,
        progress: bool = False,
        check_finite: bool = False,
        scheduler: LRScheduler | None = None,
    ) -> list[float]: ...
    def __get__(self, instance: object, owner: type | None = None) -> jit: ...
    def check(self, *arrays: ArrayLike) -> None: ...
    def explain(self) -> None: ...
    def to_c(self, path: str | os.PathLike[str]) -> None: ...
