"""Types of ``differentiate``."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from micrograd_c.engine import Value

__all__ = ["gradients", "grad", "value_and_grad", "jacobian", "hessian", "jvp", "vjp", "hvp"]

def gradients(output: Value, inputs: Iterable[Value]) -> list[Value]: ...
def grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., Any]: ...
def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., tuple[Any, Any]]: ...
def jacobian(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., Any]: ...
def hessian(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., Any]: ...
def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]: ...
def vjp(
    function: Callable[..., Any], *primals: Any
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]: ...
def hvp(
    function: Callable[..., Any], primals: Sequence[Any], vectors: Sequence[Any]
) -> tuple[Any, ...]: ...
