"""Types of ``grad_mode``."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

from typing_extensions import Self

_Function = TypeVar("_Function", bound=Callable[..., Any])

class no_grad:
    @overload
    def __new__(cls, function: None = None) -> Self: ...
    @overload
    def __new__(cls, function: _Function) -> _Function: ...  # type: ignore[misc]
    def __call__(self, function: _Function) -> _Function: ...
    def __enter__(self) -> object: ...
    def __exit__(self, *exception: object) -> Literal[False]: ...

class enable_grad(no_grad): ...

def is_grad_enabled() -> bool: ...
