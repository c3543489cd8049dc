"""Types of ``losses``."""

from collections.abc import Iterable

from micrograd_c.engine import Value, _Operand

__all__ = [
    "mse_loss",
    "hinge_loss",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "l2_penalty",
]

def mse_loss(
    predictions: Value | Iterable[Value], targets: _Operand | Iterable[_Operand]
) -> Value: ...
def hinge_loss(
    scores: Value | Iterable[Value], targets: _Operand | Iterable[_Operand]
) -> Value: ...
def binary_cross_entropy_with_logits(
    logits: Value | Iterable[Value], targets: _Operand | Iterable[_Operand]
) -> Value: ...
def cross_entropy(
    logits: Iterable[Value] | Iterable[Iterable[Value]],
    target: int | Iterable[_Operand] | Iterable[Iterable[_Operand]],
) -> Value: ...
def l2_penalty(parameters: Value | Iterable[Value], alpha: float = 1e-4) -> Value: ...
