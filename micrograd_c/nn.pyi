"""Types of ``nn``."""

import os
import random
from collections.abc import Iterable, Mapping
from typing import Any, type_check_only

import numpy as np
from numpy.typing import ArrayLike, NDArray

from micrograd_c.engine import Value, _Operand

__all__ = ["random", "Value", "Module", "Neuron", "Layer", "MLP"]

class Module:
    def zero_grad(self) -> None: ...
    def parameters(self) -> list[Value]: ...
    def state_dict(self) -> dict[str, NDArray[np.float64]]: ...
    def load_state_dict(
        self, state_dict: Mapping[str, ArrayLike], strict: bool = True
    ) -> None: ...
    def save(self, path: str | os.PathLike[str]) -> None: ...
    def load(self, path: str | os.PathLike[str]) -> None: ...

class Neuron(Module):
    w: list[Value]
    b: Value
    nonlin: object
    def __init__(self, nin: int, nonlin: object = True) -> None: ...
    def __call__(self, x: Iterable[_Operand]) -> Value: ...

# What a Layer gives: a Value where it has one neuron, else a list. Its size decides, which no
# type knows, so this is both, and a program may use it as either without asking. Calls say
# "or Any", which lets a subclass return what it likes.
@type_check_only
class _Outputs(Value, list[Value]): ...  # type: ignore[misc]

class Layer(Module):
    neurons: list[Neuron]
    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None: ...
    def __call__(self, x: Iterable[_Operand]) -> _Outputs | Any: ...

class MLP(Module):
    layers: list[Layer]
    def __init__(self, nin: int, nouts: Iterable[int], nonlin: object = "relu") -> None: ...
    def __call__(self, x: Iterable[_Operand]) -> _Outputs | Any: ...
